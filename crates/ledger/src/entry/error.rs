//! Why bytes are not an entry.

use serde::{Serialize, Serializer};

use super::MAX_ENTRY_LEN;

/// Why bytes are not an entry; `at` counts bytes from the first that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// More bytes than any bundle can frame.
    #[error("it is longer than {MAX_ENTRY_LEN} bytes")]
    TooLong,
    /// The bytes are not UTF-8.
    #[error("it is not UTF-8 at byte {at}")]
    NotUtf8 {
        /// The first byte that is not part of a character.
        at: usize,
    },
    /// The bytes end where more must follow.
    #[error("it ends too early, at byte {at}")]
    EndsEarly {
        /// The length.
        at: usize,
    },
    /// `v` is not 1: a later format, or none.
    #[error("its version is not 1")]
    UnknownVersion,
    /// One of the entry's own members is missing, misplaced, or spelled in another way.
    #[error("member \"{member}\" does not stand where it must, at byte {at}")]
    Member {
        /// The member that had to follow.
        member: &'static str,
        /// Where.
        at: usize,
    },
    /// `prev` is not canonical base64 of 32 bytes.
    #[error("\"prev\" is not 32 bytes in canonical base64")]
    Prev,
    /// `id` is not a version 4 UUID in lower case with hyphens.
    #[error("\"id\" is not a version 4 UUID in lower case")]
    Id,
    /// `time` has another form, or names a day that does not exist.
    #[error("\"time\" is not a UTC time to the millisecond")]
    Time,
    /// `kind` is not dotted words in lower case.
    #[error("\"kind\" is not dotted words in lower case")]
    Kind,
    /// `actor` or `body` is something else than an object.
    #[error("an object must begin at byte {at}")]
    NotAnObject {
        /// Where.
        at: usize,
    },
    /// A number with a fraction, an exponent, a leading zero, a minus before zero, or 2^53 and more.
    #[error("the number at byte {at} is not a plain integer below 2^53")]
    Number {
        /// Where the number begins.
        at: usize,
    },
    /// An escape where the character itself, or a shorter escape, must stand.
    #[error("the escape at byte {at} is not the shortest form")]
    Escape {
        /// Where the backslash stands.
        at: usize,
    },
    /// A control character that stands in a string as it is.
    #[error("a control character stands unescaped at byte {at}")]
    ControlCharacter {
        /// Where.
        at: usize,
    },
    /// White space outside of a string.
    #[error("white space outside of a string at byte {at}")]
    WhiteSpace {
        /// Where.
        at: usize,
    },
    /// An object names one member twice.
    #[error("a member is named a second time at byte {at}")]
    DuplicateMember {
        /// Where the second name begins.
        at: usize,
    },
    /// Objects and arrays inside of each other beyond the limit of 32.
    #[error("objects and arrays are nested too deeply at byte {at}")]
    TooDeep {
        /// Where the one too many begins.
        at: usize,
    },
    /// A byte that no JSON text could have there.
    #[error("byte {at} cannot stand there")]
    Unexpected {
        /// Where.
        at: usize,
    },
    /// Bytes after the entry's end.
    #[error("more bytes follow after its end at byte {at}")]
    Trailing {
        /// Where the entry ended.
        at: usize,
    },
}

impl Serialize for ParseError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
