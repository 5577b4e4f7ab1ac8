//! The rules asked again, entry after entry: a log can be sound in every byte and say what was not allowed.

use access::time::UnixMillis;
use access::{Replay, Violation};
use ledger::Entry;

/// Violations that are listed at most.
const MOST_LISTED: usize = 10_000;

/// A replay under way.
#[derive(Default)]
pub(super) struct Rules {
    replay: Replay,
    found: Vec<Violation>,
}

impl Rules {
    pub(super) fn entry(&mut self, seq: u64, bytes: &[u8]) {
        // What is no entry is a fault of the log, and told as one.
        let Ok(entry) = Entry::parse(bytes) else {
            return;
        };
        let time = UnixMillis::new(entry.time().unix_millis());
        let parts = (entry.kind(), entry.actor(), entry.body());
        if let Err(violation) = self.replay.entry(seq, time, parts.0, parts.1, parts.2)
            && self.found.len() < MOST_LISTED
        {
            self.found.push(violation);
        }
    }

    /// What is unlawful, by entry, once all are read.
    pub(super) fn end(self) -> Vec<Violation> {
        let mut found = self.found;
        found.extend(self.replay.unfinished());
        found.sort_by_key(|violation| violation.seq);
        found
    }
}
