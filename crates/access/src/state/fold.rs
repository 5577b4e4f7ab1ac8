//! How an entry changes the state, whether or not it was allowed.
//!
//! A replay has to go on after an entry that breaks a rule, so the fold never fails: what names
//! something unknown changes nothing, and what is over stays over.

use super::{Delegation, Ledger, Reviewed, State};
use crate::event::{Actor, Event};
use crate::record::RecordRef;
use crate::rules::sign_off::MAX_SKEW_S;
use crate::view::RequestState;

mod grant;
mod oversight;
mod policy;
mod recording;
mod request;

/// Whether the entry says something that others rest on. Where it broke a rule it never counts, so that
/// what rests on it is found as well.
const fn gives(event: &Event) -> bool {
    matches!(
        event,
        Event::PolicyActivated { .. }
            | Event::PolicyProposed { .. }
            | Event::RetirementProposed { .. }
            | Event::ProposalEndorsed { .. }
            | Event::ProposalWithdrawn { .. }
            | Event::PolicyRetired { .. }
            | Event::ResourceConfigured { .. }
            | Event::RolesConfigured { .. }
            | Event::PersonLinked { .. }
            | Event::DelegationSet { .. }
            | Event::RequestEscalated { .. }
            | Event::StageCompleted { .. }
            | Event::RequestRatified { .. }
            | Event::ExtensionAsked { .. }
            | Event::ExtensionDenied { .. }
            | Event::ReviewRecorded { .. }
    )
}

