//! A witness's answers, as the log reads them.

use alloc::borrow::ToOwned as _;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write as _;

use crate::Origin;
use crate::checkpoint::SignedCheckpoint;
use crate::key::VerifierKey;
use crate::note::{Note, NoteError};
use crate::tile::decimal;

/// Why an answer brings no cosignature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The lines are malformed, bad, or by no known witness.
    #[error("the witness's answer is refused")]
    Note(#[from] NoteError),
    /// A cosignature that does not say when it was made.
    #[error("the witness {0} did not say when it signed")]
    NoTime(String),
}

/// Reads the body of an answer 200: the signature lines by known witnesses, one for each key, to be
/// appended to the checkpoint's note. Lines by others are passed over.
///
/// # Errors
/// Where a line is malformed, a known witness's signature does not fit or has no time, or none of
/// them has signed.
pub fn read_answer(
    checkpoint: &SignedCheckpoint,
    body: &[u8],
    witnesses: &[VerifierKey],
) -> Result<Vec<String>, AnswerError> {
    let text = checkpoint.note().text().as_bytes();
    let note = Note::parse(&[text, b"\n", body].concat())?;
    // An empty line in the answer would have moved the end of the text.
    if note.text().as_bytes() != text {
        return Err(NoteError::SignatureLine.into());
    }
    let mut lines = Vec::new();
    for signature in note.verify(witnesses)?.signatures() {
        let key = signature.key();
        if signature.unix_seconds() == Some(0) {
            return Err(AnswerError::NoTime(key.name().to_owned()));
        }
        let mut of_key = note.signatures().iter();
        let line = of_key.find(|l| l.key_id() == key.key_id() && l.name() == key.name());
        lines.extend(line.map(ToString::to_string));
    }
    Ok(lines)
}

/// Reads the body of an answer 409: the size from which the witness wants the proof.
pub fn read_conflict(body: &[u8]) -> Option<u64> {
    decimal(core::str::from_utf8(body).ok()?.strip_suffix('\n')?)
}

/// Where a witness shows the last checkpoint of a log, below its monitoring prefix: the origin's
/// SHA-256 in lower-case hex, and `/checkpoint`.
pub fn checkpoint_path(origin: &Origin) -> String {
    let mut path = String::new();
    for byte in origin.genesis().as_bytes() {
        // Writing to a string cannot fail.
        let _ = write!(path, "{byte:02x}");
    }
    path + "/checkpoint"
}
