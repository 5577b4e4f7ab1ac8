//! What a log says, read from front to back at every question.

use access::Record;
use access::digest::Digest;
use access::event::{Actor, Event, Mode};
use access::ids::{GrantId, GroupName, PersonId, PolicyName, RequestId, ResourceName};
use access::policy::{Labels, Policy};

use super::Model;

/// A request, by what was said of it last.
pub(super) struct Asked<'a> {
    pub(super) requester: PersonId,
    pub(super) mode: Mode,
    pub(super) resource: &'a ResourceName,
    /// When it was asked first.
    pub(super) begin_ms: i64,
    /// Where and when it was said as it stands.
    pub(super) said: (u64, i64),
    pub(super) version: u32,
    pub(super) policy: &'a Policy,
    pub(super) duration_s: u32,
    pub(super) statement: Digest,
    pub(super) lapses_ms: i64,
    pub(super) start_ms: Option<i64>,
}

impl<'a> Model<'a> {
    pub(super) fn any(self, holds: impl Fn(&Event) -> bool) -> bool {
        self.log.iter().any(|record| holds(&record.event))
    }

    /// The entries from one place on, without it.
    pub(super) fn after(self, seq: u64) -> impl DoubleEndedIterator<Item = &'a Record> {
        self.log.iter().filter(move |record| record.seq > seq)
    }

    pub(super) fn asked(self, id: RequestId) -> Option<Asked<'a>> {
        let first = self.log.iter().find(
            |record| matches!(record.event, Event::RequestSubmitted { request, .. } if request == id),
        )?;
        let (
            Event::RequestSubmitted {
                mode,
                resource,
                policy: name,
                ..
            },
            Some(requester),
        ) = (&first.event, by(first))
        else {
            return None;
        };
        let last = self.log.iter().rev().find(|record| {
            matches!(record.event, Event::RequestSubmitted { request, .. }
                | Event::RequestEdited { request, .. } if request == id)
        })?;
        let (Event::RequestSubmitted {
            policy_version,
            duration_s,
            statement,
            lapses_at_ms,
            start_at_ms,
            ..
        }
        | Event::RequestEdited {
            policy_version,
            duration_s,
            statement,
            lapses_at_ms,
            start_at_ms,
            ..
        }) = &last.event
        else {
            return None;
        };
        Some(Asked {
            requester,
            mode: *mode,
            resource,
            begin_ms: first.time.millis(),
            said: (last.seq, last.time.millis()),
            version: *policy_version,
            policy: self.versions(name).get(*policy_version as usize - 1)?,
            duration_s: *duration_s,
            statement: *statement,
            lapses_ms: lapses_at_ms.millis(),
            start_ms: start_at_ms.map(|at| at.millis()),
        })
    }

    pub(super) fn versions(self, wanted: &PolicyName) -> Vec<&'a Policy> {
        let activated = |record: &'a Record| match &record.event {
            Event::PolicyActivated { policy, .. } if policy.name == *wanted => Some(policy),
            _ => None,
        };
        self.log.iter().filter_map(activated).collect()
    }

    /// A policy's version in force and its number.
    pub(super) fn in_force(self, wanted: &PolicyName) -> Option<(u32, &'a Policy)> {
        let last = self.log.iter().rev().find(|record| match &record.event {
            Event::PolicyActivated { policy, .. } => policy.name == *wanted,
            Event::PolicyRetired { policy, .. } => policy == wanted,
            _ => false,
        })?;
        match &last.event {
            Event::PolicyActivated { policy, .. } => {
                Some((self.versions(wanted).len() as u32, policy))
            }
            _ => None,
        }
    }

    /// The request's policy, unless another version or none is in force since.
    pub(super) fn same_policy(self, asked: &Asked<'a>) -> Option<&'a Policy> {
        let (version, policy) = self.in_force(&asked.policy.name)?;
        (version == asked.version).then_some(policy)
    }

    pub(super) fn groups_last_seen(self, person: PersonId) -> Vec<GroupName> {
        let fresh = |record: &&Record| {
            let token = matches!(
                record.event,
                Event::SessionOpened { .. } | Event::SignOffGiven { .. }
            );
            token && by(record) == Some(person)
        };
        let last = self.log.iter().rev().find(fresh);
        last.map_or(Vec::new(), |record| groups(&record.actor))
    }

    /// When an approval of what it says now lapses.
    pub(super) fn approval(self, id: RequestId, asked: &Asked<'_>) -> Option<i64> {
        self.after(asked.said.0)
            .find_map(|record| match record.event {
                Event::RequestApproved {
                    request,
                    lapses_at_ms,
                } if request == id => Some(lapses_at_ms.millis()),
                _ => None,
            })
    }

    pub(super) fn lapses_at(self, asked: &Asked<'_>) -> i64 {
        let id = self.log.iter().find(|record| record.seq == asked.said.0);
        let id = id.and_then(|said| match said.event {
            Event::RequestSubmitted { request, .. } | Event::RequestEdited { request, .. } => {
                Some(request)
            }
            _ => None,
        });
        id.and_then(|id| self.approval(id, asked))
            .unwrap_or(asked.lapses_ms)
    }

    /// Denied, withdrawn, lapsed, or turned into a grant.
    pub(super) fn over(self, id: RequestId) -> bool {
        self.any(|event| match event {
            Event::RequestDenied { request }
            | Event::RequestWithdrawn { request }
            | Event::RequestLapsed { request }
            | Event::GrantIntended { request, .. } => *request == id,
            _ => false,
        })
    }

    pub(super) fn grant_of(self, id: RequestId) -> Option<GrantId> {
        self.log.iter().find_map(|record| match record.event {
            Event::GrantIntended { grant, request, .. } if request == id => Some(grant),
            _ => None,
        })
    }

    pub(super) fn intended(self, id: GrantId) -> Option<(&'a Record, RequestId)> {
        self.log.iter().find_map(|record| match record.event {
            Event::GrantIntended { grant, request, .. } if grant == id => Some((record, request)),
            _ => None,
        })
    }

    pub(super) fn settled(self, id: GrantId) -> bool {
        self.any(|event| {
            matches!(event, Event::GrantOpened { grant } | Event::GrantFailed { grant, .. }
                if *grant == id)
        })
    }

    pub(super) fn ended(self, id: GrantId) -> bool {
        self.any(|event| matches!(event, Event::GrantEnded { grant, .. } if *grant == id))
    }

    pub(crate) fn active(self, id: GrantId) -> bool {
        let opened =
            self.any(|event| matches!(event, Event::GrantOpened { grant } if *grant == id));
        opened && !self.ended(id)
    }

    pub(super) fn known(self, id: PersonId) -> bool {
        self.any(|event| matches!(event, Event::PersonRegistered { person, .. } if *person == id))
    }

    pub(crate) fn holder(self, grant: GrantId) -> Option<PersonId> {
        self.intended(grant).and_then(|(record, _)| by(record))
    }

    /// What the log knows of a resource, if it can be opened.
    pub(super) fn labels(self, wanted: &ResourceName) -> Option<&'a Labels> {
        let last = self
            .log
            .iter()
            .rev()
            .find_map(|record| match &record.event {
                Event::ResourceConfigured { resource, labels } if resource == wanted => {
                    Some(Some(labels))
                }
                Event::ResourceRemoved { resource } if resource == wanted => Some(None),
                _ => None,
            });
        last.flatten()
    }
}

pub(super) fn by(record: &Record) -> Option<PersonId> {
    match &record.actor {
        Actor::Person { person, .. } => Some(*person),
        Actor::System { .. } => None,
    }
}

pub(super) fn groups(actor: &Actor) -> Vec<GroupName> {
    match actor {
        Actor::Person { groups, .. } => groups.clone(),
        Actor::System { .. } => Vec::new(),
    }
}

pub(super) fn shares(held: &[GroupName], wanted: &[GroupName]) -> bool {
    wanted.iter().any(|group| held.contains(group))
}
