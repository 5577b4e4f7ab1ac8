//! What is still to come for a request, in a sentence.

use access::view::{GrantState, RequestState, Standing};

use super::people::{any_of, count};
use crate::api::request::RequestView;

/// What the request waits for; nothing once all is over.
pub fn next(request: &RequestView) -> Option<String> {
    match request.row.state {
        RequestState::Submitted => {
            let stage = request
                .stages
                .iter()
                .find(|stage| stage.standing == Standing::Waits)?;
            let missing = u32::from(stage.n.saturating_sub(stage.counted));
            Some(format!(
                "Waits for {} in {} to sign off.",
                count(missing),
                any_of(&stage.groups)
            ))
        }
        RequestState::Approved => Some("Waits for the one who asked to open it.".into()),
        RequestState::Granted => match request.grant.as_ref().map(|grant| &grant.state) {
            Some(GrantState::Intended) => Some("Access is being opened.".into()),
            Some(GrantState::Active {
                credential_shown: false,
            }) => Some("Waits for its holder to be shown the way in.".into()),
            Some(GrantState::Active {
                credential_shown: true,
            }) => Some(if request.waits {
                "Access is open, and waits to be ratified.".into()
            } else {
                "Access is open.".into()
            }),
            Some(GrantState::Ended { .. }) if request.review.is_none() => Some(format!(
                "Waits for a review by somebody in {}.",
                any_of(&request.policy.reviewers)
            )),
            _ => None,
        },
        RequestState::Denied | RequestState::Withdrawn | RequestState::Lapsed => None,
    }
}
