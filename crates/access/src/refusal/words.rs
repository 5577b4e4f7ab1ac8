//! The rules in words for the person who was refused: short, calm, with the next step.

use super::Rule;

/// What happened, as a sentence, where the command makes it clearer.
pub(super) fn what_of(rule: Rule, command: &str) -> &'static str {
    match (rule, command) {
        (Rule::WrongState, "sign_off") => "This request no longer waits for sign-off.",
        (Rule::WrongState, "edit_request") => {
            "This request is over or already open, so what it says stays as it is."
        }
        (Rule::WrongState, "ask_extension" | "extend_grant") => {
            "This access is not open, or the extension is not one that waits."
        }
        (Rule::OutsideWindow, "ask_extension" | "extend_grant") => {
            "The policy makes no access longer at this time of the week."
        }
        (Rule::WrongState, "deny_extension") => "No extension waits for an answer.",
        (Rule::ProposalStale, "propose_policy") => {
            "Another version came into force since this was begun."
        }
        (Rule::WrongState, "endorse_proposal") => "This proposal is somebody's own already.",
        (Rule::TooEarly, "intend_grant") => "This request asked for a later start.",
        (Rule::TooEarly, "record_review") => {
            "This emergency can still be ratified or refused, and is reviewed after that."
        }
        (Rule::TooEarly, "end_grant") => "The access is not over yet.",
        (Rule::SelfApproval, "extend_grant" | "deny_extension") => {
            "This is your own access, and nobody makes their own longer."
        }
        (Rule::NotApprover, "extend_grant" | "deny_extension") => {
            "None of your groups says yes or no to more time for this access."
        }
        (Rule::WrongState, "withdraw") => "This request is over or already open.",
        (Rule::WrongState, "intend_grant") => "This request is not waiting to be opened.",
        (Rule::WrongState, "show_credential") => "This access is not open.",
        (Rule::WrongState, "issue_certificate" | "start_recording") => "This access is not open.",
        (Rule::WrongState, "intend_action" | "refuse_action") => {
            "This access is not open, or its recording has ended, so nothing more is sent."
        }
        (Rule::WrongState, "record_chunk" | "note_gap" | "end_recording") => {
            "This recording has ended."
        }
        (Rule::WrongState, "note_answer") => "This access is not opened by a webhook.",
        (Rule::ClassRefused, "refuse_action") => "The policy does not refuse such statements.",
        (
            Rule::TooLate,
            "issue_certificate" | "start_recording" | "intend_action" | "refuse_action",
        ) => "This access has expired.",
        (Rule::TooLate, "record_chunk") => "This access is long over, so nothing more is recorded.",
        (Rule::TooEarly, "end_recording") => "The access is not over yet.",
        (Rule::NotRevoker, "end_recording") => {
            "Only others who approve or review under this policy may cut off the work of its holder."
        }
        (Rule::BadRange, "note_gap") => "Nothing is missing there.",
        (Rule::WrongState, "end_grant") => "This access is not open, so it cannot be ended.",
        (Rule::WrongState, "record_review") => {
            "This access has not ended, so it cannot be reviewed."
        }
        (Rule::WrongState, "order_erasure") => {
            "This request is not over: it is decided upon, open, or owes its review."
        }
        (Rule::WrongState, "confirm_erasure") => "This erasure has been confirmed already.",
        (Rule::TooLate, "confirm_erasure") => "This order has lapsed: a week has passed.",
        (Rule::TooLate, "sign_off") => "This request has lapsed: its time for sign-off is over.",
        (Rule::TooLate, "intend_grant") => "This approval has lapsed: its time to be used is over.",
        (Rule::TooLate, "show_credential") => "This access has expired.",
        _ => what(rule),
    }
}

