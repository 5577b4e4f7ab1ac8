//! What can be asked of the rules. Ids, moments and commitments come from the caller.

use crate::digest::{Commitment, Digest};
use crate::event::{
    ActionOutcome, Call, Decision, EndCause, Failure, Mode, OpeningRef, Proof, RecordingEnd,
    SessionEnd, StatementClass, Verdict, Way,
};
use crate::ids::{FaultId, GrantId, PersonId, PolicyName, RecordingId, RequestId, ResourceName};
use crate::policy::{Labels, Network, Policy};
use crate::roles::RoleGroups;
use crate::time::UnixMillis;

mod facts;

pub use facts::{Facts, Seen, Unsealed};

/// One thing somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Begin a log (system only, first entry only).
    OpenLedger {
        /// The log's origin.
        origin: String,
        /// The key that signs it, in vkey form.
        vkey: String,
    },
    /// Let another key sign the log from a size on (system only).
    RotateKey {
        /// The smallest size that the new key signs: beyond this entry.
        from: u64,
        /// The new key, in vkey form.
        new: String,
        /// The old key, in vkey form.
        old: String,
        /// The old key's signature, in base64.
        signature: String,
    },
    /// Say that a server process began (system only).
    StartServer {
        /// The software's version.
        version: String,
        /// SHA-256 of the verifier as one file that the server gives away, if it has one.
        verifier: Option<Digest>,
    },
    /// Say that a server process broke off what it was asked for (system only).
    FailServer {
        /// What the server's own log says more under.
        reference: FaultId,
    },
    /// Put a policy in force that the portal begins with (system only, before anybody is known).
    ActivatePolicy {
        /// The whole policy.
        policy: Policy,
    },
    /// Propose a policy's next version (a policy author; the system for its configuration).
    ProposePolicy {
        /// The whole policy.
        policy: Policy,
        /// The version that its author began with, 0 for none; `None` follows whichever is the newest.
        follows: Option<u32>,
    },
    /// Propose that a policy be in force no longer (a policy author).
    ProposeRetirement {
        /// Which.
        policy: PolicyName,
    },
    /// Make a proposal of the system one's own (a policy author).
    EndorseProposal {
        /// The entry that proposed it.
        proposal: u64,
    },
    /// Put what was proposed in force (another policy author).
    ActivateProposal {
        /// The entry that proposed it.
        proposal: u64,
    },
    /// Take a proposal off the table (a policy author).
    WithdrawProposal {
        /// The entry that proposed it.
        proposal: u64,
    },
    /// Say that the portal can open a resource, and what it is (system only).
    ConfigureResource {
        /// Which.
        resource: ResourceName,
        /// What it is.
        labels: Labels,
    },
    /// Say that the portal can open it no longer (system only).
    RemoveResource {
        /// Which.
        resource: ResourceName,
    },
    /// Say which groups hold the roles of the portal (system only).
    ConfigureRoles {
        /// Which groups hold which role.
        roles: RoleGroups,
    },
    /// Note a person at their first sign-in (system only).
    RegisterPerson {
        /// Their id from now on.
        person: PersonId,
        /// Sealed: issuer, a line feed, subject.
        identity: Commitment,
        /// Sealed: the name that the provider gave.
        name: Commitment,
    },
    /// Say that two people of the log are one human being (an operator, neither of them).
    LinkPerson {
        /// The one that is another identity.
        person: PersonId,
        /// Of whom.
        into: PersonId,
    },
    /// Let somebody else sign in one's place (the person who is away).
    SetDelegation {
        /// Who signs.
        to: PersonId,
        /// Until when.
        until_ms: UnixMillis,
    },
    /// Sign for oneself again (the person who was away).
    EndDelegation,
    /// Note a sign-in (the person).
    OpenSession {
        /// When the provider says they proved who they are, if it says, in seconds since 1970.
        auth_time_s: Option<i64>,
    },
    /// Note the end of a sign-in (the person).
    CloseSession {
        /// How it ended.
        cause: SessionEnd,
    },
    /// Ask for access. With [`Mode::Emergency`], `grant` is the grant to intend at once.
    SubmitRequest {
        /// The new request's id.
        request: RequestId,
        /// Ordinary or emergency.
        mode: Mode,
        /// What is to be opened.
        resource: ResourceName,
        /// Under which policy.
        policy: PolicyName,
        /// The rest of what is said.
        facts: Facts,
        /// The grant's id; used in an emergency only.
        grant: GrantId,
        /// The second confirmation; an emergency needs it.
        confirmed: bool,
    },
    /// Say it anew (its requester). What was signed before is void.
    EditRequest {
        /// Which.
        request: RequestId,
        /// What it says from here on.
        facts: Facts,
    },
    /// Note that one looks at a request for the first time (somebody who is asked).
    ViewRequest {
        /// Which.
        request: RequestId,
    },
    /// Ask the next step of the ladder as well (system only).
    Escalate {
        /// Which.
        request: RequestId,
    },
    /// Say yes or no to a request, or to an emergency that is to be ratified.
    SignOff {
        /// To which.
        request: RequestId,
        /// In whose place, where one signs as a delegate.
        on_behalf_of: Option<PersonId>,
        /// Yes or no.
        decision: Decision,
        /// The digest of the statement that was shown.
        statement: Digest,
        /// When the provider says they proved who they are for this, in seconds since 1970.
        auth_time_s: i64,
        /// Sealed: the ID token of that proof.
        id_token: Commitment,
        /// Sealed: what they add.
        note: Option<Commitment>,
    },
    /// Take one's own request back.
    Withdraw {
        /// Which.
        request: RequestId,
    },
    /// Let a request lapse whose time has passed (system only).
    Lapse {
        /// Which.
        request: RequestId,
    },
    /// Open an approved request (its requester).
    IntendGrant {
        /// Which.
        request: RequestId,
        /// The new grant's id.
        grant: GrantId,
    },
    /// Say that the account stands (system only).
    ConfirmGrant {
        /// Which grant's.
        grant: GrantId,
    },
    /// Say that the account does not stand (system only).
    FailGrant {
        /// Which grant's.
        grant: GrantId,
        /// Why.
        failure: Failure,
    },
    /// Want access longer, where an approver has to say yes to it (its holder).
    AskExtension {
        /// Which.
        grant: GrantId,
    },
    /// Say no to that (an approver).
    DenyExtension {
        /// Which.
        grant: GrantId,
    },
    /// Make access longer: its holder, or an approver with a proof where the policy wants one's word.
    ExtendGrant {
        /// Which.
        grant: GrantId,
        /// The approver's proof of identity.
        proof: Option<Proof>,
    },
    /// Be shown the way in, once (the holder).
    ShowCredential {
        /// Of which grant.
        grant: GrantId,
    },
    /// Be given a certificate for a key of one's own, once (the holder).
    IssueCertificate {
        /// By which grant.
        grant: GrantId,
        /// SHA-256 of the public key, in the form of SSH's wire.
        key: Digest,
        /// Where it may be used from; `None` for anywhere.
        source: Option<Network>,
    },
    /// Say what a target answered that was called (system only).
    NoteAnswer {
        /// For which grant.
        grant: GrantId,
        /// What it was called for.
        call: Call,
        /// The answer's status code.
        status: u16,
        /// Sealed: the answer.
        answer: Commitment,
    },
    /// Begin to work while it is recorded (the holder).
    StartRecording {
        /// The new recording's id.
        recording: RecordingId,
        /// By which grant.
        grant: GrantId,
        /// How.
        way: Way,
    },
    /// Say what is about to be sent (the holder). It takes the recording's next number.
    IntendAction {
        /// In which recording.
        recording: RecordingId,
        /// What it does that a policy may refuse.
        classes: Vec<StatementClass>,
        /// Sealed: what is sent.
        statement: Commitment,
    },
    /// Say what the policy refuses and is not sent (the holder). It takes the recording's next number.
    RefuseAction {
        /// In which recording.
        recording: RecordingId,
        /// What it would have done.
        class: StatementClass,
        /// Sealed: what is not sent.
        statement: Commitment,
    },
    /// Say what became of an action (the holder, or the system).
    FinishAction {
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
    /// Add the next piece of a terminal's recording (the holder).
    RecordChunk {
        /// To which recording.
        recording: RecordingId,
        /// Sealed: lines of the form asciicast v2.
        content: Commitment,
    },
    /// Say that the next actions, up to this number, were to be reported and never were (system only).
    NoteGap {
        /// In which recording.
        recording: RecordingId,
        /// The number behind the last that is missing.
        to: u32,
    },
    /// End a recording: `Closed` by the holder or the system, `AccessEnded` and `Lost` by the system, `Cut` by
    /// whoever may revoke the access. With `Lost`, what became of actions that wait for it is unknown, and that is
    /// said as well.
    EndRecording {
        /// Which.
        recording: RecordingId,
        /// Why.
        cause: RecordingEnd,
    },
    /// Say that access ended: `Expired` or `Unratified` by the system when due or later, `Returned` by its
    /// holder, `Revoked` by somebody else out of the policy's approver or reviewing groups.
    EndGrant {
        /// Which.
        grant: GrantId,
        /// Why.
        cause: EndCause,
        /// How many live sessions were cut.
        sessions_cut: u32,
    },
    /// Say that an account without a grant was removed (system only).
    RemoveOrphan {
        /// From which resource.
        resource: ResourceName,
        /// Its name there.
        account: String,
        /// How many live sessions were cut.
        sessions_cut: u32,
    },
    /// Review what was done.
    RecordReview {
        /// Under which request.
        request: RequestId,
        /// What it was.
        verdict: Verdict,
        /// Sealed: what one found, where one found something.
        findings: Option<Commitment>,
        /// Sealed: the closing word.
        note: Commitment,
    },
    /// Note that entries were read (an auditor).
    ReadLedger {
        /// The first that was read.
        from: u64,
        /// The one behind the last that was read.
        to: u64,
        /// When reading began.
        began_ms: UnixMillis,
    },
    /// Be shown a sealed text (an auditor).
    DiscloseOpening {
        /// Of which request.
        request: RequestId,
        /// Which text.
        opening: OpeningRef,
        /// Sealed: what for.
        purpose: Commitment,
    },
    /// Have sealed texts erased (a custodian).
    OrderErasure {
        /// Of which request.
        request: RequestId,
        /// Which text; all of the request where `None`.
        of: Option<OpeningRef>,
        /// Sealed: why.
        reason: Commitment,
    },
    /// Say that they are to be erased (another custodian).
    ConfirmErasure {
        /// The entry that orders it.
        order: u64,
        /// When the provider says they proved who they are for this, in seconds since 1970.
        auth_time_s: i64,
        /// Sealed: the ID token of that proof.
        id_token: Commitment,
    },
}

