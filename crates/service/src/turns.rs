//! Work that takes a core for seconds waits for its turn.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Error;

/// How many work at a time in one process: the others, and all who do something else, keep a core.
const AT_ONCE: usize = 2;

/// How long one waits while others work.
pub(crate) const TURN_WITHIN: Duration = Duration::from_secs(10);

/// Who works now. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Turns {
    /// A turn, which lasts until it is dropped.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where there is none within that time.
    pub(crate) async fn take(&self, within: Duration) -> Result<OwnedSemaphorePermit, Error> {
        let turn = Arc::clone(&self.0).acquire_owned();
        match tokio::time::timeout(within, turn).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(Error::Unavailable {
                message: "Others simulate policies at this moment, and it was not this one's turn in time. Nothing was changed; try again in a minute.".into(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_has_no_turn_waits_and_is_told() {
        let turns = Turns::default();
        let soon = Duration::from_millis(50);
        let first = turns.take(soon).await;
        let second = turns.clone().take(soon).await;
        assert!(first.is_ok() && second.is_ok());
        assert!(matches!(
            turns.take(soon).await,
            Err(Error::Unavailable { .. })
        ));
        drop(first);
        assert!(turns.take(soon).await.is_ok());
    }
}