/// What happened, as a sentence.
pub(super) fn what(rule: Rule) -> &'static str {
    match rule {
        Rule::UnknownPolicy => "There is no policy of that name.",
        Rule::ResourceNotCovered => "This policy does not open that resource.",
        Rule::NotEligible => "None of your groups may ask under this policy.",
        Rule::DurationOutOfRange => "The duration is zero or longer than the policy allows.",
        Rule::ReasonTooShort => "The reason is shorter than the policy asks for.",
        Rule::EmergencyOff => "This policy has no emergency access.",
        Rule::NotConfirmed => "The emergency was not confirmed a second time.",
        Rule::TicketForm => "The ticket is missing, or not in the form that the policy wants.",
        Rule::IncidentMissing => "The policy wants an incident to be named.",
        Rule::NetworkNotAllowed => {
            "Your address lies in none of the networks that the policy names."
        }
        Rule::ProofTooWeak => "You did not sign in in the way that the policy wants.",
        Rule::BadStart => {
            "The start lies in the past, more than 30 days ahead, or is an emergency's."
        }
        Rule::OutsideWindow => "The policy opens nothing at this time of the week.",
        Rule::ReviewOwed => "A review of an earlier access of yours is overdue.",
        Rule::EmergencyRefused => {
            "An earlier emergency of yours was denied, or not ratified in time, and waits for its review."
        }
        Rule::UnknownRequest => "There is no such request.",
        Rule::RequestExists => "This form was sent before, and said something else then.",
        Rule::SelfApproval => "This is your own request, and nobody signs off their own.",
        Rule::NotApprover => "None of your groups is asked to sign this off now.",
        Rule::DelegationOff => "Under this policy everybody signs for themselves.",
        Rule::NotDelegate => "You do not sign in that person's place now.",
        Rule::SelfDelegation => "That is yourself.",
        Rule::BadPeriod => "An absence ends after it begins, and within 30 days.",
        Rule::NotAsked => "You are not asked about this request now.",
        Rule::AlreadyViewed => "The log knows already that you looked.",
        Rule::AlreadySigned => "You have signed this request already, and each person counts once.",
        Rule::StatementChanged => "What you were shown is not what the request says now.",
        Rule::StaleProof => {
            "The proof of who you are is older than the request or lies in the future."
        }
        Rule::PolicyChanged => "The policy has changed since this was asked.",
        Rule::QuorumMissing => "Too few of those who said yes are approvers now.",
        Rule::WrongState => "This is no longer possible: it has moved on.",
        Rule::TooLate => "The time for this is over.",
        Rule::RatificationOver => {
            "The time to ratify or refuse this emergency is over, and it counts as not ratified."
        }
        Rule::TooEarly => "It is too early for this.",
        Rule::NotRequester => "Only the person who asked may do this.",
        Rule::UnknownGrant => "There is no such access.",
        Rule::GrantExists => "This access was opened before.",
        Rule::AlreadyShown => "The way in was shown already, and it is shown once.",
        Rule::RecordingRequired => {
            "The policy lets nobody in but by a way on which everything is recorded."
        }
        Rule::UnknownRecording => "There is no such recording.",
        Rule::RecordingExists => "This recording was begun before.",
        Rule::WayNotOffered => "Access of this kind is not used in this way.",
        Rule::NotHolder => "Only the person whose access it is may do this.",
        Rule::ClassRefused => "The policy refuses such statements.",
        Rule::NotIntended => "No action of that number waits for its outcome.",
        Rule::ExtensionOff => "The policy does not let this access be made longer.",
        Rule::ExtendedTooOften => "This access was made longer as often as the policy allows.",
        Rule::ExtensionDenied => "An approver said no to more time for this access.",
        Rule::NotRevoker => {
            "Only others who approve or review under this policy may take access away."
        }
        Rule::NotReviewer => "None of your groups reviews under this policy.",
        Rule::ReviewerInvolved => {
            "You asked for this, or said yes or no to it, so somebody else reviews it."
        }
        Rule::AlreadyReviewed => "This was reviewed already.",
        Rule::NotAuditor => "None of your groups reads the log.",
        Rule::NotCustodian => "None of your groups erases what was sealed.",
        Rule::NotOperator => "None of your groups runs the portal.",
        Rule::NotAuthor => "None of your groups writes policies.",
        Rule::SignInStale => "This takes a sign-in of the last half hour.",
        Rule::UnknownProposal => "There is no such proposal any more.",
        Rule::SelfActivation => {
            "You proposed this yourself, and putting it in force takes two people."
        }
        Rule::NotEndorsed => {
            "This comes from the configuration, and no policy author has made it theirs."
        }
        Rule::ProposerNotAuthor => "Whoever proposed this writes policies no longer.",
        Rule::ProposalStale => "Another version came into force since this was proposed.",
        Rule::ProposalDiffers => "What came into force is not what was proposed.",
        Rule::SeededLate => {
            "The portal brings policies of its own only before anybody has signed in."
        }
        Rule::SelfLink => "Nobody makes themselves one with somebody else.",
        Rule::AlreadyLinked => "The log knows already that they are one person.",
        Rule::BadLabels => "A label is not written as labels are.",
        Rule::UnknownResource => "There is no such resource.",
        Rule::StageOrder => "Another stage waits than the one named here.",
        Rule::BadRange => "What was read is nothing, or lies beyond the log.",
        Rule::UnknownOpening => "The request has no such sealed text.",
        Rule::OpeningGone => "The text was erased.",
        Rule::PurposeTooShort => "Too little was said about what for.",
        Rule::ErasureExists => "The same erasure is ordered already.",
        Rule::UnknownErasure => "There is no such order to erase.",
        Rule::OrdererNotCustodian => "Whoever ordered this is no custodian any more.",
        Rule::SelfConfirmation => "You ordered this yourself, and erasing takes two people.",
        Rule::SystemOnly => "Only the portal itself does this.",
        Rule::PersonOnly => "Only a person who is signed in does this.",
        Rule::BadPolicy => "The policy contradicts itself.",
        Rule::UnknownPerson => "The log does not know you yet.",
        Rule::PersonExists => "The log knows this person already.",
        Rule::LedgerOrder => "A log is opened once, and before everything else.",
        Rule::KeyOrder => "A new key signs the log only from after the entry that names it.",
        Rule::PolicyDigest => "The policy's digest is not that of the policy beside it.",
        Rule::PolicyOrder => "The policy's version does not follow the one before it.",
        Rule::PolicyNotInForce => "The request names a policy version that was not in force.",
        Rule::StatementDigest => "The statement's digest is not that of the request beside it.",
        Rule::LapseTime => "The request lapses at another moment than the policy says.",
        Rule::ExpiryTime => "The access ends at another moment than the request says.",
        Rule::GrantTemplate => "The access gives something else than the policy says.",
        Rule::EndedLate => "The access ended long after its time.",
        Rule::NotEnded => "The access is over by its time, but the log says nothing of its end.",
        Rule::RecordingOrder => "Another number stands there than the recording's next one.",
        Rule::RecordingCounts => "The recording's end tells of more or of less than there is.",
        Rule::RecordingLate => "The recording ended long after its access.",
        Rule::RecordingNotEnded => {
            "The access is over, but the log says nothing of the end of its recording."
        }
        Rule::ActionUnfinished => {
            "The recording is over, but the log says nothing of what became of the action."
        }
        Rule::DenialMissing => "The request was closed as denied, but nobody who may has said no.",
        Rule::NotLastSigner => {
            "The outcome stands under another name than that of the last to sign."
        }
        Rule::ErasureUnconfirmed => "Texts were erased without the word of a second person.",
        Rule::ErasureScope => "Other texts were erased than those that were ordered.",
        Rule::RefusalForm => "The refusal names no command or no rule that refuses.",
        Rule::Malformed => "The entry has a form that this version does not know.",
    }
}

