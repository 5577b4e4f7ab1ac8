//! An entry as the rules see it: without hashes and signatures, which are the ledger's.

use crate::event::{Actor, Event};
use crate::refusal::Rule;
use crate::time::UnixMillis;
use crate::violation::{Broken, Violation};

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
        let malformed =
            |expected: String, found: String| Broken::new(Rule::Malformed, expected, found).at(seq);
        let actor = Actor::from_wire(actor_json).map_err(|found| {
            malformed("a person or a part of the portal as actor".into(), found)
        })?;
        let event = Event::from_wire(kind, body_json)
            .map_err(|found| malformed(format!("a body of the kind {kind:?}"), found))?;
        Ok(Self {
            seq,
            time,
            actor,
            event,
        })
    }
}
