//! The log's bytes: entries, chain, tree, tiles, notes, checkpoints, proofs, verification; who is
//! believed ([`policy`], [`rotation`]), who signs ([`witness`]), and what to show ([`receipt`],
//! [`log_file`], [`evidence`]).
//!
//! Invariants, written as absences: this crate does no I/O and has no clock and no randomness; it
//! depends on no other crate of the workspace; it knows nothing of break-glass, a body is opaque to
//! it; no input makes it panic; it needs no standard library, only an allocator. `FORMAT.md` beside
//! the manifest specifies every byte.
//!
//! # A log from draft to verdict
//! ```
//! use ledger::{Checkpoint, Draft, LogVerifier, Origin, SignedCheckpoint, SigningKey, Timestamp, Tree};
//!
//! let origin: Origin = "example.org/log".parse()?;
//! let draft = Draft {
//!     id: "6f1f6f5c-29a3-4a8e-9d0a-0b6c1c2d3e4f".parse()?,
//!     kind: "request.submitted",
//!     actor: r#"{"person":"p1"}"#,
//!     body: "{}",
//! };
//! let entry = ledger::encode(&origin.genesis(), 0, Timestamp::new(0), &draft)?;
//! let mut tree = Tree::new();
//! tree.push(ledger::leaf_hash(&entry));
//! let key = SigningKey::from_seed(origin.as_str(), [7; 32])?;
//! let note = Checkpoint::new(origin.clone(), tree.size(), tree.root())?.sign(&key);
//!
//! // Elsewhere, by someone who holds the key's public half:
//! let signed = SignedCheckpoint::parse(note.as_bytes())?;
//! let checkpoint = signed.verify(&key.verifier_key(), &origin)?;
//! let mut log = LogVerifier::new(origin);
//! log.push(&entry);
//! log.finish(&checkpoint);
//! assert!(log.findings().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod base64;
mod checkpoint;
mod entry;
pub mod evidence;
mod hash;
mod key;
pub mod log_file;
mod note;
mod origin;
pub mod policy;
mod proof_lines;
pub mod receipt;
pub mod rotation;
mod seal;
mod tile;
mod timestamp;
mod tree;
mod verify;
pub mod witness;

pub use checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint, VerifiedCheckpoint};
pub use entry::{Draft, EncodeError, Entry, MAX_ENTRY_LEN, ParseError, encode, prev_of};
pub use hash::{Hash, HashError, empty_root, leaf_hash, node_hash};
pub use key::{CosigningKey, KeyError, KeyKind, SigningKey, VerifierKey};
pub use note::{Note, NoteError, NoteSignature, VerifiedNote, VerifiedSignature};
pub use origin::{NameError, Origin};
pub use proof_lines::ProofLinesError;
pub use seal::{Opening, SealedField};
pub use tile::{TileError, TilePath, bundle};
pub use timestamp::{Timestamp, TimestampError};
pub use tree::{
    HashTiles, LeafRange, NotNext, ProofError, Subtree, TilesError, Tree, TreeError, TreeHead,
    consistency_ranges, inclusion_ranges, perfect_subtrees, prove_consistency, prove_inclusion,
    root_of, root_of_subtrees, verify_consistency, verify_inclusion,
};
pub use verify::{Doubt, Finding, HashedEntry, LogVerifier, Pushed, Span, SpanReader, Spans};
