//! Who reads the log stands in the log. What one reader reads together is one entry, however many
//! requests it takes, and a read is noted on a synced disk before its first byte leaves.
//!
//! A reader's first request begins a run. What they read next to it within the window widens the run.
//! When the window is over, the run becomes one entry `ledger.read`. So a check of a million entries is
//! one entry, by stream or by bundles; a reader who loads the newest entries again and again sees their
//! own reads there, and makes at most one entry a window by looking; and a log that is halted can be
//! read, since a run waits on the disk until the log is written again.

mod tell;

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use access::event::Actor;
use access::time::UnixMillis;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::journal::Journal;
pub use tell::ReadsWaiting;

/// A run that goes on is written down as far as the next multiple of this, so that 3,907 bundles are
/// sixteen writes. After a crash the entry says up to so many entries more than were read.
const AHEAD: u64 = 65_536;

/// Runs of one reader at a time. What lies apart from all of them widens the nearest: its entry then
/// says more than was read, and never less.
const MOST_RUNS: usize = 16;

/// What one reader read together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Reading {
    reader: Actor,
    from: u64,
    to: u64,
    began_ms: UnixMillis,
}

impl Reading {
    /// How many entries lie between this and `from..to`; 0 where they touch.
    fn gap(&self, from: u64, to: u64) -> u64 {
        from.saturating_sub(self.to)
            .max(self.from.saturating_sub(to))
    }
}

/// Readings that are to become entries.
#[derive(Debug, Default)]
struct Ended {
    /// Each with the id that its entry will have.
    whole: Vec<(Uuid, Reading)>,
    /// When the files were written that say nothing legible.
    illegible: Vec<UnixMillis>,
}

/// Which runs end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Those whose window is over.
    Over,
    /// All: the process stops.
    All,
}

/// A reading that may go on.
#[derive(Debug)]
struct Run {
    id: Uuid,
    reading: Reading,
    /// What the journal says was read: this, or more.
    written: (u64, u64),
}

/// All runs of this process, and the journal of those that are not entries yet.
#[derive(Debug)]
pub(crate) struct Readings {
    journal: Journal<Reading>,
    window: Duration,
    open: Mutex<Vec<Run>>,
    /// Held while readings become entries, so that none does twice.
    telling: tokio::sync::Mutex<()>,
    /// When those began that should be entries and are none.
    late: Mutex<Vec<UnixMillis>>,
}

impl Readings {
    pub(crate) fn new(data_dir: &Path, window: Duration) -> Self {
        Self {
            journal: Journal::new(data_dir, "reads"),
            window,
            open: Mutex::new(Vec::new()),
            telling: tokio::sync::Mutex::default(),
            late: Mutex::default(),
        }
    }

    fn open(&self) -> MutexGuard<'_, Vec<Run>> {
        // Each step leaves the list whole.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self, reading: &Reading, now: UnixMillis) -> bool {
        let age = now.millis().saturating_sub(reading.began_ms.millis());
        u128::try_from(age).is_ok_and(|age| age >= self.window.as_millis())
    }

    /// Notes that entries `from..to` are about to be read; durable when it returns.
    pub(crate) fn note(
        &self,
        reader: &Actor,
        from: u64,
        to: u64,
        now: UnixMillis,
    ) -> io::Result<()> {
        let mut open = self.open();
        let theirs = |run: &Run| run.reading.reader == *reader && !self.is_over(&run.reading, now);
        let gaps: Vec<(u64, usize)> = open
            .iter()
            .enumerate()
            .filter(|(_, run)| theirs(run))
            .map(|(place, run)| (run.reading.gap(from, to), place))
            .collect();
        if let Some((gap, nearest)) = gaps.iter().min()
            && (*gap == 0 || gaps.len() >= MOST_RUNS)
        {
            return self.widen(&mut open[*nearest], from, to);
        }
        let reading = Reading {
            reader: reader.clone(),
            from,
            to,
            began_ms: now,
        };
        let id = Uuid::new_v4();
        self.journal.write(id, &reading)?;
        open.push(Run {
            id,
            reading,
            written: (from, to),
        });
        Ok(())
    }

    fn widen(&self, run: &mut Run, from: u64, to: u64) -> io::Result<()> {
        let (from, to) = (run.reading.from.min(from), run.reading.to.max(to));
        let (first, end) = run.written;
        if from < first || to > end {
            let end = if to > end {
                to.next_multiple_of(AHEAD)
            } else {
                end
            };
            let written = Reading {
                from,
                to: end,
                ..run.reading.clone()
            };
            self.journal.write(run.id, &written)?;
            run.written = (from, end);
        }
        (run.reading.from, run.reading.to) = (from, to);
        Ok(())
    }

    /// Writes down exactly what was read.
    fn settle(&self, run: &Run) -> io::Result<()> {
        if run.written == (run.reading.from, run.reading.to) {
            return Ok(());
        }
        self.journal.write(run.id, &run.reading)
    }

    /// Ends runs, and tells which readings wait to become entries: those that ended now, before, or
    /// with an earlier process.
    fn ended(&self, which: Ending, now: UnixMillis) -> io::Result<Ended> {
        // The files first: one that is written meanwhile belongs to a run that is open by then.
        let pending = self.journal.pending()?;
        let mut open = self.open();
        let (over, on): (Vec<Run>, Vec<Run>) = open
            .drain(..)
            .partition(|run| which == Ending::All || self.is_over(&run.reading, now));
        *open = on;
        let going: HashSet<String> = open.iter().map(|run| run.id.to_string()).collect();
        for run in &over {
            if let Err(fault) = self.settle(run) {
                tracing::error!(%fault, id = %run.id, "how far was read could not be written down: more will be said");
            }
        }
        drop(open);
        let mut ended = Ended::default();
        for name in pending.into_iter().filter(|name| !going.contains(name)) {
            match self.found(&name) {
                Ok(Some(whole)) => ended.whole.push(whole),
                Ok(None) => {}
                Err(fault) => {
                    tracing::error!(%fault, name, "a note of what was read cannot be read; look at the file in state/reads");
                    ended
                        .illegible
                        .push(self.journal.written_at(&name).unwrap_or(now));
                }
            }
        }
        Ok(ended)
    }

    fn found(&self, name: &str) -> io::Result<Option<(Uuid, Reading)>> {
        let id = Uuid::parse_str(name).map_err(io::Error::other)?;
        Ok(self.journal.find(id)?.map(|reading| (id, reading)))
    }
}

#[cfg(test)]
mod tests;
