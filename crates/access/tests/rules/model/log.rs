//! What a log says, read from front to back at every question.

use std::collections::BTreeSet;

use access::Record;
use access::event::{Actor, Decision, Event};
use access::ids::{GrantId, GroupName, PersonId, PolicyName, RequestId};
use access::policy::Policy;

use super::Model;

impl<'a> Model<'a> {
    pub(super) fn any(self, holds: impl Fn(&Event) -> bool) -> bool {
        self.log.iter().any(|record| holds(&record.event))
    }

    pub(super) fn find(self, holds: impl Fn(&Event) -> bool) -> Option<&'a Record> {
        self.log.iter().find(|record| holds(&record.event))
    }

    pub(super) fn submitted(self, id: RequestId) -> Option<&'a Record> {
        self.find(
            |event| matches!(event, Event::RequestSubmitted { request, .. } if *request == id),
        )
    }

    pub(super) fn versions(self, wanted: &PolicyName) -> Vec<&'a Policy> {
        let activated = |record: &'a Record| match &record.event {
            Event::PolicyActivated { policy, .. } if policy.name == *wanted => Some(policy),
            _ => None,
        };
        self.log.iter().filter_map(activated).collect()
    }

    /// The policy of a request, unless another version came in force since.
    pub(super) fn same_policy(self, asked: &Record) -> Option<&'a Policy> {
        let Event::RequestSubmitted {
            policy,
            policy_version,
            ..
        } = &asked.event
        else {
            return None;
        };
        let versions = self.versions(policy);
        (versions.len() == *policy_version as usize).then(|| versions[versions.len() - 1])
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

    /// Everybody who said yes and is an approver still.
    pub(super) fn approvers(self, id: RequestId, policy: &Policy) -> BTreeSet<PersonId> {
        let yes = |record: &Record| match record.event {
            Event::SignOffGiven {
                request,
                decision: Decision::Approve,
                ..
            } if request == id => by(record),
            _ => None,
        };
        let standing = |person: &PersonId| {
            shares(
                &self.groups_last_seen(*person),
                &policy.approval.stages[0].groups,
            )
        };
        self.log.iter().filter_map(yes).filter(standing).collect()
    }

    pub(super) fn signed(self, id: RequestId, person: PersonId) -> bool {
        self.log.iter().any(|record| {
            matches!(record.event, Event::SignOffGiven { request, .. } if request == id)
                && by(record) == Some(person)
        })
    }

    pub(super) fn approval(self, id: RequestId) -> Option<i64> {
        self.log.iter().find_map(|record| match record.event {
            Event::RequestApproved {
                request,
                lapses_at_ms,
            } if request == id => Some(lapses_at_ms.millis()),
            _ => None,
        })
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

    pub(super) fn intended(self, id: GrantId) -> Option<(&'a Record, RequestId, i64)> {
        self.log.iter().find_map(|record| match record.event {
            Event::GrantIntended {
                grant,
                request,
                expires_at_ms,
                ..
            } if grant == id => Some((record, request, expires_at_ms.millis())),
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

    pub(super) fn active(self, id: GrantId) -> bool {
        let opened =
            self.any(|event| matches!(event, Event::GrantOpened { grant } if *grant == id));
        opened && !self.ended(id)
    }

    pub(super) fn known(self, id: PersonId) -> bool {
        self.any(|event| matches!(event, Event::PersonRegistered { person, .. } if *person == id))
    }

    pub(super) fn holder(self, grant: GrantId) -> Option<PersonId> {
        self.intended(grant).and_then(|(record, _, _)| by(record))
    }

    pub(super) fn policy_of_grant(self, grant: GrantId) -> Option<&'a Policy> {
        let (_, request, _) = self.intended(grant)?;
        let Event::RequestSubmitted { policy, .. } = &self.submitted(request)?.event else {
            return None;
        };
        self.versions(policy).pop()
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
