//! Signed notes (C2SP signed-note): a text and who signed it.

mod error;
mod sign;
mod verify;

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

pub use error::NoteError;
pub(crate) use sign::sign_checked;
pub use verify::{VerifiedNote, VerifiedSignature};

use crate::base64;
use crate::origin::NameError;

/// The largest note, in bytes: 64 signatures of the longest known type (ML-DSA-44, 3.3 kB as text)
/// and a text fit in.
const MAX_NOTE_LEN: usize = 256 * 1024;

/// The most signatures on one note; signed-note wants 16 at least.
const MAX_SIGNATURES: usize = 64;

/// What begins each signature line: an em dash, U+2014, and a space.
const DASH: &str = "\u{2014} ";

/// A text with signatures that nobody has checked yet.
///
/// ```text
/// <text, which ends in a newline and may hold empty lines>
///                                                   ← the last empty line of the note
/// — <name> base64(u32be key id ‖ signature)
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    key_id: u32,
    bytes: Vec<u8>,
}

impl NoteSignature {
    /// The name of the key that is said to have signed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of that key.
    pub fn key_id(&self) -> u32 {
        self.key_id
    }

    /// What follows the key id.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn parse(line: &str) -> Result<Self, NoteError> {
        let (name, payload) = line
            .strip_prefix(DASH)
            .and_then(|rest| rest.split_once(' '))
            .ok_or(NoteError::SignatureLine)?;
        if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c == '+') {
            return Err(NoteError::Name(NameError));
        }
        let payload = base64::decode(payload).ok_or(NoteError::Base64)?;
        let (id, bytes) = payload
            .split_first_chunk()
            .ok_or(NoteError::SignatureTooShort)?;
        if bytes.is_empty() {
            return Err(NoteError::SignatureTooShort);
        }
        let key_id = u32::from_be_bytes(*id);
        Ok(Self {
            name: name.to_owned(),
            key_id,
            bytes: bytes.to_vec(),
        })
    }
}

impl Note {
    /// Reads a note; no signature is checked yet.
    ///
    /// # Errors
    /// One [`NoteError`] for the first thing that a signed note cannot have.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_LEN {
            return Err(NoteError::TooLong(bytes.len()));
        }
        let note = core::str::from_utf8(bytes).map_err(|_| NoteError::NotUtf8)?;
        check_characters(note)?;
        // The text may hold empty lines, so only the last one parts it from the signatures.
        let split = note.rfind("\n\n").ok_or(NoteError::NoEmptyLine)?;
        let (text, signatures) = (&note[..=split], &note[split + 2..]);
        let lines = signatures
            .strip_suffix('\n')
            .ok_or(NoteError::NoFinalNewline)?;
        let mut parsed = Vec::new();
        for line in lines.split('\n') {
            if parsed.len() == MAX_SIGNATURES {
                return Err(NoteError::TooManySignatures);
            }
            parsed.push(NoteSignature::parse(line)?);
        }
        Ok(Self {
            text: text.to_owned(),
            signatures: parsed,
        })
    }

    /// The text that was signed, with its final newline. Nobody has vouched for it yet.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All signature lines, of known and unknown keys alike.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }
}

/// No control characters but the newline (signed-note, "Format"): what is shown is what was signed.
fn check_characters(text: &str) -> Result<(), NoteError> {
    match text.bytes().find(|b| *b < 0x20 && *b != b'\n') {
        Some(byte) => Err(NoteError::ControlCharacter(byte)),
        None => Ok(()),
    }
}
