//! The rules a second time, as plainly as can be: every question is answered by reading the whole
//! log. Slow, and shares no code with the crate.

use access::Record;
use access::command::Command;
use access::event::{Actor, EndCause, Event, Mode};
use access::ids::{GroupName, PersonId};

mod log;
mod oversight;

use log::{by, shares};

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

    /// Whether the event ends access, or gives it up, more than a minute after its time.
    pub(crate) fn ends_late(self, event: &Event) -> bool {
        let (Event::GrantEnded { grant, .. } | Event::GrantFailed { grant, .. }) = event else {
            return false;
        };
        self.intended(*grant)
            .is_some_and(|(_, _, expires_at_ms)| self.now_ms > expires_at_ms + 60_000)
    }

    fn allows_system(self, command: &Command) -> bool {
        match command {
            Command::OpenLedger { .. }
            | Command::RotateKey { .. }
            | Command::StartServer { .. }
            | Command::ConfigureRoles { .. } => true,
            Command::ActivatePolicy { .. } => false,
            Command::RegisterPerson { person, .. } => !self.known(*person),
            Command::Lapse { request } => self.submitted(*request).is_some_and(|asked| {
                let Event::RequestSubmitted { lapses_at_ms, .. } = asked.event else {
                    return false;
                };
                let due = self.approval(*request).unwrap_or(lapses_at_ms.millis());
                !self.over(*request) && self.now_ms >= due
            }),
            Command::ConfirmGrant { grant } => self
                .intended(*grant)
                .is_some_and(|(_, _, expires)| !self.settled(*grant) && self.now_ms < expires),
            Command::FailGrant { grant, .. } => {
                self.intended(*grant).is_some() && !self.settled(*grant)
            }
            Command::EndGrant {
                grant,
                cause: EndCause::Expired,
                ..
            } => {
                let expires = self.intended(*grant).map(|(_, _, expires)| expires);
                self.active(*grant) && expires.is_some_and(|expires| self.now_ms >= expires)
            }
            Command::RemoveOrphan { account, .. } => !self.log.iter().any(|record| {
                let Event::GrantIntended { grant, .. } = record.event else {
                    return false;
                };
                let live = !self.settled(grant) || self.active(grant);
                grant.account() == *account && live
            }),
            _ => false,
        }
    }

    fn allows_person(self, command: &Command, me: PersonId, groups: &[GroupName]) -> bool {
        match command {
            Command::OpenSession { .. } | Command::CloseSession { .. } => true,
            Command::SubmitRequest { .. } => self.allows_submit(command, groups),
            Command::SignOff { .. } => self.allows_sign_off(command, me, groups),
            Command::Withdraw { request } => self
                .submitted(*request)
                .is_some_and(|asked| by(asked) == Some(me) && !self.over(*request)),
            Command::IntendGrant { request, grant } => {
                self.submitted(*request).is_some_and(|asked| {
                    by(asked) == Some(me)
                        && self.intended(*grant).is_none()
                        && !self.over(*request)
                        && self.approval(*request).is_some_and(|lapses| self.now_ms < lapses)
                        && self.same_policy(asked).is_some_and(|policy| {
                            shares(groups, &policy.eligible)
                                && self.approvers(*request, policy).len()
                                    >= usize::from(policy.approval.stages[0].n)
                        })
                })
            }
            Command::ShowCredential { grant } => {
                self.active(*grant)
                    && self.holder(*grant) == Some(me)
                    && self.intended(*grant).is_some_and(|(_, _, expires)| self.now_ms < expires)
                    && !self.any(|event| {
                        matches!(event, Event::CredentialShown { grant: shown } if shown == grant)
                    })
            }
            Command::EndGrant { grant, cause: EndCause::Returned, .. } => {
                self.active(*grant) && self.holder(*grant) == Some(me)
            }
            Command::EndGrant { grant, cause: EndCause::Revoked, .. } => {
                let policy = self.policy_of_grant(*grant);
                self.active(*grant)
                    && self.holder(*grant) != Some(me)
                    && policy.is_some_and(|policy| {
                        shares(groups, &policy.approval.stages[0].groups)
                            || shares(groups, &policy.review.groups)
                    })
            }
            Command::RecordReview { request, .. } => {
                let Some(grant) = self.grant_of(*request) else { return false };
                self.ended(grant)
                    && self.holder(grant) != Some(me)
                    && !self.signed(*request, me)
                    && self
                        .policy_of_grant(grant)
                        .is_some_and(|policy| shares(groups, &policy.review.groups))
                    && !self.any(|event| {
                        matches!(event, Event::ReviewRecorded { request: r, .. } if r == request)
                    })
            }
            _ => self.allows_oversight(command, me, groups),
        }
    }

    fn allows_submit(self, command: &Command, groups: &[GroupName]) -> bool {
        let Command::SubmitRequest {
            request,
            mode,
            resource,
            policy,
            facts,
            grant,
            confirmed,
            ..
        } = command
        else {
            return false;
        };
        let Some(policy) = self.versions(policy).pop() else {
            return false;
        };
        let longest = match mode {
            Mode::Ordinary => policy.duration.max_s,
            Mode::Emergency => policy
                .emergency
                .as_ref()
                .map_or(0, |some| some.max_duration_s),
        };
        self.submitted(*request).is_none()
            && policy
                .resources
                .iter()
                .any(|one| one.to_string() == resource.to_string())
            && shares(groups, &policy.eligible)
            && (1..=longest).contains(&facts.duration_s)
            && facts.reason.n.min(facts.reason_chars) >= policy.conditions.min_reason_chars
            && (*mode == Mode::Ordinary || (*confirmed && self.intended(*grant).is_none()))
    }

    fn allows_sign_off(self, command: &Command, me: PersonId, groups: &[GroupName]) -> bool {
        let Command::SignOff {
            request,
            statement: shown,
            auth_time_s,
            ..
        } = command
        else {
            return false;
        };
        let Some(asked) = self.submitted(*request) else {
            return false;
        };
        let Event::RequestSubmitted {
            statement,
            lapses_at_ms,
            ..
        } = &asked.event
        else {
            return false;
        };
        let since_s = asked.time.millis().div_euclid(1000);
        let until_s = self.now_ms.div_euclid(1000) + 60;
        !self.over(*request)
            && self.approval(*request).is_none()
            && self.now_ms < lapses_at_ms.millis()
            && by(asked) != Some(me)
            && !self.signed(*request, me)
            && shown == statement
            && (since_s..=until_s).contains(auth_time_s)
            && self
                .same_policy(asked)
                .is_some_and(|policy| shares(groups, &policy.approval.stages[0].groups))
    }
}
