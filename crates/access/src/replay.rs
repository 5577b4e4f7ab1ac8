//! Reading and folding entry after entry, as a verifier does with a whole log.

use crate::apply::apply_ref;
use crate::record::{RecordRef, parse_event};
use crate::state::State;
use crate::time::UnixMillis;
use crate::violation::Violation;

mod actors;

use actors::Actors;

/// A replay under way: [`Record::parse`](crate::Record::parse) and [`apply`](crate::apply()) of each
/// entry, without a copy of an actor that was read before.
#[derive(Debug, Default)]
pub struct Replay {
    state: State,
    actors: Actors,
}

impl Replay {
    /// Reads the parts of the next entry and folds it.
    ///
    /// # Errors
    ///
    /// Where its parts cannot be read, as [`Record::parse`](crate::Record::parse), and the entry
    /// changes nothing; where it breaks a rule, as [`apply`](crate::apply()).
    pub fn entry(
        &mut self,
        seq: u64,
        time: UnixMillis,
        kind: &str,
        actor_json: &str,
        body_json: &str,
    ) -> Result<(), Violation> {
        let actor = self.actors.read(seq, actor_json)?;
        let event = &parse_event(seq, kind, body_json)?;
        let record = RecordRef {
            seq,
            time,
            actor,
            event,
        };
        apply_ref(&mut self.state, record)
    }

    /// What the entries add up to.
    pub fn state(&self) -> &State {
        &self.state
    }
}
