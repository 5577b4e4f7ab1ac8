//! How an entry changes the state, whether or not it was allowed.
//!
//! A replay has to go on after an entry that breaks a rule, so the fold never fails: what names
//! something unknown changes nothing, and what is over stays over.

use std::sync::Arc;

use super::{Ledger, Reviewed, SignOff, State};
use crate::event::{Actor, Event};
use crate::policy::PolicyVersion;
use crate::record::RecordRef;
use crate::view::RequestState;

mod grant;
mod oversight;
mod request;

impl State {
    /// Folds an entry. `lawful` is what the rules said of it: an unlawful sign-off never counts.
    pub(crate) fn fold(&mut self, record: RecordRef<'_>, lawful: bool) {
        self.next_seq = record.seq.saturating_add(1);
        self.last_time = Some(self.moment(record.time));
        let at = record.time;
        match record.event {
            Event::LedgerOpened { origin, vkey } => {
                let opened = || Ledger {
                    origin: origin.clone(),
                    vkey: vkey.clone(),
                };
                self.ledger.get_or_insert_with(opened);
            }
            Event::PolicyActivated {
                version,
                sha256,
                policy,
            } => {
                let version = PolicyVersion {
                    version: *version,
                    sha256: *sha256,
                    policy: policy.clone(),
                };
                self.policies
                    .entry(policy.name.clone())
                    .or_default()
                    .push(Arc::new(version));
            }
            Event::RolesConfigured { roles } => self.fold_roles(roles, at),
            Event::PersonRegistered { person, .. } => {
                self.people.entry(*person).or_default();
            }
            Event::SessionOpened { .. } => self.see_groups(record.actor),
            Event::RequestSubmitted { .. } => self.fold_submitted(record, lawful),
            Event::SignOffGiven {
                request,
                decision,
                note,
                ..
            } => {
                if lawful {
                    self.see_groups(record.actor);
                }
                if let Some((person, _)) = record.actor.as_person()
                    && let Some(request) = self.requests.get_mut(request)
                {
                    let (decision, note) = (*decision, *note);
                    request.sign_offs.push(SignOff {
                        seq: record.seq,
                        person,
                        decision,
                        at,
                        note,
                        lawful,
                    });
                }
            }
            Event::RequestApproved {
                request,
                lapses_at_ms,
            } => {
                self.move_request(*request, RequestState::Approved, Some(*lapses_at_ms));
            }
            Event::RequestDenied { request } => {
                self.move_request(*request, RequestState::Denied, None);
            }
            Event::RequestWithdrawn { request } => {
                self.move_request(*request, RequestState::Withdrawn, None);
            }
            Event::RequestLapsed { request } => {
                self.move_request(*request, RequestState::Lapsed, None);
            }
            Event::GrantIntended { .. } => self.fold_intended(record),
            Event::GrantOpened { grant } => self.fold_opened(*grant, at),
            Event::GrantFailed { grant, failure } => self.fold_failed(*grant, *failure),
            Event::CredentialShown { grant } => self.fold_shown(*grant),
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
                note,
            } => {
                if let Some((person, _)) = record.actor.as_person() {
                    let review = Reviewed {
                        seq: record.seq,
                        person,
                        verdict: *verdict,
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

    /// Only a fresh ID token tells a person's groups: that of a sign-in or of a sign-off.
    fn see_groups(&mut self, actor: &Actor) {
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
