//! Faults of this process, each an entry: whoever reads the log sees that something went wrong, and under which
//! reference the server's own log says more.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use access::command::Command;
use access::ids::FaultId;

use crate::portal::Portal;

/// Between two such entries at least: a request that fails again and again must not fill the log.
const BETWEEN: Duration = Duration::from_secs(1);

/// When the last one was written.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Option<Instant>>);

impl Faults {
    /// Whether a fault at this moment may become an entry; then the next ones wait.
    fn may_be_told(&self, now: Instant) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|last| now.saturating_duration_since(last) >= BETWEEN);
        if due {
            *last = Some(now);
        }
        due
    }
}

impl Portal {
    /// Puts a fault into the log, in the background and if that can be done: at most one a second, and none while the
    /// log is halted. Returns at once; what does not become an entry stands in the server's own log.
    pub fn note_fault(&self, reference: FaultId) {
        if !self.inner.faults.may_be_told(Instant::now()) {
            tracing::warn!(%reference, "a fault is no entry: there was one within the second");
            return;
        }
        let portal = self.clone();
        tokio::spawn(async move {
            let command = Command::FailServer { reference };
            if let Err(fault) = portal.system("portal", command).await {
                tracing::error!(%reference, %fault, "a fault could not be put into the log");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_a_second() {
        let (faults, start) = (Faults::default(), Instant::now());
        let told = |ms| faults.may_be_told(start + Duration::from_millis(ms));
        assert!(told(0) && !told(0) && !told(999));
        assert!(told(1_000) && !told(1_999) && told(60_000));
    }
}
