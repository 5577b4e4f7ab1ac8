//! Writing notes.

use alloc::format;
use alloc::string::String;
use core::fmt;

use super::{DASH, MAX_NOTE_LEN, MAX_SIGNATURES, Note, NoteError, NoteSignature, check_characters};
use crate::base64;
use crate::key::{CosigningKey, SigningKey, VerifierKey};

impl Note {
    /// Signs a text, which ends in a newline and has no other control characters.
    ///
    /// # Errors
    /// Where no note can have such a text, or there is no key, or more than a reader takes.
    pub fn sign(text: &str, keys: &[&SigningKey]) -> Result<String, NoteError> {
        if !text.ends_with('\n') {
            return Err(NoteError::TextEnd);
        }
        check_characters(text)?;
        match keys.len() {
            0 => return Err(NoteError::NoSigner),
            n if n > MAX_SIGNATURES => return Err(NoteError::TooManySignatures),
            _ => {}
        }
        let note = sign_checked(text, keys);
        if note.len() > MAX_NOTE_LEN {
            Err(NoteError::TooLong(note.len()))
        } else {
            Ok(note)
        }
    }

    /// The line of a log's key for this note, with its newline, to be appended to the note. What the
    /// caller must have checked is the same as for a [`cosignature`](Self::cosignature).
    pub fn signature(&self, key: &SigningKey) -> String {
        signature_line(&key.verifier_key(), &key.sign(self.text.as_bytes()))
    }

    /// A witness's signature line for this note, with its newline, to be appended to the note. The
    /// caller has verified the log's signature and the checkpoint's consistency with all before it.
    pub fn cosignature(&self, key: &CosigningKey, unix_seconds: u64) -> String {
        signature_line(&key.verifier_key(), &key.cosign(&self.text, unix_seconds))
    }
}

/// Signs a text that is known to be one of a note.
pub(crate) fn sign_checked(text: &str, keys: &[&SigningKey]) -> String {
    let lines = keys
        .iter()
        .map(|key| signature_line(&key.verifier_key(), &key.sign(text.as_bytes())));
    format!("{text}\n{}", lines.collect::<String>())
}

impl fmt::Display for Note {
    /// The bytes from which the note was read: it has one form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| line.fmt(f))
    }
}

impl fmt::Display for NoteSignature {
    /// The whole line, with its newline.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let payload = base64::encode(&[&self.key_id.to_be_bytes()[..], &self.bytes].concat());
        writeln!(f, "{DASH}{} {payload}", self.name)
    }
}

fn signature_line(key: &VerifierKey, signature: &[u8]) -> String {
    let payload = base64::encode(&[&key.key_id().to_be_bytes()[..], signature].concat());
    format!("{DASH}{} {payload}\n", key.name())
}
