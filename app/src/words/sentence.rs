//! A rule as one sentence, with a sign for it.

use serde::{Deserialize, Serialize};

use crate::components::icon::Glyph;

/// One rule: a sign for it, and the sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// What it is about, at a glance.
    pub glyph: Glyph,
    /// In words.
    pub text: String,
}
