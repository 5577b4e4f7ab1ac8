//! Words by which something else comes about: the last yes approves, a no denies, a second
//! custodian's confirmation erases.

use crate::command::Command;
use crate::digest::Commitment;
use crate::event::{Decision, Event};
use crate::rules::{Act, actor, sign_off};
use crate::violation::Checked;

impl Act<'_> {
    pub(super) fn sign_off(self, command: Command) -> Checked<Vec<Event>> {
        let Command::SignOff {
            request,
            decision,
            statement,
            auth_time_s,
            id_token,
            note,
        } = command
        else {
            return Ok(Vec::new());
        };
        let given = Event::SignOffGiven {
            request,
            decision,
            statement,
            auth_time_s,
            id_token,
            note,
        };
        let mut events = self.one(given)?;
        let asked = self.request(request)?;
        let approval = &asked.policy.policy.approval;
        match decision {
            Decision::Deny => events.push(Event::RequestDenied { request }),
            Decision::Approve => {
                // This one has just been found lawful, and is by somebody who had not signed.
                let standing = sign_off::approvals(self.state, asked) + 1;
                if standing >= usize::from(approval.n) {
                    let lapses_at_ms = self.now.plus_seconds(approval.within_s);
                    events.push(Event::RequestApproved {
                        request,
                        lapses_at_ms,
                    });
                }
            }
        }
        Ok(events)
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
