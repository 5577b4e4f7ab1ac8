//! Who reads the log stands in the log. What one reader reads together is one entry, however many
//! requests it takes, and a read is noted on a synced disk before its first byte leaves.
//!
//! A reader's first request begins a run. What they read next to it within the window widens the run.
//! When the window is over, the run becomes one entry `ledger.read`. So a check of a million entries is
//! one entry, by stream or by bundles; a reader who loads the newest entries again and again sees their
//! own reads there, and makes at most one entry a window by looking; and a log that is halted can be
//! read, since a run waits on the disk until the log is written again.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use access::command::Command;
use access::event::Actor;
use access::time::UnixMillis;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Error;
use crate::journal::Journal;
use crate::portal::Portal;
use crate::sequencer::Proposal;

/// A run that goes on is written down as far as the next multiple of this, so that 3,907 bundles are
/// sixteen writes. After a crash the entry says up to so many entries more than were read.
const AHEAD: u64 = 65_536;

/// Runs of one reader at a time; of one more the oldest ends.
const MOST_RUNS: usize = 16;

/// How often runs are looked at, at least.
const LOOK: Duration = Duration::from_secs(10);

/// What one reader read together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Reading {
    reader: Actor,
    from: u64,
    to: u64,
    began_ms: UnixMillis,
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
}

impl Readings {
    pub(crate) fn new(data_dir: &Path, window: Duration) -> Self {
        Self {
            journal: Journal::new(data_dir, "reads"),
            window,
            open: Mutex::new(Vec::new()),
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
        let goes_on = |run: &&mut Run| {
            let Reading { from: a, to: b, .. } = run.reading;
            run.reading.reader == *reader
                && (from <= b && to >= a)
                && !self.is_over(&run.reading, now)
        };
        if let Some(run) = open.iter_mut().find(goes_on) {
            return self.widen(run, from, to);
        }
        let theirs = |run: &Run| run.reading.reader == *reader;
        if open.iter().filter(|run| theirs(run)).count() >= MOST_RUNS
            && let Some(oldest) = open.iter().position(theirs)
        {
            self.settle(&open[oldest])?;
            open.remove(oldest);
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

    /// Ends the runs whose window is over, and tells which readings wait to become entries: those that
    /// ended now, before, or with an earlier process.
    fn ended(&self, now: UnixMillis) -> io::Result<Vec<(String, Reading)>> {
        // The files first: one that is written meanwhile belongs to a run that is open by then.
        let pending = self.journal.pending()?;
        let mut open = self.open();
        let (mut over, mut on) = (Vec::new(), Vec::new());
        for run in open.drain(..) {
            if self.is_over(&run.reading, now) {
                over.push(run);
            } else {
                on.push(run);
            }
        }
        *open = on;
        let going: HashSet<String> = open.iter().map(|run| run.id.to_string()).collect();
        for run in &over {
            self.settle(run)?;
        }
        drop(open);
        let mut ended = Vec::new();
        for id in pending.into_iter().filter(|id| !going.contains(id)) {
            if let Some(reading) = self.journal.find(&id)? {
                ended.push((id, reading));
            }
        }
        Ok(ended)
    }
}

impl Portal {
    /// Makes entries of all that was read, until the process stops.
    pub(crate) async fn tell_of_reads(&self) {
        loop {
            if let Err(fault) = self.append_reads().await {
                tracing::warn!(%fault, "what was read is not in the log yet; it is tried again");
            }
            tokio::time::sleep(self.inner.settings.read_window.min(LOOK)).await;
        }
    }

    async fn append_reads(&self) -> Result<(), Error> {
        let readings = &self.inner.readings;
        let ended = readings
            .ended(self.inner.clock.now())
            .map_err(|fault| Error::internal(&fault))?;
        if ended.is_empty() || self.halted().is_some() {
            return Ok(());
        }
        let size = self.inner.sequencer.ask(access::State::next_seq).await?;
        for (id, reading) in ended {
            // What was written ahead may lie beyond the log.
            let (from, to) = (reading.from, reading.to.min(size));
            let command = Command::ReadLedger {
                from,
                to,
                began_ms: reading.began_ms,
            };
            match self
                .inner
                .sequencer
                .propose(Proposal::new(command, reading.reader.clone()))
                .await
            {
                Ok(_) => {}
                // It was read by a configuration that the log never saw. The refusal is the entry; what was
                // read stands nowhere else than here.
                Err(Error::Refused(refusal)) => {
                    let reader = reading.reader.json();
                    tracing::error!(%refusal, from, to, reader, "entries were read by somebody who may not by the log's rules");
                }
                Err(fault) => return Err(fault),
            }
            readings
                .journal
                .forget(&id)
                .map_err(|fault| Error::internal(&fault))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
