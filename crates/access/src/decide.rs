//! From a command to the entries that carry it out, or to a refusal.

use crate::command::Command;
use crate::event::{Actor, Event, Mode};
use crate::ids::{GrantId, RequestId};
use crate::refusal::{Refusal, Rule};
use crate::rules::{Act, actor, request};
use crate::state::{Request, State};
use crate::time::UnixMillis;
use crate::violation::{Broken, Checked};

mod second;

/// Decides a command. The events belong together and go into the log in this order, under the same
/// actor and with the time [`State::moment`]`(now)`: expiry and lapse are counted from it.
///
/// # Errors
///
/// The first rule that forbids it. The state is as it was; [`crate::refusal_event`] makes the
/// entry that notes the attempt.
pub fn decide(
    state: &State,
    command: Command,
    actor: &Actor,
    now: UnixMillis,
) -> Result<Vec<Event>, Refusal> {
    let (name, request) = (command.name(), about(state, &command));
    let act = Act {
        state,
        actor,
        now: state.moment(now),
    };
    act.decide(command).map_err(|broken| Refusal {
        command: name,
        request,
        rule: broken.rule,
    })
}

/// The request that a command is about, if the log knows it.
fn about(state: &State, command: &Command) -> Option<RequestId> {
    let of_grant = |grant: &GrantId| state.grant(*grant).map(|grant| grant.request);
    let request = match command {
        Command::SubmitRequest { request, .. }
        | Command::SignOff { request, .. }
        | Command::Withdraw { request }
        | Command::Lapse { request }
        | Command::IntendGrant { request, .. }
        | Command::RecordReview { request, .. }
        | Command::DiscloseOpening { request, .. }
        | Command::OrderErasure { request, .. } => Some(*request),
        Command::ConfirmGrant { grant }
        | Command::FailGrant { grant, .. }
        | Command::ShowCredential { grant }
        | Command::EndGrant { grant, .. } => of_grant(grant),
        Command::ConfirmErasure { order, .. } => {
            state.erasure(*order).map(|erasure| erasure.request)
        }
        _ => None,
    };
    request.filter(|request| state.request(*request).is_some())
}

