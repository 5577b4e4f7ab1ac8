//! A request's page: what was asked, who said what, what happened, what the viewer may do.

use access::disclosure::Case;
use access::event::{Actor, EndCause, Event, Field, Mode};
use access::ids::{PersonId, RequestId};
use access::policy::Policy;
use access::time::UnixMillis;
use access::view::{Action, GrantState, GrantView, PersonView, RequestView, TimelineItem, Viewer};
use access::{Record, describe};
use ledger::Entry;

use super::end_grant::may_end;
use super::words::{by, text_of, words};
use crate::error::Error;
use crate::portal::Portal;
use crate::store;
use crate::store::request::Found;

impl Portal {
    /// A request as this person sees it. The first look of somebody who is asked is an entry.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none or it does not concern them.
    pub async fn request(&self, viewer: &Viewer, id: RequestId) -> Result<RequestView, Error> {
        self.visible_request(viewer, id).await?;
        self.note_look(viewer, id).await?;
        self.shown_request(viewer, id).await
    }

    /// The same, and nobody has looked.
    pub(super) async fn shown_request(
        &self,
        viewer: &Viewer,
        id: RequestId,
    ) -> Result<RequestView, Error> {
        let pool = &self.inner.pool;
        let mut found = self.visible_request(viewer, id).await?;
        let policy = self
            .policy_at(found.row.policy.as_str(), found.policy_version)
            .await?;
        let mut sign_offs = store::request::sign_offs(pool, id).await?;
        let mut review = store::request::review(pool, id).await?;
        let filter = store::grant::Filter {
            request: Some(id),
            ..Default::default()
        };
        let grant = store::grant::list(pool, &filter).await?.pop();
        let story = store::request::story(pool, id).await?;
        let story: Vec<Record> = story
            .iter()
            .filter_map(|(seq, bytes)| record(*seq, bytes))
            .collect();
        let people = self.people(&story).await?;
        let kept = store::opening::of_request(pool, id).await?;
        let case = Case {
            policy: &policy.policy,
            requester: found.row.requester.id,
            emergency: found.row.mode == Mode::Emergency,
            signed: signed(&story, viewer.person) || self.stands_in(viewer, &policy.policy).await?,
        };
        let exports = case.exports(viewer);
        let openings = words(&story, &kept, &people, case, viewer, self.inner.clock.now());
        let asked = self.asked_of(viewer, id).await?;
        let review_due_at_ms = match grant.as_ref().map(|grant| &grant.state) {
            Some(GrantState::Ended { at_ms, .. }) if review.is_none() => {
                Some(at_ms.plus_seconds(policy.policy.review.within_s))
            }
            _ => None,
        };
        // Only who would sign is told why they cannot; whose emergency it is has been told what it owes.
        let approval = &policy.policy.approval;
        let expects_to_sign = asked.waits
            && (approval.may_ask(viewer.person, &viewer.groups)
                || (found.row.mode == Mode::Ordinary && found.row.requester.id == viewer.person));
        found.row.ratification = asked.ratification;
        let actions = self.possible(asked.actions, viewer, &policy.policy, grant.as_ref());
        found.row.reason = text_of(&openings, found.said_seq, Field::Reason);
        for given in &mut sign_offs {
            given.note = text_of(&openings, given.seq, Field::Note);
        }
        if let Some(review) = &mut review {
            let said = story.iter().find(|record| is_review(&record.event));
            let text = |field| said.and_then(|said| text_of(&openings, said.seq, field));
            (review.note, review.findings) = (text(Field::Note), text(Field::Findings));
        }
        Ok(RequestView {
            statement: asked.statement,
            stages: asked.stages,
            waits: asked.waits,
            sign_for: asked.sign_for,
            sign_as_self: asked.sign_off_refused.is_none(),
            statement_sha256: found.statement_sha256,
            ticket: text_of(&openings, found.said_seq, Field::Ticket),
            incident: text_of(&openings, found.said_seq, Field::Incident),
            erasures: self.erasures(viewer, Some(id)).await?,
            policy,
            sign_offs,
            grant,
            review,
            review_due_at_ms,
            timeline: timeline(&story, &people),
            openings,
            sign_off_refused: asked.sign_off_refused.filter(|_| expects_to_sign),
            actions,
            exports,
            row: found.row,
        })
    }

