//! The one hash of the log, SHA-256, and the three ways RFC 6962 uses it.

use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use base64ct::{Base64, Encoding as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

mod lanes;

/// Whether four hashes side by side take less time than one after the other: in a browser, which
/// has vectors but no instruction for SHA-256.
const LANES_ARE_FASTER: bool = cfg!(all(target_arch = "wasm32", target_feature = "simd128"));

/// How long a hash is as text: 32 bytes in padded base64.
pub(crate) const HASH_TEXT_LEN: usize = 44;

/// 32 bytes of SHA-256; as text, 44 characters of padded standard base64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

/// A text that is not the one canonical base64 form of 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 32 bytes as 44 characters of padded standard base64")]
pub struct HashError;

impl Hash {
    /// Wraps 32 bytes hashed elsewhere.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// SHA-256 of the bytes as they are, without a prefix.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 44 characters, without an allocation: the verifier compares them with an entry's `prev`.
    pub(crate) fn to_text(self) -> [u8; HASH_TEXT_LEN] {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let character = |bytes: u32, at: u32| ALPHABET[(bytes >> (18 - 6 * at) & 63) as usize];
        let mut text = [b'='; HASH_TEXT_LEN];
        let (fours, last) = text.as_chunks_mut::<4>().0.split_at_mut(10);
        let (threes, rest) = self.0.as_chunks::<3>();
        for (four, [a, b, c]) in fours.iter_mut().zip(threes) {
            let bytes = u32::from_be_bytes([0, *a, *b, *c]);
            *four = [0, 1, 2, 3].map(|at| character(bytes, at));
        }
        // Two bytes are left over: three characters, the padding stays.
        if let ([last], [a, b]) = (last, rest) {
            let bytes = u32::from_be_bytes([0, *a, *b, 0]);
            last[..3].copy_from_slice(&[0, 1, 2].map(|at| character(bytes, at)));
        }
        text
    }

    /// Reads the 44 characters; anything but the canonical form is an error.
    pub(crate) fn from_text(text: &[u8]) -> Result<Self, HashError> {
        if text.len() != HASH_TEXT_LEN {
            return Err(HashError);
        }
        let mut bytes = [0; 32];
        match Base64::decode(text, &mut bytes) {
            Ok(decoded) if decoded.len() == 32 => Ok(Self(bytes)),
            _ => Err(HashError),
        }
    }
}

/// The leaf hash of an entry, SHA-256(0x00 ‖ entry) (RFC 6962, 2.1): leaf of the tree and link of
/// the chain at once, so each entry is hashed once.
#[inline(never)]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(
        Sha256::new()
            .chain_update([0x00])
            .chain_update(entry)
            .finalize()
            .into(),
    )
}

/// The hash of an inner node, SHA-256(0x01 ‖ left ‖ right) (RFC 6962, 2.1).
#[inline(never)]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut message = [0x01; 65];
    message[1..33].copy_from_slice(&left.0);
    message[33..].copy_from_slice(&right.0);
    Hash(Sha256::digest(message).into())
}

/// [`leaf_hash`] of each entry, in their order; faster than one by one where that can be.
pub(crate) fn leaf_hashes(entries: &[&[u8]]) -> Vec<Hash> {
    if LANES_ARE_FASTER && entries.len() > 1 {
        lanes::hash_each(0x00, entries)
    } else {
        entries.iter().map(|entry| leaf_hash(entry)).collect()
    }
}

/// [`node_hash`] of each two neighbours, in their order; a last one without a neighbour is left out.
pub(crate) fn node_hashes(level: &[Hash]) -> Vec<Hash> {
    let (pairs, _) = level.as_chunks::<2>();
    if !LANES_ARE_FASTER || pairs.len() < 2 {
        return pairs
            .iter()
            .map(|[left, right]| node_hash(left, right))
            .collect();
    }
    let messages: Vec<[u8; 64]> = pairs.iter().map(side_by_side).collect();
    let messages: Vec<&[u8]> = messages.iter().map(<[u8; 64]>::as_slice).collect();
    lanes::hash_each(0x01, &messages)
}

fn side_by_side([left, right]: &[Hash; 2]) -> [u8; 64] {
    let mut both = [0; 64];
    both[..32].copy_from_slice(&left.0);
    both[32..].copy_from_slice(&right.0);
    both
}

/// The root of a tree without leaves, SHA-256("") (RFC 6962, 2.1).
pub fn empty_root() -> Hash {
    Hash::of(&[])
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        Self::from_text(text.as_bytes())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(core::str::from_utf8(&self.to_text()).unwrap_or_default())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <alloc::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_empty_root_is_sha256_of_nothing() {
        assert_eq!(
            empty_root().to_string(),
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        );
    }

    proptest! {
        #[test]
        fn the_text_is_the_librarys_and_reads_back(bytes: [u8; 32]) {
            let hash = Hash::new(bytes);
            prop_assert_eq!(hash.to_string(), Base64::encode_string(&bytes));
            prop_assert_eq!(hash.to_string().parse(), Ok(hash));
        }
    }

    #[test]
    fn only_the_canonical_text_is_read() {
        let hash = Hash::new([0xff; 32]);
        let text = hash.to_string();
        assert_eq!(text.parse(), Ok(hash));
        // The last character before the padding carries four bits; 'w' and 'x' differ in unused ones.
        let trailing_bits = text.replace("8=", "9=");
        assert_ne!(trailing_bits, text);
        for bad in [
            "",
            &text[..43],
            &trailing_bits,
            &text.replace('/', "_"),
            &format!("{text}="),
        ] {
            assert_eq!(bad.parse::<Hash>(), Err(HashError), "{bad}");
        }
        let newline = format!("{}\n", &text[..43]);
        assert_eq!(newline.parse::<Hash>(), Err(HashError));
    }
}
