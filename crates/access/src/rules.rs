//! The one place where a rule stands: may this event follow this state?
//!
//! `decide` asks before it writes, `apply` asks again about what somebody wrote. Each check names
//! the rule that is broken, what it demands and what it found.

use std::sync::Arc;

use crate::event::{Actor, Event, Mode};
use crate::ids::{GrantId, GroupName, RecordingId, RequestId};
use crate::policy::{Policy, PolicyVersion};
use crate::refusal::Rule;
use crate::state::{Erasure, Grant, Proposal, Recording, Request, State};
use crate::time::UnixMillis;
use crate::violation::{Broken, Checked};

pub(crate) mod actor;
mod erasure;
pub(crate) mod evaluate;
mod extend;
mod grant;
mod housekeeping;
pub(crate) mod oversight;
mod people;
mod policy;
pub(crate) mod quorum;
mod recording;
pub(crate) mod request;
mod review;
pub(crate) mod sign_off;

/// Where and when an event stands, and who did it.
#[derive(Clone, Copy)]
pub(crate) struct Act<'a> {
    pub(crate) state: &'a State,
    pub(crate) actor: &'a Actor,
    pub(crate) now: UnixMillis,
}

impl<'a> Act<'a> {
    /// Whether the event may be the entry at `seq`, after the state.
    pub(crate) fn check(self, seq: u64, event: &Event) -> Checked {
        actor::order(seq, matches!(event, Event::LedgerOpened { .. }))?;
        actor::check(self, event)?;
        match event {
            Event::LedgerOpened { .. }
            | Event::ServerStarted { .. }
            | Event::ServerFailed { .. }
            | Event::RolesConfigured { .. }
            | Event::SessionOpened { .. }
            | Event::SessionClosed { .. } => Ok(()),
            Event::KeyRotated { from, .. } => housekeeping::rotated(seq, *from),
            Event::PolicyActivated {
                version,
                sha256,
                policy,
                proposal,
            } => policy::activated(self, (*version, *sha256), policy, *proposal),
            Event::PolicyProposed {
                replaces,
                sha256,
                policy,
            } => policy::proposed(self, *replaces, *sha256, policy),
            Event::RetirementProposed { policy, version } => {
                policy::retirement_proposed(self, policy, *version)
            }
            Event::ProposalEndorsed { proposal } => policy::endorsed(self, *proposal),
            Event::ProposalWithdrawn { proposal } => policy::withdrawn(self, *proposal),
            Event::PolicyRetired {
                policy,
                version,
                proposal,
            } => policy::retired(self, policy, *version, *proposal),
            Event::ResourceConfigured { labels, .. } => housekeeping::configured(labels),
            Event::ResourceRemoved { resource } => housekeeping::removed(self, resource),
            Event::PersonLinked { person, into } => people::linked(self, *person, *into),
            Event::DelegationSet { to, until_ms } => people::delegated(self, *to, *until_ms),
            Event::DelegationEnded { to } => people::delegation_ended(self, *to),
            Event::PersonRegistered { person, .. } => housekeeping::registered(self, *person),
            Event::OrphanRemoved { account, .. } => housekeeping::orphan_removed(self, account),
            Event::CommandRefused {
                command,
                request,
                rule,
            } => housekeeping::refused(self, command, *request, *rule),
            Event::RequestSubmitted { .. } => request::submitted(self, event),
            Event::RequestEdited { .. } => request::edited(self, event),
            Event::RequestViewed { request } => request::viewed(self, *request),
            Event::RequestEscalated {
                request,
                stage,
                step,
            } => request::escalated(self, *request, *stage, *step),
            Event::RequestWithdrawn { request } => request::withdrawn(self, *request),
            Event::RequestLapsed { request } => request::lapsed(self, *request),
            Event::SignOffGiven {
                request,
                on_behalf_of,
                statement,
                auth_time_s,
                ..
            } => sign_off::given(
                self,
                &sign_off::Given {
                    request: *request,
                    on_behalf_of: *on_behalf_of,
                    statement: *statement,
                    auth_time_s: *auth_time_s,
                },
            ),
            Event::StageCompleted { request, stage } => {
                sign_off::stage_completed(self, *request, *stage)
            }
            Event::RequestRatified { request } => sign_off::ratified(self, *request),
            Event::RequestApproved {
                request,
                lapses_at_ms,
            } => sign_off::approved(self, *request, *lapses_at_ms),
            Event::RequestDenied { request } => sign_off::denied(self, *request),
            Event::GrantIntended { .. } => grant::intended(self, event),
            Event::ExtensionAsked { grant } => extend::asked(self, *grant),
            Event::ExtensionDenied { grant } => extend::denied(self, *grant),
            Event::GrantExtended {
                grant,
                request,
                expires_at_ms,
                proof,
            } => extend::extended(self, (*grant, *request), *expires_at_ms, *proof),
            Event::GrantOpened { grant } => grant::opened(self, *grant),
            Event::GrantFailed { grant, .. } => grant::failed(self, *grant),
            Event::CredentialShown { grant } => grant::shown(self, *grant),
            Event::CertificateIssued { .. } => grant::certified(self, event),
            Event::TargetAnswered { grant, .. } => grant::answered(self, *grant),
            Event::RecordingStarted {
                recording,
                grant,
                way,
            } => recording::started(self, *recording, *grant, *way),
            Event::ActionIntended {
                recording,
                number,
                classes,
                ..
            } => recording::intended(self, *recording, *number, classes),
            Event::ActionRefused {
                recording,
                number,
                class,
                ..
            } => recording::refused(self, *recording, *number, *class),
            Event::ActionFinished {
                recording, number, ..
            } => recording::finished(self, *recording, *number),
            Event::RecordingChunk {
                recording, number, ..
            } => recording::chunk(self, *recording, *number),
            Event::RecordingGap {
                recording,
                from,
                to,
            } => recording::gap(self, *recording, *from, *to),
            Event::RecordingEnded {
                recording,
                cause,
                actions,
                chunks,
            } => recording::ended(self, *recording, *cause, (*actions, *chunks)),
            Event::GrantEnded { grant, cause, .. } => grant::ended(self, *grant, *cause),
            Event::ReviewRecorded { request, .. } => review::recorded(self, *request),
            Event::LedgerRead { from, to, began_ms } => {
                oversight::read(self, *from, *to, *began_ms)
            }
            Event::OpeningDisclosed {
                request,
                opening,
                purpose,
            } => oversight::disclosed(self, *request, *opening, *purpose),
            Event::ErasureOrdered {
                request,
                of,
                reason,
            } => erasure::ordered(self, *request, *of, *reason),
            Event::ErasureConfirmed {
                order,
                request,
                auth_time_s,
                ..
            } => erasure::confirmed(self, *order, *request, *auth_time_s),
            Event::OpeningErased {
                order,
                request,
                openings,
            } => erasure::erased(self, *order, *request, openings),
        }
    }