    /// While the log is halted only ending is left, and the tables say for whom.
    pub(crate) fn possible(
        &self,
        actions: Vec<Action>,
        viewer: &Viewer,
        policy: &Policy,
        grant: Option<&GrantView>,
    ) -> Vec<Action> {
        if self.halted().is_none() {
            return actions;
        }
        let ends = |cause| grant.is_some_and(|grant| may_end(viewer, policy, grant, cause));
        let mut left = Vec::new();
        if ends(EndCause::Returned) {
            left.push(Action::Return);
        }
        if ends(EndCause::Revoked) {
            left.push(Action::Revoke);
        }
        left
    }

    pub(crate) async fn found_request(&self, id: RequestId) -> Result<Found, Error> {
        let filter = store::request::Filter {
            ids: Some(&[id]),
            ..Default::default()
        };
        store::request::list(&self.inner.pool, &filter)
            .await?
            .pop()
            .ok_or(Error::NotFound)
    }

    /// A request that concerns the viewer: their own, one that they may sign, revoke or review or have signed, or
    /// any for those who hold a role of the portal.
    pub(crate) async fn visible_request(
        &self,
        viewer: &Viewer,
        id: RequestId,
    ) -> Result<Found, Error> {
        let found = self.found_request(id).await?;
        let policy = self
            .policy_at(found.row.policy.as_str(), found.policy_version)
            .await?;
        let case = Case {
            policy: &policy.policy,
            requester: found.row.requester.id,
            emergency: found.row.mode == Mode::Emergency,
            signed: false,
        };
        let admitted = case.admits(viewer)
            || self.stands_in(viewer, &policy.policy).await?
            || self.has_signed(viewer, id).await?;
        if admitted {
            Ok(found)
        } else {
            Err(Error::NotFound)
        }
    }

    /// Whether the viewer has said yes or no to a request, be it in the place of somebody who is back.
    async fn has_signed(&self, viewer: &Viewer, id: RequestId) -> Result<bool, Error> {
        let signed = store::request::sign_offs(&self.inner.pool, id).await?;
        Ok(signed.iter().any(|given| given.person.id == viewer.person))
    }

    /// Whether a request concerns the viewer; for streams of changes.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the database does not answer.
    pub async fn concerns(&self, viewer: &Viewer, id: RequestId) -> Result<bool, Error> {
        match self.visible_request(viewer, id).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// The people who acted in these records, with their names.
    pub(crate) async fn people(&self, records: &[Record]) -> Result<Vec<PersonView>, Error> {
        let mut ids: Vec<_> = records
            .iter()
            .filter_map(|record| match &record.actor {
                Actor::Person { person, .. } => Some(person.uuid()),
                Actor::System { .. } => None,
            })
            .collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(store::person::views(&self.inner.pool, &ids).await?)
    }
}

fn timeline(story: &[Record], people: &[PersonView]) -> Vec<TimelineItem> {
    story
        .iter()
        .map(|record| TimelineItem {
            seq: record.seq,
            at_ms: record.time,
            kind: record.event.kind().to_owned(),
            person: named(people, &record.actor),
            text: describe(&record.event),
        })
        .collect()
}

fn is_sign_off(event: &Event) -> bool {
    matches!(event, Event::SignOffGiven { .. })
}

fn is_review(event: &Event) -> bool {
    matches!(event, Event::ReviewRecorded { .. })
}

/// Whether the person has said yes or no.
pub(super) fn signed(story: &[Record], person: PersonId) -> bool {
    let theirs = |record: &&Record| by(record) == Some(person);
    story
        .iter()
        .filter(theirs)
        .any(|record| is_sign_off(&record.event))
}

/// The record that an entry's bytes hold; `None` where they were altered beyond reading. The page
/// goes on without it: saying what is wrong with it is the verifier's work.
pub(crate) fn record(seq: u64, bytes: &[u8]) -> Option<Record> {
    let entry = Entry::parse(bytes).ok()?;
    let time = UnixMillis::new(entry.time().unix_millis());
    Record::parse(seq, time, entry.kind(), entry.actor(), entry.body()).ok()
}

pub(crate) fn named(people: &[PersonView], actor: &Actor) -> Option<PersonView> {
    let Actor::Person { person, .. } = actor else {
        return None;
    };
    let known = people.iter().find(|view| view.id == *person).cloned();
    Some(known.unwrap_or(PersonView {
        id: *person,
        name: None,
    }))
}
