//! What stands in a body as one word out of a few.

use serde::{Deserialize, Serialize};

/// Whether sign-off comes before access or access before everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Access after sign-off.
    Ordinary,
    /// Access at once.
    Emergency,
}

/// How much is at stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    /// Customers are down.
    Sev1,
    /// Customers are hurt.
    Sev2,
    /// Something is wrong that customers do not feel yet.
    Sev3,
    /// Planned work.
    Sev4,
}

/// An approver's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Yes.
    Approve,
    /// No. One is enough.
    Deny,
}

/// Why access ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// Its time was up.
    Expired,
    /// The holder gave it back.
    Returned,
    /// Somebody else took it back.
    Revoked,
    /// Nobody ratified the emergency in time, or somebody who is asked said no.
    Unratified,
}

/// Why access did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The target said no, or could not be reached before anything was asked of it.
    Refused,
    /// The target did not answer: whether the account stood is unknown; it was swept.
    Unknown,
    /// The portal stopped between intent and outcome; the account, if any, was swept.
    Interrupted,
}

/// A reviewer's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The glass was broken for a reason.
    Emergency,
    /// It was an exercise.
    Drill,
    /// It should not have been.
    Misuse,
}

/// Why a session of the portal ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionEnd {
    /// The person signed out.
    SignedOut,
    /// The identity provider said so (back-channel logout).
    Provider,
}

/// What a statement does that a policy may refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementClass {
    /// Takes on another role: `SET ROLE`, `SET SESSION AUTHORIZATION`, `RESET ROLE`.
    SetRole,
    /// Runs a program on the server, or reads and writes its files: `COPY … PROGRAM`, `COPY … FROM 'file'`.
    CopyProgram,
    /// Runs code that its text alone does not tell: `DO`.
    Code,
    /// Waits for what others say: `LISTEN`.
    Listen,
    /// Takes many rows away at once: `COPY … TO STDOUT`.
    Export,
}

/// What became of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionOutcome {
    /// The target did it.
    Done,
    /// The target said no, or it went wrong there.
    Failed,
    /// Whoever asked for it broke it off.
    Cancelled,
    /// It was cut off by the end of access, or because it could not be recorded.
    Cut,
    /// The target did not answer: it may have been done.
    Unknown,
}
