//! How long a target is waited for, and when it is asked again. Clock and chance are handed in.

use std::time::{Duration, SystemTime};

/// How patient one call is.
#[derive(Debug, Clone)]
pub struct Pace {
    /// One attempt takes so long at most.
    pub attempt: Duration,
    /// All attempts at one call and the waits between them.
    pub whole: Duration,
    /// Before the second attempt, the third and so on; there are no more than these.
    pub waits: Vec<Duration>,
    /// Which part of a wait is waited, from 0 to 1: many portals must not ask in step.
    pub jitter: fn() -> f64,
    /// What time it is, for `webhook-timestamp`.
    pub clock: fn() -> SystemTime,
}

impl Default for Pace {
    /// 8 s in all, as for any target: an intent is taken for dead 30 s after it was made, and open and end lie within.
    fn default() -> Self {
        Self {
            attempt: Duration::from_secs(4),
            whole: Duration::from_secs(8),
            waits: [250, 1_000, 2_000].map(Duration::from_millis).to_vec(),
            jitter: half_by_chance,
            clock: SystemTime::now,
        }
    }
}

impl Pace {
    /// How long to wait after so many attempts; `None` where it was the last. A receiver that names a time is not asked
    /// before it.
    pub(super) fn wait(&self, attempts: usize, retry_after_s: Option<u64>) -> Option<Duration> {
        let wait = self.waits.get(attempts.checked_sub(1)?)?;
        let named = Duration::from_secs(retry_after_s.unwrap_or(0));
        Some(wait.mul_f64((self.jitter)().clamp(0.0, 1.0)).max(named))
    }
}

/// Half of the wait for certain, the other half by chance.
fn half_by_chance() -> f64 {
    let mut bytes = [0; 4];
    match getrandom::fill(&mut bytes) {
        Ok(()) => 0.5 + f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX) / 2.0,
        Err(_) => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end_and_a_named_time_is_kept() {
        let pace = Pace {
            jitter: || 0.5,
            ..Pace::default()
        };
        let ms = |attempts, named| pace.wait(attempts, named).map(|wait| wait.as_millis());
        assert_eq!(ms(1, None), Some(125));
        assert_eq!(ms(2, None), Some(500));
        assert_eq!(ms(3, None), Some(1_000));
        assert_eq!(ms(4, None), None);
        assert_eq!(ms(1, Some(3)), Some(3_000));
        for _ in 0..1_000 {
            assert!((0.5..=1.0).contains(&half_by_chance()));
        }
    }
}
