//! How readings become entries.

use std::io;
use std::sync::PoisonError;
use std::time::Duration;

use access::command::Command;
use access::event::Actor;
use access::time::UnixMillis;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Ended, Ending, Reading, Readings};
use crate::error::Error;
use crate::portal::Portal;
use crate::sequencer::Proposal;

/// How often runs are looked at, at least.
const LOOK: Duration = Duration::from_secs(10);

/// Reads that should be entries of the log and are none yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadsWaiting {
    /// How many.
    pub count: usize,
    /// How long ago the oldest began, in seconds; 0 where there is none.
    pub oldest_s: u64,
}

impl Portal {
    /// Makes entries of all that was read, until `shutdown`.
    pub(crate) async fn tell_of_reads(&self, shutdown: &CancellationToken) {
        let look = self.inner.settings.read_window.min(LOOK);
        loop {
            self.append_reads(Ending::Over).await;
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(look) => {}
            }
        }
    }

    /// Makes entries of all that was read up to now, for a clean stop: once nobody is served any more.
    /// What cannot be written waits on the disk for the next start.
    pub async fn close(&self) {
        self.append_reads(Ending::All).await;
    }

    /// How many reads should be entries and are none.
    pub fn reads_waiting(&self) -> ReadsWaiting {
        let late = self.inner.readings.late.lock();
        let late = late.unwrap_or_else(PoisonError::into_inner);
        let age = |oldest: &UnixMillis| self.inner.clock.now().millis() - oldest.millis();
        let oldest_ms = late.iter().min().map_or(0, age);
        ReadsWaiting {
            count: late.len(),
            oldest_s: u64::try_from(oldest_ms / 1_000).unwrap_or(0),
        }
    }

    /// Notes that a read of `from..to` is about to be served; durable when it returns.
    pub(crate) async fn note_read(&self, reader: Actor, from: u64, to: u64) -> io::Result<()> {
        let now = self.inner.clock.now();
        self.on_disk(move |readings| readings.note(&reader, from, to, now))
            .await
    }

    /// Syncing takes its time: not on the threads that serve.
    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Readings) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let portal = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&portal.inner.readings)).await;
        done.map_err(io::Error::other)?
    }

    async fn append_reads(&self, which: Ending) {
        let readings = &self.inner.readings;
        let _alone = readings.telling.lock().await;
        let now = self.inner.clock.now();
        let ended = self.on_disk(move |readings| readings.ended(which, now));
        let Ended {
            mut whole,
            mut illegible,
        } = match ended.await {
            Ok(ended) => ended,
            Err(fault) => {
                tracing::error!(%fault, "what was read cannot be looked up; it is tried again");
                return;
            }
        };
        if let Err(fault) = self.tell(&mut whole).await {
            tracing::warn!(%fault, "what was read is not in the log yet; it is tried again");
        }
        illegible.extend(whole.iter().map(|(_, reading)| reading.began_ms));
        *readings.late.lock().unwrap_or_else(PoisonError::into_inner) = illegible;
    }

    /// Makes entries, and leaves those of which it could make none.
    async fn tell(&self, whole: &mut Vec<(Uuid, Reading)>) -> Result<(), Error> {
        if whole.is_empty() || self.halted().is_some() {
            return Ok(());
        }
        let size = self.inner.sequencer.ask(access::State::next_seq).await?;
        while let Some((id, reading)) = whole.last() {
            let id = *id;
            // Where the answer was lost, it was told before.
            if self.entry(id).await?.is_none() {
                self.tell_one(id, reading, size).await?;
            }
            let forgotten = self.on_disk(move |readings| readings.journal.forget(id));
            if let Err(fault) = forgotten.await {
                tracing::error!(%fault, %id, "a read is an entry, and its note cannot be removed");
            }
            whole.pop();
        }
        Ok(())
    }

    async fn tell_one(&self, id: Uuid, reading: &Reading, size: u64) -> Result<(), Error> {
        // What was written ahead may lie beyond the log.
        let (from, to) = (reading.from, reading.to.min(size));
        let command = Command::ReadLedger {
            from,
            to,
            began_ms: reading.began_ms,
        };
        let proposal = Proposal::new(command, reading.reader.clone());
        match self.inner.sequencer.propose_as(id, proposal).await {
            // It was read by a configuration that the log never saw. The refusal is the entry; what was
            // read stands nowhere else than here.
            Err(Error::Refused(refusal)) => {
                let reader = reading.reader.json();
                tracing::error!(%refusal, from, to, reader, "entries were read by somebody who may not by the log's rules");
                Ok(())
            }
            told => told.map(drop),
        }
    }
}
