//! What a check comes to, as plain data: the page draws it, the auditor keeps it as JSON.

use ledger::Hash;
use serde::Serialize;

use crate::evidence::Bytes;
use crate::key::KeyFacts;

/// The whole answer.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    /// Names this form; another form will have another name.
    pub(crate) format: &'static str,
    pub(crate) log: String,
    pub(crate) key: KeyFacts,
    /// The checkpoint, once its signature was found good.
    pub(crate) checkpoint: Option<CheckpointFacts>,
    pub(crate) proven: bool,
    /// The verdict, or the first finding, in one sentence.
    pub(crate) sentence: String,
    pub(crate) checks: Vec<Check>,
    pub(crate) findings: Vec<Finding>,
    /// All of them, with those that are not listed.
    pub(crate) findings_total: u64,
    /// Entries whose bytes are those that were signed; half-open ranges.
    pub(crate) proven_ranges: Vec<(u64, u64)>,
    /// Entries that a finding is about; half-open ranges.
    pub(crate) broken_ranges: Vec<(u64, u64)>,
    pub(crate) remembered: Option<Remembered>,
    /// Whether this checkpoint may take the remembered one's place.
    pub(crate) may_be_remembered: bool,
}

/// A checkpoint whose signature is good.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CheckpointFacts {
    pub(crate) size: u64,
    pub(crate) root: Hash,
    /// The signed note itself: two of them that contradict each other convict whoever holds the key.
    pub(crate) note: String,
}

/// What this browser saw earlier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Remembered {
    pub(crate) size: u64,
    pub(crate) root: Hash,
    /// When, as the browser wrote it.
    pub(crate) at: String,
}

/// One of the things that are checked, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Subject {
    Signature,
    Memory,
    Tree,
    Chain,
    Form,
    Times,
    Rules,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    Passed,
    Failed,
    /// It could not be made, and the text says why.
    Unknown,
}

/// A check with its result in words.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Check {
    pub(crate) subject: Subject,
    pub(crate) title: &'static str,
    pub(crate) outcome: Outcome,
    pub(crate) text: String,
}

/// One thing that is wrong.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Finding {
    pub(crate) subject: Subject,
    /// Names the cause for programs.
    pub(crate) kind: String,
    /// The entry that it is about.
    pub(crate) seq: Option<u64>,
    /// The entries that it is about, half open.
    #[serde(skip)]
    pub(crate) range: Option<(u64, u64)>,
    /// The entries beside which a break of the chain follows from it, half open.
    #[serde(skip)]
    pub(crate) reach: Option<(u64, u64)>,
    pub(crate) sentence: String,
    /// The rule that the entry breaks, by name.
    pub(crate) rule: Option<String>,
    pub(crate) expected: Option<String>,
    pub(crate) found: Option<String>,
    /// What follows from it, or shows it too.
    pub(crate) notes: Vec<String>,
    pub(crate) bytes: Option<Bytes>,
    /// The leaf hash of the entry that was served.
    #[serde(skip)]
    pub(crate) leaf: Option<Hash>,
}

impl Finding {
    /// A finding about the log as a whole.
    pub(crate) fn of_log(subject: Subject, kind: &str, sentence: String) -> Self {
        Self {
            subject,
            kind: kind.to_owned(),
            seq: None,
            range: None,
            reach: None,
            sentence,
            rule: None,
            expected: None,
            found: None,
            notes: Vec::new(),
            bytes: None,
            leaf: None,
        }
    }

    /// A finding about one entry.
    pub(crate) fn of_entry(subject: Subject, kind: &str, seq: u64, sentence: String) -> Self {
        Self {
            seq: Some(seq),
            ..Self::of_log(subject, kind, sentence)
        }
        .over(seq, 1)
    }

    /// The entries that it is about: `count` of them, from `first` on.
    #[must_use]
    pub(crate) fn over(mut self, first: u64, count: u64) -> Self {
        self.range = Some((first, first.saturating_add(count)));
        self.reach = self.range;
        self
    }

    /// What was expected and what was found.
    #[must_use]
    pub(crate) fn values(mut self, expected: impl ToString, found: impl ToString) -> Self {
        self.expected = Some(expected.to_string());
        self.found = Some(found.to_string());
        self
    }

    /// The entry as it was served.
    #[must_use]
    pub(crate) fn served(mut self, leaf: Hash) -> Self {
        self.leaf = Some(leaf);
        self
    }
}
