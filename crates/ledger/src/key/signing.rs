//! The secret halves of keys. The secret is erased from memory when a key is dropped, and nothing
//! prints it.

use alloc::vec::Vec;
use core::fmt;

use ed25519_dalek::Signer as _;

use super::{KeyError, VerifierKey, cosigned_message};

/// The key of a log (type 0x01): it signs the text of notes.
pub struct SigningKey {
    verifier: VerifierKey,
    secret: ed25519_dalek::SigningKey,
}

/// The key of a witness (type 0x04): it signs a time and a checkpoint's text. Never the same seed as
/// a log's key.
pub struct CosigningKey {
    verifier: VerifierKey,
    secret: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// A key from 32 secret bytes that nobody can guess. The caller erases its own copy of them.
    ///
    /// # Errors
    /// Where the name cannot stand on a signature line.
    pub fn from_seed(name: &str, seed: [u8; 32]) -> Result<Self, KeyError> {
        let secret = ed25519_dalek::SigningKey::from_bytes(&seed);
        let verifier = VerifierKey::new_ed25519(name, secret.verifying_key().as_bytes())?;
        Ok(Self { verifier, secret })
    }

    /// The public half.
    pub fn verifier_key(&self) -> VerifierKey {
        self.verifier.clone()
    }

    /// The 64 bytes of an Ed25519 signature over the message as it is.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message).to_bytes()
    }
}

impl CosigningKey {
    /// A key from 32 secret bytes that nobody can guess. The caller erases its own copy of them.
    ///
    /// # Errors
    /// Where the name cannot stand on a signature line.
    pub fn from_seed(name: &str, seed: [u8; 32]) -> Result<Self, KeyError> {
        let secret = ed25519_dalek::SigningKey::from_bytes(&seed);
        let verifier = VerifierKey::new_cosigner(name, secret.verifying_key().as_bytes())?;
        Ok(Self { verifier, secret })
    }

    /// The public half.
    pub fn verifier_key(&self) -> VerifierKey {
        self.verifier.clone()
    }

    /// What follows the key id in a cosignature: the time, big-endian, and 64 bytes of Ed25519.
    pub(crate) fn cosign(&self, text: &str, unix_seconds: u64) -> Vec<u8> {
        let message = cosigned_message(unix_seconds, text);
        let signature = self.secret.sign(message.as_bytes()).to_bytes();
        [&unix_seconds.to_be_bytes()[..], &signature].concat()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("public", &self.verifier)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for CosigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CosigningKey")
            .field("public", &self.verifier)
            .finish_non_exhaustive()
    }
}
