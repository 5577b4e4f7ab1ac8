//! What a part of a log cannot show is taken as said, so that the rest can be asked about.

use crate::event::{Actor, Event};
use crate::ids::{GroupName, PersonId, RecordingId, ResourceName};
use crate::policy::Policy;
use crate::roles::RoleGroups;
use crate::state::{Delegation, Recording, State};
use crate::time::UnixMillis;

impl State {
    /// The next entry stands here: those between are not in this part.
    pub(crate) fn skip_to(&mut self, seq: u64) {
        self.next_seq = seq;
    }

    /// Whoever acts was registered, with the groups that they act with, unless more is known.
    pub(crate) fn assume_known(&mut self, actor: &Actor) {
        if let Some((person, groups)) = actor.as_person() {
            let seen = self.people.entry(person);
            seen.or_insert_with(|| groups.to_vec());
        }
    }

    /// Whoever acts holds the role that it takes, from now on. Whether that had to be assumed.
    pub(crate) fn assume_role(&mut self, actor: &Actor, event: &Event, at: UnixMillis) -> bool {
        let Some((person, acting)) = actor.as_person() else {
            return false;
        };
        let mut roles = self.roles().cloned().unwrap_or_default();
        let RoleGroups {
            auditor, custodian, ..
        } = &mut roles;
        let held = match event {
            Event::OpeningDisclosed { .. } => auditor,
            Event::ErasureOrdered { .. } | Event::ErasureConfirmed { .. } => custodian,
            _ => return false,
        };
        let last = self.people.entry(person).or_default();
        if last.is_empty() {
            acting.clone_into(last);
        }
        held.extend(acting.iter().chain(&*last).cloned());
        held.sort_unstable();
        held.dedup();
        self.roles.push((at, roles));
        true
    }

    /// The resource has the labels that the policy goes by. Whether that had to be assumed.
    pub(crate) fn assume_labels(&mut self, policy: &Policy, resource: &ResourceName) -> bool {
        let known = self.resources.get(resource);
        if policy
            .resources
            .iter()
            .any(|selector| selector.covers(resource, known))
        {
            return false;
        }
        let wanted = policy.resources.iter().find_map(|selector| {
            let labels = selector.labels();
            selector.covers(resource, Some(&labels)).then_some(labels)
        });
        let Some(labels) = wanted else {
            return false;
        };
        self.resources.insert(resource.clone(), labels);
        true
    }

    /// A recording of which nothing is there holds what its end says. Whether that had to be assumed.
    pub(crate) fn assume_recorded(&mut self, id: RecordingId, actions: u32, chunks: u32) -> bool {
        let empty = |found: &&mut Box<Recording>| (found.actions, found.chunks) == (0, 0);
        let Some(recording) = self.recordings.get_mut(&id).filter(empty) else {
            return false;
        };
        (recording.actions, recording.chunks) = (actions, chunks);
        (actions, chunks) != (0, 0)
    }

    /// Somebody was away, let this person sign, and is asked by these groups beside those that are known: they may
    /// have signed in since, with others.
    pub(crate) fn assume_absent(
        &mut self,
        of: PersonId,
        to: PersonId,
        groups: Vec<GroupName>,
        at: UnixMillis,
    ) {
        let known = self.people.entry(of).or_default();
        known.extend(groups);
        known.sort_unstable();
        known.dedup();
        let delegation = Delegation {
            seq: self.next_seq,
            to,
            until: at.plus_seconds(1),
        };
        self.delegations.insert(of, delegation);
    }
}
