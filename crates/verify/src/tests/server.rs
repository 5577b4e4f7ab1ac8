//! A server for tests: what it hands out can be bent in any way.

use std::cell::RefCell;

use ledger::{Hash, TilePath, bundle, leaf_hash};

use crate::hasher::Hasher;
use crate::key::LogKey;
use crate::report::{Outcome, Remembered, Report, Subject};
use crate::rules::Replay;
use crate::sample::Sample;
use crate::session::{Purpose, Session, Stretch};
use crate::witnesses::TrustPolicy;

/// How far past the limit of an answer a test server goes: a reader that went along would show.
const ENDLESS: usize = 40_000_000;

/// What a server hands out.
pub(super) struct Server {
    pub(super) vkey: String,
    pub(super) checkpoint: Vec<u8>,
    /// What it calls witnessed; `None` where it has nothing of the kind.
    pub(super) witnessed: Option<Vec<u8>>,
    /// Whom its reader wants to have looked.
    pub(super) policy: Option<TrustPolicy>,
    pub(super) entries: Vec<Vec<u8>>,
    /// What its hash tiles hold; `None` refuses them.
    pub(super) leaves: Option<Vec<Hash>>,
    /// Where the answer begins that the next two are about.
    pub(super) bent_from: usize,
    /// Bytes after the last entry of the stream.
    pub(super) after: Vec<u8>,
    /// How many bytes of the stream come at all.
    pub(super) stream_len: usize,
    /// How the stream is cut into chunks.
    pub(super) chunk: usize,
    /// Whether it hands out other entries when asked a second time.
    pub(super) second_face: bool,
    /// How many entries an answer holds at most, if another number than in a browser.
    pub(super) range: Option<u64>,
    /// Whether tiles go on for ever.
    pub(super) endless_tiles: bool,
    /// What is served as long as the log is read in blocks, if something else.
    pub(super) first_face: Option<Vec<Vec<u8>>>,
    /// Whether the reader in blocks forgets the sizes that matter.
    pub(super) unmarked: bool,
    /// Where the reader in blocks goes on from.
    pub(super) resume: Option<Saved>,
    /// How far the last reader in blocks came, if it found nothing.
    pub(super) saved: RefCell<Option<Saved>>,
    /// The paths that the last reader in blocks asked for.
    pub(super) stretches: RefCell<Vec<String>>,
}

/// What a check wrote down for the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Saved {
    pub(super) session: Vec<u8>,
    pub(super) replay: Vec<u8>,
}

/// When that was.
pub(super) const SAVED_AT: &str = "2026-01-06T08:00:00Z";

impl Server {
    /// A server that tells the truth about the log.
    pub(super) fn of(sample: &Sample) -> Self {
        Self {
            vkey: sample.vkey(),
            checkpoint: sample.checkpoint().into_bytes(),
            witnessed: None,
            policy: None,
            leaves: Some(
                sample
                    .entries
                    .iter()
                    .map(|entry| leaf_hash(entry))
                    .collect(),
            ),
            entries: sample.entries.clone(),
            bent_from: 0,
            after: Vec::new(),
            stream_len: usize::MAX,
            chunk: 65_536,
            second_face: false,
            range: None,
            endless_tiles: false,
            first_face: None,
            unmarked: false,
            resume: None,
            saved: RefCell::default(),
            stretches: RefCell::default(),
        }
    }

    /// The same entry with one text in place of another.
    pub(super) fn replace(&mut self, seq: usize, from: &str, to: &str) {
        let text = String::from_utf8(self.entries[seq].clone()).unwrap();
        assert!(text.contains(from), "{text} has no {from}");
        self.entries[seq] = text.replace(from, to).into_bytes();
    }

    /// The whole check by someone who holds the log's key.
    pub(super) fn check(&self) -> Report {
        self.check_with(Vec::new())
    }

    /// The whole check by someone who was here before.
    pub(super) fn check_with(&self, remembered: Vec<Remembered>) -> Report {
        let (report, _) = self.check_and_log(remembered);
        report
    }

    /// The whole check, and what was asked for. However it is read, the same is said of it.
    pub(super) fn check_and_log(&self, remembered: Vec<Remembered>) -> (Report, Vec<String>) {
        let (report, asked) = self.check_one_way(remembered.clone(), None);
        let as_json = |report: &Report| serde_json::to_string(report).unwrap();
        for block in [1, 100] {
            let (in_blocks, _) = self.check_one_way(remembered.clone(), Some(block));
            assert_eq!(
                as_json(&in_blocks),
                as_json(&report),
                "in blocks of {block}"
            );
        }
        (report, asked)
    }

