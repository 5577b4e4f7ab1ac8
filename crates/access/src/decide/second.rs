//! Words by which something else comes about: the last yes approves, a no denies, a second
//! custodian's confirmation erases.

use crate::command::Command;
use crate::digest::Commitment;
use crate::event::{Decision, Event, Mode};
use crate::ids::PersonId;
use crate::rules::quorum::{self, Coming};
use crate::rules::{Act, actor, sign_off};
use crate::state::Request;
use crate::violation::Checked;

impl Act<'_> {
    pub(super) fn sign_off(self, command: Command) -> Checked<Vec<Event>> {
        let Command::SignOff {
            request,
            on_behalf_of,
            decision,
            statement,
            auth_time_s,
            id_token,
            note,
        } = command
        else {
            return Ok(Vec::new());
        };
        let mut events = self.one(Event::SignOffGiven {
            request,
            on_behalf_of,
            decision,
            statement,
            auth_time_s,
            id_token,
            note,
        })?;
        let asked = self.request(request)?;
        match (decision, asked.mode) {
            (Decision::Deny, Mode::Ordinary) => events.push(Event::RequestDenied { request }),
            // Access is open: it is taken back, and that is an entry of its own.
            (Decision::Deny, Mode::Emergency) => {}
            (Decision::Approve, mode) => {
                events.extend(self.completed(asked, on_behalf_of, mode)?)
            }
        }
        Ok(events)
    }

    /// What this yes completes: a stage, or all of them.
    fn completed(
        self,
        asked: &Request,
        on_behalf_of: Option<PersonId>,
        mode: Mode,
    ) -> Checked<Option<Event>> {
        let (person, groups) = actor::person(self)?;
        // It has just been found lawful, and by somebody who had not signed.
        let coming = Some(match on_behalf_of {
            Some(principal) => Coming {
                person,
                principal,
                groups: self.state.groups(principal),
            },
            None => Coming {
                person,
                principal: person,
                groups,
            },
        });
        let request = asked.id;
        let last = asked.stage + 1 >= asked.policy.policy.approval.stages.len();
        Ok(match mode {
            _ if !last => quorum::complete(self.state, asked, coming).then(|| {
                let stage = u8::try_from(asked.stage).unwrap_or(u8::MAX);
                Event::StageCompleted { request, stage }
            }),
            _ if !quorum::all_complete(self.state, asked, coming) => None,
            Mode::Ordinary => Some(Event::RequestApproved {
                request,
                lapses_at_ms: sign_off::lapses_once_approved(self.now, asked),
            }),
            Mode::Emergency => Some(Event::RequestRatified { request }),
        })
    }

    pub(super) fn confirm_erasure(
        self,
        order: u64,
        auth_time_s: i64,
        id_token: Commitment,
    ) -> Checked<Vec<Event>> {
        actor::person(self)?;
        let erasure = self.erasure(order)?;
        let request = erasure.request;
        let mut events = self.one(Event::ErasureConfirmed {
            order,
            request,
            auth_time_s,
            id_token,
        })?;
        events.push(Event::OpeningErased {
            order,
            request,
            openings: self.request(request)?.left(erasure.of),
        });
        Ok(events)
    }
}
