//! Witnessing (C2SP tlog-witness): what a log asks of a witness, and when the witness signs.
//!
//! Invariants, written as absences: no checkpoint is accepted that does not extend the last one; no
//! second root is accepted for one size; nothing here remembers, waits, or knows the time.
//!
//! The caller keeps the last accepted [`TreeHead`](crate::TreeHead) of each origin. Reading it,
//! [`Witness::decide`] and storing the new one must not be interleaved with another request for the
//! same origin, and the new one is stored, and safe from a power cut, before anything is signed:
//!
//! ```text
//! lock(origin) → read → decide → store, sync → sign → unlock → answer
//!
//! without the lock:   A reads 10, is asked for 12      B reads 10, is asked for 15
//!                                                      B stores 15, signs 15
//!                     A stores 12, signs 12            ← three entries are forgotten
//! ```
//!
//! A log's own signer is the same with another key: [`Witness::signer`] has its rules, and
//! [`Accepted::sign`] signs. Whoever may submit to it signs the checkpoint first, with a key that is
//! not the log's.
//!
//! ```
//! use ledger::witness::{AddCheckpoint, Witness};
//! # use ledger::{Checkpoint, CosigningKey, Hash, SignedCheckpoint, SigningKey};
//! # let key = SigningKey::from_seed("example.org/log", [1; 32])?;
//! # let witness_key = CosigningKey::from_seed("witness.example", [2; 32])?;
//! # let checkpoint = Checkpoint::new("example.org/log".parse()?, 9, Hash::of(b"root"))?;
//! # let checkpoint = SignedCheckpoint::parse(checkpoint.sign(&key).as_bytes())?;
//! // The log asks for a cosignature on its first checkpoint:
//! let body = AddCheckpoint::new(0, Vec::new(), checkpoint.clone())?.to_string();
//!
//! // The witness, which remembers nothing of this log yet:
//! let witness = Witness::new([key.verifier_key()]);
//! let accepted = witness.decide(&AddCheckpoint::parse(body.as_bytes())?, None)?;
//! let answer = accepted.cosign(&witness_key, 1_795_388_645)?;
//!
//! // The log again:
//! let known = [witness_key.verifier_key()];
//! let lines = ledger::witness::read_answer(&checkpoint, answer.as_bytes(), &known)?;
//! let cosigned = format!("{}{}", checkpoint.note(), lines.concat());
//! # assert!(SignedCheckpoint::parse(cosigned.as_bytes()).is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod accepted;
mod answer;
mod decide;
mod refusal;
mod request;

pub use accepted::{Accepted, CosignTimeError};
pub use answer::{AnswerError, checkpoint_path, read_answer, read_conflict};
pub use decide::{Witness, follows};
pub use refusal::Refusal;
pub use request::{AddCheckpoint, RequestError};