impl Command {
    /// Every name that [`Command::name`] gives, in the order of the variants.
    pub const NAMES: [&'static str; 49] = [
        "open_ledger",
        "rotate_key",
        "start_server",
        "fail_server",
        "activate_policy",
        "propose_policy",
        "propose_retirement",
        "endorse_proposal",
        "activate_proposal",
        "withdraw_proposal",
        "configure_resource",
        "remove_resource",
        "configure_roles",
        "register_person",
        "link_person",
        "set_delegation",
        "end_delegation",
        "open_session",
        "close_session",
        "submit_request",
        "edit_request",
        "view_request",
        "escalate",
        "sign_off",
        "withdraw",
        "lapse",
        "intend_grant",
        "confirm_grant",
        "fail_grant",
        "ask_extension",
        "deny_extension",
        "extend_grant",
        "show_credential",
        "issue_certificate",
        "note_answer",
        "start_recording",
        "intend_action",
        "refuse_action",
        "finish_action",
        "record_chunk",
        "note_gap",
        "end_recording",
        "end_grant",
        "remove_orphan",
        "record_review",
        "read_ledger",
        "disclose_opening",
        "order_erasure",
        "confirm_erasure",
    ];

    /// Whether whoever asks must have proven who they are within the last half hour. The log shows that of the
    /// person; of the session that asked, only the portal knows it.
    pub fn takes_sign_in_of_late(&self) -> bool {
        matches!(
            self,
            Self::ProposePolicy { .. }
                | Self::ProposeRetirement { .. }
                | Self::EndorseProposal { .. }
                | Self::ActivateProposal { .. }
                | Self::LinkPerson { .. }
                | Self::SetDelegation { .. }
        )
    }

