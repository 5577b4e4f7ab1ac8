//! The whole check of a log: chain, tree, signatures and rules, for whoever hands it bytes.
//!
//! The browser's verifier, the single file without a server and `breakglass verify` all drive this; so they
//! find the same and say it in the same words.
//!
//! Invariants, written as absences: this crate makes no request, opens no file and reads no clock; it
//! trusts no key but the one it is given; no answer of a server makes it panic or read without end.
//!
//! 1. [`LogKey::parse`] the key that the auditor holds, and begin a [`Session`] with it;
//! 2. as long as there is a [`Request`], fetch it, [`feed`](Session::feed) the answer and say where it ended;
//!    feed the stream of entries to a [`Replay`] as well, on another core where there is one;
//! 3. take the [`Report`].
//!
//! Where there are more cores, a [`Hasher`] on each reads blocks of the stream instead, wherever they are cut
//! between entries, and [`Session::join`] takes what they come to, in order. That proves a log against which
//! nothing is to be said; any doubt is cleared by reading it in order, as above.
//!
//! A check that has come so far can be saved, and resumed when the log has grown: [`Session::save`] with
//! [`Replay::save`]. That the entries read then are those that are signed now, the signed root says anew.
//!
//! One request as one file, an evidence bundle, is checked in one go by [`evidence_bundle::check`].

mod checks;
mod evidence;
pub mod evidence_bundle;
mod framing;
mod hasher;
mod history;
mod joining;
mod judge;
mod key;
mod keys;
mod locate;
mod log_file;
mod opening;
mod ranges;
mod report;
mod rules;
#[cfg(test)]
mod sample;
mod scan;
mod session;
#[cfg(test)]
mod tests;
mod verdict;
mod witnesses;
mod words;

pub use access::digest::Digest;
pub use evidence::Bytes;
pub use hasher::Hasher;
pub use key::{KeyFacts, LogKey, NotALogKey};
pub use log_file::{LogFileParts, NotALogFile};
pub use report::{
    Check, CheckpointFacts, Contradiction, Finding, Outcome, Remembered, Report, Resumed, Subject,
};
pub use rules::{Opening, Replay, Replayed, Unlawful};
pub use session::{Purpose, Request, Session, Stretch};
pub use witnesses::{NotATrustPolicy, TrustPolicy};
