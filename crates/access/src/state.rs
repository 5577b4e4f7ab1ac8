//! What the entries add up to. Everything is found by its id; nothing scans all requests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ids::{GrantId, GroupName, PersonId, PolicyName, RecordingId, RequestId, ResourceName};
use crate::policy::{Labels, PolicyVersion};
use crate::roles::RoleGroups;
use crate::rules::overlap;
use crate::time::UnixMillis;
use crate::view::Role;

mod assumed;
mod erasure;
mod excerpt;
mod fold;
mod grant;
pub(crate) mod packed;
mod people;
mod proposal;
mod recording;
mod request;
pub(crate) mod settled;
mod waiting;

pub use erasure::{ERASURE_WITHIN_S, Erasure};
pub use excerpt::Excerpt;
pub use grant::{END_TOLERANCE_S, Grant};
pub use people::Delegation;
pub use proposal::{Change, Proposal};
pub use recording::{Recording, Stopped};
pub use request::{Request, Reviewed, SignOff};

/// The fold of all entries so far. [`State::default`] is that of no entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    next_seq: u64,
    last_time: Option<UnixMillis>,
    ledger: Option<Ledger>,
    /// All versions of each policy, oldest first; the last is in force.
    policies: BTreeMap<PolicyName, Vec<Arc<PolicyVersion>>>,
    /// Since when each has asked for drills without a break.
    drills_from: BTreeMap<PolicyName, UnixMillis>,
    /// Policies that were put out of force.
    retired: BTreeSet<PolicyName>,
    /// By the entry that proposed them.
    proposals: BTreeMap<u64, Proposal>,
    /// What the portal can open.
    resources: BTreeMap<ResourceName, Labels>,
    /// Who held which role of the portal from when on, oldest first; the last is in force.
    roles: Vec<(UnixMillis, RoleGroups)>,
    /// The groups that each person had at their last sign-in or sign-off.
    people: BTreeMap<PersonId, Vec<GroupName>>,
    /// When each proved last who they are, by their sign-ins, in seconds since 1970.
    proved: BTreeMap<PersonId, i64>,
    /// Further identities, each with the person under whom they count.
    links: BTreeMap<PersonId, PersonId>,
    /// By the person who is away.
    delegations: BTreeMap<PersonId, Delegation>,
    /// In boxes, since the map moves its values about as it grows.
    requests: BTreeMap<RequestId, Box<Request>>,
    grants: BTreeMap<GrantId, Box<Grant>>,
    recordings: BTreeMap<RecordingId, Box<Recording>>,
    /// Those that have not ended, or of which an action waits for its outcome.
    recording: BTreeSet<RecordingId>,
    by_requester: BTreeMap<PersonId, Vec<RequestId>>,
    /// Submitted and approved requests by the moment they lapse.
    pending: BTreeSet<(UnixMillis, RequestId)>,
    /// Denied, withdrawn and lapsed requests by the moment they were.
    closed: BTreeSet<(UnixMillis, RequestId)>,
    /// Intended and active grants by the moment they end.
    live: BTreeSet<(UnixMillis, GrantId)>,
    /// Requests whose grant has ended and that nobody has reviewed, by the moment that is due.
    unreviewed: BTreeSet<(UnixMillis, RequestId)>,
    /// The same by whose access it was.
    owed: BTreeMap<PersonId, BTreeSet<(UnixMillis, RequestId)>>,
    /// Emergencies whose account stands or may stand, by whose access it is.
    glass: BTreeMap<PersonId, BTreeSet<RequestId>>,
    /// Emergencies that have or had to be ratified, by when.
    ratify: BTreeSet<(UnixMillis, RequestId)>,
    /// When a policy was last exercised: a review called an emergency under it a drill.
    drills: BTreeMap<PolicyName, UnixMillis>,
    /// By the entry that orders them.
    erasures: BTreeMap<u64, Erasure>,
}

/// What the first entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// The log's origin.
    pub origin: String,
    /// The key that signs it, in vkey form.
    pub vkey: String,
}

