//! How far the archive is, for people and monitoring.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use access::time::UnixMillis;

use super::FaultKind;
use crate::clock;

/// How far the archive is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveStatus {
    /// Entries whose files are in the archive.
    pub entries: u64,
    /// The size of the newest checkpoint in the archive; `None` where none is known yet.
    pub checkpoint: Option<u64>,
    /// Published entries that are not in the archive yet.
    pub behind_entries: u64,
    /// How long ago the oldest of those was written, in seconds; 0 where there are none.
    pub behind_s: u64,
    /// Whether that is longer than the configuration allows.
    pub late: bool,
    /// What keeps it from going on, if anything does.
    pub trouble: Option<Trouble>,
}

/// What keeps the archive from going on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What sort of thing.
    pub kind: FaultKind,
    /// All of it, with its causes; for the server's log and operators, not for the public.
    pub text: String,
}

/// The state as the archiver keeps it; clones share it.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    alarm_after: Duration,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    entries: u64,
    checkpoint: Option<u64>,
    published: u64,
    /// When the oldest entry was written that is not in the archive.
    oldest: Option<UnixMillis>,
    trouble: Option<Trouble>,
}

impl Shared {
    pub(super) fn new(alarm_after: Duration) -> Self {
        Self {
            alarm_after,
            state: Arc::default(),
        }
    }

    pub(super) fn now(&self) -> ArchiveStatus {
        self.at(clock::now())
    }

    fn at(&self, now: UnixMillis) -> ArchiveStatus {
        let state = self.lock();
        let behind_ms = state
            .oldest
            .map_or(0, |oldest| now.millis().saturating_sub(oldest.millis()));
        let behind = Duration::from_millis(u64::try_from(behind_ms).unwrap_or(0));
        ArchiveStatus {
            entries: state.entries,
            checkpoint: state.checkpoint,
            behind_entries: state.published.saturating_sub(state.entries),
            behind_s: behind.as_secs(),
            late: behind > self.alarm_after,
            trouble: state.trouble.clone(),
        }
    }

    /// There is something to do: the log has `published` entries, and the oldest one that is not in
    /// the archive was written at `oldest`.
    pub(super) fn behind(&self, published: u64, oldest: Option<UnixMillis>) {
        let mut state = self.lock();
        state.published = published;
        state.oldest = oldest;
    }

    /// All files of the first `entries` entries are in the archive.
    pub(super) fn reached(&self, entries: u64) {
        let mut state = self.lock();
        state.entries = state.entries.max(entries);
    }

    /// So is the checkpoint over them.
    pub(super) fn sealed(&self, size: u64) {
        let mut state = self.lock();
        state.entries = state.entries.max(size);
        state.checkpoint = state.checkpoint.max(Some(size));
        state.published = state.published.max(size);
        if state.entries >= state.published {
            state.oldest = None;
        }
    }

    /// It goes on.
    pub(super) fn well(&self) {
        self.lock().trouble = None;
    }

    /// It does not.
    pub(super) fn trouble(&self, trouble: Trouble) {
        self.lock().trouble = Some(trouble);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lag_is_the_age_of_the_oldest_entry_outside() {
        let shared = Shared::new(Duration::from_secs(300));
        shared.sealed(10);
        let at = |seconds: i64| shared.at(UnixMillis::new(seconds * 1000));
        assert_eq!((at(50).behind_entries, at(50).behind_s), (0, 0));
        shared.behind(15, Some(UnixMillis::new(60_000)));
        assert_eq!((at(100).behind_entries, at(100).behind_s), (5, 40));
        assert!(!at(360).late);
        assert!(at(361).late);
        shared.sealed(15);
        assert_eq!((at(999).behind_s, at(999).late), (0, false));
        // A clock that was set back is no lag.
        shared.behind(16, Some(UnixMillis::new(60_000)));
        assert_eq!(at(1).behind_s, 0);
    }
}