impl State {
    /// Folds an entry. `lawful` is what the rules said of it: an unlawful sign-off never counts.
    pub(crate) fn fold(&mut self, record: RecordRef<'_>, lawful: bool) {
        self.next_seq = record.seq.saturating_add(1);
        self.last_time = Some(self.moment(record.time));
        let at = record.time;
        if !lawful && gives(record.event) {
            self.fold_unlawful(record);
            return;
        }
        match record.event {
            Event::LedgerOpened { origin, vkey } => {
                let opened = || Ledger {
                    origin: origin.clone(),
                    vkey: vkey.clone(),
                };
                self.ledger.get_or_insert_with(opened);
            }
            Event::PolicyActivated { .. }
            | Event::PolicyProposed { .. }
            | Event::RetirementProposed { .. }
            | Event::ProposalEndorsed { .. }
            | Event::ProposalWithdrawn { .. }
            | Event::PolicyRetired { .. } => self.fold_policy(record),
            Event::ResourceConfigured { resource, labels } => {
                self.resources.insert(resource.clone(), labels.clone());
            }
            Event::ResourceRemoved { resource } => {
                self.resources.remove(resource);
            }
            Event::RolesConfigured { roles } => self.fold_roles(roles, at),
            Event::PersonRegistered { person, .. } => {
                self.people.entry(*person).or_default();
            }
            Event::PersonLinked { person, into } => self.fold_linked(*person, *into),
            Event::DelegationSet { to, until_ms } => {
                if let Some((of, _)) = record.actor.as_person() {
                    let delegation = Delegation {
                        seq: record.seq,
                        to: *to,
                        until: *until_ms,
                    };
                    self.delegations.insert(of, delegation);
                }
            }
            Event::DelegationEnded { .. } => {
                if let Some((of, _)) = record.actor.as_person() {
                    self.delegations.remove(&of);
                }
            }
            Event::SessionOpened { auth_time_s } => {
                self.see_groups(record.actor);
                self.see_proof(record, *auth_time_s);
            }
            Event::RequestSubmitted { .. } => self.fold_submitted(record, lawful),
            Event::RequestEdited { .. } => self.fold_edited(record, lawful),
            Event::RequestViewed { request } => {
                if let Some((person, _)) = record.actor.as_person()
                    && let Some(request) = self.requests.get_mut(request)
                {
                    request.viewed.push(person);
                }
            }
            Event::RequestEscalated { request, stage, .. } => {
                if let Some(request) = self.requests.get_mut(request)
                    && let Some(steps) = request.steps.get_mut(usize::from(*stage))
                {
                    *steps = steps.saturating_add(1);
                }
            }
            Event::SignOffGiven { .. } => self.fold_sign_off(record, lawful),
            Event::StageCompleted { request, .. } => {
                if let Some(request) = self.requests.get_mut(request) {
                    request.stage = request.stage.saturating_add(1);
                    request.stage_since = at;
                }
            }
            Event::RequestRatified { request } => self.fold_ratified(*request, record.seq),
            Event::RequestApproved {
                request,
                lapses_at_ms,
            } => {
                self.move_request(*request, (RequestState::Approved, at), Some(*lapses_at_ms));
            }
            Event::RequestDenied { request } => {
                self.move_request(*request, (RequestState::Denied, at), None);
            }
            Event::RequestWithdrawn { request } => {
                self.move_request(*request, (RequestState::Withdrawn, at), None);
            }
            Event::RequestLapsed { request } => {
                self.move_request(*request, (RequestState::Lapsed, at), None);
            }
            Event::GrantIntended { .. } => self.fold_intended(record),
            Event::ExtensionAsked { grant } => {
                if let Some(grant) = self.grants.get_mut(grant) {
                    grant.extension_asked = Some(at);
                }
            }
            Event::ExtensionDenied { grant } => self.fold_extension_denied(*grant, record.actor),
            Event::GrantExtended { .. } => self.fold_extended(record),
            Event::GrantOpened { grant } => self.fold_opened(*grant, at),
            Event::GrantFailed { grant, failure } => self.fold_failed(*grant, *failure),
            Event::CredentialShown { grant } | Event::CertificateIssued { grant, .. } => {
                self.fold_shown(*grant);
            }
            Event::TargetAnswered { grant, .. } => self.fold_answered(*grant, record.seq),
            Event::RecordingStarted { .. }
            | Event::ActionIntended { .. }
            | Event::ActionRefused { .. }
            | Event::ActionFinished { .. }
            | Event::RecordingChunk { .. }
            | Event::RecordingGap { .. }
            | Event::RecordingEnded { .. } => self.fold_recording(record),
            Event::GrantEnded {
                grant,
                cause,
                sessions_cut,
            } => {
                self.fold_ended(*grant, *cause, at, *sessions_cut);
            }
            Event::ReviewRecorded {
                request,
                verdict,
                findings,
                note,
            } => {
                if let Some((person, _)) = record.actor.as_person() {
                    let review = Reviewed {
                        seq: record.seq,
                        person,
                        verdict: *verdict,
                        findings: *findings,
                        note: *note,
                        at,
                    };
                    self.fold_reviewed(*request, review);
                }
            }
            Event::OpeningDisclosed { .. }
            | Event::ErasureOrdered { .. }
            | Event::ErasureConfirmed { .. }
            | Event::OpeningErased { .. } => self.fold_oversight(record, lawful),
            Event::KeyRotated { .. }
            | Event::ServerStarted { .. }
            | Event::ServerFailed { .. }
            | Event::LedgerRead { .. }
            | Event::SessionClosed { .. }
            | Event::OrphanRemoved { .. }
            | Event::CommandRefused { .. } => {}
        }
    }

    /// What was sealed with it is there whether or not it was lawful.
    fn fold_unlawful(&mut self, record: RecordRef<'_>) {
        if let Event::ReviewRecorded { request, .. } = record.event
            && let Some(request) = self.requests.get_mut(request)
        {
            request.note_texts(record);
        }
    }

    /// When somebody proved last who they are, as far as the provider says. A time that lies ahead says
    /// nothing, and keeps nobody from saying it again.
    fn see_proof(&mut self, record: RecordRef<'_>, auth_time_s: Option<i64>) {
        let latest = record.time.unix_seconds().saturating_add(MAX_SKEW_S);
        if let (Some((person, _)), Some(at)) = (record.actor.as_person(), auth_time_s)
            && self.people.contains_key(&person)
            && at <= latest
        {
            let last = self.proved.entry(person).or_insert(at);
            *last = at.max(*last);
        }
    }

    /// Only a fresh ID token tells a person's groups: that of a sign-in or of a sign-off.
    pub(super) fn see_groups(&mut self, actor: &Actor) {
        if let Some((person, groups)) = actor.as_person()
            && let Some(seen) = self.people.get_mut(&person)
        {
            // Mostly they are the same as last time, and stay where they are.
            if seen != groups {
                groups.clone_into(seen);
            }
        }
    }
}
