//! What stands around a place to work: the time that is left, warnings, troubles, the end, and that it is recorded.

use access::event::StatementClass;
use access::ids::GrantId;
use access::view::WorkView;
use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::erase::Erase as _;
use crate::words::{recorded, time};

/// The time that is left. The script counts; without it the moment stands there.
pub(super) fn left(work: &WorkView) -> AnyView {
    let until = work.grant.expires_at_ms;
    view! {
        <span
            class="countdown"
            role="timer"
            title=time::utc(until)
            data-left=""
            data-expires=until.millis().to_string()
            data-now=work.now_ms.millis().to_string()
        >
            {format!("until {}", time::utc(until))}
        </span>
    }
    .erase()
}

/// What comes up while somebody works: little time left, something went wrong, it is over.
pub(super) fn alerts() -> AnyView {
    view! {
        <div class="alert alert-wait" role="alert" data-left-warning="" hidden=true>
            <Icon glyph=Glyph::Clock/>
            <p class="alert-body alert-title" data-left-words=""></p>
        </div>
        <div class="alert alert-fault" role="alert" data-problem="" hidden=true>
            <Icon glyph=Glyph::Warning/>
            <p class="alert-body alert-title" data-problem-words=""></p>
        </div>
        <div class="alert alert-wait" role="alert" data-over="" hidden=true>
            <Icon glyph=Glyph::Info/>
            <p class="alert-body alert-title" data-over-words=""></p>
        </div>
        <noscript>
            <p class="alert alert-wait">"Working here takes JavaScript. The record of what was done can be read without it."</p>
        </noscript>
    }
    .erase()
}

/// The token for tools that report what they do elsewhere.
pub(super) fn reporting(grant: GrantId) -> AnyView {
    view! {
        <section class="card" aria-labelledby="reporting">
            <h2 class="card-title" id="reporting">"Work elsewhere"</h2>
            <p class="row-note">
                "`breakglass run` records a command's terminal on any host, with a token of this access that is shown once."
            </p>
            <form method="post" action=format!("/grants/{grant}/report-token")>
                <button type="submit" class="button">"Show the token, once"</button>
            </form>
        </section>
    }
    .erase()
}

/// Says plainly that what is done is written down, and what is not let through.
pub(super) fn recorded_here(what: &'static str, refuses: &[StatementClass]) -> AnyView {
    let refused: Vec<_> = refuses
        .iter()
        .map(|class| view! { <li>{recorded::refuses(*class)}</li> })
        .collect();
    let refused = (!refused.is_empty()).then(|| {
        view! {
            <p>"This policy refuses, and records that it was tried:"</p>
            <ul class="bullets" role="list">{refused}</ul>
        }
    });
    view! {
        <section class="card" aria-labelledby="recorded-here">
            <h2 class="card-title" id="recorded-here">"Everything here is recorded"</h2>
            <p>{what}</p>
            {refused}
            <p>
                <a href="" data-record="" hidden=true>"See the record of this session"</a>
            </p>
        </section>
    }
    .erase()
}
