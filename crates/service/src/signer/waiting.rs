//! A signer that does not answer is waited for; for how long, is for everybody to see.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// After so long without an answer nothing more is taken that would have to wait for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// How it stands with a signer elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerState {
    /// For how many seconds its answer has been waited for; `None` while nothing is asked of it.
    pub waiting_s: Option<u64>,
    /// Why it did not sign when it was asked last.
    pub fault: Option<String>,
    /// Whether nothing new is taken until it answers.
    pub stalled: bool,
}

/// Since when it is waited for. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waiting(Arc<Mutex<Option<Asked>>>);

#[derive(Debug, Clone)]
struct Asked {
    since: Instant,
    fault: Option<String>,
}

impl Waiting {
    /// It is asked now; asked again, it is waited for since the first time.
    pub(crate) fn begin(&self) {
        self.change(|asked| {
            asked.get_or_insert_with(|| Asked {
                since: Instant::now(),
                fault: None,
            });
        });
    }

    /// It did not sign.
    pub(crate) fn failed(&self, fault: String) {
        self.change(|asked| {
            if let Some(asked) = asked {
                asked.fault = Some(fault);
            }
        });
    }

    /// It signed.
    pub(crate) fn done(&self) {
        self.change(|asked| *asked = None);
    }

    /// How it stands now.
    pub(crate) fn now(&self) -> SignerState {
        let mut now = None;
        self.change(|asked| now.clone_from(asked));
        let waited = now.as_ref().map(|asked| asked.since.elapsed());
        SignerState {
            waiting_s: waited.map(|waited| waited.as_secs()),
            fault: now.and_then(|asked| asked.fault),
            stalled: waited.is_some_and(|waited| waited > PATIENCE),
        }
    }

    fn change(&self, change: impl FnOnce(&mut Option<Asked>)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