impl Act<'_> {
    fn decide(self, command: Command) -> Checked<Vec<Event>> {
        actor::known(self)?;
        actor::order(
            self.state.next_seq(),
            matches!(command, Command::OpenLedger { .. }),
        )?;
        match command {
            Command::OpenLedger { origin, vkey } => self.one(Event::LedgerOpened { origin, vkey }),
            Command::RotateKey {
                from,
                new,
                old,
                signature,
            } => self.one(Event::KeyRotated {
                from,
                new,
                old,
                signature,
            }),
            Command::StartServer { version } => self.one(Event::ServerStarted { version }),
            Command::FailServer { reference } => self.one(Event::ServerFailed { reference }),
            Command::ActivatePolicy { policy } => {
                let current = self
                    .state
                    .policy(&policy.name)
                    .map_or(0, |current| current.version);
                let (version, sha256) = (current.saturating_add(1), policy.digest());
                self.one(Event::PolicyActivated {
                    version,
                    sha256,
                    policy,
                })
            }
            Command::ConfigureRoles { roles } => self.one(Event::RolesConfigured { roles }),
            Command::RegisterPerson {
                person,
                identity,
                name,
            } => self.one(Event::PersonRegistered {
                person,
                identity,
                name,
            }),
            Command::OpenSession { auth_time_s } => self.one(Event::SessionOpened { auth_time_s }),
            Command::CloseSession { cause } => self.one(Event::SessionClosed { cause }),
            submit @ Command::SubmitRequest { .. } => self.submit(submit),
            sign_off @ Command::SignOff { .. } => self.sign_off(sign_off),
            Command::Withdraw { request } => self.one(Event::RequestWithdrawn { request }),
            Command::Lapse { request } => self.one(Event::RequestLapsed { request }),
            Command::IntendGrant { request, grant } => {
                actor::person(self)?;
                let asked = self.request(request)?;
                self.one(self.intent(asked, grant))
            }
            Command::ConfirmGrant { grant } => self.one(Event::GrantOpened { grant }),
            Command::FailGrant { grant, failure } => {
                self.one(Event::GrantFailed { grant, failure })
            }
            Command::ShowCredential { grant } => self.one(Event::CredentialShown { grant }),
            Command::EndGrant {
                grant,
                cause,
                sessions_cut,
            } => self.one(Event::GrantEnded {
                grant,
                cause,
                sessions_cut,
            }),
            Command::RemoveOrphan {
                resource,
                account,
                sessions_cut,
            } => self.one(Event::OrphanRemoved {
                resource,
                account,
                sessions_cut,
            }),
            Command::RecordReview {
                request,
                verdict,
                note,
            } => self.one(Event::ReviewRecorded {
                request,
                verdict,
                note,
            }),
            Command::ReadLedger { from, to, began_ms } => self.one(Event::LedgerRead {
                from,
                to,
                // A clock that was put back since is no reason to leave it unsaid.
                began_ms: began_ms.min(self.now),
            }),
            Command::DiscloseOpening {
                request,
                opening,
                purpose,
            } => self.one(Event::OpeningDisclosed {
                request,
                opening,
                purpose,
            }),
            Command::OrderErasure {
                request,
                of,
                reason,
            } => self.one(Event::ErasureOrdered {
                request,
                of,
                reason,
            }),
            Command::ConfirmErasure {
                order,
                auth_time_s,
                id_token,
            } => self.confirm_erasure(order, auth_time_s, id_token),
        }
    }

    /// Where and when the next entry stands.
    fn here(self) -> (u64, UnixMillis) {
        (self.state.next_seq(), self.now)
    }

    fn one(self, event: Event) -> Checked<Vec<Event>> {
        self.check(self.state.next_seq(), &event)?;
        Ok(vec![event])
    }

    fn submit(self, command: Command) -> Checked<Vec<Event>> {
        let Command::SubmitRequest {
            request,
            mode,
            resource,
            policy,
            duration_s,
            urgency,
            reason,
            reason_chars,
            ticket,
            grant,
            confirmed,
        } = command
        else {
            return Ok(Vec::new());
        };
        let (person, _) = actor::person(self)?;
        let Some(in_force) = self.state.policy(&policy) else {
            return Err(Broken::new(
                Rule::UnknownPolicy,
                "a policy in force",
                policy.to_string(),
            ));
        };
        let mut event = Event::RequestSubmitted {
            request,
            mode,
            resource,
            policy,
            policy_version: in_force.version,
            policy_sha256: in_force.sha256,
            duration_s,
            urgency,
            reason,
            ticket,
            // Stands in until the request is there to make its statement from.
            statement: in_force.sha256,
            lapses_at_ms: self.now.plus_seconds(in_force.policy.approval.within_s),
        };
        let asked = self.state.submitted(&event, person, self.here());
        if let (Event::RequestSubmitted { statement, .. }, Some(asked)) = (&mut event, &asked) {
            *statement = asked.statement().digest();
        }
        let mut events = self.one(event)?;
        request::long_enough(&in_force.policy, reason_chars)?;
        if mode == Mode::Emergency
            && let Some(asked) = asked
        {
            if !confirmed {
                return Err(Broken::new(
                    Rule::NotConfirmed,
                    "a second confirmation",
                    "none",
                ));
            }
            if self.state.grant(grant).is_some() {
                return Err(Broken::new(
                    Rule::GrantExists,
                    "a new grant",
                    grant.to_string(),
                ));
            }
            events.push(self.intent(&asked, grant));
        }
        Ok(events)
    }

    fn intent(self, asked: &Request, grant: GrantId) -> Event {
        let template = &asked.policy.policy.grant;
        Event::GrantIntended {
            grant,
            request: asked.id,
            connector: template.connector,
            role: template.role.clone(),
            expires_at_ms: self.now.plus_seconds(asked.duration_s),
        }
    }
}
