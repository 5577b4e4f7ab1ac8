//! One entry of the log: the exact bytes of one compact JSON object.

mod encode;
mod error;
mod json;
mod layout;
mod parse;
mod stops;

use alloc::vec::Vec;

pub use encode::{Draft, EncodeError, encode};
pub use error::ParseError;
pub(crate) use json::Name;
pub use parse::prev_of;
pub(crate) use parse::{KnownPrev, parse_with, prev_text};

use uuid::Uuid;

use crate::{Hash, Timestamp};

/// The longest entry, in bytes: a bundle frames an entry with a length of two bytes (tlog-tiles,
/// "Log entries"). Larger content is a commitment in the entry and a blob beside the log.
pub const MAX_ENTRY_LEN: usize = 65_535;

/// One entry, read strictly and still borrowing its bytes.
///
/// ```text
/// {"v":1,"prev":"<44>","seq":41,"id":"<36>","time":"<24>","kind":"request.submitted","actor":{…},"body":{…}}
/// 0              15  59
/// ```
///
/// `v` is 1. `prev` is the leaf hash of the entry before, at bytes 15 to 59 in every entry, so that
/// a chain check needs no JSON parser. There is no white space outside of strings, and each value
/// has one permitted form: what parses, encodes to the same bytes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    prev: Hash,
    seq: u64,
    id: Uuid,
    time: Timestamp,
    kind: &'a str,
    actor: &'a str,
    body: &'a str,
}

impl<'a> Entry<'a> {
    /// Reads an entry; every deviation from the one permitted form is an error.
    ///
    /// # Errors
    /// One [`ParseError`] for the first deviation, with the byte where it stands.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        parse_with(bytes, None, &mut Vec::new())
    }

    /// The leaf hash of the entry before; for entry 0, [`Origin::genesis`](crate::Origin::genesis).
    pub fn prev(&self) -> Hash {
        self.prev
    }

    /// The entry's place in the log, counted from 0.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The id that the entry's maker chose before the first try.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// When the entry was appended; never before the entry before it.
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// What happened, e.g. `request.submitted`.
    pub fn kind(&self) -> &'a str {
        self.kind
    }

    /// Who did it: a compact JSON object, opaque here.
    pub fn actor(&self) -> &'a str {
        self.actor
    }

    /// The facts: a compact JSON object, opaque here.
    pub fn body(&self) -> &'a str {
        self.body
    }
}
