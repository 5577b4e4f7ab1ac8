//! Why the rules say no.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::ids::RequestId;

mod words;

macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The rules, by name. The name stands in `command.refused` entries and in violations.
        ///
        /// Most rules can refuse a command. Those that [`Rule::refuses`] denies are found by a
        /// replay only: `decide` never writes what they forbid.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Rule {
            $($(#[$doc])* $variant,)*
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Rule] = &[$(Rule::$variant,)*];

            /// The rule's stable name, the same as in entries.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Rule::$variant => $name,)*
                }
            }
        }
    };
}

rules! {
    /// There is no such policy.
    UnknownPolicy = "unknown_policy",
    /// The policy does not cover the resource.
    ResourceNotCovered = "resource_not_covered",
    /// The person is in none of the eligible groups.
    NotEligible = "not_eligible",
    /// Zero, or longer than the policy allows.
    DurationOutOfRange = "duration_out_of_range",
    /// The reason is shorter than the policy wants.
    ReasonTooShort = "reason_too_short",
    /// The policy has no emergency access.
    EmergencyOff = "emergency_off",
    /// An emergency needs its second confirmation.
    NotConfirmed = "not_confirmed",
    /// The ticket is missing or looks otherwise than the policy wants.
    TicketForm = "ticket_form",
    /// The policy wants an incident to be named.
    IncidentMissing = "incident_missing",
    /// The browser's address lies in none of the policy's networks.
    NetworkNotAllowed = "network_not_allowed",
    /// The sign-in was not of the kind that the policy wants.
    ProofTooWeak = "proof_too_weak",
    /// The start lies in the past, too far ahead, or is that of an emergency.
    BadStart = "bad_start",
    /// The policy opens nothing at this time of the week.
    OutsideWindow = "outside_window",
    /// A review of an earlier access of theirs is overdue.
    ReviewOwed = "review_owed",
    /// An earlier emergency of theirs was denied, or not ratified in time, and nobody has reviewed it.
    EmergencyRefused = "emergency_refused",
    /// There is no such request.
    UnknownRequest = "unknown_request",
    /// A request of that id is there already.
    RequestExists = "request_exists",
    /// Nobody signs off their own request.
    SelfApproval = "self_approval",
    /// The person is in none of the approver groups.
    NotApprover = "not_approver",
    /// The policy lets nobody sign in another's place.
    DelegationOff = "delegation_off",
    /// They do not sign in that person's place.
    NotDelegate = "not_delegate",
    /// Nobody signs in their own place.
    SelfDelegation = "self_delegation",
    /// An absence ends after it begins, and within 30 days.
    BadPeriod = "bad_period",
    /// Only those who are asked look at it as such.
    NotAsked = "not_asked",
    /// Their first look is in the log.
    AlreadyViewed = "already_viewed",
    /// One word a person.
    AlreadySigned = "already_signed",
    /// The statement that was shown is not the one that stands.
    StatementChanged = "statement_changed",
    /// The proof of identity is older than the request's submission or lies in the future.
    StaleProof = "stale_proof",
    /// The policy has another version in force than the one that the request was made under.
    PolicyChanged = "policy_changed",
    /// Too few of those who said yes are approvers now.
    QuorumMissing = "quorum_missing",
    /// The request's or grant's state does not allow it.
    WrongState = "wrong_state",
    /// Its time has passed.
    TooLate = "too_late",
    /// The time to ratify or refuse the emergency has passed, and nobody decided.
    RatificationOver = "ratification_over",
    /// Its time has not come.
    TooEarly = "too_early",
    /// Only the requester may.
    NotRequester = "not_requester",
    /// There is no such grant.
    UnknownGrant = "unknown_grant",
    /// A grant of that id is there already.
    GrantExists = "grant_exists",
    /// The credential has been shown already.
    AlreadyShown = "already_shown",
    /// The policy lets nobody in but by a way on which everything is recorded.
    RecordingRequired = "recording_required",
    /// There is no such recording.
    UnknownRecording = "unknown_recording",
    /// A recording of that id is there already.
    RecordingExists = "recording_exists",
    /// Access of this kind is not used in this way.
    WayNotOffered = "way_not_offered",
    /// Only the holder of the access may.
    NotHolder = "not_holder",
    /// The policy refuses such statements, or does not.
    ClassRefused = "class_refused",
    /// No action of that number waits for its outcome.
    NotIntended = "not_intended",
    /// The policy lets this access be made no longer.
    ExtensionOff = "extension_off",
    /// It was made longer as often as the policy allows.
    ExtendedTooOften = "extended_too_often",
    /// Somebody said no to making this access longer.
    ExtensionDenied = "extension_denied",
    /// Only others out of the policy's approver and reviewing groups may revoke.
    NotRevoker = "not_revoker",
    /// The person is in none of the reviewing groups.
    NotReviewer = "not_reviewer",
    /// Nobody reviews what they asked for, or said yes or no to.
    ReviewerInvolved = "reviewer_involved",
    /// There is a review already.
    AlreadyReviewed = "already_reviewed",
    /// The person is in none of the groups that read the log.
    NotAuditor = "not_auditor",
    /// The person is in none of the groups that erase what was sealed.
    NotCustodian = "not_custodian",
    /// The person is in none of the groups that run the portal.
    NotOperator = "not_operator",
    /// The person is in none of the groups that write policies.
    NotAuthor = "not_author",
    /// They proved who they are longer ago than the act allows.
    SignInStale = "sign_in_stale",
    /// There is no such proposal on the table.
    UnknownProposal = "unknown_proposal",
    /// Nobody puts in force what they proposed.
    SelfActivation = "self_activation",
    /// No policy author has made the configuration's proposal theirs.
    NotEndorsed = "not_endorsed",
    /// Whoever proposed it writes policies no longer.
    ProposerNotAuthor = "proposer_not_author",
    /// Another version came into force since it was proposed.
    ProposalStale = "proposal_stale",
    /// The portal brings policies of its own only before anybody is known.
    SeededLate = "seeded_late",
    /// Nobody makes themselves one with anybody.
    SelfLink = "self_link",
    /// They are one already.
    AlreadyLinked = "already_linked",
    /// A label is not written as labels are.
    BadLabels = "bad_labels",
    /// There is no such resource.
    UnknownResource = "unknown_resource",
    /// What was read is nothing, or lies beyond the log.
    BadRange = "bad_range",
    /// The request has no such sealed text.
    UnknownOpening = "unknown_opening",
    /// The text was erased.
    OpeningGone = "opening_gone",
    /// Too little was said about what for.
    PurposeTooShort = "purpose_too_short",
    /// The same is ordered already.
    ErasureExists = "erasure_exists",
    /// There is no such order.
    UnknownErasure = "unknown_erasure",
    /// Nobody confirms what they ordered.
    SelfConfirmation = "self_confirmation",
    /// Whoever ordered it is in none of the groups that erase what was sealed any more.
    OrdererNotCustodian = "orderer_not_custodian",
    /// Only the portal itself may.
    SystemOnly = "system_only",
    /// Only a person may.
    PersonOnly = "person_only",
    /// The policy contradicts itself.
    BadPolicy = "bad_policy",
    /// The person is not known to the log.
    UnknownPerson = "unknown_person",
    /// That person is there already.
    PersonExists = "person_exists",
    /// The log was opened already, or was not opened yet.
    LedgerOrder = "ledger_order",
    /// The new key would sign the log before the entry that names it.
    KeyOrder = "key_order",
    /// Replay only: the policy's digest is not that of the policy beside it.
    PolicyDigest = "policy_digest",
    /// Replay only: the policy's version does not follow the one before.
    PolicyOrder = "policy_order",
    /// Replay only: what came into force is not what was proposed.
    ProposalDiffers = "proposal_differs",
    /// Replay only: another stage or step than the one that waits.
    StageOrder = "stage_order",
    /// Replay only: the request names a policy version that was not in force.
    PolicyNotInForce = "policy_not_in_force",
    /// Replay only: the statement's digest is not that of the request beside it.
    StatementDigest = "statement_digest",
    /// Replay only: the request lapses at another moment than the policy says.
    LapseTime = "lapse_time",
    /// Replay only: the grant ends at another moment than the request says.
    ExpiryTime = "expiry_time",
    /// Replay only: the grant gives something else than the policy says.
    GrantTemplate = "grant_template",
    /// Replay only: the access ended, or was given up, long after its time.
    EndedLate = "ended_late",
    /// Replay only: the log goes on long after the access's time, and says nothing of its end.
    NotEnded = "not_ended",
    /// Replay only: another number than the next one of the recording.
    RecordingOrder = "recording_order",
    /// Replay only: the recording's end tells of more or of less than there is.
    RecordingCounts = "recording_counts",
    /// Replay only: the recording ended long after its access.
    RecordingLate = "recording_late",
    /// Replay only: the log goes on long after the recording's access, and says nothing of the recording's end.
    RecordingNotEnded = "recording_not_ended",
    /// Replay only: the log goes on long after the recording, and says nothing of what became of the action.
    ActionUnfinished = "action_unfinished",
    /// Replay only: nobody who may has said no.
    DenialMissing = "denial_missing",
    /// Replay only: the outcome stands under another name than that of the last to sign.
    NotLastSigner = "not_last_signer",
    /// Replay only: texts were erased without the second person's word.
    ErasureUnconfirmed = "erasure_unconfirmed",
    /// Replay only: other texts were erased than those that were ordered.
    ErasureScope = "erasure_scope",
    /// Replay only: the refusal names no command or no rule that refuses.
    RefusalForm = "refusal_form",
    /// Replay only: the entry has a kind, a field or a form that this version does not know.
    Malformed = "malformed",
}

