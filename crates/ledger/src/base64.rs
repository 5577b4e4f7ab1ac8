//! Base64 of any length in its one canonical form.

use alloc::string::String;
use alloc::vec::Vec;

use base64ct::{Base64, Encoding as _};

/// Decodes padded standard base64; `None` for every text that [`encode`] would not write.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let bytes = Base64::decode_vec(text).ok()?;
    // The decoder refuses stray bits today; two texts for one signature must stay impossible.
    (encode(&bytes) == text).then_some(bytes)
}

/// Encodes as padded standard base64.
pub(crate) fn encode(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}
