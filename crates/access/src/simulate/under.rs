//! One request under a draft.

use std::sync::Arc;

use super::course::{Course, follow};
use super::outcome::Outcome;
use super::replay::ReplayRow;
use crate::event::{Actor, EndCause, Mode};
use crate::policy::{Policy, PolicyVersion};
use crate::refusal::Rule;
use crate::rules::evaluate::{All, First, Wish, in_window};
use crate::rules::sign_off::lapses_once_approved;
use crate::rules::{Act, moment, quorum};
use crate::state::{Grant, Request, State};
use crate::time::UnixMillis;
use crate::view::{Evaluated, GrantState};

/// A draft as requests are held against it.
pub(super) struct Under<'a> {
    state: &'a State,
    draft: Arc<PolicyVersion>,
    /// The draft without what entries do not tell.
    told: Policy,
    actor: Actor,
    now: UnixMillis,
}

/// What the draft would have made of a request, and the rules that say so.
type WouldBe = (Outcome, Vec<Evaluated>);

impl<'a> Under<'a> {
    pub(super) fn new(state: &'a State, draft: &Policy, now: UnixMillis) -> Self {
        let mut told = draft.clone();
        told.conditions.networks.clear();
        told.conditions.acr.clear();
        told.conditions.amr.clear();
        let version = state
            .policy(&draft.name)
            .map_or(0, |version| version.version);
        let draft = PolicyVersion {
            version: version.saturating_add(1),
            sha256: draft.digest(),
            policy: draft.clone(),
        };
        let (draft, actor) = (Arc::new(draft), Actor::system("portal"));
        Self {
            state,
            draft,
            told,
            actor,
            now,
        }
    }

    pub(super) fn row(&self, request: &Request) -> ReplayRow {
        let was = Outcome::of(self.state, request);
        let (would_be, mut why) = self.would_be(request, was);
        if would_be == was {
            why.clear();
        }
        ReplayRow {
            request: request.id,
            requester: request.requester,
            mode: request.mode,
            resource: request.resource.clone(),
            submitted_at_ms: request.submitted_at,
            was,
            would_be,
            why,
        }
    }

    fn would_be(&self, request: &Request, was: Outcome) -> WouldBe {
        let refused = self.refused(request);
        if !refused.is_empty() {
            return (Outcome::Refused, refused);
        }
        match request.mode {
            Mode::Ordinary if was == Outcome::Withdrawn => (was, Vec::new()),
            Mode::Ordinary => self.ordinary(request),
            Mode::Emergency => self.emergency(request),
        }
    }

    /// The rules by which it could not have been asked.
    fn refused(&self, request: &Request) -> Vec<Evaluated> {
        let act = Act {
            state: self.state,
            actor: &self.actor,
            now: request.said_at,
        };
        let wish = Wish {
            person: request.requester,
            groups: self.state.groups(request.requester),
            mode: request.mode,
            resource: &request.resource,
            duration_s: request.duration_s,
            reason: request.reason.n,
            ticket: request.ticket.is_some(),
            incident: request.incident.is_some(),
            start_at: request.start_at,
            context: None,
        };
        // Most are allowed, and then there is nothing to write down.
        if wish.hold_against(act, &self.told, &mut First).is_ok() {
            return Vec::new();
        }
        let mut all = All::default();
        let asked = wish.hold_against(act, &self.told, &mut all);
        debug_assert!(asked.is_ok(), "nothing ends the questions");
        all.0.into_iter().filter(|rule| !rule.holds).collect()
    }

    fn ordinary(&self, request: &Request) -> WouldBe {
        let lapses_at = request.said_at.plus_seconds(self.told.approval.within_s);
        let (course, under) = follow(self.state, request, &self.draft, lapses_at);
        let outcome = match course {
            Course::Denied => Outcome::Denied,
            Course::Waits { .. } if lapses_at > self.now => Outcome::Waiting,
            Course::Waits { .. } => Outcome::Lapsed,
            Course::Complete(at) => {
                let (outcome, why) = self.approved(request, lapses_once_approved(at, &under));
                let why = why.or_else(|| course.told());
                return (outcome, why.into_iter().collect());
            }
        };
        (outcome, course.told().into_iter().collect())
    }

    /// An approved request, which has to be opened before `lapses_at`, and in a window.
    fn approved(&self, request: &Request, lapses_at: UnixMillis) -> (Outcome, Option<Evaluated>) {
        let grant = request.grant.and_then(|grant| self.state.grant(grant));
        // Who was never told that it may be opened could not have opened it.
        let opened = match grant {
            Some(grant) => grant.intended_at,
            None if quorum::all_complete(self.state, request, None) => self.now,
            None => return (Outcome::Approved, None),
        };
        if opened >= lapses_at {
            return (Outcome::Lapsed, Some(late(lapses_at, opened)));
        }
        if grant.is_none() {
            return (Outcome::Approved, None);
        }
        let mut all = All::default();
        let asked = in_window(&self.told, opened, &mut all);
        debug_assert!(asked.is_ok(), "nothing ends the questions");
        match all.0.pop().filter(|window| !window.holds) {
            Some(closed) => (Outcome::Approved, Some(closed)),
            None => (Outcome::Opened, None),
        }
    }

    fn emergency(&self, request: &Request) -> WouldBe {
        let emergency = self.told.emergency.as_ref();
        let Some(within_s) = emergency.and_then(|emergency| emergency.ratify_within_s) else {
            return (Outcome::Opened, Vec::new());
        };
        let by = request.submitted_at.plus_seconds(within_s);
        let grant = request.grant.and_then(|grant| self.state.grant(grant));
        // A word that came after the end changed nothing about the access.
        let over = grant.and_then(ended_by_itself).map_or(by, |at| at.min(by));
        let course = follow(self.state, request, &self.draft, over).0;
        let open = by > self.now || grant.is_none_or(|grant| over_by(grant, by));
        let outcome = match course {
            Course::Denied => Outcome::Unratified,
            Course::Complete(_) => Outcome::Opened,
            Course::Waits { .. } if open => Outcome::Opened,
            Course::Waits { .. } if request.ratify_by().is_some() => Outcome::Unratified,
            Course::Waits { .. } => Outcome::ToRatify,
        };
        (outcome, course.told().into_iter().collect())
    }
}

/// When access ended for another reason than that nobody ratified it.
fn ended_by_itself(grant: &Grant) -> Option<UnixMillis> {
    match grant.state {
        GrantState::Ended { cause, at_ms, .. } if cause != EndCause::Unratified => {
            Some(at_ms.min(grant.expires_at))
        }
        _ => None,
    }
}

/// Whether access was over by then for another reason than that nobody ratified it.
fn over_by(grant: &Grant, by: UnixMillis) -> bool {
    match (ended_by_itself(grant), grant.state) {
        (Some(at), _) => at <= by,
        (None, GrantState::Failed { .. }) => true,
        (None, GrantState::Ended { .. }) => grant.expires_at < by,
        (None, GrantState::Intended | GrantState::Active { .. }) => grant.expires_at <= by,
    }
}

fn late(lapses_at: UnixMillis, found: UnixMillis) -> Evaluated {
    Evaluated {
        rule: Rule::TooLate,
        holds: false,
        expected: format!("opened before {}", moment(lapses_at)),
        found: moment(found),
    }
}
