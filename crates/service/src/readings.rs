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

use crate::clock;
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
            .ended(clock::now())
            .map_err(|fault| Error::internal(&fault))?;
        if ended.is_empty() || self.halted().is_some() {
            return Ok(());
        }
        let size = self.inner.sequencer.ask(access::State::next_seq).await?;
        for (id, reading) in ended {
            let command = Command::ReadLedger {
                from: reading.from,
                // What was written ahead may lie beyond the log.
                to: reading.to.min(size),
                began_ms: reading.began_ms,
            };
            match self
                .inner
                .sequencer
                .propose(Proposal::new(command, reading.reader))
                .await
            {
                Ok(_) => {}
                // It was read by the configuration of then, which the log never saw: the refusal is the entry.
                Err(Error::Refused(refusal)) => {
                    tracing::error!(%refusal, "entries were read by somebody who may not by the log's rules");
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
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use access::ids::PersonId;

    use super::*;

    const WINDOW_MS: i64 = 300_000;

    fn readings(folder: &Path) -> Readings {
        Readings::new(folder, Duration::from_millis(WINDOW_MS.unsigned_abs()))
    }

    fn reader(number: u128) -> Actor {
        Actor::Person {
            person: PersonId::new(Uuid::from_u128(number)),
            groups: vec!["auditors".parse().unwrap()],
        }
    }

    fn at(ms: i64) -> UnixMillis {
        UnixMillis::new(1_767_600_000_000 + ms)
    }

    fn told(readings: &Readings, ms: i64) -> Vec<(u64, u64)> {
        let mut told = Vec::new();
        for (id, reading) in readings.ended(at(ms)).unwrap() {
            told.push((reading.from, reading.to));
            readings.journal.forget(id).unwrap();
        }
        told.sort_unstable();
        told
    }

    #[test]
    fn a_million_entries_in_bundles_are_one_reading() {
        let folder = tempfile::tempdir().unwrap();
        let readings = readings(folder.path());
        for bundle in 0..3_907 {
            let (from, to) = (bundle * 256, (bundle * 256 + 256).min(1_000_000));
            readings.note(&reader(1), from, to, at(1)).unwrap();
        }
        assert_eq!(told(&readings, WINDOW_MS), []);
        assert_eq!(told(&readings, WINDOW_MS + 1), [(0, 1_000_000)]);
        assert_eq!(told(&readings, WINDOW_MS + 1), []);
    }

    #[test]
    fn what_lies_apart_is_apart_and_so_are_readers_and_windows() {
        let folder = tempfile::tempdir().unwrap();
        let readings = readings(folder.path());
        readings.note(&reader(1), 512, 768, at(0)).unwrap();
        readings.note(&reader(2), 768, 1_024, at(0)).unwrap();
        readings.note(&reader(1), 1_024, 1_280, at(0)).unwrap();
        // Backwards, as a page of the log is read.
        readings.note(&reader(1), 256, 512, at(9)).unwrap();
        readings.note(&reader(1), 300, 700, at(9)).unwrap();
        readings.note(&reader(1), 256, 300, at(WINDOW_MS)).unwrap();
        let first = [(256, 768), (768, 1_024), (1_024, 1_280)];
        assert_eq!(told(&readings, WINDOW_MS), first);
        assert_eq!(told(&readings, 2 * WINDOW_MS), [(256, 300)]);
    }

    #[test]
    fn looking_at_ones_own_reads_ends() {
        let folder = tempfile::tempdir().unwrap();
        let readings = readings(folder.path());
        let (mut size, mut entries) = (1_000, 0);
        // Somebody loads the newest fifty entries every second for an hour.
        for second in 0..3_600 {
            readings
                .note(&reader(1), size - 50, size, at(second * 1_000))
                .unwrap();
            let told = told(&readings, second * 1_000).len() as u64;
            (size, entries) = (size + told, entries + told);
        }
        assert_eq!(entries, 11);
    }

    #[test]
    fn a_crash_loses_no_reading() {
        let folder = tempfile::tempdir().unwrap();
        let before = readings(folder.path());
        before.note(&reader(1), 0, 256, at(0)).unwrap();
        before.note(&reader(1), 256, 512, at(0)).unwrap();
        before.note(&reader(2), 90_000, 90_010, at(0)).unwrap();
        let after = readings(folder.path());
        let told = told(&after, 1);
        assert_eq!(told, [(0, AHEAD), (90_000, 90_010)]);
    }

    #[test]
    fn scattered_reads_are_not_kept_open_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let readings = readings(folder.path());
        for place in 0..40 {
            readings
                .note(&reader(1), place * 1_000, place * 1_000 + 1, at(0))
                .unwrap();
        }
        assert_eq!(readings.open().len(), MOST_RUNS);
        assert_eq!(told(&readings, 0).len(), 40 - MOST_RUNS);
        assert_eq!(told(&readings, WINDOW_MS).len(), MOST_RUNS);
    }

    #[test]
    fn what_cannot_be_noted_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("state"), "in the way").unwrap();
        let readings = readings(folder.path());
        assert!(readings.note(&reader(1), 0, 256, at(0)).is_err());
        assert!(readings.open().is_empty());
    }
}
