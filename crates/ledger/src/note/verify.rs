//! From a note to one that known keys vouch for.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Note, NoteError, NoteSignature};
use crate::key::{Checked, VerifierKey};

/// A note that at least one known key signed, and on which no known key's signature is bad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedNote {
    text: String,
    signatures: Vec<VerifiedSignature>,
    not_checked: Vec<NoteSignature>,
}

/// One good signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedSignature {
    key: VerifierKey,
    unix_seconds: Option<u64>,
}

impl VerifiedSignature {
    /// The key that signed.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// When a witness says it signed, in seconds since 1970; a log's key says nothing.
    pub fn unix_seconds(&self) -> Option<u64> {
        self.unix_seconds
    }
}

impl VerifiedNote {
    /// The text, with its final newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The good signatures, one for each key, in the order of their lines.
    pub fn signatures(&self) -> &[VerifiedSignature] {
        &self.signatures
    }

    /// Signatures by known keys of a type that no code here can check. They count for nothing.
    pub fn not_checked(&self) -> &[NoteSignature] {
        &self.not_checked
    }
}

impl Note {
    /// Checks the signatures by the known keys; those by all others are passed over.
    ///
    /// # Errors
    /// [`NoteError::BadSignature`] where a known key's signature does not fit, even beside a good
    /// one; [`NoteError::NoKnownSignature`] where there is no good one.
    pub fn verify(&self, known: &[VerifierKey]) -> Result<VerifiedNote, NoteError> {
        let mut signatures: Vec<VerifiedSignature> = Vec::new();
        let mut not_checked = Vec::new();
        for line in &self.signatures {
            let is_signer =
                |key: &&VerifierKey| key.key_id() == line.key_id && key.name() == line.name;
            // Two different keys can share name and id, by a collision: each gets its say.
            for key in known.iter().filter(is_signer) {
                match key.check(&self.text, &line.bytes) {
                    // Who signs twice is still one signer: a quorum counts these.
                    Checked::Good { .. } if signatures.iter().any(|other| other.key == *key) => {}
                    Checked::Good { unix_seconds } => {
                        signatures.push(VerifiedSignature {
                            key: key.clone(),
                            unix_seconds,
                        });
                    }
                    Checked::Unknown => not_checked.push(line.clone()),
                    Checked::Bad => {
                        let (name, key_id) = (line.name.clone(), line.key_id);
                        return Err(NoteError::BadSignature { name, key_id });
                    }
                }
            }
        }
        if signatures.is_empty() {
            return Err(NoteError::NoKnownSignature);
        }
        Ok(VerifiedNote {
            text: self.text.clone(),
            signatures,
            not_checked,
        })
    }
}
