//! What became of a request, in a word.

use serde::{Deserialize, Serialize};

use crate::event::EndCause;
use crate::state::{Request, State};
use crate::view::{GrantState, RequestState};

/// What became of a request, or would have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It could not have been asked.
    Refused,
    /// It waits for sign-off.
    Waiting,
    /// It may be opened, or could have been.
    Approved,
    /// Somebody said no.
    Denied,
    /// It was taken back.
    Withdrawn,
    /// Its time to be decided or opened passed.
    Lapsed,
    /// Access was opened.
    Opened,
    /// Access was opened, and taken back since nobody ratified it.
    Unratified,
    /// Access would have been opened, and taken back unless enough people had said yes in time: nobody
    /// was asked then.
    ToRatify,
}

impl Outcome {
    /// What became of it.
    pub(super) fn of(state: &State, request: &Request) -> Self {
        match request.state {
            RequestState::Submitted => Self::Waiting,
            RequestState::Approved => Self::Approved,
            RequestState::Denied => Self::Denied,
            RequestState::Withdrawn => Self::Withdrawn,
            RequestState::Lapsed => Self::Lapsed,
            RequestState::Granted => {
                let grant = request.grant.and_then(|grant| state.grant(grant));
                match grant.map(|grant| grant.state) {
                    Some(GrantState::Ended {
                        cause: EndCause::Unratified,
                        ..
                    }) => Self::Unratified,
                    _ => Self::Opened,
                }
            }
        }
    }
}
