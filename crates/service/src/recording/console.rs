//! A console that lives here: a session on a target, and whoever types in the browser.

use std::sync::{Arc, Mutex as Sync, PoisonError};
use std::time::{Duration, Instant};

use access::event::{RecordingEnd, StatementClass};
use access::ids::RecordingId;
use targets::Ending;
use targets::console::{Canceller, ConsoleOver, ConsoleSession, Event};
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc};

use super::LogRecorder;
use crate::portal::Portal;

/// Events that may wait for the browser.
const WAITING: usize = 64;

/// A browser that takes nothing for so long is gone: what runs for it is broken off.
const READS_WITHIN: Duration = Duration::from_secs(30);

/// A console in which nothing is run for so long is closed.
const IDLE: Duration = Duration::from_secs(15 * 60);

/// Between two looks whether one is idle.
const LOOK: Duration = Duration::from_secs(20);

/// One console.
#[derive(Debug)]
pub(crate) struct Console {
    portal: Portal,
    recording: RecordingId,
    recorder: Arc<LogRecorder>,
    refuse: Vec<StatementClass>,
    canceller: Canceller,
    ending: Ending,
    /// One run at a time; `None` once it is over.
    at_work: Arc<Mutex<AtWork>>,
    used: Sync<Instant>,
}

#[derive(Debug)]
struct AtWork {
    session: Option<ConsoleSession>,
    events: mpsc::Receiver<Event>,
}

/// What is to be done in a console.
#[derive(Debug)]
pub(crate) enum Wish {
    /// Run this, statement by statement.
    Run(String),
    /// The next page of rows.
    More,
}

/// Something is being run in this console.
#[derive(Debug)]
pub(crate) struct Busy;

impl Console {
    /// The channel that a session tells its events to.
    pub(crate) fn channel() -> (mpsc::Sender<Event>, mpsc::Receiver<Event>) {
        mpsc::channel(WAITING)
    }

    /// A console over a session that was opened with the sender of this channel. It is watched from here on, and ends
    /// with access, or when nobody uses it.
    pub(crate) fn new(
        portal: Portal,
        (recording, recorder): (RecordingId, Arc<LogRecorder>),
        refuse: Vec<StatementClass>,
        session: ConsoleSession,
        events: mpsc::Receiver<Event>,
        ending: Ending,
    ) -> Arc<Self> {
        let console = Arc::new(Self {
            portal,
            recording,
            recorder,
            refuse,
            canceller: session.canceller(),
            ending: ending.clone(),
            at_work: Arc::new(Mutex::new(AtWork {
                session: Some(session),
                events,
            })),
            used: Sync::new(Instant::now()),
        });
        tokio::spawn(watch(console.clone(), ending));
        console
    }

    /// Begins something, and hands over what happens as it does. It goes on to its end, or until whoever listens is
    /// gone: then it is broken off, and recorded so.
    pub(crate) fn begin(self: &Arc<Self>, wish: Wish) -> Result<mpsc::Receiver<Event>, Busy> {
        let at_work = self.at_work.clone().try_lock_owned().map_err(|_| Busy)?;
        self.touch();
        let (told, hears) = mpsc::channel(WAITING);
        tokio::spawn(self.clone().go(wish, at_work, told));
        Ok(hears)
    }

    /// Breaks off what is running.
    pub(crate) async fn cancel(&self) {
        if let Err(fault) = self.canceller.cancel().await {
            tracing::warn!(recording = %self.recording, %fault, "a statement could not be broken off");
        }
    }

    /// Ends it in good order, after what is running.
    pub(crate) async fn close(&self, cause: RecordingEnd) {
        let session = self.at_work.lock().await.session.take();
        if let Some(session) = session {
            if let Err(fault) = session.close(&*self.recorder).await {
                tracing::warn!(recording = %self.recording, %fault, "a console's end is not recorded yet");
            }
            self.portal.end_work(self.recording, cause).await;
        }
    }

    async fn go(
        self: Arc<Self>,
        wish: Wish,
        mut at_work: OwnedMutexGuard<AtWork>,
        told: mpsc::Sender<Event>,
    ) {
        let AtWork { session, events } = &mut *at_work;
        let Some(open) = session.as_mut() else {
            return;
        };
        let mut listener = Some(told);
        let done = {
            let work = async {
                match &wish {
                    Wish::Run(text) => open.run(text, &*self.recorder, &self.refuse).await,
                    Wish::More => open.more(&*self.recorder).await,
                }
            };
            tokio::pin!(work);
            loop {
                tokio::select! {
                    biased;
                    Some(event) = events.recv() => self.tell(&mut listener, event).await,
                    done = &mut work => break done,
                }
            }
        };
        while let Ok(event) = events.try_recv() {
            self.tell(&mut listener, event).await;
        }
        self.touch();
        if let Err(over) = done {
            session.take();
            drop(at_work);
            tracing::info!(recording = %self.recording, %over, "a console is over");
            self.portal.end_work(self.recording, cause(&over)).await;
        }
    }

    /// Tells whoever listens. One who is gone, or takes nothing, is told nothing more, and what runs is broken off.
    async fn tell(&self, listener: &mut Option<mpsc::Sender<Event>>, event: Event) {
        let Some(told) = listener.clone() else {
            return;
        };
        // Who reads slowly must not put the end off; what there is room for they still hear.
        let place = tokio::select! {
            biased;
            place = tokio::time::timeout(READS_WITHIN, told.reserve()) => place.ok().and_then(Result::ok),
            _ = self.ending.over() => told.try_reserve().ok(),
        };
        match place {
            Some(place) => place.send(event),
            None => {
                *listener = None;
                if !self.ending.is_over() {
                    self.cancel().await;
                }
            }
        }
    }

    fn touch(&self) {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn idle(&self) -> bool {
        let used = *self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.elapsed() > IDLE && self.at_work.try_lock().is_ok()
    }
}

/// Ends a console with its access, or when nobody uses it.
async fn watch(console: Arc<Console>, ending: Ending) {
    loop {
        tokio::select! {
            _ = ending.over() => {
                // What runs hears of it by itself.
                console.close(RecordingEnd::AccessEnded).await;
                return;
            }
            () = tokio::time::sleep(LOOK) => {}
        }
        if console.portal.inner.live.find(console.recording).is_none() {
            return;
        }
        if console.recorder.is_lost() {
            console.close(RecordingEnd::Lost).await;
            return;
        }
        if console.idle() {
            console.close(RecordingEnd::Closed).await;
            return;
        }
    }
}

fn cause(over: &ConsoleOver) -> RecordingEnd {
    match over {
        ConsoleOver::Recorder(_) | ConsoleOver::Target(_) => RecordingEnd::Lost,
        ConsoleOver::AccessEnded(_) => RecordingEnd::AccessEnded,
        ConsoleOver::Unheard => RecordingEnd::Closed,
    }
}
