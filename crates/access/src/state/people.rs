//! Who is one human being, and who signs in whose place.

use crate::ids::PersonId;
use crate::state::State;
use crate::time::UnixMillis;

/// Somebody signs in somebody else's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delegation {
    /// The entry that says so.
    pub seq: u64,
    /// Who signs.
    pub to: PersonId,
    /// Until when.
    pub until: UnixMillis,
}

impl State {
    /// The one under whom all identities of a human being are counted.
    pub fn canonical(&self, person: PersonId) -> PersonId {
        self.links.get(&person).copied().unwrap_or(person)
    }

    /// Whether two people of the log are one human being.
    pub fn same(&self, one: PersonId, other: PersonId) -> bool {
        one == other || (!self.links.is_empty() && self.canonical(one) == self.canonical(other))
    }

    /// Everybody whom the log knows, by id.
    pub fn people(&self) -> impl Iterator<Item = PersonId> {
        self.people.keys().copied()
    }

    /// Which people of the log are another identity of whom.
    pub fn links(&self) -> impl Iterator<Item = (PersonId, PersonId)> {
        self.links.iter().map(|(person, into)| (*person, *into))
    }

    /// Who signs in this person's place at a moment, if somebody does.
    pub fn delegation(&self, of: PersonId, at: UnixMillis) -> Option<Delegation> {
        let standing = |delegation: &Delegation| at < delegation.until;
        self.delegations.get(&of).copied().filter(standing)
    }

    /// In whose place somebody may sign at a moment.
    pub fn delegated_to(&self, to: PersonId, at: UnixMillis) -> impl Iterator<Item = PersonId> {
        let theirs = move |delegation: &Delegation| delegation.to == to && at < delegation.until;
        self.delegations
            .iter()
            .filter(move |(_, delegation)| theirs(delegation))
            .map(|(of, _)| *of)
    }

    /// Everybody's identities in one: the order in which a link makes one of two.
    pub(super) fn fold_linked(&mut self, person: PersonId, into: PersonId) {
        let into = self.canonical(into);
        let person = self.canonical(person);
        if person == into {
            return;
        }
        for linked in self.links.values_mut().filter(|linked| **linked == person) {
            *linked = into;
        }
        self.links.insert(person, into);
    }
}