impl State {
    /// The place of the next entry.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// The time of the last entry.
    pub fn last_time(&self) -> Option<UnixMillis> {
        self.last_time
    }

    /// The moment at which a command that comes `now` is decided: never before the last entry.
    /// The entries of what is decided must carry this very time, since expiry counts from it.
    pub fn moment(&self, now: UnixMillis) -> UnixMillis {
        self.last_time.map_or(now, |last| last.max(now))
    }

    /// What the first entry says, once it is there.
    pub fn ledger(&self) -> Option<&Ledger> {
        self.ledger.as_ref()
    }

    /// The policy's version in force.
    pub fn policy(&self, name: &PolicyName) -> Option<&Arc<PolicyVersion>> {
        let newest = self.policies.get(name).and_then(|versions| versions.last());
        newest.filter(|_| self.retired.is_empty() || !self.retired.contains(name))
    }

    /// One version of a policy, in force or not.
    pub fn policy_version(&self, name: &PolicyName, version: u32) -> Option<&Arc<PolicyVersion>> {
        self.policies
            .get(name)?
            .iter()
            .rev()
            .find(|candidate| candidate.version == version)
    }

    /// All policies in force, by name.
    pub fn policies(&self) -> impl Iterator<Item = &Arc<PolicyVersion>> {
        self.policies
            .iter()
            .filter(|(name, _)| !self.retired.contains(*name))
            .filter_map(|(_, versions)| versions.last())
    }

    /// The labels of a resource that the portal can open.
    pub fn labels(&self, resource: &ResourceName) -> Option<&Labels> {
        self.resources.get(resource)
    }

    /// What the portal can open, by name.
    pub fn resources(&self) -> impl Iterator<Item = (&ResourceName, &Labels)> {
        self.resources.iter()
    }

    /// The groups that hold the roles of the portal, once the log says so.
    pub fn roles(&self) -> Option<&RoleGroups> {
        self.roles.last().map(|(_, roles)| roles)
    }

    /// Whether one of the groups held the role at some moment from `since` on.
    pub(crate) fn role_held(&self, role: Role, groups: &[GroupName], since: UnixMillis) -> bool {
        let before = self.roles.iter().rposition(|(from, _)| *from <= since);
        self.roles[before.unwrap_or(0)..]
            .iter()
            .any(|(_, roles)| overlap(groups, roles.of(role)))
    }

    /// Whether the log knows the person.
    pub fn knows(&self, person: PersonId) -> bool {
        self.people.contains_key(&person)
    }

    /// The groups that the person had at their last sign-in or sign-off.
    pub fn groups(&self, person: PersonId) -> &[GroupName] {
        self.people.get(&person).map_or(&[], Vec::as_slice)
    }

    /// When the person proved last who they are, by their sign-ins, in seconds since 1970; `None` where
    /// their provider never said.
    pub fn proved(&self, person: PersonId) -> Option<i64> {
        self.proved.get(&person).copied()
    }

    /// One request.
    pub fn request(&self, id: RequestId) -> Option<&Request> {
        self.requests.get(&id).map(Box::as_ref)
    }

    /// All requests, by id.
    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        self.requests.values().map(Box::as_ref)
    }

    /// A person's own requests, oldest first.
    pub fn requests_of(&self, person: PersonId) -> impl DoubleEndedIterator<Item = &Request> {
        let ids = self
            .by_requester
            .get(&person)
            .map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| self.request(*id))
    }

    /// One grant.
    pub fn grant(&self, id: GrantId) -> Option<&Grant> {
        self.grants.get(&id).map(Box::as_ref)
    }

    /// All grants, by id.
    pub fn grants(&self) -> impl Iterator<Item = &Grant> {
        self.grants.values().map(Box::as_ref)
    }

    /// The request that a grant belongs to.
    pub fn request_of(&self, grant: GrantId) -> Option<&Request> {
        self.request(self.grant(grant)?.request)
    }
}
