//! Who is one human being, and who signs in whose place.

use std::collections::BTreeSet;

use access::event::Event;
use access::ids::{GroupName, PersonId};

use super::Model;
use super::log::by;

impl Model<'_> {
    /// Every identity of a human being.
    pub(super) fn human(self, person: PersonId) -> BTreeSet<PersonId> {
        let mut all = BTreeSet::from([person]);
        loop {
            let before = all.len();
            for record in self.log {
                if let Event::PersonLinked { person, into } = record.event
                    && (all.contains(&person) || all.contains(&into))
                {
                    all.extend([person, into]);
                }
            }
            if all.len() == before {
                return all;
            }
        }
    }

    pub(super) fn same(self, one: PersonId, other: PersonId) -> bool {
        self.human(one).contains(&other)
    }

    /// Whether one of their sign-ins says that they proved who they are in the last half hour.
    pub(super) fn proved_lately(self, person: PersonId) -> bool {
        let proofs = self.log.iter().filter_map(|record| match record.event {
            Event::SessionOpened { auth_time_s } if by(record) == Some(person) => {
                let latest_s = record.time.millis().div_euclid(1_000) + 60;
                auth_time_s.filter(|at| *at <= latest_s)
            }
            _ => None,
        });
        let now_s = self.now_ms.div_euclid(1_000);
        proofs.max().is_some_and(|last| last + 1_800 >= now_s)
    }

    /// Who signs for somebody now.
    pub(super) fn delegate(self, of: PersonId) -> Option<PersonId> {
        let theirs = self
            .log
            .iter()
            .rev()
            .filter(|record| by(record) == Some(of));
        let last = theirs.into_iter().find_map(|record| match record.event {
            Event::DelegationSet { to, until_ms } => {
                Some((self.now_ms < until_ms.millis()).then_some(to))
            }
            Event::DelegationEnded { .. } => Some(None),
            _ => None,
        });
        last.flatten()
    }

    /// In whose place somebody may sign now.
    pub(super) fn away_for(self, to: PersonId) -> Vec<PersonId> {
        let people = self.log.iter().filter_map(|record| match record.event {
            Event::PersonRegistered { person, .. } => Some(person),
            _ => None,
        });
        people.filter(|of| self.delegate(*of) == Some(to)).collect()
    }

    pub(super) fn may_link(
        self,
        one: PersonId,
        other: PersonId,
        me: PersonId,
        groups: &[GroupName],
    ) -> bool {
        self.holds(me, groups, |roles| &roles.operator)
            && self.known(one)
            && self.known(other)
            && !self.same(one, me)
            && !self.same(other, me)
            && !self.same(one, other)
    }
}
