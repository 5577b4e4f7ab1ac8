//! What was sent to the target and is not answered yet, in its order. Both directions of a session share it: what
//! the client asks is added at the end, what the target answers is taken from the front.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use access::event::ActionOutcome;
use tokio::sync::{Notify, mpsc};

use crate::postgresql::digest::Digest;
use crate::recorder::{ActionNumber, Finished};

/// Something sent.
#[derive(Debug)]
pub(super) enum Pending {
    /// A simple query: over when the target is ready again.
    Query(Action),
    /// Over when its rows are there.
    Execute(Action),
    Parse,
    Bind,
    Describe,
    /// `Ours` closes what the client does not know of, so it hears nothing of it.
    Close(Whose),
    /// Over when the target is ready again.
    Sync,
    /// Something stands in the place of what was not sent, and fails there: the target keeps the order of answers,
    /// the state of the transaction and what is passed over until the next sync. The client gets this instead.
    Stub(Instead, Kind),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Client,
    Ours,
}

/// By which protocol something was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Simple,
    Extended,
}

/// What a client hears of what was not sent.
#[derive(Debug, Clone)]
pub(super) struct Instead {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) hint: Option<&'static str>,
}

/// A recorded action that runs.
#[derive(Debug)]
pub(super) struct Action {
    number: ActionNumber,
    begun: Instant,
    pub(super) digest: Digest,
    /// Rows that came.
    came: u64,
    /// Rows that the tags of its statements tell.
    told: Option<u64>,
    error: Option<String>,
    /// The target waits for data.
    pub(super) takes_data: bool,
}

/// How an action went on: as far as the target told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Told,
    /// Something before it failed, so the target passed it over.
    PassedOver,
    Cut,
    Unknown,
}

impl Action {
    pub(super) fn new(number: ActionNumber) -> Self {
        Self {
            number,
            begun: Instant::now(),
            digest: Digest::default(),
            came: 0,
            told: None,
            error: None,
            takes_data: false,
        }
    }

    pub(super) fn row(&mut self, body: &[u8]) {
        self.came += 1;
        self.digest.add(body);
    }

    pub(super) fn tag(&mut self, rows: Option<u64>) {
        self.takes_data = false;
        if let Some(rows) = rows {
            *self.told.get_or_insert(0) += rows;
        }
    }

    pub(super) fn fail(&mut self, code: String) {
        self.takes_data = false;
        self.error.get_or_insert(code);
    }
}

/// The queue, and where the ends of actions go to be recorded.
#[derive(Debug)]
pub(super) struct Queue {
    sent: Mutex<VecDeque<Pending>>,
    changed: Notify,
    finished: mpsc::UnboundedSender<(ActionNumber, Finished)>,
    /// The client asked to cancel.
    asked_to_cancel: Arc<AtomicBool>,
}

impl Queue {
    pub(super) fn new(
        finished: mpsc::UnboundedSender<(ActionNumber, Finished)>,
        asked_to_cancel: Arc<AtomicBool>,
    ) -> Self {
        Self {
            sent: Mutex::default(),
            changed: Notify::new(),
            finished,
            asked_to_cancel,
        }
    }

    pub(super) fn push(&self, pending: Pending) {
        let mut sent = self.lock();
        // A request to cancel that came before there was anything to cancel is over.
        if sent.is_empty() {
            self.asked_to_cancel.store(false, Ordering::SeqCst);
        }
        sent.push_back(pending);
    }

    /// Returns when everything is answered, or the target waits for the client's data.
    pub(super) async fn quiet(&self) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let sent = self.lock();
                if sent.is_empty() || takes_data(&sent) {
                    return;
                }
            }
            changed.await;
        }
    }

    /// Whether the target waits for the client's data.
    pub(super) fn takes_data(&self) -> bool {
        takes_data(&self.lock())
    }

    /// The client sends data: the target has passed over every sync before it, and counts it as none.
    pub(super) fn data(&self, data: &[u8]) {
        self.change(|sent| {
            if let Some(action) = taker(sent) {
                action.digest.add(data);
                sent.retain(|pending| !matches!(pending, Pending::Sync));
            }
        });
    }

    /// The client has no more data: what it sends now is not for the `COPY` any more.
    pub(super) fn data_is_over(&self) {
        self.change(|sent| {
            if let Some(action) = taker(sent) {
                action.takes_data = false;
                sent.retain(|pending| !matches!(pending, Pending::Sync));
            }
        });
    }

    /// Does something with the queue; whoever waits looks again.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut VecDeque<Pending>) -> T) -> T {
        let changed = change(&mut self.lock());
        self.changed.notify_waiters();
        changed
    }

    /// Has the end of an action recorded.
    pub(super) fn finish(&self, action: Action, end: End) {
        let cancelled = action.error.as_deref() == Some("57014")
            && self.asked_to_cancel.swap(false, Ordering::SeqCst);
        let outcome = match end {
            End::Told if cancelled => ActionOutcome::Cancelled,
            End::Told if action.error.is_none() => ActionOutcome::Done,
            End::Told | End::PassedOver => ActionOutcome::Failed,
            End::Cut => ActionOutcome::Cut,
            End::Unknown => ActionOutcome::Unknown,
        };
        let finished = Finished {
            outcome,
            rows: match action.came {
                0 => action.told,
                came => Some(came),
            },
            duration_ms: u32::try_from(action.begun.elapsed().as_millis()).unwrap_or(u32::MAX),
            result: action.digest.hex(),
        };
        // Where nobody takes it any more the session ends, and that is why.
        drop(self.finished.send((action.number, finished)));
    }

    /// Has the ends of all actions recorded that the target did not tell the end of. Returns whether there were any.
    pub(super) fn give_up(&self, end: End) -> bool {
        let left = self.change(std::mem::take);
        let mut any = false;
        for pending in left {
            if let Pending::Query(action) | Pending::Execute(action) = pending {
                any = true;
                self.finish(action, end);
            }
        }
        any
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Pending>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn takes_data(sent: &VecDeque<Pending>) -> bool {
    matches!(
        sent.front(),
        Some(Pending::Query(action) | Pending::Execute(action)) if action.takes_data
    )
}

/// What the target waits for data for.
fn taker(sent: &mut VecDeque<Pending>) -> Option<&mut Action> {
    match sent.front_mut() {
        Some(Pending::Query(action) | Pending::Execute(action)) if action.takes_data => {
            Some(action)
        }
        _ => None,
    }
}
