//! The replay: every entry asked again whether the rules allowed it.
//!
//! It needs each entry's own words and the entries before it, and no hash: so it can run beside the
//! check of chain and tree, on a second core.

use access::Violation;
use access::time::UnixMillis;
use ledger::{Hash, leaf_hash};
use serde::{Deserialize, Serialize};

use crate::framing::Framing;
use crate::words::Words;

/// How many violations are listed; further ones are counted.
const MAX_VIOLATIONS: usize = 1000;

/// What a replay came to; travels from one worker to the other as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replayed {
    /// How many entries were replayed: those that could be read.
    pub entries: u64,
    /// How many requests there are in the log.
    pub requests: u64,
    /// How many grants.
    pub grants: u64,
    /// How many recordings of somebody's work.
    pub recordings: u64,
    /// How many actions there are in them, those that were refused or never reported included.
    pub actions: u64,
    /// How many sealed texts were erased as the rules demand; a recording counts as one.
    pub erased: u64,
    /// What the log says of itself, if one of its entries opens it.
    pub opening: Option<Opening>,
    /// What the rules forbid.
    pub violations: Vec<Unlawful>,
    /// Violations beyond those that are listed.
    pub unlisted: u64,
}

/// The log and the key that the log's own first entry names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The log's name.
    pub origin: String,
    /// Its first key.
    pub vkey: String,
}

/// An entry that the rules forbid, or that lacks what they demand to follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlawful {
    /// The entry.
    pub seq: u64,
    /// The rule by name, as it stands in entries that note a refusal.
    pub rule: String,
    /// What the rule demands.
    pub expected: String,
    /// What the entry says.
    pub found: String,
    /// Both in one plain sentence.
    pub sentence: String,
    /// The entry's leaf hash; none where only the end of the log shows what is wrong with it.
    pub(crate) leaf: Option<Hash>,
}

/// A replay of the first `size` entries of a stream.
#[derive(Debug)]
pub struct Replay {
    framing: Framing,
    size: u64,
    seen: u64,
    replay: access::Replay,
    replayed: Replayed,
}

impl Replay {
    /// A replay from the first entry on.
    pub fn new(size: u64) -> Self {
        let (framing, replay, replayed) = Default::default();
        Self {
            framing,
            size,
            seen: 0,
            replay,
            replayed,
        }
    }

    /// Takes the next bytes of the stream, cut anywhere.
    pub fn feed(&mut self, chunk: &[u8]) {
        let most = self.size.saturating_sub(self.seen);
        let Self {
            framing,
            seen,
            replay,
            replayed,
            ..
        } = self;
        framing.feed(chunk, most, |entries| {
            *seen += entries.len() as u64;
            entries
                .iter()
                .for_each(|entry| replayed.entry(replay, entry));
        });
    }

    /// A replay of the first `size` entries that goes on where one was broken off that [`save`](Self::save) wrote down.
    /// `None` for other bytes, or where it came further than that.
    pub fn resume(bytes: &[u8], size: u64) -> Option<Self> {
        let (seen, saved) = bytes.split_first_chunk()?;
        let seen = u64::from_be_bytes(*seen);
        let replay = access::Replay::resume(saved)?;
        (seen <= size).then(|| Self {
            seen,
            replay,
            replayed: Replayed {
                entries: seen,
                ..Replayed::default()
            },
            ..Self::new(size)
        })
    }

    /// How far it came, for [`resume`](Self::resume) of this very program another time; `None` where it found something,
    /// or stands within an entry.
    pub fn save(&mut self) -> Option<Vec<u8>> {
        let Replayed {
            entries,
            violations,
            unlisted,
            ..
        } = &self.replayed;
        let clean = violations.is_empty() && *unlisted == 0 && *entries == self.seen;
        (clean && self.framing.left() == 0).then(|| {
            let saved = self.replay.save();
            [&self.seen.to_be_bytes()[..], &saved].concat()
        })
    }

