//! What pages show: plain data, made by `service`, drawn by `app`.

mod log;
mod people;
mod policy;
mod recording;
mod request;
mod sealed;

pub use log::{LogRow, LogView, WitnessView, WitnessedView};
pub use people::{IdentityView, PeopleView, PersonRow};
pub use policy::{PolicyPage, ProposalRow, ProposalView};
pub use recording::{
    ActionEnd, ActionView, Recorded, RecordedWhat, RecordingPage, RecordingView, WorkView,
};
pub use request::{Action, Ratification, RequestView, StageView, Standing};
pub use sealed::{ErasureView, OpeningState, OpeningView};

use serde::{Deserialize, Serialize};

use crate::event::{Decision, EndCause, Failure, Mode, Urgency, Verdict};
use crate::ids::{GrantId, GroupName, PersonId, PolicyName, RequestId, ResourceName};
use crate::policy::{Connector, PolicyVersion};
use crate::refusal::Rule;
use crate::time::UnixMillis;

/// What a person may do in the portal at all, from their groups by configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May read the log.
    Auditor,
    /// May see connectors, keys and health, and say that two people are one.
    Operator,
    /// May erase what was sealed, two of them together.
    Custodian,
    /// May write policies, and put in force what another has written.
    Author,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Auditor, Self::Operator, Self::Custodian, Self::Author];
}

/// One rule, what it compared, and how it came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluated {
    /// The rule.
    pub rule: Rule,
    /// Whether it is kept.
    pub holds: bool,
    /// What it demands.
    pub expected: String,
    /// What it found.
    pub found: String,
}

/// Who is looking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// Who.
    pub person: PersonId,
    /// The name that the provider gave.
    pub name: String,
    /// Their groups at sign-in.
    pub groups: Vec<GroupName>,
    /// What follows from the groups.
    pub roles: Vec<Role>,
    /// When the provider says they proved who they are in this session, in seconds since 1970; pages are not told.
    #[serde(skip)]
    pub proved_at_s: Option<i64>,
}

/// A person as pages name them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    /// Who.
    pub id: PersonId,
    /// Their name, unless it was erased.
    pub name: Option<String>,
}

/// Something the viewer may ask for: one resource under one policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Openable {
    /// What.
    pub resource: ResourceName,
    /// What it is, in a few words.
    pub resource_description: String,
    /// Under which policy, with all that it says.
    pub policy: PolicyVersion,
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Waits for sign-off.
    Submitted,
    /// May be opened.
    Approved,
    /// Intended, open, or over: the grant says which.
    Granted,
    /// Somebody said no.
    Denied,
    /// Taken back.
    Withdrawn,
    /// Too late.
    Lapsed,
}

/// Where a grant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum GrantState {
    /// Being made.
    Intended,
    /// The account stands.
    Active {
        /// Whether its holder has seen the way in.
        credential_shown: bool,
    },
    /// It never stood, or nobody knows.
    Failed {
        /// Why.
        failure: Failure,
    },
    /// Over.
    Ended {
        /// Why.
        cause: EndCause,
        /// When.
        at_ms: UnixMillis,
        /// Live sessions cut.
        sessions_cut: u32,
    },
}

/// A grant as pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantView {
    /// Which.
    pub id: GrantId,
    /// For which request.
    pub request: RequestId,
    /// On what.
    pub resource: ResourceName,
    /// With which of the target's roles.
    pub role: String,
    /// By which kind of connector.
    pub connector: Connector,
    /// Ordinary or emergency.
    pub mode: Mode,
    /// Who holds it.
    pub holder: PersonView,
    /// Where it stands.
    pub state: GrantState,
    /// When it opened, if it did.
    pub opened_at_ms: Option<UnixMillis>,
    /// When it ends at the latest.
    pub expires_at_ms: UnixMillis,
    /// An emergency that has to be ratified, and is not, ends then.
    pub ratify_by_ms: Option<UnixMillis>,
    /// How often it was made longer.
    pub extensions: u8,
    /// When its holder asked for more time, while nobody has answered.
    pub extension_asked_ms: Option<UnixMillis>,
}

/// A request in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRow {
    /// Which.
    pub id: RequestId,
    /// Ordinary or emergency.
    pub mode: Mode,
    /// Where it stands.
    pub state: RequestState,
    /// What is to be opened.
    pub resource: ResourceName,
    /// Under which policy.
    pub policy: PolicyName,
    /// Who asks.
    pub requester: PersonView,
    /// How much is at stake.
    pub urgency: Urgency,
    /// For how long, in seconds.
    pub duration_s: u32,
    /// Why, unless erased.
    pub reason: Option<String>,
    /// When it was asked.
    pub submitted_at_ms: UnixMillis,
    /// When it lapses.
    pub lapses_at_ms: UnixMillis,
    /// It is not to be opened before then.
    pub start_at_ms: Option<UnixMillis>,
    /// How many have said yes.
    pub approvals: u8,
    /// How many it takes.
    pub needed: u8,
    /// Of an emergency that has to be ratified: whether it was; `None` for every other request.
    pub ratification: Option<Ratification>,
}

