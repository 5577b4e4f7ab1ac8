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
    let word = |word: &[u8]| {
        let plain = |b: &u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        !word.is_empty() && word.iter().all(plain)
    };
    kind.len() <= MAX_KIND_LEN && kind.split(|b| *b == b'.').all(word)
}

/// Whether the id is of version 4 (RFC 9562, 5.4): 122 of its bits are random, which also keeps an
/// entry from being guessed from its leaf hash.
pub(super) fn is_random_id(id: Uuid) -> bool {
    id.get_version_num() == 4 && id.get_variant() == Variant::RFC4122
}