    /// What is asked of entries only, and never of a command: it accuses what has happened already,
    /// and to refuse to write it down would make it worse.
    pub(crate) fn check_replayed(self, event: &Event) -> Checked {
        match event {
            Event::GrantEnded { grant, .. } | Event::GrantFailed { grant, .. } => {
                grant::ended_in_time(self, *grant)
            }
            Event::RecordingEnded { recording, .. } => recording::ended_in_time(self, *recording),
            _ => Ok(()),
        }
    }

    pub(crate) fn request(self, id: RequestId) -> Checked<&'a Request> {
        self.state.request(id).ok_or_else(|| {
            Broken::new(Rule::UnknownRequest, "a request of the log", id.to_string())
        })
    }

    pub(crate) fn grant(self, id: GrantId) -> Checked<(&'a Grant, &'a Request)> {
        let unknown = || Broken::new(Rule::UnknownGrant, "a grant of the log", id.to_string());
        let grant = self.state.grant(id).ok_or_else(unknown)?;
        Ok((grant, self.request(grant.request)?))
    }

    pub(crate) fn recording(self, id: RecordingId) -> Checked<&'a Recording> {
        self.state.recording(id).ok_or_else(|| {
            let found = id.to_string();
            Broken::new(Rule::UnknownRecording, "a recording of the log", found)
        })
    }

    pub(crate) fn proposal(self, seq: u64) -> Checked<&'a Proposal> {
        self.state.proposal(seq).ok_or_else(|| {
            let found = format!("entry {seq}");
            Broken::new(
                Rule::UnknownProposal,
                "a proposal that is on the table",
                found,
            )
        })
    }

    pub(crate) fn erasure(self, order: u64) -> Checked<&'a Erasure> {
        self.state.erasure(order).ok_or_else(|| {
            let found = format!("entry {order}");
            Broken::new(Rule::UnknownErasure, "an order of the log", found)
        })
    }

    /// The version in force of the request's policy.
    pub(crate) fn policy_now(self, request: &'a Request) -> &'a Arc<PolicyVersion> {
        self.state
            .policy(&request.policy.policy.name)
            .unwrap_or(&request.policy)
    }

    /// A policy that was made stricter is not to be got round with an older request.
    fn same_policy(self, request: &'a Request) -> Checked<&'a Policy> {
        let then = &request.policy;
        let now = self.state.policy(&then.policy.name).map(|now| now.version);
        ensure(now == Some(then.version), || {
            let found = now.map_or("none".to_owned(), |now| format!("version {now} since"));
            Broken::new(
                Rule::PolicyChanged,
                format!("version {} in force", then.version),
                found,
            )
        })?;
        Ok(&then.policy)
    }

    /// What a request is signed off under: the version that is still in force, or, for an emergency, the
    /// one that it was broken under, since what is open has to be answered for whatever came later.
    fn signed_under(self, request: &'a Request) -> Checked<&'a Policy> {
        match request.mode {
            Mode::Ordinary => self.same_policy(request),
            Mode::Emergency => Ok(&request.policy.policy),
        }
    }
}

fn ensure(holds: bool, broken: impl FnOnce() -> Broken) -> Checked {
    if holds { Ok(()) } else { Err(broken()) }
}

/// Whether one of the groups held is among those wanted.
pub(crate) fn overlap(held: &[GroupName], wanted: &[GroupName]) -> bool {
    held.iter().any(|group| wanted.contains(group))
}

fn list(groups: &[GroupName]) -> String {
    if groups.is_empty() {
        return "no group".to_owned();
    }
    groups
        .iter()
        .map(GroupName::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}

fn one_of(groups: &[GroupName]) -> String {
    format!("somebody in one of: {}", list(groups))
}

pub(crate) fn moment(at: UnixMillis) -> String {
    format!("{} ms", at.millis())
}
