//! The one pass over the entries: hashes, chain, form, times.

use ledger::{Entry, Hash, HashedEntry, LogVerifier, Spans, Timestamp, leaf_hash, root_of};

use crate::evidence::Evidence;
use crate::framing::Framing;
use crate::key::LogKey;
use crate::keys::Keys;

/// How many suspect places are told while the pass is under way.
const MAX_SUSPECTS: usize = 100;

/// Reads the stream of entries once, from the first to the last that was signed.
#[derive(Debug)]
pub(crate) struct Scan {
    framing: Framing,
    pass: Pass,
    /// The place after the last entry of this answer: none is read beyond.
    until: u64,
    /// Whether bytes came after the last entry that was asked for.
    surplus: bool,
}

/// What the pass has found out; complete once the stream has ended.
#[derive(Debug)]
pub(crate) struct Pass {
    pub(crate) log: LogVerifier,
    pub(crate) evidence: Evidence,
    /// Which key signs what, from the one that the auditor holds.
    pub(crate) keys: Keys,
    /// For each of the log's findings, in their order, the leaf hash of the entry at which it came up.
    pub(crate) leaf_of: Vec<Hash>,
    pub(crate) newest: Option<Timestamp>,
    /// Bytes of an entry that the stream did not end.
    pub(crate) left: usize,
    pub(crate) surplus: bool,
    last: Vec<u8>,
    /// What was read in blocks instead, and fits.
    joined: Option<Spans>,
}

impl Scan {
    /// A scan from the first entry on, with an answer of at most `until` entries first.
    pub(crate) fn new(key: &LogKey, until: u64) -> Self {
        Self {
            framing: Framing::default(),
            pass: Pass::new(key),
            until,
            surplus: false,
        }
    }

    /// Takes the next bytes of the stream, cut anywhere.
    pub(crate) fn feed(&mut self, chunk: &[u8]) {
        let most = self.until.saturating_sub(self.pass.log.size());
        let pass = &mut self.pass;
        let not_taken = self
            .framing
            .feed(chunk, most, |entries| pass.push_all(entries));
        self.surplus |= not_taken > 0;
    }

    /// Whether further bytes can say anything: until one byte too many has come.
    pub(crate) fn wants(&self) -> bool {
        !self.surplus
    }

    /// Whether more is wrong than anybody lists.
    pub(crate) fn has_unlisted_faults(&self) -> bool {
        self.pass.log.unlisted() > 0
    }

    /// The place after the last entry of this answer.
    pub(crate) fn until(&self) -> u64 {
        self.until
    }

    /// Whether the answer held exactly what it was to hold, so far.
    pub(crate) fn whole(&self) -> bool {
        self.entries() == self.until && self.framing.left() == 0 && !self.surplus
    }

    /// The next answer goes on where the last one ended, to `until`.
    pub(crate) fn go_on(&mut self, until: u64) {
        self.until = until;
    }

    /// How many entries were read.
    pub(crate) fn entries(&self) -> u64 {
        self.pass.log.size()
    }

    /// Places that do not fit what stands around them, as far as the stream alone shows.
    pub(crate) fn suspects(&self) -> Vec<u64> {
        let found = self
            .pass
            .log
            .findings()
            .iter()
            .filter_map(ledger::Finding::seq);
        found.take(MAX_SUSPECTS).collect()
    }

    /// The stream has ended.
    pub(crate) fn end(self) -> Pass {
        Pass {
            left: self.framing.left(),
            surplus: self.surplus,
            ..self.pass
        }
    }
}

impl Pass {
    fn new(key: &LogKey) -> Self {
        Self {
            log: LogVerifier::new(key.origin.clone()),
            evidence: Evidence::default(),
            keys: Keys::from(key),
            leaf_of: Vec::new(),
            newest: None,
            left: 0,
            surplus: false,
            last: Vec::new(),
            joined: None,
        }
    }

    /// A pass in blocks, all of which fit.
    pub(crate) fn joined(key: &LogKey, spans: Spans) -> Self {
        let mut pass = Self::new(key);
        for bytes in spans.announced() {
            if let Ok(entry) = Entry::parse(bytes) {
                pass.keys.entry(&entry, leaf_hash(bytes));
            }
        }
        pass.newest = spans.newest();
        pass.joined = Some(spans);
        pass
    }

    /// Whether it was read in blocks.
    pub(crate) fn is_joined(&self) -> bool {
        self.joined.is_some()
    }

    /// How many entries were read.
    pub(crate) fn size(&self) -> u64 {
        match &self.joined {
            Some(spans) => spans.size(),
            None => self.log.size(),
        }
    }

    /// The root over the first so many entries, as they were served.
    pub(crate) fn root_at(&self, size: u64) -> Option<Hash> {
        if let Some(spans) = &self.joined {
            return spans.root_at(size);
        }
        let size = usize::try_from(size).ok()?;
        self.log.leaves().get(..size).map(root_of)
    }

    fn push_all(&mut self, entries: &[&[u8]]) {
        let mut last = core::mem::take(&mut self.last);
        let mut before: &[u8] = &last;
        for entry in HashedEntry::of_each(entries) {
            self.push(entry, before);
            before = entry.bytes();
        }
        if let Some(entry) = entries.last() {
            last.clear();
            last.extend_from_slice(entry);
        }
        self.last = last;
    }

    /// Takes an entry; `before` are the bytes of the one before it, if there was one.
    fn push(&mut self, entry: HashedEntry<'_>, before: &[u8]) {
        let known = self.log.findings().len();
        let pushed = self.log.push_hashed(entry);
        if let Ok(parsed) = &pushed.parsed {
            self.newest = Some(parsed.time());
            if self.keys.entry(parsed, pushed.leaf) {
                self.evidence.keep(pushed.leaf, entry.bytes());
            }
        }
        let found = self.log.findings().len() - known;
        if found > 0 {
            self.leaf_of.extend((0..found).map(|_| pushed.leaf));
            self.evidence.keep(pushed.leaf, entry.bytes());
        }
        if found > 0 && !before.is_empty() {
            // A break lies between two entries: which of them was altered is not known yet.
            self.evidence.keep(leaf_hash(before), before);
        }
    }
}