    /// How many entries it has read.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// The stream has ended.
    pub fn end(&self) -> Replayed {
        let Self { replay, .. } = self;
        let mut replayed = self.replayed.clone();
        for violation in replay.unfinished() {
            replayed.note(violation, || None);
        }
        let access::Totals {
            requests,
            grants,
            recordings,
            actions,
            erased,
        } = replay.totals();
        let opening = replay.ledger().map(|ledger| Opening {
            origin: ledger.origin.clone(),
            vkey: ledger.vkey.clone(),
        });
        Replayed {
            requests,
            grants,
            recordings,
            actions,
            erased,
            opening,
            ..replayed
        }
    }
}

impl Replayed {
    /// Replays one entry. One that cannot be read says nothing that could be allowed or forbidden;
    /// whoever checks the form reports it.
    fn entry(&mut self, replay: &mut access::Replay, bytes: &[u8]) {
        let Some(words) = Words::cut(bytes) else {
            return;
        };
        self.entries += 1;
        let time = UnixMillis::new(words.time.unix_millis());
        let done = replay.entry(words.seq, time, words.kind, words.actor, words.body);
        if let Err(violation) = done {
            self.note(violation, || Some(leaf_hash(bytes)));
        }
    }

    fn note(&mut self, violation: Violation, leaf: impl FnOnce() -> Option<Hash>) {
        if self.violations.len() >= MAX_VIOLATIONS {
            self.unlisted += 1;
            return;
        }
        let rule = serde_json::to_value(violation.rule).ok();
        self.violations.push(Unlawful {
            seq: violation.seq,
            rule: rule
                .and_then(|rule| rule.as_str().map(str::to_owned))
                .unwrap_or_default(),
            sentence: violation.to_string(),
            expected: violation.expected,
            found: violation.found,
            leaf: leaf(),
        });
    }
}

#[cfg(test)]
mod tests {
    use access::{Record, State, apply, unfinished};
    use ledger::Entry;

    use super::*;
    use crate::sample::Sample;

    /// What a replay says that keeps nothing from one entry to the next, and reads each anew.
    fn one_by_one(entries: &[Vec<u8>]) -> Vec<(u64, String)> {
        let mut state = State::default();
        let mut said = Vec::new();
        for bytes in entries {
            let Some(words) = Words::cut(bytes) else {
                continue;
            };
            let time = UnixMillis::new(words.time.unix_millis());
            let record = Record::parse(words.seq, time, words.kind, words.actor, words.body);
            if let Err(violation) = record.and_then(|record| apply(&mut state, &record)) {
                said.push((violation.seq, violation.to_string()));
            }
        }
        let unfinished = unfinished(&state).into_iter();
        said.extend(unfinished.map(|violation| (violation.seq, violation.to_string())));
        said
    }

    fn together(entries: &[Vec<u8>]) -> Vec<(u64, String)> {
        let mut replay = Replay::new(entries.len() as u64);
        for entry in entries {
            let mut framed = Vec::new();
            ledger::bundle::push(&mut framed, entry).expect("short entries");
            replay.feed(&framed);
        }
        let violations = replay.end().violations.into_iter();
        violations
            .map(|unlawful| (unlawful.seq, unlawful.sentence))
            .collect()
    }

    #[test]
    fn a_replay_says_what_reading_each_entry_anew_says() {
        let lawful = Sample::lawful(90).entries;
        assert_eq!((together(&lawful), one_by_one(&lawful)), (vec![], vec![]));
        for at in 0..lawful.len() {
            let mut without = lawful.clone();
            without.remove(at);
            assert_eq!(together(&without), one_by_one(&without), "without {at}");
            let actor = Entry::parse(&lawful[at]).expect("lawful").actor();
            let from = String::from_utf8_lossy(&lawful[at])
                .find(actor)
                .expect("in it");
            for byte in (from..lawful[at].len()).step_by(41) {
                let mut bent = lawful.clone();
                bent[at][byte] ^= 1;
                assert_eq!(together(&bent), one_by_one(&bent), "bent {at} at {byte}");
            }
        }
    }
}
