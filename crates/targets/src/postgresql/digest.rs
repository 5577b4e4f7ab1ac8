//! What identifies a result.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// SHA-256 over the bodies of all `DataRow` messages in their order, or over what `COPY` carried: the server's own
/// bytes, which are the same whether a console or somebody's own client asked, if it asked for text.
///
/// A `DataRow`'s body says how many values it has and how long each is, so no two results are the same bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Digest {
    hash: Sha256,
    any: bool,
}

impl Digest {
    pub(super) fn add(&mut self, body: &[u8]) {
        self.any = true;
        self.hash.update(body);
    }

    /// In hex; `None` where nothing came.
    pub(super) fn hex(&self) -> Option<String> {
        self.any.then(|| hex(&self.hash.clone().finalize()))
    }
}

/// Bytes as hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // A String takes whatever is written.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
