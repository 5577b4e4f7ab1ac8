//! The log's emergency brake. Once pulled, nothing is appended and nothing is opened until
//! somebody has looked; what is open can still be ended.

use std::sync::{Arc, OnceLock};

/// The brake; clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Halt(Arc<OnceLock<String>>);

impl Halt {
    /// Pulls the brake. The first reason stands.
    pub(crate) fn pull(&self, reason: String) {
        if self.0.set(reason.clone()).is_ok() {
            tracing::error!(reason, "the log is halted: nothing can be opened");
        }
    }

    /// Why the brake was pulled, if it was.
    pub(crate) fn reason(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }
}
