//! Why bytes are not a note, or not one to be believed.

use alloc::string::String;

use super::{MAX_NOTE_LEN, MAX_SIGNATURES};
use crate::origin::NameError;

/// Why bytes are not a signed note, or not one to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// More bytes than any note needs.
    #[error("the note has {0} bytes, {MAX_NOTE_LEN} are the limit")]
    TooLong(usize),
    /// The bytes are not UTF-8.
    #[error("the note is not UTF-8")]
    NotUtf8,
    /// A control character, as in a CR/LF line end.
    #[error("the note holds the control character {0:#04x}")]
    ControlCharacter(u8),
    /// Nothing parts the text from its signatures.
    #[error("the note has no empty line before its signatures")]
    NoEmptyLine,
    /// The note is cut off, or has no signature at all.
    #[error("the note does not end with a signature line and a newline")]
    NoFinalNewline,
    /// The text to be signed is empty or does not end in a newline.
    #[error("the note's text does not end in a newline")]
    TextEnd,
    /// A line after the last empty one that is no signature.
    #[error("a signature line does not read \"\u{2014} <name> <base64>\"")]
    SignatureLine,
    /// A name that no key can have.
    #[error("a signature line names no possible key")]
    Name(#[source] NameError),
    /// A signature that is not canonical base64.
    #[error("a signature is not canonical base64")]
    Base64,
    /// A signature without room for a key id and more.
    #[error("a signature is too short")]
    SignatureTooShort,
    /// More signatures than a reader would look through.
    #[error("the note has more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// No key to sign with.
    #[error("a note needs a signature")]
    NoSigner,
    /// A known key's signature does not fit the text: somebody changed one of them.
    #[error("the signature by {name} (key {key_id:08x}) does not fit the text")]
    BadSignature {
        /// The key's name.
        name: String,
        /// The key's id.
        key_id: u32,
    },
    /// Only keys that the reader does not know have signed.
    #[error("no known key has signed the note")]
    NoKnownSignature,
}
