//! What a replay finds: an entry that stands in the log although the rules forbid it.

use core::fmt;

use serde::Serialize;

use crate::refusal::Rule;

/// An entry that breaks a rule, with what the rules demanded and what the entry says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The entry.
    pub seq: u64,
    /// The rule that it breaks.
    pub rule: Rule,
    /// What the rule demands.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seq,
            rule,
            expected,
            found,
        } = self;
        write!(
            f,
            "Entry {seq} breaks {}: expected {expected}, found {found}.",
            rule.name()
        )
    }
}

impl std::error::Error for Violation {}

/// A broken rule before it is known whether it refuses a command or accuses an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) rule: Rule,
    pub(crate) expected: String,
    pub(crate) found: String,
}

impl Broken {
    pub(crate) fn new(rule: Rule, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            rule,
            expected: expected.into(),
            found: found.into(),
        }
    }

    pub(crate) fn at(self, seq: u64) -> Violation {
        Violation {
            seq,
            rule: self.rule,
            expected: self.expected,
            found: self.found,
        }
    }
}

/// A check of a rule.
pub(crate) type Checked<T = ()> = Result<T, Broken>;
