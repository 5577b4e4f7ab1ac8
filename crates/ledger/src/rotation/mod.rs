//! A log's key gives way to another one: the entry that says so, and which key signs when.
//!
//! Invariants, written as absences: no key signs itself into office; no key comes back; nothing that
//! is signed here can be read as a note, a checkpoint or a cosignature.
//!
//! ```text
//! entry 41    key.rotated {"from":42, "new":K2, "old":K1, …}         K1 signs that K2 follows
//!
//! checkpoints of size     … 40    41  │  44    57    80 …
//! signed by                 K1    K1  │  K1
//!                                     │  K2    K2    K2
//!                                   from
//! ```
//!
//! The first checkpoint from that size on bears both signatures: who knows only K1 can check it, and
//! reads in the entries below it whom to believe from then on.
//!
//! ```
//! use ledger::rotation::{KeyHistory, KeyRotation};
//! # use ledger::{Checkpoint, Hash, Note, SignedCheckpoint, SigningKey};
//! # let (old, new) = (SigningKey::from_seed("example.org/log", [1; 32])?, SigningKey::from_seed("example.org/log", [2; 32])?);
//! # let trusted = old.verifier_key();
//! // The operator of the log, for entry 41:
//! let body = KeyRotation::sign(&old, &new.verifier_key(), 42)?.to_body();
//!
//! // Whoever reads the log, and trusts the old key:
//! let mut history = KeyHistory::new(trusted)?;
//! history.push(41, KeyRotation::parse(&body)?)?;
//! assert_eq!(history.key_at(41), Some(&old.verifier_key()));
//! assert_eq!(history.key_at(42), Some(&new.verifier_key()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod body;
mod history;

pub use body::{KeyRotation, RotationError};
pub use history::{HistoryError, KeyHistory, NotVouchedFor};

/// The kind of the entry.
pub const KIND: &str = "key.rotated";

/// Whether an entry is of that kind, without reading all of it: what stands before its kind has no
/// room for another one.
pub fn is_announced_in(entry: &[u8]) -> bool {
    const MEMBER: &[u8] = br#""kind":""#;
    let at = entry.windows(MEMBER.len()).position(|w| w == MEMBER);
    let kind = at.and_then(|at| entry.get(at + MEMBER.len()..));
    kind.and_then(|kind| kind.strip_prefix(KIND.as_bytes()))
        .is_some_and(|rest| rest.starts_with(b"\""))
}
