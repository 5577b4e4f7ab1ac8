//! What somebody says when they ask, and what is seen of them.

use core::fmt;
use core::net::IpAddr;

use crate::digest::Commitment;
use crate::event::Urgency;
use crate::time::UnixMillis;

/// What a request says beside what it is for; an edit says all of it anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// For how long, in seconds.
    pub duration_s: u32,
    /// How much is at stake.
    pub urgency: Urgency,
    /// Sealed: why.
    pub reason: Commitment,
    /// Length of the reason without surrounding white space, in characters.
    pub reason_chars: u32,
    /// Sealed: the ticket, where one was named.
    pub ticket: Option<Commitment>,
    /// That ticket, for policies that say what one looks like.
    pub ticket_text: Option<Unsealed>,
    /// Sealed: the incident, where one was named.
    pub incident: Option<Commitment>,
    /// It is not to be opened before then.
    pub start_at_ms: Option<UnixMillis>,
    /// Where and how they are signed in.
    pub seen: Seen,
}

/// Where and how somebody is signed in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// The browser's address, where the portal knows it.
    pub address: Option<IpAddr>,
    /// The class of authentication that the provider vouched for (`acr`).
    pub acr: Option<String>,
    /// The methods of authentication (`amr`).
    pub amr: Vec<String>,
}

/// A text that goes into no entry and no trace: it is compared, and forgotten.
#[derive(Clone, PartialEq, Eq)]
pub struct Unsealed(String);

impl Unsealed {
    /// Wraps the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Unsealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}
