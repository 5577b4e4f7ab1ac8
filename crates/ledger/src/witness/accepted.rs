//! A checkpoint that a witness may sign.

use alloc::format;
use alloc::string::{String, ToString};

use crate::Origin;
use crate::checkpoint::SignedCheckpoint;
use crate::key::{CosigningKey, SigningKey, VerifierKey};
use crate::note::{VerifiedNote, VerifiedSignature};
use crate::tree::TreeHead;

/// A checkpoint that its log has signed and that extends what was remembered. Only
/// [`Witness::decide`](super::Witness::decide) makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    signed: SignedCheckpoint,
    note: VerifiedNote,
}

/// A time that no cosignature can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cosignature says when it was made, after 1970 and before 2^63 seconds")]
pub struct CosignTimeError;

impl Accepted {
    pub(super) fn new(signed: SignedCheckpoint, note: VerifiedNote) -> Self {
        Self { signed, note }
    }

    /// The log.
    pub fn origin(&self) -> &Origin {
        self.signed.claimed().origin()
    }

    /// What to remember of it from now on, and to have stored before anything is signed.
    pub fn head(&self) -> TreeHead {
        self.signed.claimed().head()
    }

    /// The witness's signature line, which is the answer's body. A witness with several keys joins
    /// their lines.
    ///
    /// # Errors
    /// Where the time is 0, which would be no time, or 2^63 or more.
    pub fn cosign(&self, key: &CosigningKey, unix_seconds: u64) -> Result<String, CosignTimeError> {
        if unix_seconds == 0 || i64::try_from(unix_seconds).is_err() {
            return Err(CosignTimeError);
        }
        Ok(self.signed.note().cosignature(key, unix_seconds))
    }

    /// The line of the log's own signer, by the log's key (type 0x01).
    pub fn sign(&self, key: &SigningKey) -> String {
        self.signed.note().signature(key)
    }

    /// The checkpoint as the witness shows it to monitors: with the log's signatures that it
    /// checked, and the lines that it answered. Those of who submits to a signer are left out.
    pub fn served(&self, cosignatures: &str) -> String {
        let by_log = |key: &VerifierKey| {
            let lines = self.signed.note().signatures().iter();
            let of_key = lines.filter(|l| l.key_id() == key.key_id() && l.name() == key.name());
            of_key.map(ToString::to_string).next()
        };
        let keys = self.note.signatures().iter().map(VerifiedSignature::key);
        let of_log = keys.filter(|key| key.name() == self.origin().as_str());
        let lines: String = of_log.filter_map(by_log).collect();
        format!("{}\n{lines}{cosignatures}", self.note.text())
    }
}
