//! The rules a second time, as plainly as can be: every question is answered by reading the whole
//! log. Slow, and shares no code with the crate.

use access::Record;
use access::command::Command;
use access::event::{Actor, EndCause, Event};
use access::ids::{GroupName, PersonId};
use access::refusal::Rule;

mod asking;
mod grants;
mod log;
mod oversight;
mod people;
mod policies;
mod signing;
mod work;

/// A log and a moment after it.
#[derive(Clone, Copy)]
pub(crate) struct Model<'a> {
    pub(crate) log: &'a [Record],
    pub(crate) now_ms: i64,
}

impl Model<'_> {
    /// Whether the command is allowed.
    pub(crate) fn allows(self, command: &Command, actor: &Actor) -> bool {
        if matches!(command, Command::OpenLedger { .. }) == self.log.is_empty() {
            match actor {
                Actor::System { .. } => self.allows_system(command),
                Actor::Person { person, groups } => {
                    self.known(*person) && self.allows_person(command, *person, groups)
                }
            }
        } else {
            false
        }
    }

    /// The rule that an event breaks which comes too late, and has to be written all the same.
    pub(crate) fn late(self, event: &Event) -> Option<Rule> {
        let late = self.ends_late(event).then_some(Rule::EndedLate);
        late.or_else(|| {
            self.ends_recording_late(event)
                .then_some(Rule::RecordingLate)
        })
    }

    /// Whether the event ends access, or gives it up, more than a minute after its time.
    pub(crate) fn ends_late(self, event: &Event) -> bool {
        let (Event::GrantEnded { grant, .. } | Event::GrantFailed { grant, .. }) = event else {
            return false;
        };
        self.ends_at(*grant)
            .is_some_and(|ends_at| self.now_ms > ends_at + 60_000)
    }

    fn allows_system(self, command: &Command) -> bool {
        match command {
            Command::OpenLedger { .. }
            | Command::RotateKey { .. }
            | Command::StartServer { .. }
            | Command::ConfigureRoles { .. } => true,
            // The stage has met people already.
            Command::ActivatePolicy { .. } => false,
            Command::ProposePolicy { policy, follows } => {
                self.begins_with(policy, *follows) && self.sound(policy)
            }
            Command::WithdrawProposal { proposal } => {
                self.on_the_table(*proposal) && self.word_of(*proposal).is_none()
            }
            Command::ConfigureResource { labels, .. } => {
                let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/');
                let fits =
                    |text: &String| (1..=63).contains(&text.len()) && text.bytes().all(plain);
                labels.len() <= 50
                    && labels
                        .iter()
                        .all(|(label, value)| fits(label) && fits(value))
            }
            Command::RemoveResource { resource } => self.labels(resource).is_some(),
            Command::RegisterPerson { person, .. } => !self.known(*person),
            Command::Lapse { request } => self
                .asked(*request)
                .is_some_and(|asked| !self.over(*request) && self.now_ms >= self.lapses_at(&asked)),
            Command::Escalate { request } => self.may_climb(*request),
            Command::ConfirmGrant { grant } => {
                let ends_at = self.ends_at(*grant);
                ends_at.is_some_and(|at| !self.settled(*grant) && self.now_ms < at)
            }
            Command::FailGrant { grant, .. } => {
                self.intended(*grant).is_some() && !self.settled(*grant)
            }
            Command::EndGrant { grant, cause, .. } => {
                let due = match cause {
                    EndCause::Expired => self.expires_at(*grant),
                    EndCause::Unratified => self.ratify_by(*grant),
                    EndCause::Returned | EndCause::Revoked => None,
                };
                self.active(*grant) && due.is_some_and(|due| self.now_ms >= due)
            }
            Command::RemoveOrphan { account, .. } => !self.log.iter().any(|record| {
                let Event::GrantIntended { grant, .. } = record.event else {
                    return false;
                };
                let live = !self.settled(grant) || self.active(grant);
                grant.account() == *account && live
            }),
            _ => self.allows_recorder(command),
        }
    }

    fn allows_person(self, command: &Command, me: PersonId, groups: &[GroupName]) -> bool {
        match command {
            Command::OpenSession { .. } | Command::CloseSession { .. } => true,
            Command::SubmitRequest { .. } | Command::EditRequest { .. } => {
                self.allows_asking(command, me, groups)
            }
            Command::ViewRequest { request } => self.may_look(*request, me, groups),
            Command::SignOff { .. } => self.allows_sign_off(command, me, groups),
            Command::Withdraw { request } => self
                .asked(*request)
                .is_some_and(|asked| asked.requester == me && !self.over(*request)),
            Command::ShowCredential { .. }
            | Command::IssueCertificate { .. }
            | Command::StartRecording { .. }
            | Command::IntendAction { .. }
            | Command::RefuseAction { .. }
            | Command::FinishAction { .. }
            | Command::RecordChunk { .. }
            | Command::EndRecording { .. } => self.allows_work(command, me, groups),
            Command::IntendGrant { .. }
            | Command::AskExtension { .. }
            | Command::DenyExtension { .. }
            | Command::ExtendGrant { .. } => self.allows_access(command, me, groups),
            Command::EndGrant {
                grant,
                cause: EndCause::Returned,
                ..
            } => self.active(*grant) && self.holder(*grant) == Some(me),
            Command::EndGrant {
                grant,
                cause: EndCause::Revoked,
                ..
            } => self.may_revoke(*grant, me, groups),
            Command::RecordReview { request, .. } => self.may_review(*request, me, groups),
            Command::ProposePolicy { .. }
            | Command::ProposeRetirement { .. }
            | Command::EndorseProposal { .. }
            | Command::ActivateProposal { .. }
            | Command::WithdrawProposal { .. } => self.allows_authors(command, me, groups),
            Command::LinkPerson { person, into } => {
                self.proved_lately(me) && self.may_link(*person, *into, me, groups)
            }
            Command::SetDelegation { to, until_ms } => {
                let until_ms = until_ms.millis();
                self.proved_lately(me)
                    && self.known(*to)
                    && !self.same(*to, me)
                    && self.now_ms < until_ms
                    && until_ms <= self.now_ms + 30 * 86_400_000
            }
            Command::EndDelegation => self.delegate(me).is_some(),
            _ => self.allows_oversight(command, me, groups),
        }
    }
}
