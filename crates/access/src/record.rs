//! An entry as the rules see it: without hashes and signatures, which are the ledger's.

use crate::event::{Actor, Event};
use crate::refusal::Rule;
use crate::time::UnixMillis;
use crate::violation::{Broken, Violation};

/// An entry whose parts are kept elsewhere: many entries have the same actor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordRef<'a> {
    pub(crate) seq: u64,
    pub(crate) time: UnixMillis,
    pub(crate) actor: &'a Actor,
    pub(crate) event: &'a Event,
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its place.
    pub seq: u64,
    /// Its time.
    pub time: UnixMillis,
    /// Who did it.
    pub actor: Actor,
    /// What happened.
    pub event: Event,
}

impl Record {
    /// Reads the parts of an entry. They must be the very bytes that [`Actor::json`],
    /// [`Event::kind`] and [`Event::body_json`] write.
    ///
    /// # Errors
    ///
    /// [`Rule::Malformed`] where the actor, the kind or the body has a form, a field or an order
    /// that this version does not write.
    pub fn parse(
        seq: u64,
        time: UnixMillis,
        kind: &str,
        actor_json: &str,
        body_json: &str,
    ) -> Result<Self, Violation> {
        Ok(Self {
            seq,
            time,
            actor: parse_actor(seq, actor_json)?,
            event: parse_event(seq, kind, body_json)?,
        })
    }

    pub(crate) fn by_ref(&self) -> RecordRef<'_> {
        let Self {
            seq,
            time,
            actor,
            event,
        } = self;
        let (seq, time) = (*seq, *time);
        RecordRef {
            seq,
            time,
            actor,
            event,
        }
    }
}

pub(crate) fn parse_actor(seq: u64, json: &str) -> Result<Actor, Violation> {
    Actor::from_wire(json).map_err(|found| {
        malformed(
            seq,
            "a person or a part of the portal as actor".into(),
            found,
        )
    })
}

pub(crate) fn parse_event(seq: u64, kind: &str, body_json: &str) -> Result<Event, Violation> {
    Event::from_wire(kind, body_json)
        .map_err(|found| malformed(seq, format!("a body of the kind {kind:?}"), found))
}

fn malformed(seq: u64, expected: String, found: String) -> Violation {
    Broken::new(Rule::Malformed, expected, found).at(seq)
}
