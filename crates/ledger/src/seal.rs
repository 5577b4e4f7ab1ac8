//! Sealed fields: a commitment stands in the entry, the opening is kept apart and can be erased.

use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::Hash;

/// What stands in an entry in place of free text and personal data.
///
/// ```text
/// {"c":"<base64 SHA-256(salt ‖ bytes)>","n":<length of bytes>}
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedField {
    c: Hash,
    n: u32,
}

/// What a sealed field hides: 32 random bytes, so that short texts cannot be guessed, and the text.
#[derive(Clone, PartialEq, Eq)]
pub struct Opening {
    salt: [u8; 32],
    bytes: Vec<u8>,
}

impl SealedField {
    /// A sealed field by its members.
    pub const fn new(c: Hash, n: u32) -> Self {
        Self { c, n }
    }

    /// SHA-256(salt ‖ bytes).
    pub const fn c(&self) -> Hash {
        self.c
    }

    /// How many bytes are sealed.
    pub const fn n(&self) -> u32 {
        self.n
    }
}

impl Opening {
    /// An opening; the caller brings the salt, 32 bytes that nobody can guess.
    pub fn new(salt: [u8; 32], bytes: Vec<u8>) -> Self {
        Self { salt, bytes }
    }

    /// The 32 random bytes.
    pub fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    /// What was sealed.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What stands in the entry for this opening. A length that does not fit into 32 bits is
    /// written as the greatest that does, and then matches nothing.
    pub fn commitment(&self) -> SealedField {
        let digest = Sha256::new()
            .chain_update(self.salt)
            .chain_update(&self.bytes)
            .finalize();
        let n = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        SealedField {
            c: Hash::new(digest.into()),
            n,
        }
    }

    /// Whether this is the opening of that field.
    pub fn matches(&self, field: &SealedField) -> bool {
        u32::try_from(self.bytes.len()) == Ok(field.n) && self.commitment().c == field.c
    }
}

impl fmt::Debug for Opening {
    /// Says nothing of the content: openings are personal data and must not reach a trace.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening")
            .field("n", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_salt_and_bytes_match() {
        let opening = Opening::new([1; 32], b"production is down".to_vec());
        let field = opening.commitment();
        assert!(opening.matches(&field));
        assert!(!Opening::new([2; 32], b"production is down".to_vec()).matches(&field));
        assert!(!Opening::new([1; 32], b"production is up".to_vec()).matches(&field));
        assert!(!opening.matches(&SealedField::new(field.c(), field.n() + 1)));
    }

    #[test]
    fn a_byte_cannot_wander_between_salt_and_text() {
        // Salt and bytes are hashed one after the other; the fixed length of the salt parts them.
        let opening = Opening::new([1; 32], b"ab".to_vec());
        let digest = Hash::of(&[&[1; 32][..], b"ab"].concat());
        assert_eq!(opening.commitment(), SealedField::new(digest, 2));
    }

    #[test]
    fn debug_hides_the_content() {
        let opening = Opening::new([0xab; 32], b"secret".to_vec());
        assert_eq!(format!("{opening:?}"), "Opening { n: 6, .. }");
    }

    #[test]
    fn as_json_it_has_two_members() -> Result<(), serde_json::Error> {
        let field = SealedField::new(Hash::new([0; 32]), 7);
        let text = r#"{"c":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","n":7}"#;
        assert_eq!(serde_json::to_string(&field)?, text);
        assert_eq!(serde_json::from_str::<SealedField>(text)?, field);
        assert!(serde_json::from_str::<SealedField>(&text.replace("}", ",\"x\":1}")).is_err());
        Ok(())
    }
}
