//! The log's page.

use serde::{Deserialize, Serialize};

use super::PersonView;
use crate::digest::Digest;
use crate::ids::RequestId;
use crate::time::UnixMillis;

/// One entry in the log's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRow {
    /// Its place.
    pub seq: u64,
    /// When.
    pub at_ms: UnixMillis,
    /// Its kind.
    pub kind: String,
    /// Who did it; `None` for the portal itself.
    pub person: Option<PersonView>,
    /// What happened, in words.
    pub text: String,
    /// The request it belongs to, if to one.
    pub request: Option<RequestId>,
    /// The exact bytes.
    pub bytes: String,
    /// Its leaf hash, as stored.
    pub leaf_hash: Digest,
}

/// A page of the log, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogView {
    /// How many entries the newest checkpoint covers.
    pub size: u64,
    /// The log's origin.
    pub origin: String,
    /// The rows.
    pub rows: Vec<LogRow>,
    /// `before` of the next older page, if there is one.
    pub older: Option<u64>,
    /// How it stands with each witness of the configuration.
    pub witnesses: Vec<WitnessView>,
    /// The newest checkpoint that enough of them have signed.
    pub witnessed: Option<WitnessedView>,
    /// For how many seconds the log's signer has been waited for, where that keeps people waiting.
    pub unsigned_for_s: Option<u64>,
}

/// How far enough witnesses have signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessedView {
    /// How many entries that covers.
    pub size: u64,
    /// When the first of them signed it, as it says.
    pub signed_at_ms: UnixMillis,
}

/// Somebody outside who cosigns the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessView {
    /// Its name in the trust policy.
    pub name: String,
    /// How many entries it has signed for; 0 before the first time.
    pub size: u64,
    /// When it says it did.
    pub signed_at_ms: Option<UnixMillis>,
    /// Why it did not sign when it was asked last.
    pub fault: Option<String>,
    /// Whether it has not signed for so long that somebody should ask why.
    pub silent: bool,
}