impl Rule {
    /// Whether a command can be refused by this rule. The others are found in a replay only.
    pub const fn refuses(self) -> bool {
        !matches!(
            self,
            Self::PolicyDigest
                | Self::PolicyOrder
                | Self::PolicyNotInForce
                | Self::ProposalDiffers
                | Self::StageOrder
                | Self::StatementDigest
                | Self::LapseTime
                | Self::ExpiryTime
                | Self::GrantTemplate
                | Self::EndedLate
                | Self::NotEnded
                | Self::RecordingOrder
                | Self::RecordingCounts
                | Self::RecordingLate
                | Self::RecordingNotEnded
                | Self::ActionUnfinished
                | Self::DenialMissing
                | Self::NotLastSigner
                | Self::ErasureUnconfirmed
                | Self::ErasureScope
                | Self::RefusalForm
                | Self::Malformed
        )
    }
}

/// What happened, and what to do next.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", words::what(*self), words::next(*self))
    }
}

/// A command that the rules forbid. `Display` says what happened, what was kept, what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Refusal {
    /// The command's name.
    pub command: &'static str,
    /// Which request it was about, if about one that the log knows.
    pub request: Option<RequestId>,
    /// The rule that forbids it.
    pub rule: Rule,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = words::what_of(self.rule, self.command);
        let next = words::next_of(self.rule, self.command);
        write!(
            f,
            "{what} Nothing was changed, and the log notes that it was asked. {next}"
        )
    }
}

impl std::error::Error for Refusal {}

/// The entry that a refusal leaves in the log.
pub fn refusal_event(refusal: &Refusal) -> Event {
    Event::CommandRefused {
        command: refusal.command.to_owned(),
        request: refusal.request,
        rule: refusal.rule,
    }
}
