//! The end of access, as a session hears of it.

use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

/// Tells sessions that access has ended, and why. All clones are one.
#[derive(Debug, Clone, Default)]
pub struct Ending {
    token: CancellationToken,
    why: Arc<OnceLock<String>>,
}

impl Ending {
    /// Access that has not ended.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends it. `why` is a sentence for the holder; the first one counts.
    pub fn end(&self, why: impl Into<String>) {
        drop(self.why.set(why.into()));
        self.token.cancel();
    }

    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Returns why, when it has ended.
    pub async fn over(&self) -> String {
        self.token.cancelled().await;
        let why = self.why.get().map(String::as_str);
        why.unwrap_or("Access has ended.").to_owned()
    }
}
