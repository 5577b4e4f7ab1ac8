//! What can be asked of the rules. Ids, moments and commitments come from the caller.

use crate::digest::{Commitment, Digest};
use crate::event::{Decision, EndCause, Failure, Mode, OpeningRef, SessionEnd, Urgency, Verdict};
use crate::ids::{FaultId, GrantId, PersonId, PolicyName, RequestId, ResourceName};
use crate::policy::Policy;
use crate::roles::RoleGroups;
use crate::time::UnixMillis;

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
    },
    /// Say that a server process broke off what it was asked for (system only).
    FailServer {
        /// What the server's own log says more under.
        reference: FaultId,
    },
    /// Put a policy's next version in force (system only until people may author policies).
    ActivatePolicy {
        /// The whole policy.
        policy: Policy,
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
        /// For how long, in seconds.
        duration_s: u32,
        /// How much is at stake.
        urgency: Urgency,
        /// Sealed: why.
        reason: Commitment,
        /// Length of the reason without surrounding white space, in characters.
        reason_chars: u32,
        /// Sealed: ticket or incident, where one was named.
        ticket: Option<Commitment>,
        /// The grant's id; used in an emergency only.
        grant: GrantId,
        /// The second confirmation; an emergency needs it.
        confirmed: bool,
    },
    /// Say yes or no to a request.
    SignOff {
        /// To which.
        request: RequestId,
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
    /// Be shown the way in, once (the holder).
    ShowCredential {
        /// Of which grant.
        grant: GrantId,
    },
    /// Say that access ended: `Expired` by the system when due or later, `Returned` by its holder,
    /// `Revoked` by somebody else out of the policy's approver or reviewing groups.
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
        /// Sealed: in words.
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
    pub const NAMES: [&'static str; 24] = [
        "open_ledger",
        "rotate_key",
        "start_server",
        "fail_server",
        "activate_policy",
        "configure_roles",
        "register_person",
        "open_session",
        "close_session",
        "submit_request",
        "sign_off",
        "withdraw",
        "lapse",
        "intend_grant",
        "confirm_grant",
        "fail_grant",
        "show_credential",
        "end_grant",
        "remove_orphan",
        "record_review",
        "read_ledger",
        "disclose_opening",
        "order_erasure",
        "confirm_erasure",
    ];

    /// The command's stable name, as `command.refused` entries carry it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::OpenLedger { .. } => "open_ledger",
            Self::RotateKey { .. } => "rotate_key",
            Self::StartServer { .. } => "start_server",
            Self::FailServer { .. } => "fail_server",
            Self::ActivatePolicy { .. } => "activate_policy",
            Self::ConfigureRoles { .. } => "configure_roles",
            Self::RegisterPerson { .. } => "register_person",
            Self::OpenSession { .. } => "open_session",
            Self::CloseSession { .. } => "close_session",
            Self::SubmitRequest { .. } => "submit_request",
            Self::SignOff { .. } => "sign_off",
            Self::Withdraw { .. } => "withdraw",
            Self::Lapse { .. } => "lapse",
            Self::IntendGrant { .. } => "intend_grant",
            Self::ConfirmGrant { .. } => "confirm_grant",
            Self::FailGrant { .. } => "fail_grant",
            Self::ShowCredential { .. } => "show_credential",
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