/// What to do next, as a sentence, where the command makes another of it.
pub(super) fn next_of(rule: Rule, command: &str) -> &'static str {
    match (rule, command) {
        (Rule::OutsideWindow, "ask_extension" | "extend_grant") => {
            "Ask for access anew, and open it when its window opens."
        }
        _ => next(rule),
    }
}

/// What to do next, as a sentence.
pub(super) fn next(rule: Rule) -> &'static str {
    match rule {
        Rule::UnknownPolicy | Rule::ResourceNotCovered | Rule::NotEligible => {
            "Choose from what your request page offers, or ask an operator which policy is meant for you."
        }
        Rule::DurationOutOfRange => {
            "Choose a duration within the policy's limit and send it again."
        }
        Rule::ReasonTooShort => "Write a little more about why, and send it again.",
        Rule::EmergencyOff => "Make an ordinary request and call an approver.",
        Rule::NotConfirmed => "Confirm that this is an emergency, and send it again.",
        Rule::UnknownRequest | Rule::UnknownGrant => {
            "Check the link, or look for it on your first page."
        }
        Rule::TicketForm => "Name a ticket in that form and send it again.",
        Rule::IncidentMissing => "Name the incident and send it again.",
        Rule::NetworkNotAllowed => "Ask from one of those networks, or under another policy.",
        Rule::ProofTooWeak => "Sign out, sign in in that way, and send it again.",
        Rule::BadStart => "Choose a start from now on, within 30 days, or none.",
        Rule::OutsideWindow => "Open it when its window opens; the approval holds until it lapses.",
        Rule::ReviewOwed | Rule::EmergencyRefused => {
            "Have it reviewed first; an ordinary request is still open to you."
        }
        Rule::DelegationOff | Rule::NotDelegate => {
            "Sign in your own name, or ask another approver."
        }
        Rule::SelfDelegation => "Choose somebody else.",
        Rule::BadPeriod => "Choose another end.",
        Rule::NotAsked | Rule::AlreadyViewed => "There is nothing to do.",
        Rule::RecordingRequired | Rule::WayNotOffered => {
            "Use one of the ways in that the access's page offers."
        }
        Rule::UnknownRecording => "Check the link, or look for it on the request's page.",
        Rule::RecordingExists => "Begin another one.",
        Rule::NotHolder => "Ask them, or make a request of your own.",
        Rule::ClassRefused => {
            "Do it in another way, or ask for access under a policy that does not refuse it."
        }
        Rule::NotIntended => "There is nothing to do.",
        Rule::RecordingNotEnded | Rule::ActionUnfinished => {
            "Look at the target for what was done, and make sure that the session is gone."
        }
        Rule::ExtensionOff | Rule::ExtendedTooOften | Rule::ExtensionDenied => {
            "Ask for access anew before this one ends."
        }
        Rule::NotOperator | Rule::NotAuthor => {
            "Ask whoever runs the portal for the role it needs, and sign in anew."
        }
        Rule::SignInStale => "Sign in anew, if you have not just done so, and send it again.",
        Rule::UnknownProposal => "Reload the page to see what is proposed.",
        Rule::SelfActivation => "Ask another policy author to put it in force.",
        Rule::NotEndorsed => "Endorse it; another policy author then puts it in force.",
        Rule::ProposerNotAuthor | Rule::ProposalStale => "Propose it anew if it is still right.",
        Rule::SeededLate => "Let a policy author propose it, and another put it in force.",
        Rule::SelfLink => "Ask another operator.",
        Rule::AlreadyLinked | Rule::UnknownResource => "There is nothing to do.",
        Rule::BadLabels => {
            "Use a-z, 0-9, hyphens, underscores, dots and slashes, 1 to 63 characters; 50 labels at most."
        }
        Rule::RequestExists => {
            "What was sent first stands on your first page; for anything else, begin with a new form."
        }
        Rule::GrantExists => "Look for it on your first page; there is no need to send it again.",
        Rule::SelfApproval | Rule::NotApprover => "Ask one of the policy's approvers.",
        Rule::AlreadySigned => "Others have to sign now.",
        Rule::StatementChanged => "Reload the request, read it again, then sign.",
        Rule::StaleProof => "Sign again and prove who you are when you are asked to.",
        Rule::PolicyChanged | Rule::QuorumMissing => "Ask for access anew.",
        Rule::WrongState => "Reload the page to see where it stands.",
        Rule::TooLate => "Ask for access anew if it is still needed.",
        Rule::RatificationOver => "Leave it to its review, which says what it was.",
        Rule::TooEarly => "Wait until it is due.",
        Rule::NotRequester => "Ask them, or make a request of your own.",
        Rule::AlreadyShown => "Give this access back and ask anew if the way in was lost.",
        Rule::NotRevoker => "Call one of them; the holder can give access back at any time.",
        Rule::NotReviewer | Rule::ReviewerInvolved => "Leave it to one of the policy's reviewers.",
        Rule::AlreadyReviewed => "Read the verdict on the request's page.",
        Rule::NotAuditor | Rule::NotCustodian => {
            "Ask whoever runs the portal for the role it needs, and sign in anew."
        }
        Rule::BadRange => "Ask for entries that the newest checkpoint covers.",
        Rule::UnknownOpening => "Reload the request to see what was sealed.",
        Rule::OpeningGone => "Nobody can bring it back; its seal still proves that it was there.",
        Rule::PurposeTooShort => "Name the case and what you need to know, and send it again.",
        Rule::ErasureExists | Rule::SelfConfirmation => "Ask another custodian to confirm it.",
        Rule::OrdererNotCustodian => "Order it anew if it is right; another custodian confirms it.",
        Rule::UnknownErasure => "Reload the request to see what is ordered.",
        Rule::SystemOnly => "There is nothing to do: it happens by itself when it is due.",
        Rule::PersonOnly | Rule::UnknownPerson => "Sign in and try again.",
        Rule::BadPolicy => "Correct the policy and activate it again.",
        Rule::PersonExists | Rule::LedgerOrder => "There is nothing to do.",
        Rule::KeyOrder => "Stop every server of this log, and rotate the key again.",
        Rule::NotEnded => "Make sure that the account is gone from the target.",
        Rule::PolicyDigest
        | Rule::ProposalDiffers
        | Rule::StageOrder
        | Rule::PolicyOrder
        | Rule::PolicyNotInForce
        | Rule::StatementDigest
        | Rule::LapseTime
        | Rule::ExpiryTime
        | Rule::GrantTemplate
        | Rule::EndedLate
        | Rule::RecordingOrder
        | Rule::RecordingCounts
        | Rule::RecordingLate
        | Rule::DenialMissing
        | Rule::NotLastSigner
        | Rule::ErasureUnconfirmed
        | Rule::ErasureScope
        | Rule::RefusalForm
        | Rule::Malformed => {
            "Keep a copy of the log and ask who runs the portal how this entry came about."
        }
    }
}
