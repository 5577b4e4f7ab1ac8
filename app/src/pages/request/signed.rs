//! Who is asked to sign a request off, stage by stage, and who has.

use access::event::{Decision, Field, Mode};
use access::view::{OpeningView, SignOffView, StageView, Standing};
use leptos::prelude::*;

use crate::api::request::RequestView;
use crate::components::icon::{Glyph, Icon};
use crate::components::moment::Moment;
use crate::erase::Erase as _;
use crate::words::people::name;
use crate::words::sealed::text_instead;
use crate::words::stages::{asked, head};

/// Stages and sign-offs. An emergency that nobody has to ratify has neither.
pub(super) fn signed(request: &RequestView) -> AnyView {
    let needless = request.row.mode == Mode::Emergency
        && request.row.ratification.is_none()
        && request.sign_offs.is_empty();
    let stages: Vec<_> = if needless {
        Vec::new()
    } else {
        request.stages.iter().map(stage).collect()
    };
    let texts = &request.openings;
    let given: Vec<_> = request
        .sign_offs
        .iter()
        .map(|given| sign_off(given.clone(), texts))
        .collect();
    view! {
        <section class="card" aria-labelledby="sign-offs">
            <h2 class="card-title" id="sign-offs">"Sign-offs"</h2>
            {needless.then(|| view! { <p class="soft">"Nobody had to: the glass was broken."</p> })}
            <ol class="approvals" role="list" aria-label="Who is asked">{stages}</ol>
            <ul class="approvals" role="list" aria-label="Who has signed">{given}</ul>
        </section>
    }
    .erase()
}

fn stage(stage: &StageView) -> AnyView {
    let (class, glyph) = match stage.standing {
        Standing::Done => ("is-yes", Glyph::Tick),
        Standing::Waits => ("is-open", Glyph::Clock),
        Standing::Later => ("soft", Glyph::Clock),
        Standing::Over => ("soft", Glyph::Cross),
    };
    let next = stage.next.as_ref().map(|(at, groups)| {
        let who = crate::words::people::any_of(groups);
        view! {
            <p class="row-note">{format!("If that is not enough, {who} is asked too ")} <Moment at=*at/></p>
        }
    });
    view! {
        <li>
            <span class=class>
                <Icon glyph=glyph/>
            </span>
            <div>
                <p>{head(stage)}</p>
                {asked(stage).map(|asked| view! { <p class="row-note">{asked}</p> })}
                {next}
            </div>
        </li>
    }
    .erase()
}

fn sign_off(given: SignOffView, texts: &[OpeningView]) -> AnyView {
    let note = given
        .note
        .or_else(|| text_instead(texts, Field::Note, &given.person));
    let (class, glyph, did) = match (given.void, given.decision) {
        (true, _) => ("soft", Glyph::Pen, "had signed"),
        (false, Decision::Approve) => ("is-yes", Glyph::Tick, "approved"),
        (false, Decision::Deny) => ("is-no", Glyph::Cross, "denied"),
    };
    let did = match &given.on_behalf_of {
        Some(principal) => format!(" {did} in place of {} ", name(principal)),
        None => format!(" {did} "),
    };
    view! {
        <li>
            <span class=class>
                <Icon glyph=glyph/>
            </span>
            <div>
                <p>
                    <strong>{name(&given.person)}</strong>
                    {did}
                    <Moment at=given.at_ms/>
                </p>
                {given.void.then(|| view! { <p class="row-note">"Void: the request was changed since."</p> })}
                {note.map(|note| view! { <p class="said">{note}</p> })}
            </div>
        </li>
    }
    .erase()
}
