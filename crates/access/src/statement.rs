//! The text that approvers sign.

use core::fmt;

use crate::digest::{Commitment, Digest};
use crate::event::{Mode, Urgency};
use crate::ids::{PersonId, PolicyName, RequestId, ResourceName};
use crate::time::UnixMillis;

/// Everything that a sign-off binds. `Display` is the exact text, one fact a line:
///
/// ```text
/// Breakglass request, statement version 2
/// request: 7c9e6679-7425-40de-944b-e07fc1f90ae7
/// requester: 16fd2706-8baf-433b-82eb-8c7fada847da
/// mode: ordinary
/// resource: orders-db
/// policy: orders-admin
/// policy version: 3
/// policy sha256: <44 characters of base64>
/// duration: 1800 s
/// urgency: sev2
/// reason: 57 bytes, sealed sha256 <44 characters of base64>
/// ticket: none
/// incident: none
/// start: at once
/// ```
///
/// Each line ends with a line feed. No value can hold one, so no fact can pose as two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement<'a> {
    /// The request.
    pub request: RequestId,
    /// Who asks.
    pub requester: PersonId,
    /// Ordinary or emergency.
    pub mode: Mode,
    /// What is to be opened.
    pub resource: &'a ResourceName,
    /// Under which policy.
    pub policy: &'a PolicyName,
    /// Which version of it.
    pub policy_version: u32,
    /// That version's digest.
    pub policy_sha256: Digest,
    /// For how long, in seconds.
    pub duration_s: u32,
    /// How much is at stake.
    pub urgency: Urgency,
    /// Sealed: why.
    pub reason: Commitment,
    /// Sealed: the ticket, where one was named.
    pub ticket: Option<Commitment>,
    /// Sealed: the incident, where one was named.
    pub incident: Option<Commitment>,
    /// It is not to be opened before then.
    pub start_at: Option<UnixMillis>,
}

/// The exact text that approvers sign.
pub fn statement(facts: &Statement<'_>) -> String {
    facts.to_string()
}

impl Statement<'_> {
    /// SHA-256 of the text: what `request.submitted` and every sign-off carry.
    pub fn digest(&self) -> Digest {
        Digest::of(self.to_string().as_bytes())
    }
}

impl fmt::Display for Statement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Breakglass request, statement version 2")?;
        writeln!(f, "request: {}", self.request)?;
        writeln!(f, "requester: {}", self.requester)?;
        writeln!(f, "mode: {}", mode_name(self.mode))?;
        writeln!(f, "resource: {}", self.resource)?;
        writeln!(f, "policy: {}", self.policy)?;
        writeln!(f, "policy version: {}", self.policy_version)?;
        writeln!(f, "policy sha256: {}", self.policy_sha256)?;
        writeln!(f, "duration: {} s", self.duration_s)?;
        writeln!(f, "urgency: {}", urgency_name(self.urgency))?;
        writeln!(f, "reason: {}", sealed(&self.reason))?;
        for (what, text) in [("ticket", &self.ticket), ("incident", &self.incident)] {
            match text {
                Some(text) => writeln!(f, "{what}: {}", sealed(text))?,
                None => writeln!(f, "{what}: none")?,
            }
        }
        match self.start_at {
            Some(at) => writeln!(f, "start: {} ms since 1970", at.millis()),
            None => writeln!(f, "start: at once"),
        }
    }
}

fn sealed(commitment: &Commitment) -> String {
    format!("{} bytes, sealed sha256 {}", commitment.n, commitment.c)
}

fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Ordinary => "ordinary",
        Mode::Emergency => "emergency",
    }
}

fn urgency_name(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Sev1 => "sev1",
        Urgency::Sev2 => "sev2",
        Urgency::Sev3 => "sev3",
        Urgency::Sev4 => "sev4",
    }
}