    /// In order, or in blocks of so many entries first.
    pub(super) fn check_one_way(
        &self,
        remembered: Vec<Remembered>,
        block: Option<usize>,
    ) -> (Report, Vec<String>) {
        let mut session = Session::new(LogKey::parse(&self.vkey).unwrap(), remembered);
        if let Some(range) = self.range {
            session = session.with_range(range);
        }
        if let Some(policy) = &self.policy {
            session = session.with_policy(policy.clone());
        }
        if let Some(saved) = self.resume.as_ref().filter(|_| block.is_some()) {
            let fits = Replay::resume(&saved.replay, u64::MAX).is_some_and(|replay| {
                session.resume(&saved.session, SAVED_AT) && replay.seen() == session.resumed()
            });
            assert!(fits || session.resumed() == 0, "of as many entries");
        }
        let (mut replay, mut asked) = (None, Vec::new());
        for _ in 0..10_000 {
            let Some(request) = session.request() else {
                break;
            };
            let begins =
                request.purpose == Purpose::Stream && session.entries() == session.resumed();
            if begins
                && let Some(block) = block
                && self.read_in_blocks(&mut session, block)
            {
                continue;
            }
            asked.push(request.path.clone());
            let repeated = request.purpose == Purpose::Show;
            match (request.purpose, self.answer(&request.path, repeated)) {
                (Purpose::Stream, Some(body)) => {
                    let size = session.size();
                    let replay_now = replay.get_or_insert_with(|| Replay::new(size));
                    for chunk in body.chunks(self.chunk) {
                        if session.wants() {
                            session.feed(chunk);
                            replay_now.feed(chunk);
                        }
                    }
                    if !session.continues() {
                        session.replayed(replay.take().unwrap().end());
                    }
                    session.end();
                }
                (_, Some(body)) => {
                    let mut read = 0;
                    for chunk in body.chunks(1000) {
                        if session.wants() {
                            session.feed(chunk);
                            read += chunk.len();
                        }
                    }
                    assert!(read < ENDLESS, "{} was read without end", request.path);
                    session.end();
                }
                (_, None) => {
                    assert!(!request.needed);
                    session.refuse();
                }
            }
        }
        let report = session.report().expect("a check comes to its end");
        (report.clone(), asked)
    }

    /// Reads the log as a browser with several cores does; whether the report is there.
    fn read_in_blocks(&self, session: &mut Session, block: usize) -> bool {
        let marks = if self.unmarked {
            Vec::new()
        } else {
            session.marks()
        };
        let mut hasher = Hasher::new(&marks);
        let mut replay = match &self.resume {
            Some(saved) if session.resumed() > 0 => {
                Replay::resume(&saved.replay, session.size()).unwrap()
            }
            _ => Replay::new(session.size()),
        };
        let (mut first, mut bytes) = (session.resumed(), 0);
        self.stretches.take();
        while let Some(Stretch { path, skip, count }) = session.stretch_from(first) {
            self.stretches.borrow_mut().push(path.clone());
            let body = match &self.first_face {
                Some(entries) => Server {
                    entries: entries.clone(),
                    ..Self::of(&Sample::lawful(0))
                }
                .answer(&path, false),
                None => self.answer(&path, false),
            };
            let Some(blocks) = blocks(&body.unwrap(), (skip as usize, count as usize), block)
            else {
                session.doubt(first);
                return false;
            };
            for framed in blocks {
                bytes += framed.len() as u64;
                match hasher.block(first, &framed) {
                    Ok(read) if session.join(&read) => {}
                    Ok(_) => return false,
                    Err(place) => {
                        session.doubt(place);
                        return false;
                    }
                }
                replay.feed(&framed);
                first += bundle::split(&framed).count() as u64;
            }
        }
        let saved = session.save().zip(replay.save());
        *self.saved.borrow_mut() = saved.map(|(session, replay)| Saved { session, replay });
        session.replayed(replay.end());
        session.joined(bytes)
    }

    fn answer(&self, path: &str, repeated: bool) -> Option<Vec<u8>> {
        if path == "checkpoint" {
            return Some(self.checkpoint.clone());
        }
        if path == "witnessed" {
            return self.witnessed.clone();
        }
        if let Some(range) = path.strip_prefix("stream/") {
            let (from, to) = range.split_once('-').unwrap();
            let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
            return Some(self.stream(from, to, repeated));
        }
        let TilePath::Hashes {
            level: 0,
            index,
            width,
        } = path.parse().unwrap()
        else {
            panic!("nobody needs {path}");
        };
        if self.endless_tiles {
            return Some(vec![0; ENDLESS]);
        }
        let leaves = self.leaves.as_ref()?;
        let from = usize::try_from(index).unwrap() * 256;
        let tile = leaves.get(from..from + usize::from(width))?;
        Some(tile.iter().flat_map(|hash| *hash.as_bytes()).collect())
    }

    fn stream(&self, from: usize, to: usize, repeated: bool) -> Vec<u8> {
        let mut body = Vec::new();
        for entry in self.entries.iter().take(to).skip(from) {
            let other = self.second_face && repeated;
            bundle::push(&mut body, if other { b"something else" } else { entry }).unwrap();
        }
        if !repeated && from == self.bent_from {
            body.extend_from_slice(&self.after);
            body.truncate(self.stream_len);
        }
        body
    }
}

/// Cuts what a range came with into blocks of so many whole entries; `None` where it is not that many.
fn blocks(body: &[u8], (skip, count): (usize, usize), block: usize) -> Option<Vec<Vec<u8>>> {
    let entries: Result<Vec<&[u8]>, _> = bundle::split(body).collect();
    let entries = entries
        .ok()
        .filter(|entries| entries.len() == skip + count)?
        .split_off(skip);
    let framed = |entries: &[&[u8]]| {
        let mut framed = Vec::new();
        for entry in entries {
            bundle::push(&mut framed, entry).unwrap();
        }
        framed
    };
    Some(entries.chunks(block).map(framed).collect())
}

/// The places that the findings name, in their order.
pub(super) fn places(report: &Report) -> Vec<Option<u64>> {
    report.findings.iter().map(|finding| finding.seq).collect()
}

/// The findings' names.
pub(super) fn kinds(report: &Report) -> Vec<&str> {
    report
        .findings
        .iter()
        .map(|finding| finding.kind.as_str())
        .collect()
}

/// How a check went.
pub(super) fn outcome(report: &Report, subject: Subject) -> Outcome {
    report
        .checks
        .iter()
        .find(|check| check.subject == subject)
        .unwrap()
        .outcome
}
