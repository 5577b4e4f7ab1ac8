//! Sealed texts, and what becomes of them.

use serde::{Deserialize, Serialize};

use super::PersonView;
use crate::event::{Field, OpeningRef};
use crate::ids::{RequestId, ResourceName};
use crate::time::UnixMillis;

/// One sealed text of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningView {
    /// The entry that seals it.
    pub seq: u64,
    /// What it is.
    pub field: Field,
    /// Who wrote it.
    pub by: Option<PersonView>,
    /// What the viewer sees of it.
    pub state: OpeningState,
    /// All of it, where it is shown.
    pub text: Option<String>,
    /// The 32 bytes that were hashed before it, in base 16, where it is shown: with them anybody can
    /// repeat the check.
    pub salt: Option<String>,
    /// The entry that says that it was erased, where one does.
    pub erased_seq: Option<u64>,
}

/// What a viewer sees of a sealed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpeningState {
    /// Nothing, unless they are an auditor and say what for.
    Sealed,
    /// All of it, and it hashes to what the entry says.
    Shown,
    /// What is kept is not what was sealed.
    Altered,
    /// It is gone.
    Erased,
    /// It is not here, and no entry says that it was erased: the database came from the archive.
    Missing,
}

/// An erasure that somebody ordered and nobody has confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureView {
    /// The entry that orders it.
    pub order: u64,
    /// Of which request.
    pub request: RequestId,
    /// What that request was for.
    pub resource: ResourceName,
    /// Which text; all of them where `None`.
    pub of: Option<OpeningRef>,
    /// Who ordered it.
    pub by: PersonView,
    /// When.
    pub at_ms: UnixMillis,
    /// Nobody can confirm it from then on.
    pub lapses_at_ms: UnixMillis,
    /// Why, where the viewer is a custodian.
    pub reason: Option<String>,
    /// Whether the viewer may confirm it.
    pub may_confirm: bool,
}
