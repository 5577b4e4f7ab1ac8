//! The time of day. Everything that decides by it takes it as an argument.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970, as JWTs count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UnixSeconds(u64);

impl UnixSeconds {
    #[cfg(test)]
    pub(crate) const fn new(seconds: u64) -> Self {
        Self(seconds)
    }

    pub(crate) fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Self(since.expect("the clock stands after 1970").as_secs())
    }

    pub(crate) const fn seconds(self) -> u64 {
        self.0
    }

    /// How long ago `earlier` was; 0 when it lies ahead.
    pub(crate) const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}
