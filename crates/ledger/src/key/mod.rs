//! Keys: who signs a note, and whose signatures a reader believes.

mod multiples;
mod signing;
mod verifier;

use alloc::format;
use alloc::string::String;

pub use signing::{CosigningKey, SigningKey};
pub(crate) use verifier::Checked;
pub use verifier::{KeyError, KeyKind, VerifierKey};

use crate::Hash;

/// What a witness signs before the checkpoint's body (tlog-cosignature, "Ed25519 signed message").
fn cosigned_message(unix_seconds: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {unix_seconds}\n{text}")
}

/// The first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key), big-endian (signed-note,
/// "Signatures"): it tells keys apart and proves nothing.
fn key_id(name: &str, kind: KeyKind, key: &[u8]) -> u32 {
    let digest = Hash::of(&[name.as_bytes(), b"\n", &[kind.byte()], key].concat());
    let [a, b, c, d, ..] = *digest.as_bytes();
    u32::from_be_bytes([a, b, c, d])
}
