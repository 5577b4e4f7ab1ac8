//! Making open access longer: its holder does it or asks for it, an approver answers. Forms of the browser's: a yes goes
//! on to the identity provider.

use access::view::{Action, GrantView};
use leptos::prelude::*;

use crate::api::request::RequestView;
use crate::components::moment::Moment;
use crate::erase::Erase as _;
use crate::words::time::span;

/// What stands under open access about more time; nothing where the policy gives none.
pub(super) fn longer(request: &RequestView, grant: &GrantView) -> Option<AnyView> {
    let (times, by_s) = request.policy.extend?;
    let may = |action| request.actions.contains(&action);
    let more = span(by_s);
    let asked = grant.extension_asked_ms;
    let buttons = if asked.is_some() && may(Action::ApproveExtension) {
        vec![
            (format!("Allow {more} more"), "allow"),
            ("No more time".to_owned(), "deny"),
        ]
    } else if may(Action::Extend) {
        vec![(format!("Make it {more} longer"), "extend")]
    } else if may(Action::AskExtension) {
        vec![(format!("Ask for {more} more"), "extend")]
    } else {
        Vec::new()
    };
    if buttons.is_empty() && asked.is_none() && grant.extensions == 0 {
        return None;
    }
    let before = match grant.extensions {
        0 => None,
        1 => Some(format!("Made longer once, of {} at most. ", times)),
        n => Some(format!("Made longer {n} times, of {} at most. ", times)),
    };
    let asked = asked
        .map(|at| view! { "More time was asked for " <Moment at=at/> "; an approver answers." });
    let form = (!buttons.is_empty()).then(|| {
        let buttons: Vec<_> = buttons
            .into_iter()
            .map(|(label, step)| view! { <button type="submit" name="step" value=step class="button">{label}</button> })
            .collect();
        view! {
            <form class="actions" method="post" action="/api/extend_grant">
                <input type="hidden" name="grant" value=grant.id.to_string()/>
                <input type="hidden" name="request" value=grant.request.to_string()/>
                {buttons}
            </form>
        }
    });
    Some(view! { <p class="row-note">{before} {asked}</p> {form} }.erase())
}
