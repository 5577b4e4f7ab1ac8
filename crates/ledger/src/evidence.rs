//! Evidence bundles: some entries of a log in one file, each with its proof, under one checkpoint, and
//! the openings that whoever made the file may show. `FORMAT.md`, section 12.
//!
//! Invariant, written as an absence: nothing in the file is believed by itself; the key that it is
//! checked under is the reader's.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::checkpoint::SignedCheckpoint;
use crate::hash::Hash;
use crate::receipt::{Receipt, ReceiptError};
use crate::seal::Opening;

/// What a bundle calls its own form.
pub const FORMAT: &str = "breakglass.evidence/1";

/// The longest file, in bytes: 32 MiB. The largest that a portal makes are a hundredth of that.
pub const MAX_LEN: usize = 32 << 20;

/// The most entries in one file. A request has a few dozen.
pub const MAX_ENTRIES: usize = 4_096;

/// The most openings in one file: a few for each entry.
pub const MAX_OPENINGS: usize = 4 * MAX_ENTRIES;

/// A file, as it is read and written; nothing of it is checked yet.
///
/// ```text
/// {"format":"breakglass.evidence/1","log":"<origin>","request":"<uuid>","checkpoint":"<signed note>",
///  "entries":[{"seq":0,"entry":"<base64>","proof":["<base64 hash>",…]},…],
///  "openings":[{"seq":41,"field":"reason","salt":"<base64 of 32 bytes>","text":"…"},…]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// [`FORMAT`].
    pub format: String,
    /// The log's origin.
    pub log: String,
    /// What the entries are about: a request's id.
    pub request: String,
    /// The checkpoint that every proof leads to, a signed note.
    pub checkpoint: String,
    /// Entries by their place, none twice.
    pub entries: Vec<Member>,
    /// What some of their sealed fields hide, by place and field.
    pub openings: Vec<Shown>,
}

/// One entry with its proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Its place in the log.
    pub seq: u64,
    /// Its very bytes.
    #[serde(with = "base64_text")]
    pub entry: Vec<u8>,
    /// The inclusion proof: the leaf's sibling first, a child of the root last.
    pub proof: Vec<Hash>,
}

/// One opening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// The entry that holds the seal.
    pub seq: u64,
    /// The name of the sealed field.
    pub field: String,
    /// The salt, 32 bytes.
    pub salt: Hash,
    /// What was sealed.
    pub text: String,
}

impl Member {
    /// The same as a receipt of its own, which anybody's program can check.
    ///
    /// # Errors
    /// Where the proof is too long.
    pub fn receipt(&self, checkpoint: SignedCheckpoint) -> Result<Receipt, ReceiptError> {
        Receipt::new(self.seq, self.proof.clone(), checkpoint)
    }
}

impl Shown {
    /// The opening, to be held against a seal.
    pub fn opening(&self) -> Opening {
        Opening::new(*self.salt.as_bytes(), self.text.as_bytes().to_vec())
    }
}

/// Bytes as canonical base64.
mod base64_text {
    use alloc::string::String;
    use alloc::vec::Vec;

    use serde::{Deserialize as _, Deserializer, Serializer, de};

    use crate::base64;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&base64::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        base64::decode(&text).ok_or_else(|| de::Error::custom("not canonical base64"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"format":"breakglass.evidence/1","log":"example.org/log","request":"r","checkpoint":"note\n","entries":[{"seq":4,"entry":"e30=","proof":["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]}],"openings":[{"seq":4,"field":"reason","salt":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","text":"né \"x\""}]}"#;

    #[test]
    fn what_is_read_is_written_as_it_was() -> Result<(), serde_json::Error> {
        let bundle: Bundle = serde_json::from_str(TEXT)?;
        assert_eq!(bundle.format, FORMAT);
        assert_eq!(bundle.entries[0].entry, b"{}");
        assert_eq!(serde_json::to_string(&bundle)?, TEXT);
        Ok(())
    }

    #[test]
    fn other_members_and_other_base64_are_refused() {
        for (from, to) in [
            (r#""log":"#, r#""more":1,"log":"#),
            (r#""log":"#, r#""log":"a","log":"#),
            (r#""openings":"#, r#""opened":"#),
            (r#"{"seq":4,"entry""#, r#"{"seq":4,"more":1,"entry""#),
            ("e30=", "e30"),
            ("e30=", "e31="),
            (r#"AAA="]"#, r#"AA="]"#),
            (r#""salt":"A"#, r#""salt":"#),
        ] {
            let bent = TEXT.replacen(from, to, 1);
            assert_ne!(bent, TEXT);
            assert!(serde_json::from_str::<Bundle>(&bent).is_err(), "{bent}");
        }
    }
}
