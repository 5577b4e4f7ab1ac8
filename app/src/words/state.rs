//! States, urgencies, verdicts and refusals in words, with the tone in which to show them.

use access::event::{EndCause, Failure, Mode, Urgency, Verdict};
use access::view::{GrantState, RequestRow, RequestState};

use super::ratification;

/// How a state is shown. The word says it; the tone only helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to do.
    Plain,
    /// In hand.
    Accent,
    /// Somebody has to act.
    Wait,
    /// As it should be.
    Proof,
    /// An emergency, or a fault.
    Glass,
}

/// Where a request stands, in a word or two.
pub fn request(row: &RequestRow) -> (Tone, &'static str) {
    match row.state {
        RequestState::Submitted => (Tone::Wait, "Waits for sign-off"),
        RequestState::Approved => (Tone::Accent, "Approved"),
        RequestState::Granted => row
            .ratification
            .map_or((Tone::Accent, "Granted"), ratification::badge),
        RequestState::Denied => (Tone::Plain, "Denied"),
        RequestState::Withdrawn => (Tone::Plain, "Withdrawn"),
        RequestState::Lapsed => (Tone::Plain, "Lapsed"),
    }
}

/// Where a grant stands, in a word or two.
pub fn grant(state: &GrantState) -> (Tone, &'static str) {
    match state {
        GrantState::Intended => (Tone::Wait, "Opening"),
        GrantState::Active { .. } => (Tone::Proof, "Open"),
        GrantState::Failed { .. } => (Tone::Glass, "Failed"),
        GrantState::Ended {
            cause: EndCause::Expired,
            ..
        } => (Tone::Plain, "Expired"),
        GrantState::Ended {
            cause: EndCause::Returned,
            ..
        } => (Tone::Plain, "Returned"),
        GrantState::Ended {
            cause: EndCause::Revoked,
            ..
        } => (Tone::Plain, "Revoked"),
        GrantState::Ended {
            cause: EndCause::Unratified,
            ..
        } => (Tone::Plain, "Taken back: not ratified"),
    }
}

/// What a failure means for the person who waited, and what to do next.
pub fn failure(failure: Failure) -> &'static str {
    match failure {
        Failure::Refused => {
            "The target refused, or could not be reached. Nothing was opened. Ask an operator to look at it, then ask again."
        }
        Failure::Unknown => {
            "The target did not answer in time. Whatever may have been opened was removed. Ask again; if it repeats, ask an operator."
        }
        Failure::Interrupted => {
            "The portal stopped while it was opening access. Whatever may have been opened was removed. Ask again."
        }
    }
}

/// The mode in one word.
pub fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Ordinary => "Ordinary",
        Mode::Emergency => "Emergency",
    }
}

/// All urgencies, the most urgent first: the value in forms, the name, and what it means.
pub const URGENCIES: [(Urgency, &str, &str, &str); 4] = [
    (Urgency::Sev1, "sev1", "SEV1", "Customers are down"),
    (Urgency::Sev2, "sev2", "SEV2", "Customers are hurt"),
    (Urgency::Sev3, "sev3", "SEV3", "Wrong, but not felt yet"),
    (Urgency::Sev4, "sev4", "SEV4", "Planned work"),
];

/// `SEV1`.
pub fn urgency(urgency: Urgency) -> &'static str {
    URGENCIES
        .iter()
        .find(|known| known.0 == urgency)
        .map_or("SEV4", |known| known.2)
}

/// All verdicts: the value in forms, the name, and what it means.
pub const VERDICTS: [(Verdict, &str, &str, &str); 3] = [
    (
        Verdict::Emergency,
        "emergency",
        "It was needed",
        "The access had a reason, and was used for it.",
    ),
    (
        Verdict::Drill,
        "drill",
        "It was an exercise",
        "Nothing was wrong; somebody practised.",
    ),
    (
        Verdict::Misuse,
        "misuse",
        "It should not have been",
        "No reason, or used for something else.",
    ),
];

/// The verdict in words.
pub fn verdict(verdict: Verdict) -> &'static str {
    VERDICTS
        .iter()
        .find(|known| known.0 == verdict)
        .map_or("", |known| known.2)
}
