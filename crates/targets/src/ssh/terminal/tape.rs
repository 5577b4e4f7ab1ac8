//! What has happened on a terminal and is not in the log yet.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::time::Instant;

use crate::ssh::cast::{Event, Happened, Header, Size, Utf8Pieces};
use crate::ssh::host;

/// How long output may wait for more of it before it is recorded. What the log takes for it comes on top.
const GATHER: Duration = Duration::from_millis(150);

/// How old output may get that is shown and not recorded; then nothing more is shown.
const OLDEST: Duration = Duration::from_millis(250);

/// How much output may be shown and not recorded, in bytes.
const MOST: usize = 16 * 1024;

/// How much of that comes at once.
const PACKET: usize = host::PACKET as usize;

/// Lines that a watcher may be behind before it misses some.
const LIVE_LINES: usize = 1024;

/// What somebody sees who begins to watch, in bytes of lines: a few screens.
const RECENT: usize = 64 * 1024;

/// The lines of a recording, as they come.
#[derive(Debug)]
pub(super) struct Tape {
    start: Instant,
    pieces: Utf8Pieces,
    /// Not given to the recorder yet.
    waiting: String,
    /// Bytes of output in `waiting`.
    shown: usize,
    /// When the oldest output in `waiting` came.
    waiting_since: Option<Instant>,
    /// When the oldest output came that the recorder has and has not confirmed.
    given_since: Option<Instant>,
    /// How many bytes of it there are.
    given: usize,
    live: Arc<Live>,
}

/// What those see who watch.
#[derive(Debug)]
pub(super) struct Live {
    lines: broadcast::Sender<Arc<str>>,
    recent: Mutex<Recent>,
}

#[derive(Debug)]
struct Recent {
    header: Header,
    lines: VecDeque<Arc<str>>,
    bytes: usize,
}

/// A terminal as somebody sees it who begins to watch.
#[derive(Debug)]
pub struct Watching {
    /// A header with the size it has now.
    pub header: Header,
    /// The last lines until now.
    pub recent: Vec<Arc<str>>,
    /// Every line from now on. Who is too far behind is told how many were missed.
    pub lines: broadcast::Receiver<Arc<str>>,
}

impl Live {
    pub(super) fn new(header: Header) -> Self {
        Self {
            lines: broadcast::Sender::new(LIVE_LINES),
            recent: Mutex::new(Recent {
                header,
                lines: VecDeque::new(),
                bytes: 0,
            }),
        }
    }

    /// No line is missing between what is recent and what comes: both are written under one lock.
    pub(super) fn watch(&self) -> Watching {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        Watching {
            header: recent.header.clone(),
            recent: recent.lines.iter().cloned().collect(),
            lines: self.lines.subscribe(),
        }
    }

    fn say(&self, line: &str, size: Option<Size>) {
        let line: Arc<str> = line.into();
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(size) = size {
            recent.header.size = size;
        }
        recent.bytes += line.len();
        recent.lines.push_back(Arc::clone(&line));
        while recent.bytes > RECENT {
            let Some(oldest) = recent.lines.pop_front() else {
                break;
            };
            recent.bytes -= oldest.len();
        }
        // Nobody may be watching.
        let _ = self.lines.send(line);
    }
}

impl Tape {
    pub(super) fn new(live: Arc<Live>) -> Self {
        Self {
            start: Instant::now(),
            pieces: Utf8Pieces::default(),
            waiting: String::new(),
            shown: 0,
            waiting_since: None,
            given_since: None,
            given: 0,
            live,
        }
    }

    /// Output that is about to be shown.
    pub(super) fn show(&mut self, bytes: &[u8]) {
        self.waiting_since.get_or_insert_with(Instant::now);
        self.shown += bytes.len();
        let text = self.pieces.push(bytes);
        if !text.is_empty() {
            self.write(Happened::Shown(text));
        }
    }

    /// Whatever is not output.
    pub(super) fn write(&mut self, what: Happened) {
        let size = match what {
            Happened::Resized(size) => Some(size),
            _ => None,
        };
        let since = self.start.elapsed().as_micros();
        let at_us = u64::try_from(since).unwrap_or(u64::MAX);
        let line = Event { at_us, what }.line();
        self.live.say(&line, size);
        self.waiting.push_str(&line);
        self.waiting.push('\n');
    }

    /// The lines for the recorder, which has none at the moment.
    pub(super) fn give(&mut self) -> String {
        self.given_since = self.waiting_since.take();
        self.given = std::mem::take(&mut self.shown);
        std::mem::take(&mut self.waiting)
    }

    /// The recorder has what it was given.
    pub(super) const fn confirm(&mut self) {
        self.given_since = None;
        self.given = 0;
    }

    /// The end: half a character will not become whole any more.
    pub(super) fn finish(&mut self) {
        let left = self.pieces.finish();
        if !left.is_empty() {
            self.write(Happened::Shown(left));
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether the recorder is to be given what waits.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.shown >= MOST
            || self
                .waiting_since
                .is_some_and(|since| now >= since + GATHER)
    }

    /// Whether more may be shown.
    pub(super) fn has_room(&self, now: Instant) -> bool {
        let oldest = self.given_since.or(self.waiting_since);
        let room = MOST - PACKET >= self.given + self.shown;
        room && oldest.is_none_or(|since| now < since + OLDEST)
    }

    /// When one of these answers changes by itself.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        let due = self.waiting_since.map(|since| since + GATHER);
        let full = self.given_since.map(|since| since + OLDEST);
        [due, full]
            .into_iter()
            .flatten()
            .filter(|at| *at > now)
            .min()
    }
}