/// A sign-off as pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOffView {
    /// The entry.
    pub seq: u64,
    /// Who.
    pub person: PersonView,
    /// In whose place, where they signed as a delegate.
    pub on_behalf_of: Option<PersonView>,
    /// At which stage, from 0.
    pub stage: u8,
    /// Whether the request was edited since: then it says yes or no to nothing.
    pub void: bool,
    /// Yes or no.
    pub decision: Decision,
    /// What they added, if they did and it was not erased.
    pub note: Option<String>,
    /// When.
    pub at_ms: UnixMillis,
}

/// A review as pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewView {
    /// Who.
    pub person: PersonView,
    /// What it was.
    pub verdict: Verdict,
    /// What they found, if they found something and it was not erased.
    pub findings: Option<String>,
    /// The closing word, unless erased.
    pub note: Option<String>,
    /// When.
    pub at_ms: UnixMillis,
}

/// One line of a request's timeline: one entry of the log that names the request or its grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineItem {
    /// The entry.
    pub seq: u64,
    /// When.
    pub at_ms: UnixMillis,
    /// The entry's kind.
    pub kind: String,
    /// Who did it; `None` for the portal itself.
    pub person: Option<PersonView>,
    /// What happened, in words.
    pub text: String,
}

/// The first page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeView {
    /// What the viewer holds now.
    pub grants: Vec<GrantView>,
    /// The viewer's own requests that are not over, newest first.
    pub requests: Vec<RequestRow>,
    /// The viewer's own past requests, newest first, at most 10.
    pub past: Vec<RequestRow>,
    /// How many requests wait for the viewer's sign-off.
    pub inbox: u32,
    /// How many reviews wait for the viewer.
    pub reviews: u32,
    /// How many erasures wait for the viewer's confirmation.
    pub erasures: u32,
    /// What the viewer may ask for.
    pub openable: Vec<Openable>,
    /// Emergencies that the viewer is to know of: those that are open, wait to be ratified, or ended or were decided
    /// in the last day and nobody has reviewed.
    pub alarms: Vec<AlarmView>,
    /// Accesses of the viewer's own that keep them from breaking the glass until they are reviewed.
    pub debts: Vec<DebtView>,
    /// Drills of policies that the viewer may use, signs off, reviews or writes, the first due in front.
    pub drills: Vec<DrillView>,
    /// Who signs in the viewer's place, if somebody does.
    pub delegate: Option<DelegateView>,
}

/// An emergency, as those see it who are told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmView {
    /// The access.
    pub grant: GrantView,
    /// Whether it was ratified, where it has to be.
    pub ratification: Option<Ratification>,
}

/// An access that keeps its holder from breaking the glass until it is reviewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebtView {
    /// Whether its access stands still, or may: nobody reviews it before it has ended.
    pub open: bool,
    /// Which.
    pub row: RequestRow,
    /// Why: it was an emergency that was refused, or its review is overdue.
    pub why: Rule,
    /// The groups that review it.
    pub reviewers: Vec<GroupName>,
}

/// An exercise of breaking the glass that is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillView {
    /// Of which policy.
    pub policy: PolicyName,
    /// When.
    pub due_at_ms: UnixMillis,
}

/// Who signs in somebody's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelegateView {
    /// Who.
    pub to: PersonView,
    /// Until when.
    pub until_ms: UnixMillis,
}

/// The sign-off inbox: emergencies and the most urgent first, then the oldest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxView {
    /// Waiting for the viewer's word.
    pub waiting: Vec<RequestRow>,
    /// Open grants that the viewer may revoke.
    pub open: Vec<GrantView>,
    /// Ended grants that wait for the viewer's review.
    pub reviews: Vec<RequestRow>,
    /// Erasures that wait for the viewer's confirmation.
    pub erasures: Vec<ErasureView>,
    /// Accesses whose holder asks the viewer for more time.
    pub extensions: Vec<GrantView>,
    /// What was decided lately that the viewer was asked about, by others or by silence, withdrawn or lapsed, the
    /// newest in front.
    pub decided: Vec<RequestRow>,
    /// Policies that wait for the viewer's word, as a second author.
    pub proposals: Vec<ProposalRow>,
}

/// The way in, shown once.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credential {
    /// The grant it belongs to.
    pub grant: GrantId,
    /// Its request.
    pub request: RequestId,
    /// The account's name.
    pub account: String,
    /// What [`Credential::password`] is.
    pub kind: CredentialKind,
    /// Its password, or what stands in its place.
    pub password: String,
    /// A line to paste into a shell, without the password in it.
    pub command: String,
    /// When it ends.
    pub expires_at_ms: UnixMillis,
}

/// What lets somebody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// An account's password.
    Password,
    /// A certificate for the holder's own key: no secret.
    Certificate,
    /// A token for a program.
    Token,
}

impl core::fmt::Debug for Credential {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Credential")
            .field("grant", &self.grant)
            .finish_non_exhaustive()
    }
}
