//! What entries say. One variant a kind; the field order is the byte order in the entry's body.

use serde::{Deserialize, Serialize};

use crate::digest::{Commitment, Digest};
use crate::ids::{FaultId, GrantId, PersonId, PolicyName, RecordingId, RequestId, ResourceName};
use crate::policy::{Connector, Labels, Network, Policy};
use crate::refusal::Rule;
use crate::roles::RoleGroups;
use crate::time::UnixMillis;

mod actor;
mod context;
mod exact;
mod sealed;
mod wire;
mod words;

pub use actor::Actor;
pub use context::Context;
pub use sealed::{Field, OpeningRef};
pub use words::{
    ActionOutcome, Call, Decision, EndCause, Failure, Mode, RecordingEnd, SessionEnd,
    StatementClass, Urgency, Verdict, Way,
};

/// A proof of identity that was made for one act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// When the provider says they proved who they are for this, in seconds since 1970.
    pub auth_time_s: i64,
    /// Sealed: the ID token of that proof.
    pub id_token: Commitment,
}

/// What happened. `kind` in the entry is the variant's name in the form `noun.verb`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Event {
    /// The first entry of every log.
    #[serde(rename = "ledger.opened")]
    LedgerOpened {
        /// The log's origin.
        origin: String,
        /// The key that signs it, in vkey form.
        vkey: String,
    },
    /// Another key signs the log's checkpoints from a size on (the ledger's FORMAT.md, section 10).
    /// Whose keys these are, and whether the old one said so, is for the ledger's key history.
    #[serde(rename = "key.rotated")]
    KeyRotated {
        /// The smallest size that the new key signs.
        from: u64,
        /// The new key, in vkey form.
        new: String,
        /// The old key, in vkey form.
        old: String,
        /// The old key's signature over all of this, in base64.
        signature: String,
    },
    /// A server process began.
    #[serde(rename = "server.started")]
    ServerStarted {
        /// The software's version.
        version: String,
        /// SHA-256 of the verifier as one file that the server gives away, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        verifier: Option<Digest>,
    },
    /// A server process broke off what it was asked for, and went on.
    #[serde(rename = "server.failed")]
    ServerFailed {
        /// What the server's own log says more under.
        reference: FaultId,
    },
    /// From here on this version is in force.
    #[serde(rename = "policy.activated")]
    PolicyActivated {
        /// Rises by 1 for one policy name.
        version: u32,
        /// SHA-256 of the policy's compact JSON.
        sha256: Digest,
        /// The whole policy, so that a replay needs nothing else.
        policy: Policy,
        /// The entry that proposed it; `None` for what the portal began with.
        proposal: Option<u64>,
    },
    /// Somebody wants a policy's next version in force. The entry's place is the proposal's name.
    #[serde(rename = "policy.proposed")]
    PolicyProposed {
        /// The version that it would follow; 0 for a new policy.
        replaces: u32,
        /// SHA-256 of the policy's compact JSON.
        sha256: Digest,
        /// The whole policy.
        policy: Policy,
    },
    /// Somebody wants a policy to be in force no longer. The entry's place is the proposal's name.
    #[serde(rename = "retirement.proposed")]
    RetirementProposed {
        /// Which policy.
        policy: PolicyName,
        /// The version in force.
        version: u32,
    },
    /// A policy author makes a proposal of the portal's configuration their own.
    #[serde(rename = "proposal.endorsed")]
    ProposalEndorsed {
        /// The entry that proposed it.
        proposal: u64,
    },
    /// A proposal is off the table.
    #[serde(rename = "proposal.withdrawn")]
    ProposalWithdrawn {
        /// The entry that proposed it.
        proposal: u64,
    },
    /// From here on nothing can be asked for under this policy, or opened.
    #[serde(rename = "policy.retired")]
    PolicyRetired {
        /// Which.
        policy: PolicyName,
        /// The version that was in force.
        version: u32,
        /// The entry that proposed it.
        proposal: u64,
    },
    /// From here on the portal can open this resource, and it has these labels.
    #[serde(rename = "resource.configured")]
    ResourceConfigured {
        /// Which.
        resource: ResourceName,
        /// What it is, for policies that go by it.
        labels: Labels,
    },
    /// The portal can open this resource no longer.
    #[serde(rename = "resource.removed")]
    ResourceRemoved {
        /// Which.
        resource: ResourceName,
    },
    /// From here on these groups hold the roles of the portal.
    #[serde(rename = "roles.configured")]
    RolesConfigured {
        /// Which groups hold which role.
        roles: RoleGroups,
    },
    /// Somebody signed in for the first time.
    #[serde(rename = "person.registered")]
    PersonRegistered {
        /// Their id from now on.
        person: PersonId,
        /// Sealed: issuer, a line feed, subject.
        identity: Commitment,
        /// Sealed: the name that the provider gave.
        name: Commitment,
    },
    /// Two people of the log are one human being: from here on they count once.
    #[serde(rename = "person.linked")]
    PersonLinked {
        /// The one that is another identity.
        person: PersonId,
        /// Of whom.
        into: PersonId,
    },
    /// Somebody who is away lets another sign in their place.
    #[serde(rename = "delegation.set")]
    DelegationSet {
        /// Who signs.
        to: PersonId,
        /// Until when.
        until_ms: UnixMillis,
    },
    /// Somebody signs for themselves again.
    #[serde(rename = "delegation.ended")]
    DelegationEnded {
        /// Who signed for them.
        to: PersonId,
    },
    /// Somebody signed in.
    #[serde(rename = "session.opened")]
    SessionOpened {
        /// When the provider says they proved who they are, if it says, in seconds since 1970.
        auth_time_s: Option<i64>,
    },
    /// A session ended before its limits.
    #[serde(rename = "session.closed")]
    SessionClosed {
        /// How.
        cause: SessionEnd,
    },
    /// Somebody asked for access.
    #[serde(rename = "request.submitted")]
    RequestSubmitted {
        /// The request.
        request: RequestId,
        /// Ordinary or emergency.
        mode: Mode,
        /// What is to be opened.
        resource: ResourceName,
        /// Under which policy.
        policy: PolicyName,
        /// Which version of it.
        policy_version: u32,
        /// That version's digest.
        policy_sha256: Digest,
        /// For how long, in seconds.
        duration_s: u32,
        /// How much is at stake.
        urgency: Urgency,
        /// Sealed: why.
        reason: Commitment,
        /// Sealed: the ticket, where one was named.
        ticket: Option<Commitment>,
        /// Sealed: the incident, where one was named.
        incident: Option<Commitment>,
        /// It is not to be opened before then.
        start_at_ms: Option<UnixMillis>,
        /// Where and how they were signed in, where the policy asks.
        context: Option<Context>,
        /// SHA-256 of the statement that sign-offs bind.
        statement: Digest,
        /// Without its sign-offs it lapses then.
        lapses_at_ms: UnixMillis,
    },
    /// The requester says it anew. What was signed before is void.
    #[serde(rename = "request.edited")]
    RequestEdited {
        /// Which.
        request: RequestId,
        /// Which version of its policy it is under from here on.
        policy_version: u32,
        /// That version's digest.
        policy_sha256: Digest,
        /// For how long, in seconds.
        duration_s: u32,
        /// How much is at stake.
        urgency: Urgency,
        /// Sealed: why.
        reason: Commitment,
        /// Sealed: the ticket, where one was named.
        ticket: Option<Commitment>,
        /// Sealed: the incident, where one was named.
        incident: Option<Commitment>,
        /// It is not to be opened before then.
        start_at_ms: Option<UnixMillis>,
        /// Where and how they were signed in, where the policy asks.
        context: Option<Context>,
        /// SHA-256 of the statement that sign-offs bind.
        statement: Digest,
        /// Without its sign-offs it lapses then.
        lapses_at_ms: UnixMillis,
    },
    /// Somebody who is asked looked at the request for the first time.
    #[serde(rename = "request.viewed")]
    RequestViewed {
        /// Which.
        request: RequestId,
    },
    /// Nobody answered in time: the next step of the ladder is asked as well.
    #[serde(rename = "request.escalated")]
    RequestEscalated {
        /// Which.
        request: RequestId,
        /// The stage that waits, from 0.
        stage: u8,
        /// The step of its ladder, from 0.
        step: u8,
    },
    /// An approver said yes or no.
    #[serde(rename = "signoff.given")]
    SignOffGiven {
        /// To what.
        request: RequestId,
        /// In whose place, where they sign as a delegate.
        on_behalf_of: Option<PersonId>,
        /// Yes or no.
        decision: Decision,
        /// The digest of the statement they were shown.
        statement: Digest,
        /// When the provider says they proved who they are for this, in seconds since 1970.
        auth_time_s: i64,
        /// Sealed: the ID token of that proof.
        id_token: Commitment,
        /// Sealed: what they added.
        note: Option<Commitment>,
    },
    /// Enough have said yes at this stage; the next one is asked.
    #[serde(rename = "stage.completed")]
    StageCompleted {
        /// Of which request.
        request: RequestId,
        /// The stage, from 0.
        stage: u8,
    },
    /// Enough have said yes to an emergency that is open.
    #[serde(rename = "request.ratified")]
    RequestRatified {
        /// Which.
        request: RequestId,
    },
    /// Enough have said yes.
    #[serde(rename = "request.approved")]
    RequestApproved {
        /// Which.
        request: RequestId,
        /// It must be opened before then.
        lapses_at_ms: UnixMillis,
    },
    /// One has said no.
    #[serde(rename = "request.denied")]
    RequestDenied {
        /// Which.
        request: RequestId,
    },
    /// The requester took it back.
    #[serde(rename = "request.withdrawn")]
    RequestWithdrawn {
        /// Which.
        request: RequestId,
    },
    /// Its time to be decided or opened passed.
    #[serde(rename = "request.lapsed")]
    RequestLapsed {
        /// Which.
        request: RequestId,
    },
    /// Access is about to be made. Nothing touches a target before this is durable.
    #[serde(rename = "grant.intended")]
    GrantIntended {
        /// The grant.
        grant: GrantId,
        /// For which request.
        request: RequestId,
        /// By which kind of connector.
        connector: Connector,
        /// With the rights of which role of the target.
        role: String,
        /// It ends then, unless it is made longer.
        expires_at_ms: UnixMillis,
    },
    /// The holder wants it longer, and the policy wants an approver's word for that.
    #[serde(rename = "extension.asked")]
    ExtensionAsked {
        /// Which grant.
        grant: GrantId,
    },
    /// An approver says no to that.
    #[serde(rename = "extension.denied")]
    ExtensionDenied {
        /// Which grant.
        grant: GrantId,
    },
    /// It lasts longer from here on.
    #[serde(rename = "grant.extended")]
    GrantExtended {
        /// Which.
        grant: GrantId,
        /// For which request.
        request: RequestId,
        /// It ends then.
        expires_at_ms: UnixMillis,
        /// The approver's proof of identity, where the policy wants one's word.
        proof: Option<Proof>,
    },
    /// The account stands.
    #[serde(rename = "grant.opened")]
    GrantOpened {
        /// The grant.
        grant: GrantId,
    },
    /// The account does not stand.
    #[serde(rename = "grant.failed")]
    GrantFailed {
        /// The grant.
        grant: GrantId,
        /// Why.
        failure: Failure,
    },
    /// The holder is about to be shown a way in. It is shown once.
    #[serde(rename = "credential.shown")]
    CredentialShown {
        /// The grant.
        grant: GrantId,
    },
    /// The holder is about to be given a certificate for a key of their own. It is made once.
    #[serde(rename = "certificate.issued")]
    CertificateIssued {
        /// The grant.
        grant: GrantId,
        /// The certificate's serial number: the place of the entry that intended the grant.
        serial: u64,
        /// SHA-256 of the public key, in the form of SSH's wire.
        key: Digest,
        /// Whom the certificate lets its holder log in as.
        principal: String,
        /// Where it may be used from; `None` for anywhere.
        source: Option<Network>,
        /// It is good until then.
        valid_until_ms: UnixMillis,
    },
    /// What a target answered that was called.
    #[serde(rename = "target.answered")]
    TargetAnswered {
        /// For which grant.
        grant: GrantId,
        /// What it was called for.
        call: Call,
        /// The answer's status code.
        status: u16,
        /// Sealed: the answer.
        answer: Commitment,
    },
    /// The holder begins to work, and what is done is recorded.
    #[serde(rename = "recording.started")]
    RecordingStarted {
        /// The recording.
        recording: RecordingId,
        /// By which access.
        grant: GrantId,
        /// How they work.
        way: Way,
    },
    /// An action is about to be sent. Nothing is sent before this is durable.
    #[serde(rename = "action.intended")]
    ActionIntended {
        /// In which recording.
        recording: RecordingId,
        /// Its number there, from 0 on.
        number: u32,
        /// What it does that a policy may refuse.
        classes: Vec<StatementClass>,
        /// Sealed: what is sent.
        statement: Commitment,
    },
    /// An action that the policy refuses: it was not sent.
    #[serde(rename = "action.refused")]
    ActionRefused {
        /// In which recording.
        recording: RecordingId,
        /// Its number there, in one row with those that are sent.
        number: u32,
        /// What it would have done.
        class: StatementClass,
        /// Sealed: what was not sent.
        statement: Commitment,
    },
    /// What became of an action that was sent.
    #[serde(rename = "action.finished")]
    ActionFinished {
        /// In which recording.
        recording: RecordingId,
        /// Its number there.
        number: u32,
        /// How it ended.
        outcome: ActionOutcome,
        /// How many rows it returned or changed, where it did either.
        rows: Option<u64>,
        /// How long the target took, in milliseconds.
        duration_ms: u32,
        /// Sealed: what identifies its result, where it had one.
        result: Option<Commitment>,
    },
    /// The next piece of what a terminal showed and was sent.
    #[serde(rename = "recording.chunk")]
    RecordingChunk {
        /// Of which recording.
        recording: RecordingId,
        /// Its number there, from 0 on.
        number: u32,
        /// Sealed: lines of the form asciicast v2.
        content: Commitment,
    },
    /// Actions that were to be reported never were.
    #[serde(rename = "recording.gap")]
    RecordingGap {
        /// Of which recording.
        recording: RecordingId,
        /// The first that is missing.
        from: u32,
        /// The one behind the last that is missing.
        to: u32,
    },
    /// Nothing more is recorded in it.
    #[serde(rename = "recording.ended")]
    RecordingEnded {
        /// Which.
        recording: RecordingId,
        /// Why.
        cause: RecordingEnd,
        /// How many numbers of actions it used: those of actions that were sent, refused, or never reported.
        actions: u32,
        /// How many pieces it has.
        chunks: u32,
    },
    /// The account and all its sessions are gone.
    #[serde(rename = "grant.ended")]
    GrantEnded {
        /// The grant.
        grant: GrantId,
        /// Why.
        cause: EndCause,
        /// How many live sessions were cut.
        sessions_cut: u32,
    },
    /// An account was found on a target that no open grant accounts for, and was removed.
    #[serde(rename = "orphan.removed")]
    OrphanRemoved {
        /// On which resource.
        resource: ResourceName,
        /// Its name there.
        account: String,
        /// How many live sessions were cut.
        sessions_cut: u32,
    },
    /// A reviewer looked at what was done and said what it was.
    #[serde(rename = "review.recorded")]
    ReviewRecorded {
        /// Which request.
        request: RequestId,
        /// What it was.
        verdict: Verdict,
        /// Sealed: what they found, where they found something.
        findings: Option<Commitment>,
        /// Sealed: the closing word.
        note: Commitment,
    },
    /// Somebody read entries of the log: one entry for all that they read together.
    #[serde(rename = "ledger.read")]
    LedgerRead {
        /// The first that was read.
        from: u64,
        /// The one behind the last that was read.
        to: u64,
        /// When reading began; the entry follows some minutes later, or once the log can be written.
        began_ms: UnixMillis,
    },
    /// A sealed text is about to be shown to an auditor.
    #[serde(rename = "opening.disclosed")]
    OpeningDisclosed {
        /// Of which request.
        request: RequestId,
        /// Which text.
        opening: OpeningRef,
        /// Sealed: what for.
        purpose: Commitment,
    },
    /// A custodian wants sealed texts erased. The entry's place is the order's name.
    #[serde(rename = "erasure.ordered")]
    ErasureOrdered {
        /// Of which request.
        request: RequestId,
        /// Which text; all of the request where `None`.
        of: Option<OpeningRef>,
        /// Sealed: why.
        reason: Commitment,
    },
    /// A second custodian wants it too.
    #[serde(rename = "erasure.confirmed")]
    ErasureConfirmed {
        /// The entry that orders it.
        order: u64,
        /// Of which request.
        request: RequestId,
        /// When the provider says they proved who they are for this, in seconds since 1970.
        auth_time_s: i64,
        /// Sealed: the ID token of that proof.
        id_token: Commitment,
    },
    /// What the entry before confirmed is done: these texts are gone.
    #[serde(rename = "opening.erased")]
    OpeningErased {
        /// The entry that orders it.
        order: u64,
        /// Of which request.
        request: RequestId,
        /// Which texts, in the order of their places.
        openings: Vec<OpeningRef>,
    },
    /// Somebody asked for what the rules forbid. Once each.
    #[serde(rename = "command.refused")]
    CommandRefused {
        /// What they asked for: the command's name.
        command: String,
        /// Of which request, if of one.
        request: Option<RequestId>,
        /// Which rule forbids it.
        rule: Rule,
    },
}