    /// The command's stable name, as `command.refused` entries carry it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::OpenLedger { .. } => "open_ledger",
            Self::RotateKey { .. } => "rotate_key",
            Self::StartServer { .. } => "start_server",
            Self::FailServer { .. } => "fail_server",
            Self::ActivatePolicy { .. } => "activate_policy",
            Self::ProposePolicy { .. } => "propose_policy",
            Self::ProposeRetirement { .. } => "propose_retirement",
            Self::EndorseProposal { .. } => "endorse_proposal",
            Self::ActivateProposal { .. } => "activate_proposal",
            Self::WithdrawProposal { .. } => "withdraw_proposal",
            Self::ConfigureResource { .. } => "configure_resource",
            Self::RemoveResource { .. } => "remove_resource",
            Self::ConfigureRoles { .. } => "configure_roles",
            Self::RegisterPerson { .. } => "register_person",
            Self::LinkPerson { .. } => "link_person",
            Self::SetDelegation { .. } => "set_delegation",
            Self::EndDelegation => "end_delegation",
            Self::OpenSession { .. } => "open_session",
            Self::CloseSession { .. } => "close_session",
            Self::SubmitRequest { .. } => "submit_request",
            Self::EditRequest { .. } => "edit_request",
            Self::ViewRequest { .. } => "view_request",
            Self::Escalate { .. } => "escalate",
            Self::SignOff { .. } => "sign_off",
            Self::Withdraw { .. } => "withdraw",
            Self::Lapse { .. } => "lapse",
            Self::IntendGrant { .. } => "intend_grant",
            Self::ConfirmGrant { .. } => "confirm_grant",
            Self::FailGrant { .. } => "fail_grant",
            Self::AskExtension { .. } => "ask_extension",
            Self::DenyExtension { .. } => "deny_extension",
            Self::ExtendGrant { .. } => "extend_grant",
            Self::ShowCredential { .. } => "show_credential",
            Self::IssueCertificate { .. } => "issue_certificate",
            Self::NoteAnswer { .. } => "note_answer",
            Self::StartRecording { .. } => "start_recording",
            Self::IntendAction { .. } => "intend_action",
            Self::RefuseAction { .. } => "refuse_action",
            Self::FinishAction { .. } => "finish_action",
            Self::RecordChunk { .. } => "record_chunk",
            Self::NoteGap { .. } => "note_gap",
            Self::EndRecording { .. } => "end_recording",
            Self::EndGrant { .. } => "end_grant",
            Self::RemoveOrphan { .. } => "remove_orphan",
            Self::RecordReview { .. } => "record_review",
            Self::ReadLedger { .. } => "read_ledger",
            Self::DiscloseOpening { .. } => "disclose_opening",
            Self::OrderErasure { .. } => "order_erasure",
            Self::ConfirmErasure { .. } => "confirm_erasure",
        }
    }
}
