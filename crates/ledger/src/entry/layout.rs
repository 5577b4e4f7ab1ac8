//! The fixed parts of an entry, shared by writing and reading.

use uuid::{Uuid, Variant};

use crate::hash::HASH_TEXT_LEN;

/// Everything before `prev`.
pub(super) const BEFORE_PREV: &str = r#"{"v":1,"prev":""#;
/// Where the 44 characters of `prev` stand, in every entry.
pub(super) const PREV_AT: usize = BEFORE_PREV.len();
pub(super) const PREV_END: usize = PREV_AT + HASH_TEXT_LEN;
pub(super) const BEFORE_SEQ: &str = r#"","seq":"#;
pub(super) const BEFORE_ID: &str = r#","id":""#;
pub(super) const BEFORE_TIME: &str = r#"","time":""#;
pub(super) const BEFORE_KIND: &str = r#"","kind":""#;
pub(super) const BEFORE_ACTOR: &str = r#"","actor":"#;
pub(super) const BEFORE_BODY: &str = r#","body":"#;
pub(super) const END: &str = "}";

/// The first number that JSON readers with 64-bit floats cannot tell from its neighbour (RFC 8259,
/// section 6); every number in an entry is nearer to zero.
pub(super) const NUMBER_LIMIT: u64 = 1 << 53;

/// The longest `kind`, in bytes: a name for a list, not a text.
const MAX_KIND_LEN: usize = 64;

/// Whether the text may stand as `kind`: lower-case words of ASCII letters, digits, `_` and `-`,
/// joined by single dots. Nothing in it needs an escape.
pub(super) fn is_kind(kind: &[u8]) -> bool {
    // A dot needs a word before it, and so does the end.
    let mut in_word = false;
    for byte in kind {
        in_word = match KIND[usize::from(*byte)] {
            Part::Word => true,
            Part::Dot if in_word => false,
            Part::Dot | Part::Other => return false,
        };
    }
    in_word && kind.len() <= MAX_KIND_LEN
}

#[derive(Clone, Copy)]
enum Part {
    Word,
    Dot,
    Other,
}

/// For each byte, what it is in a kind.
const KIND: [Part; 256] = {
    let mut parts = [Part::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        parts[byte] = match byte as u8 {
            b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => Part::Word,
            b'.' => Part::Dot,
            _ => Part::Other,
        };
        byte += 1;
    }
    parts
};

/// Whether the id is of version 4 (RFC 9562, 5.4): 122 of its bits are random, which also keeps an
/// entry from being guessed from its leaf hash.
pub(super) fn is_random_id(id: Uuid) -> bool {
    id.get_version_num() == 4 && id.get_variant() == Variant::RFC4122
}
