//! From a command to the entries that carry it out, or to a refusal.

use crate::command::Command;
use crate::event::{Actor, Event};
use crate::ids::{GrantId, RequestId};
use crate::refusal::Refusal;
use crate::rules::{Act, actor};
use crate::state::{Request, State};
use crate::time::UnixMillis;
use crate::violation::Checked;

mod ask;
mod policy;
mod recording;
mod second;

pub(crate) use ask::context;

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
        | Command::EditRequest { request, .. }
        | Command::ViewRequest { request }
        | Command::Escalate { request }
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
        | Command::AskExtension { grant }
        | Command::DenyExtension { grant }
        | Command::ExtendGrant { grant, .. }
        | Command::IssueCertificate { grant, .. }
        | Command::NoteAnswer { grant, .. }
        | Command::StartRecording { grant, .. }
        | Command::EndGrant { grant, .. } => of_grant(grant),
        Command::IntendAction { recording, .. }
        | Command::RefuseAction { recording, .. }
        | Command::FinishAction { recording, .. }
        | Command::RecordChunk { recording, .. }
        | Command::NoteGap { recording, .. }
        | Command::EndRecording { recording, .. } => {
            state.recording(*recording).map(|found| found.request)
        }
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
            Command::StartServer { version, verifier } => {
                self.one(Event::ServerStarted { version, verifier })
            }
            Command::FailServer { reference } => self.one(Event::ServerFailed { reference }),
            Command::ActivatePolicy { .. }
            | Command::ProposePolicy { .. }
            | Command::ProposeRetirement { .. }
            | Command::EndorseProposal { .. }
            | Command::ActivateProposal { .. }
            | Command::WithdrawProposal { .. } => self.policy(command),
            Command::ConfigureResource { resource, labels } => {
                self.one(Event::ResourceConfigured { resource, labels })
            }
            Command::RemoveResource { resource } => self.one(Event::ResourceRemoved { resource }),
            Command::LinkPerson { person, into } => self.one(Event::PersonLinked { person, into }),
            Command::SetDelegation { to, until_ms } => {
                self.one(Event::DelegationSet { to, until_ms })
            }
            Command::EndDelegation => {
                let (person, _) = actor::person(self)?;
                let delegation = self.state.delegation(person, self.now);
                let to = delegation.map_or(person, |delegation| delegation.to);
                self.one(Event::DelegationEnded { to })
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
            Command::EditRequest { request, facts } => self.edit(request, facts),
            Command::ViewRequest { request } => self.one(Event::RequestViewed { request }),
            Command::Escalate { request } => {
                let asked = self.request(request)?;
                let stage = u8::try_from(asked.stage).unwrap_or(u8::MAX);
                let step = asked.steps.get(asked.stage).copied().unwrap_or_default();
                self.one(Event::RequestEscalated {
                    request,
                    stage,
                    step,
                })
            }
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
            Command::AskExtension { grant } => self.one(Event::ExtensionAsked { grant }),
            Command::DenyExtension { grant } => self.one(Event::ExtensionDenied { grant }),
            Command::ExtendGrant { grant, proof } => {
                let (standing, asked) = self.grant(grant)?;
                let extend = asked.policy.policy.duration.extend.as_ref();
                let by_s = extend.map_or(0, |extend| extend.by_s);
                self.one(Event::GrantExtended {
                    grant,
                    request: asked.id,
                    expires_at_ms: standing.expires_at.plus_seconds(by_s),
                    proof,
                })
            }
            Command::ShowCredential { grant } => self.one(Event::CredentialShown { grant }),
            Command::IssueCertificate { .. }
            | Command::NoteAnswer { .. }
            | Command::StartRecording { .. }
            | Command::IntendAction { .. }
            | Command::RefuseAction { .. }
            | Command::FinishAction { .. }
            | Command::RecordChunk { .. }
            | Command::NoteGap { .. }
            | Command::EndRecording { .. } => self.work(command),
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
                findings,
                note,
            } => self.one(Event::ReviewRecorded {
                request,
                verdict,
                findings,
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
