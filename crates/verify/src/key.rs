//! The key that the auditor holds.

use ledger::{Hash, KeyError, KeyKind, Origin, VerifierKey};
use serde::Serialize;

/// A log's key, with the log's name in it.
#[derive(Debug, Clone)]
pub struct LogKey {
    pub(crate) origin: Origin,
    pub(crate) key: VerifierKey,
}

/// What a page shows of a key.
#[derive(Debug, Clone, Serialize)]
pub struct KeyFacts {
    /// The log that it signs.
    pub log: String,
    /// The key as auditors hold it.
    pub vkey: String,
    /// Eight hexadecimal digits.
    pub key_id: String,
    /// SHA-256 over the key's 32 bytes, for comparison by voice.
    pub fingerprint: String,
}

/// Why a text is not the key of a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotALogKey {
    /// Not a key at all.
    #[error(
        "This is not a log's key: {0}. Paste the whole line as you were given it, without line breaks."
    )]
    Unreadable(#[from] KeyError),
    /// A witness's or another kind of key.
    #[error("This key does not sign logs, it is of another kind. Paste the key of the log itself.")]
    OtherKind,
    /// The name is no log's name.
    #[error("The key's name cannot name a log. Paste the whole line as you were given it.")]
    Name,
}

impl LogKey {
    /// Reads `<log>+<key id>+<base64>`; white space around it is a trace of copying.
    ///
    /// # Errors
    /// What is wrong with the key, and what to do.
    pub fn parse(text: &str) -> Result<Self, NotALogKey> {
        let key: VerifierKey = text.trim().parse()?;
        if key.kind() != KeyKind::Ed25519 {
            return Err(NotALogKey::OtherKind);
        }
        let origin = key.name().parse().map_err(|_| NotALogKey::Name)?;
        Ok(Self { origin, key })
    }

    /// What a page shows: the fingerprint is SHA-256 over the key's 32 bytes, so that two people
    /// can compare it by voice.
    pub fn facts(&self) -> KeyFacts {
        KeyFacts {
            log: self.origin.as_str().to_owned(),
            vkey: self.key.to_string(),
            key_id: format!("{:08x}", self.key.key_id()),
            fingerprint: format!("SHA256:{}", Hash::of(self.key.key_bytes())),
        }
    }
}
