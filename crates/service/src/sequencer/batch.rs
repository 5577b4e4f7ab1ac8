//! What a batch of commands becomes: decided in order, each against the state that the one before it
//! left.

use access::command::Command;
use access::event::{Actor, Event};
use access::refusal::Rule;
use access::time::UnixMillis;
use access::{Refusal, decide, is_of_late, refusal_event};
use ledger::EncodeError;
use uuid::Uuid;

use super::image::Made;
use super::{Act, Appended, Image, MOST_EVENTS, Outcome, Pending, Proposal};
use crate::clock::Clock;
use crate::store::ledger::Addition;

/// Why a batch cannot be stored.
#[derive(Debug, thiserror::Error)]
pub(super) enum BatchError {
    #[error("an entry could not be encoded")]
    Encode(#[from] EncodeError),
    #[error("a command became {0} entries; there are ids for {MOST_EVENTS}")]
    TooMany(usize),
}

/// A decided batch, not yet stored.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) addition: Addition,
    /// One for each command, in order.
    pub(super) outcomes: Vec<Outcome>,
    pub(super) made: Vec<BatchEntry>,
}

/// One of its entries.
#[derive(Debug)]
pub(super) struct BatchEntry {
    /// Which command of the batch it came from.
    pub(super) place: usize,
    pub(super) time: UnixMillis,
    pub(super) made: Made,
}

impl Batch {
    /// Decides each command and folds what follows into `image`.
    ///
    /// # Errors
    /// Where an entry does not fit the format, or has no id; then `image` is of no more use.
    pub(super) fn decide(
        image: &mut Image,
        commands: &[Pending],
        clock: &Clock,
    ) -> Result<Self, BatchError> {
        let mut batch = Self::default();
        for (place, pending) in commands.iter().enumerate() {
            clock.reach(image.time());
            let time = clock.now();
            let (events, refusal) = decided(image, pending, time);
            let mut entries = Vec::with_capacity(events.len());
            for (event, id) in with_ids(events, pending.ids)? {
                let actor = &pending.proposal.actor;
                let made = image.make(id, time, actor, event, &mut batch.addition)?;
                entries.push((made.seq, made.event.clone()));
                batch.made.push(BatchEntry { place, time, made });
            }
            batch.outcomes.push(match refusal {
                Some(refusal) => Err(refusal),
                None => Ok(Appended { entries }),
            });
        }
        Ok(batch)
    }
}

/// Each event with its id. None may go without: it would be decided and not stand in the log.
fn with_ids(
    events: Vec<Event>,
    ids: [Uuid; MOST_EVENTS],
) -> Result<impl Iterator<Item = (Event, Uuid)>, BatchError> {
    if events.len() > ids.len() {
        return Err(BatchError::TooMany(events.len()));
    }
    Ok(events.into_iter().zip(ids))
}

/// What an act becomes: its events, and the refusal if it was refused. A refusal of a person is an
/// event; the portal's own tasks ask for what another replica may just have done, and are silent.
fn decided(image: &Image, pending: &Pending, now: UnixMillis) -> (Vec<Event>, Option<Refusal>) {
    let proposal = &pending.proposal;
    let refusal = match &proposal.act {
        Act::Do(command) => {
            let decided = decide(image.state(), command.clone(), &proposal.actor, now);
            match decided.and_then(|events| in_session(proposal, command, now).map(|()| events)) {
                // The end of a recording tells what nobody has told of its actions: of many, they are told first.
                Ok(events) if events.len() > MOST_EVENTS => Refusal {
                    command: command.name(),
                    request: None,
                    rule: Rule::ActionUnfinished,
                },
                Ok(events) => return (events, None),
                Err(refusal) => refusal,
            }
        }
        Act::Would(command) => {
            let decided = decide(image.state(), command.clone(), &proposal.actor, now);
            return (Vec::new(), decided.err());
        }
        // Whoever sent it may have named any request: an entry names those that the log knows.
        Act::Refuse(refusal) => Refusal {
            request: refusal
                .request
                .filter(|request| image.state().request(*request).is_some()),
            ..*refusal
        },
    };
    let events = match proposal.actor {
        Actor::Person { .. } => vec![refusal_event(&refusal)],
        Actor::System { .. } => Vec::new(),
    };
    (events, Some(refusal))
}

/// The rules look at the person, whose sign-in in one browser would make each other one's as good: a session that
/// somebody walked away from, or lost, has to be proven itself.
fn in_session(proposal: &Proposal, command: &Command, now: UnixMillis) -> Result<(), Refusal> {
    let by_person = matches!(proposal.actor, Actor::Person { .. });
    if by_person && command.takes_sign_in_of_late() && !is_of_late(proposal.proved_at_s, now) {
        return Err(Refusal {
            command: command.name(),
            request: None,
            rule: Rule::SignInStale,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_without_an_id_is_refused_and_not_lost() {
        let event = Event::SessionOpened { auth_time_s: None };
        let ids = [(); MOST_EVENTS].map(|()| Uuid::new_v4());
        for count in 0..=MOST_EVENTS {
            let paired = with_ids(vec![event.clone(); count], ids).map(Iterator::count);
            assert!(paired.is_ok_and(|paired| paired == count));
        }
        let refused = with_ids(vec![event; MOST_EVENTS + 1], ids).map(Iterator::count);
        assert!(matches!(refused, Err(BatchError::TooMany(4))));
    }
}
