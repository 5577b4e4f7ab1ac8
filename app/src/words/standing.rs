//! What is still to come for a request, in a sentence.

use access::ids::GroupName;
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
        RequestState::Granted => {
            let grant = request.grant.as_ref()?;
            let reviewed = request.review.is_some();
            access(
                &grant.state,
                request.waits,
                reviewed,
                &request.policy.reviewers,
            )
        }
        RequestState::Denied | RequestState::Withdrawn | RequestState::Lapsed => None,
    }
}

/// What access waits for, open or over; nothing once it is reviewed, or never stood.
fn access(
    grant: &GrantState,
    to_be_ratified: bool,
    reviewed: bool,
    reviewers: &[GroupName],
) -> Option<String> {
    match (grant, to_be_ratified) {
        (GrantState::Intended, _) => Some("Access is being opened.".into()),
        (GrantState::Active { credential_shown }, waits) => {
            let open = if *credential_shown {
                "Access is open"
            } else {
                "Access waits for its holder to be shown the way in"
            };
            let ratify = if waits {
                ", and waits to be ratified"
            } else {
                ""
            };
            Some(format!("{open}{ratify}."))
        }
        (GrantState::Ended { .. }, true) => {
            Some("Access is over, and waits to be ratified; it is reviewed after that.".into())
        }
        (GrantState::Ended { .. }, false) if !reviewed => Some(format!(
            "Waits for a review by somebody in {}.",
            any_of(reviewers)
        )),
        (GrantState::Ended { .. } | GrantState::Failed { .. }, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use access::event::EndCause;
    use access::time::UnixMillis;

    use super::*;

    #[test]
    fn what_is_over_waits_to_be_ratified_before_it_is_reviewed() {
        let ended = GrantState::Ended {
            cause: EndCause::Returned,
            at_ms: UnixMillis::new(0),
            sessions_cut: 0,
        };
        let reviewers: Vec<GroupName> = "reviewers".parse().into_iter().collect();
        let next = |waits, reviewed| access(&ended, waits, reviewed, &reviewers);
        assert!(next(true, false).is_some_and(|text| text.contains("waits to be ratified")));
        let review = "Waits for a review by somebody in reviewers.";
        assert_eq!(next(false, false).as_deref(), Some(review));
        assert_eq!(next(false, true), None);
    }

    #[test]
    fn what_is_open_says_that_it_waits_to_be_ratified_whether_or_not_the_way_in_was_shown() {
        for credential_shown in [false, true] {
            let open = GrantState::Active { credential_shown };
            let text = access(&open, true, false, &[]);
            assert!(text.is_some_and(|text| text.ends_with("and waits to be ratified.")));
            let text = access(&open, false, false, &[]);
            assert!(text.is_some_and(|text| !text.contains("ratified")));
        }
    }
}
