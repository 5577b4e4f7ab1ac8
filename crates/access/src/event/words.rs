//! What stands in a body as one word out of a few.

use core::fmt;

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

impl StatementClass {
    /// Every class.
    pub const ALL: [Self; 5] = [
        Self::SetRole,
        Self::CopyProgram,
        Self::Code,
        Self::Listen,
        Self::Export,
    ];

    /// The word, as in entries and policies.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SetRole => "set_role",
            Self::CopyProgram => "copy_program",
            Self::Code => "code",
            Self::Listen => "listen",
            Self::Export => "export",
        }
    }
}

impl fmt::Display for StatementClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
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

/// How somebody works on a target while it is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Statements in the browser.
    Console,
    /// A database client of their own, through the portal.
    Gateway,
    /// A terminal in the browser.
    Terminal,
    /// An agent or a tool that tells the portal what it does.
    Reported,
}

/// Why a recording ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingEnd {
    /// Whoever worked was done.
    Closed,
    /// The access was over.
    AccessEnded,
    /// Somebody else cut it off.
    Cut,
    /// The portal or the target was gone, or what was done could not be recorded.
    Lost,
}

/// What a target was called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// To open access.
    Open,
    /// To end it.
    End,
}
