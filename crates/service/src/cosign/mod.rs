//! Cosignatures on our checkpoints, in rounds: all witnesses of the trust policy are asked for one
//! checkpoint, then for the newest there is by then; and from time to time when nothing is published,
//! so that no signature grows old. Whether a witness signs is its own business, and it is said who is
//! silent.
//!
//! Without rounds each witness would sign whatever is newest when its turn comes, and on a busy log no
//! two of them the same:
//!
//! ```text
//! in rounds     w1: 100 ─▶ 107 ─▶ 112      each alone     w1: 100, 103, 107, 110
//!               w2: 100 ─▶ 107 ─▶ 112                     w2: 101, 105, 108, 112
//! ```

mod ask;
mod asking;
mod believed;
mod rounds;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use access::time::UnixMillis;
use access::view::{WitnessView, WitnessedView};
use ledger::VerifierKey;

use crate::clock;

pub use believed::Witnessed;
pub(crate) use believed::{believed, with_good_lines};
pub(crate) use rounds::{Newest, OwnLog, Rounds};

/// A witness that has not signed for so long is silent: that is a finding.
pub const SILENT_AFTER: Duration = Duration::from_mins(15);

/// One witness to ask.
#[derive(Debug, Clone)]
pub struct WitnessToAsk {
    /// Its name in the trust policy.
    pub name: String,
    /// Its key.
    pub key: VerifierKey,
    /// Where it answers: `add-checkpoint` lies below.
    pub url: String,
}

/// How it stands with one witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessState {
    /// Its name in the trust policy.
    pub name: String,
    /// The size that it signed last; 0 before the first.
    pub size: u64,
    /// When it says it signed that, in seconds since 1970.
    pub at_s: Option<u64>,
    /// Why it did not sign the last time it was asked.
    pub fault: Option<String>,
    /// Whether it has not signed for longer than [`SILENT_AFTER`].
    pub silent: bool,
}

/// Seconds since 1970, as pages have them.
fn moment(at_s: u64) -> UnixMillis {
    UnixMillis::new(i64::try_from(at_s).unwrap_or(i64::MAX).saturating_mul(1000))
}

impl From<Witnessed> for WitnessedView {
    fn from(witnessed: Witnessed) -> Self {
        Self {
            size: witnessed.size,
            signed_at_ms: moment(witnessed.at_s),
        }
    }
}

impl From<WitnessState> for WitnessView {
    fn from(state: WitnessState) -> Self {
        Self {
            name: state.name,
            size: state.size,
            signed_at_ms: state.at_s.map(moment),
            fault: state.fault,
            silent: state.silent,
        }
    }
}

/// How it stands with all of them. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct States(Arc<Mutex<BTreeMap<String, Told>>>);

#[derive(Debug, Clone)]
struct Told {
    /// When it signed last, by our own clock; before that, when it was asked first.
    heard_s: u64,
    /// Whether the server's log says already that it is silent.
    said: bool,
    size: u64,
    at_s: Option<u64>,
    fault: Option<String>,
}

impl Told {
    fn is_silent(&self, now_s: u64) -> bool {
        now_s.saturating_sub(self.heard_s) > SILENT_AFTER.as_secs()
    }
}

impl States {
    /// How it stands now, by name.
    pub(crate) fn now(&self) -> Vec<WitnessState> {
        self.at(now_s())
    }

    fn at(&self, now_s: u64) -> Vec<WitnessState> {
        let states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        states
            .iter()
            .map(|(name, told)| WitnessState {
                name: name.clone(),
                size: told.size,
                at_s: told.at_s,
                fault: told.fault.clone(),
                silent: told.is_silent(now_s),
            })
            .collect()
    }

    /// It signed this when it says, and was heard of then by our own clock.
    fn signed(&self, name: &str, size: u64, at_s: u64, heard_s: u64) {
        self.change(name, |told| {
            told.size = size;
            told.at_s = Some(at_s);
            told.heard_s = told.heard_s.max(heard_s);
            told.said = false;
            told.fault = None;
        });
    }

    /// Whether it is silent now, and nobody was told yet.
    fn falls_silent(&self, name: &str, now_s: u64) -> bool {
        let mut falls = false;
        self.change(name, |told| {
            falls = told.is_silent(now_s) && !std::mem::replace(&mut told.said, true);
        });
        falls
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Told)) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = states.entry(name.to_owned()).or_insert_with(|| Told {
            heard_s: now_s(),
            said: false,
            size: 0,
            at_s: None,
            fault: None,
        });
        change(told);
    }
}

fn now_s() -> u64 {
    u64::try_from(clock::now().millis() / 1000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_not_signed_for_a_quarter_of_an_hour_is_silent() {
        let states = States::default();
        let heard_s = now_s();
        for name in ["signs", "silent"] {
            states.signed(name, 6, heard_s, heard_s);
        }
        let limit = heard_s + SILENT_AFTER.as_secs();
        let silent = |at_s| -> Vec<bool> {
            let states = states.at(at_s);
            states.iter().map(|state| state.silent).collect()
        };
        assert_eq!(silent(limit), [false, false]);
        states.signed("signs", 7, limit, limit);
        // That it answers, and refuses, is not that it signs.
        states.change("silent", |told| told.fault = Some("it says no".into()));
        assert_eq!(silent(limit + 1), [false, true]);
        // That is said once, and again after it has signed.
        let says = |name, at_s| states.falls_silent(name, at_s);
        assert!(!says("silent", limit) && !says("signs", limit + 1));
        assert!(says("silent", limit + 1) && !says("silent", limit + 2));
        states.signed("silent", 8, limit + 3, limit + 3);
        assert!(!says("silent", limit + 4) && says("silent", limit * 2));
    }
}
