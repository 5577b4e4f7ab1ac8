//! The only place where the use cases read the time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use access::time::UnixMillis;
use time::OffsetDateTime;

/// Now, by this machine's clock.
pub(crate) fn now() -> UnixMillis {
    let millis = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
    UnixMillis::new(i64::try_from(millis).unwrap_or(i64::MAX))
}

/// The time of the log, by which everything is decided and expires: this machine's, but never before a
/// time that was seen already. Where the machine's clock is set back, or is behind the server that wrote
/// the newest entry, it goes on from there at a second a second; it does not stand still until the
/// machine's has caught up, for then nothing would expire meanwhile. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock(Arc<Mutex<Option<Seen>>>);

/// A time, and the moment at which it was.
#[derive(Debug, Clone, Copy)]
struct Seen {
    at: Instant,
    time: UnixMillis,
}

impl Seen {
    fn by(self, at: Instant) -> UnixMillis {
        let passed = at.saturating_duration_since(self.at).as_millis();
        let passed = i64::try_from(passed).unwrap_or(i64::MAX);
        UnixMillis::new(self.time.millis().saturating_add(passed))
    }
}

impl Clock {
    pub(crate) fn now(&self) -> UnixMillis {
        self.read(Instant::now(), now())
    }

    /// It is at least this late: somebody wrote that down.
    pub(crate) fn reach(&self, time: UnixMillis) {
        self.read(Instant::now(), time);
    }

    fn read(&self, at: Instant, time: UnixMillis) -> UnixMillis {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *seen {
            Some(seen) if seen.by(at) >= time => seen.by(at),
            _ => {
                *seen = Some(Seen { at, time });
                time
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    #[test]
    fn a_clock_that_is_set_back_goes_on_at_a_second_a_second() {
        let (clock, start) = (Clock::default(), Instant::now());
        let read = |passed_ms: u64, machine_ms: i64| {
            let at = start + Duration::from_millis(passed_ms);
            clock.read(at, UnixMillis::new(machine_ms)).millis()
        };
        let noon = 12 * HOUR_MS;
        assert_eq!(read(0, noon), noon);
        assert_eq!(read(10, noon + 10), noon + 10);
        // Set back by an hour; asked more often than its unit, it moves all the same.
        for passed in 11..2_000 {
            let machine = noon - HOUR_MS + i64::try_from(passed).expect("small");
            assert_eq!(
                read(passed, machine) - noon,
                i64::try_from(passed).expect("small")
            );
        }
        // Set right again, and ahead.
        assert_eq!(read(3_000, noon + 3_000), noon + 3_000);
        assert_eq!(read(4_000, noon + HOUR_MS), noon + HOUR_MS);
        assert_eq!(read(5_000, noon + 5_000), noon + HOUR_MS + 1_000);
    }

    #[test]
    fn what_is_in_the_log_has_been() {
        let clock = Clock::default();
        let ahead = UnixMillis::new(now().millis() + HOUR_MS);
        clock.reach(ahead);
        assert!(clock.now() >= ahead);
        clock.clone().reach(UnixMillis::new(0));
        assert!(clock.now() >= ahead);
    }
}
