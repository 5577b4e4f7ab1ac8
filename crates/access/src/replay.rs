//! Reading and folding entry after entry, as a verifier does with a whole log.

use crate::apply::apply_ref;
use crate::record::{RecordRef, parse_event};
use crate::state::{Ledger, Request, State};
use crate::time::UnixMillis;
use crate::unfinished::unfinished;
use crate::violation::Violation;

mod actors;
mod settled;

use actors::Actors;
use settled::Settled;

/// How much there is in a log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Requests.
    pub requests: u64,
    /// Grants.
    pub grants: u64,
    /// Recordings.
    pub recordings: u64,
    /// Numbers of actions that they used: those of actions that were sent, refused, or never reported.
    pub actions: u64,
    /// Sealed texts that were erased as the rules demand; a recording counts as one.
    pub erased: u64,
}

/// A replay under way: [`Record::parse`](crate::Record::parse) and [`apply`](crate::apply()) of each
/// entry, without a copy of an actor that was read before, and in little memory: a request that nothing
/// is expected of any more takes a few hundred bytes.
#[derive(Debug, Default)]
pub struct Replay {
    state: State,
    actors: Actors,
    settled: Settled,
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
        self.settled.take_out(&mut self.state, event);
        let record = RecordRef {
            seq,
            time,
            actor,
            event,
        };
        let applied = apply_ref(&mut self.state, record);
        self.settled.put_away(&mut self.state, event);
        applied
    }

    /// Everything that the entries so far left, as bytes for [`Replay::resume`] of this very program: whoever
    /// has the bytes goes on after the last entry.
    pub fn save(&mut self) -> Vec<u8> {
        self.settled.save(&self.state)
    }

    /// A replay that goes on where one was that wrote these bytes. `None` for other bytes.
    pub fn resume(bytes: &[u8]) -> Option<Self> {
        let (settled, state) = Settled::resume(bytes)?;
        Some(Self {
            state,
            actors: Actors::default(),
            settled,
        })
    }

    /// What the log says of itself, if one of its entries opens it.
    pub fn ledger(&self) -> Option<&Ledger> {
        self.state.ledger()
    }

    /// What the entries so far lack, as [`unfinished`](crate::unfinished()) says.
    pub fn unfinished(&self) -> Vec<Violation> {
        unfinished(&self.state)
    }

    /// What the entries add up to: what [`apply`](crate::apply()) makes of them.
    pub fn into_state(mut self) -> State {
        self.settled.take_out_all(&mut self.state);
        self.state
    }

    /// How much there is in the log.
    pub fn totals(&self) -> Totals {
        let erased = |request: &Request| request.erased.len() as u64;
        let (mut recordings, mut actions) = (self.settled.recordings(), self.settled.actions());
        for recording in self.state.recordings() {
            recordings += 1;
            actions += u64::from(recording.actions);
        }
        Totals {
            recordings,
            actions,
            requests: self.settled.requests() + self.state.requests().count() as u64,
            grants: self.settled.grants() + self.state.grants().count() as u64,
            erased: self.settled.erased() + self.state.requests().map(erased).sum::<u64>(),
        }
    }
}
