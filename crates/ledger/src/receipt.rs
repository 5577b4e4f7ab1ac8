//! Receipts (C2SP tlog-proof): one file from which somebody without a network sees that an entry is
//! in the log.
//!
//! Invariant, written as an absence: nothing in the file is believed by itself; whose checkpoints
//! count is the reader's [`Policy`].

use alloc::vec::Vec;
use core::fmt;

use crate::base64;
use crate::checkpoint::{CheckpointError, SignedCheckpoint, VerifiedCheckpoint};
use crate::entry::{Entry, ParseError};
use crate::hash::{Hash, leaf_hash};
use crate::policy::{Evaluation, Policy, TrustError};
use crate::proof_lines::{Lines, MAX_PROOF_LEN, ProofLinesError, write_proof};
use crate::tile::decimal;
use crate::tree::{ProofError, verify_inclusion};

/// The first line: which format, which version.
const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// An entry's place in the log, the proof of it, and the checkpoint that the proof leads to; nothing
/// of it is checked yet. The entry itself is not in it. Files end in `.tlog-proof`.
///
/// ```text
/// c2sp.org/tlog-proof@v1\n
/// extra <base64>\n           not always there
/// index <n>\n                the entry's place, from 0
/// <base64 hash>\n            0 to 63 times: the leaf's sibling first, a child of the root last
/// \n
/// <checkpoint>               a signed note
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    extra: Option<Vec<u8>>,
    index: u64,
    proof: Vec<Hash>,
    checkpoint: SignedCheckpoint,
}

/// What a receipt proves: the entry stands in this tree, and these have signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// The checkpoint that the proof leads to.
    pub checkpoint: VerifiedCheckpoint,
    /// Who of the policy has signed it.
    pub evaluation: Evaluation,
}

/// Why bytes are no receipt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Another format, or another version of it.
    #[error("the receipt does not begin with \"{FIRST_LINE}\"")]
    FirstLine,
    /// An extra line that is not canonical base64, or has nothing in it.
    #[error("the receipt's extra data is not canonical base64 of one byte or more")]
    Extra,
    /// The next line is not `index`, a space, and a plain decimal below 2^64.
    #[error("the receipt does not go on with \"index <n>\"")]
    Index,
    /// What follows is no proof.
    #[error("the receipt's inclusion proof is malformed")]
    ProofLines(#[from] ProofLinesError),
    /// What follows the empty line is no checkpoint.
    #[error("the receipt's checkpoint is malformed")]
    Checkpoint(#[from] CheckpointError),
}

/// Why a receipt does not prove that an entry is in the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotProved {
    /// The reader's policy does not believe the checkpoint.
    #[error("the receipt's checkpoint is not to be believed")]
    Trust(#[from] TrustError),
    /// The entry has no permitted form.
    #[error("the entry is malformed")]
    Entry(#[source] ParseError),
    /// The entry says that it stands elsewhere.
    #[error("the receipt is for place {index}, the entry says it is entry {seq}")]
    OtherSeq {
        /// The place in the receipt.
        index: u64,
        /// The place that the entry names.
        seq: u64,
    },
    /// The entry does not stand there in the signed tree.
    #[error("the receipt does not lead from the entry to the signed root")]
    Inclusion(#[source] ProofError),
}

impl Receipt {
    /// A receipt without extra data.
    ///
    /// # Errors
    /// Where the proof has more hashes than a reader takes.
    pub fn new(
        index: u64,
        proof: Vec<Hash>,
        checkpoint: SignedCheckpoint,
    ) -> Result<Self, ReceiptError> {
        if proof.len() > MAX_PROOF_LEN {
            return Err(ProofLinesError::TooMany.into());
        }
        Ok(Self {
            extra: None,
            index,
            proof,
            checkpoint,
        })
    }

    /// The same with extra data, which nobody signs; no bytes are no extra data.
    #[must_use]
    pub fn with_extra(self, extra: Vec<u8>) -> Self {
        let extra = Some(extra).filter(|extra| !extra.is_empty());
        Self { extra, ..self }
    }

    /// Reads a receipt; nothing is checked yet.
    ///
    /// # Errors
    /// One [`ReceiptError`] for the first line that has another form.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReceiptError> {
        let mut lines = Lines::new(bytes);
        if lines.next() != Some(FIRST_LINE) {
            return Err(ReceiptError::FirstLine);
        }
        let mut line = lines.next().ok_or(ReceiptError::Index)?;
        let mut extra = None;
        if let Some(text) = line.strip_prefix("extra ") {
            let bytes = base64::decode(text).filter(|bytes| !bytes.is_empty());
            extra = Some(bytes.ok_or(ReceiptError::Extra)?);
            line = lines.next().ok_or(ReceiptError::Index)?;
        }
        let index = line.strip_prefix("index ").and_then(decimal);
        Ok(Self {
            extra,
            index: index.ok_or(ReceiptError::Index)?,
            proof: lines.proof()?,
            checkpoint: SignedCheckpoint::parse(lines.rest())?,
        })
    }

    /// Extra data. Nobody has signed it, and no check looks at it.
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }

    /// The entry's place, from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The inclusion proof, leaf to root.
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The checkpoint. Nobody has vouched for it yet.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// Checks that this leaf stands at [`index`](Self::index) in a tree that the policy believes.
    ///
    /// # Errors
    /// One [`NotProved`] that says why the receipt proves nothing.
    pub fn verify_leaf(&self, leaf: &Hash, policy: &Policy) -> Result<Proved, NotProved> {
        let (checkpoint, evaluation) = policy.verify(self.checkpoint.clone())?;
        let (size, root) = (checkpoint.size(), checkpoint.root());
        verify_inclusion(self.index, size, leaf, &self.proof, &root)
            .map_err(NotProved::Inclusion)?;
        Ok(Proved {
            checkpoint,
            evaluation,
        })
    }

    /// Checks that these are the bytes of an entry, and that it stands where it says in a tree that
    /// the policy believes.
    ///
    /// # Errors
    /// As [`verify_leaf`](Self::verify_leaf), and where the entry is malformed or names another
    /// place.
    pub fn verify_entry(&self, entry: &[u8], policy: &Policy) -> Result<Proved, NotProved> {
        let proved = self.verify_leaf(&leaf_hash(entry), policy)?;
        let (index, seq) = (
            self.index,
            Entry::parse(entry).map_err(NotProved::Entry)?.seq(),
        );
        if index == seq {
            Ok(proved)
        } else {
            Err(NotProved::OtherSeq { index, seq })
        }
    }
}

impl fmt::Display for Receipt {
    /// The file: what was read is written as it was.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", base64::encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        write_proof(f, &self.proof)?;
        self.checkpoint.note().fmt(f)
    }
}
