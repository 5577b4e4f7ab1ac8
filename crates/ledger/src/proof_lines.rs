//! What tlog-witness and tlog-proof share: lines of text, of which some are a proof, before a
//! checkpoint.
//!
//! ```text
//! <base64 hash>\n      0 to 63 times
//! \n
//! ```

use alloc::vec::Vec;
use core::fmt;

use crate::Hash;

/// The most hashes that a proof has: no tree here has more levels (tlog-witness, "add-checkpoint").
pub(crate) const MAX_PROOF_LEN: usize = 63;

/// Why the lines before a checkpoint are no proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofLinesError {
    /// The bytes end before the empty line, or are not UTF-8 there.
    #[error("the proof is not a text that ends in an empty line")]
    EndsEarly,
    /// A line that is not canonical base64 of 32 bytes.
    #[error("line {0} of the proof is not 32 bytes in canonical base64")]
    Hash(usize),
    /// More hashes than a proof can have.
    #[error("the proof has more than {MAX_PROOF_LEN} hashes")]
    TooMany,
}

/// Bytes of which line after line is taken.
pub(crate) struct Lines<'a> {
    rest: &'a [u8],
}

impl<'a> Lines<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next line, without its newline; `None` where there is none, or it is not UTF-8.
    pub(crate) fn next(&mut self) -> Option<&'a str> {
        let end = self.rest.iter().position(|byte| *byte == b'\n')?;
        let (line, rest) = self.rest.split_at_checked(end)?;
        let line = core::str::from_utf8(line).ok()?;
        self.rest = rest.strip_prefix(b"\n")?;
        Some(line)
    }

    /// The proof from here on, and its empty line.
    pub(crate) fn proof(&mut self) -> Result<Vec<Hash>, ProofLinesError> {
        let mut proof = Vec::new();
        loop {
            let line = self.next().ok_or(ProofLinesError::EndsEarly)?;
            if line.is_empty() {
                return Ok(proof);
            }
            if proof.len() == MAX_PROOF_LEN {
                return Err(ProofLinesError::TooMany);
            }
            let number = proof.len() + 1;
            proof.push(line.parse().map_err(|_| ProofLinesError::Hash(number))?);
        }
    }

    /// What was not taken.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

/// Writes a proof and its empty line.
pub(crate) fn write_proof(f: &mut fmt::Formatter<'_>, proof: &[Hash]) -> fmt::Result {
    for hash in proof {
        writeln!(f, "{hash}")?;
    }
    f.write_str("\n")
}
