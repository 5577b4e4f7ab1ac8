//! What a check comes to, as plain data: the page draws it, the auditor keeps it as JSON.

use ledger::Hash;
use serde::Serialize;

use crate::evidence::Bytes;
use crate::key::KeyFacts;

/// The whole answer.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Names this form; another form will have another name.
    pub format: &'static str,
    /// The log by name, as the auditor's key names it.
    pub log: String,
    /// The key that the auditor holds.
    pub key: KeyFacts,
    /// The checkpoint, once its signature was found good.
    pub checkpoint: Option<CheckpointFacts>,
    /// Whether nothing at all is wrong.
    pub proven: bool,
    /// The verdict, or the first finding, in one sentence.
    pub sentence: String,
    /// What was looked at, each with its result.
    pub checks: Vec<Check>,
    /// What is wrong, causes first.
    pub findings: Vec<Finding>,
    /// All of them, with those that are not listed.
    pub findings_total: u64,
    /// Entries whose bytes are those that were signed; half-open ranges.
    pub proven_ranges: Vec<(u64, u64)>,
    /// Entries that a finding is about; half-open ranges.
    pub broken_ranges: Vec<(u64, u64)>,
    /// What was seen of the log earlier.
    pub remembered: Vec<Remembered>,
    /// Whether this checkpoint may be remembered beside them.
    pub may_be_remembered: bool,
    /// The earlier check that this one went on from; absent where everything was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumed: Option<Resumed>,
}

/// An earlier check of the first entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resumed {
    /// How many it has read.
    pub entries: u64,
    /// When, as the reader wrote it.
    pub at: String,
}

/// A checkpoint whose signature is good.
#[derive(Debug, Clone, Serialize)]
pub struct CheckpointFacts {
    /// How many entries it covers.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// The signed note itself: two of them that contradict each other convict whoever holds the key.
    pub note: String,
}

/// What the reader saw earlier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remembered {
    /// How many entries there were.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// When, as the reader wrote it.
    pub at: String,
    /// The signed note; empty where the reader has not kept it.
    #[serde(skip)]
    pub note: String,
}

/// Two signed notes that cannot both be true: with them anybody can accuse whoever holds the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contradiction {
    /// When the first was seen.
    pub seen_at: String,
    /// The note that was seen.
    pub seen: String,
    /// The note of now.
    pub now: String,
}

/// One of the things that are checked, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// Who signed the checkpoint.
    Signature,
    /// Whether those have signed it too whom the auditor wants to have looked.
    Witnesses,
    /// Whether it goes on from what was seen earlier.
    Memory,
    /// Whether the entries give the signed root.
    Tree,
    /// Whether each entry names the one before it.
    Chain,
    /// Whether each is written in the log's form.
    Form,
    /// Whether none is earlier than the one before it.
    Times,
    /// Whether each was allowed.
    Rules,
    /// Whether texts are those that were sealed; of an evidence bundle.
    Openings,
    /// What cannot be shown by what there is; of an evidence bundle.
    Beyond,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was made, and nothing is wrong.
    Passed,
    /// It was made, and something is wrong.
    Failed,
    /// It could not be made, and the text says why.
    Unknown,
}

/// A check with its result in words.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// What is looked at.
    pub subject: Subject,
    /// The same in words.
    pub title: &'static str,
    /// How it went.
    pub outcome: Outcome,
    /// The result in one plain sentence or two.
    pub text: String,
}

/// One thing that is wrong.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// Which check finds it.
    pub subject: Subject,
    /// Names the cause for programs.
    pub kind: String,
    /// The entry that it is about.
    pub seq: Option<u64>,
    /// The entries that it is about, half open.
    #[serde(skip)]
    pub(crate) range: Option<(u64, u64)>,
    /// The entries beside which a break of the chain follows from it, half open.
    #[serde(skip)]
    pub(crate) reach: Option<(u64, u64)>,
    /// What is wrong, in one plain sentence.
    pub sentence: String,
    /// The rule that the entry breaks, by name.
    pub rule: Option<String>,
    /// What should stand there.
    pub expected: Option<String>,
    /// What stands there.
    pub found: Option<String>,
    /// What follows from it, or shows it too.
    pub notes: Vec<String>,
    /// The entry as it was served.
    pub bytes: Option<Bytes>,
    /// Where the log contradicts what was seen of it: both notes.
    pub contradiction: Option<Contradiction>,
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
            contradiction: None,
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
