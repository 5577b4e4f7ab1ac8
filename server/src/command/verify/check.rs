//! Drives a session to its report: hashing on this thread, the replay of the rules on another.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use anyhow::Context as _;
use axum::body::Bytes;
use verify::{Purpose, Replay, Replayed, Report, Session};

use super::FAILED;
use super::place::Place;

/// How many chunks the replay may lag behind: memory stays bounded however long the log is. A chunk of a file has
/// 256 KiB, one of a connection has less.
const MAX_LAG: usize = 32;

/// Makes the whole check. This thread is one that may wait.
///
/// # Errors
/// A sentence, where the place did not hand over what the check cannot do without.
pub(super) fn check(mut session: Session, place: &mut Place) -> anyhow::Result<Report> {
    let mut replaying: Option<Replaying> = None;
    while let Some(request) = session.request() {
        let size = session.size();
        let Some(answer) = place.ask(&request, size)? else {
            session.refuse();
            continue;
        };
        let is_stream = request.purpose == Purpose::Stream;
        for chunk in answer {
            let chunk = chunk?;
            session.feed(&chunk);
            if is_stream {
                replaying
                    .get_or_insert_with(|| Replaying::begin(size))
                    .feed(chunk)?;
            }
            if !session.wants() {
                break;
            }
        }
        // A long log comes in several answers, and the replay ends with the last of them.
        if is_stream && !session.continues() {
            let replaying = replaying.take().unwrap_or_else(|| Replaying::begin(size));
            session.replayed(replaying.end()?);
        }
        session.end();
    }
    session.report().cloned().context(FAILED)
}

/// The replay on its own thread.
struct Replaying {
    chunks: SyncSender<Bytes>,
    thread: JoinHandle<Replayed>,
}

impl Replaying {
    fn begin(size: u64) -> Self {
        let (chunks, taken) = sync_channel::<Bytes>(MAX_LAG);
        let thread = std::thread::spawn(move || {
            let mut replay = Replay::new(size);
            taken.iter().for_each(|chunk| replay.feed(&chunk));
            replay.end()
        });
        Self { chunks, thread }
    }

    /// Waits where the replay is too far behind.
    fn feed(&mut self, chunk: Bytes) -> anyhow::Result<()> {
        self.chunks.send(chunk).context(FAILED)
    }

    fn end(self) -> anyhow::Result<Replayed> {
        drop(self.chunks);
        self.thread.join().map_err(|_| anyhow::anyhow!(FAILED))
    }
}
