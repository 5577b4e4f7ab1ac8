//! A check from the first request to the report, without doing a request itself.
//!
//! ```text
//! checkpoint ──good──▶ stream ──root differs──▶ leaf tiles ──▶ bundles of broken places ──▶ done
//!      └──bad──▶ done      └──root is the signed one──▶ done
//! ```
//! Whoever drives it asks for the next [`Request`], feeds what came, and says where it ended. A
//! server can answer with whatever it likes: every answer has a length beyond which nothing is read.

use std::collections::BTreeSet;

use ledger::{
    Checkpoint, CheckpointError, Hash, LogVerifier, NoteError, SignedCheckpoint,
    VerifiedCheckpoint, bundle,
};
use serde::Serialize;

use crate::joining::{Doubted, Joining};
use crate::judge::Located;
use crate::key::LogKey;
use crate::locate::Locate;
use crate::report::{Finding, Remembered, Report, Resumed};
use crate::rules::Replayed;
use crate::scan::{Pass, Scan};
use crate::verdict::{self, Basis};
use crate::witnesses::TrustPolicy;

/// The longest checkpoint that is read, in bytes; a real one with a dozen witnesses has 2,000.
const MAX_CHECKPOINT_LEN: usize = 65_536;

/// How many bundles are read again to show the bytes of broken entries.
const MAX_BUNDLES: usize = 100;

/// How many entries are asked for at a time: a quarter of what a server gives at most, and far more
/// than most logs have. A multiple of what a bundle holds, where ranges begin.
pub(crate) const RANGE: u64 = 1 << 20;

/// How many hashes a full tile has, and how many entries a bundle (tlog-tiles).
const TILE_WIDTH: u64 = 256;

/// The longest bundle: 256 entries of 65,535 bytes, each behind two bytes of length.
const MAX_BUNDLE_LEN: usize = 256 * (2 + 65_535);

/// What is to be fetched next, below the log's prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Request {
    /// Below the log's prefix.
    pub path: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether the check cannot go on without it.
    pub needed: bool,
}

/// Entries in a row that one answer holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// Below the log's prefix.
    pub path: String,
    /// How many entries it begins with that were read before: an answer begins where a bundle does.
    pub skip: u64,
    /// How many entries it has to hold after them.
    pub count: u64,
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// The signed size and root.
    Checkpoint,
    /// The newest checkpoint that enough witnesses have signed, where the auditor has a policy.
    Witnessed,
    /// Entries, framed as bundles.
    Stream,
    /// A tile of leaf hashes, to name the broken places.
    Locate,
    /// A bundle, to show what stands in a broken place.
    Show,
}

/// A check under way.
#[derive(Debug)]
pub struct Session {
    key: LogKey,
    remembered: Vec<Remembered>,
    policy: Option<TrustPolicy>,
    /// What the server calls witnessed: the policy and the entries tell.
    witnessed: Option<SignedCheckpoint>,
    /// As it came. A key that the auditor does not hold yet may have signed it: the entries tell.
    signed: Option<SignedCheckpoint>,
    checkpoint: Option<VerifiedCheckpoint>,
    note: String,
    replayed: Option<Replayed>,
    /// The blocks that were joined so far.
    joining: Joining,
    /// The earlier check that this one goes on from.
    resumed: Option<Resumed>,
    stage: Stage,
    bytes: u64,
    /// How many entries are asked for at a time.
    range: u64,
}

#[derive(Debug)]
enum Stage {
    Witnessed {
        body: Vec<u8>,
    },
    Checkpoint {
        body: Vec<u8>,
    },
    Stream {
        scan: Box<Scan>,
    },
    Locate {
        pass: Box<Pass>,
        locate: Locate,
    },
    Show {
        pass: Box<Pass>,
        report: Box<Report>,
        bundles: Vec<u64>,
        body: Vec<u8>,
    },
    Done {
        report: Box<Report>,
    },
}

impl Session {
    /// A check of the log that the key names, by a reader who saw these checkpoints of it earlier.
    pub fn new(key: LogKey, remembered: Vec<Remembered>) -> Self {
        let stage = Stage::Checkpoint { body: Vec::new() };
        Self {
            remembered,
            policy: None,
            witnessed: None,
            signed: None,
            checkpoint: None,
            note: String::new(),
            replayed: None,
            joining: Joining::of(&key),
            resumed: None,
            key,
            stage,
            bytes: 0,
            range: RANGE,
        }
    }

    /// The same by an auditor who wants witnesses to have looked; to be said before the first request.
    #[must_use]
    pub fn with_policy(mut self, policy: TrustPolicy) -> Self {
        self.policy = Some(policy);
        self.stage = Stage::Witnessed { body: Vec::new() };
        self
    }

    /// Goes on from an earlier check, which came as far as [`save`](Self::save) says: only what is new since then is to be
    /// read in blocks. `at` is when that was, as the reader wrote it. To be said before the first request; false, and
    /// nothing changes, where the bytes are no such thing.
    ///
    /// Nothing rests on these bytes but what was found of those entries then: that they are the signed ones, the
    /// signed root says.
    pub fn resume(&mut self, bytes: &[u8], at: &str) -> bool {
        let Some(joining) = Joining::resume(bytes) else {
            return false;
        };
        self.resumed = Some(Resumed {
            entries: joining.size(),
            at: at.to_owned(),
        });
        self.joining = joining;
        true
    }

    /// What [`resume`](Self::resume) was told is of no use after all: everything is to be read.
    pub fn start_over(&mut self) {
        self.joining = Joining::of(&self.key);
        self.resumed = None;
    }

    /// How many entries an earlier check has read, where this one goes on from it.
    pub fn resumed(&self) -> u64 {
        self.resumed.as_ref().map_or(0, |resumed| resumed.entries)
    }

    /// How far the check came in blocks, for [`resume`](Self::resume) of this very program another time; `None` where it
    /// found something, or nothing was read. To be asked before [`joined`](Self::joined). Belongs to what
    /// [`Replay::save`](crate::Replay::save) says of as many entries.
    pub fn save(&self) -> Option<Vec<u8>> {
        self.joining.save()
    }

    /// The same with shorter ranges, so that a test needs no million entries.
    #[cfg(test)]
    pub(crate) fn with_range(self, range: u64) -> Self {
        Self { range, ..self }
    }

    /// What to fetch next; `None` when the report is there.
    pub fn request(&self) -> Option<Request> {
        let (path, purpose, needed) = match &self.stage {
            Stage::Witnessed { .. } => ("witnessed".to_owned(), Purpose::Witnessed, false),
            Stage::Checkpoint { .. } => ("checkpoint".to_owned(), Purpose::Checkpoint, true),
            Stage::Stream { scan } => {
                let (from, to) = (scan.entries(), scan.until());
                (stream(from, to), Purpose::Stream, true)
            }
            Stage::Locate { locate, .. } => (locate.path()?.to_string(), Purpose::Locate, false),
            Stage::Show { bundles, .. } => {
                let from = bundles.last()? * TILE_WIDTH;
                let to = (from + TILE_WIDTH).min(self.size());
                (stream(from, to), Purpose::Show, false)
            }
            Stage::Done { .. } => return None,
        };
        Some(Request {
            path,
            purpose,
            needed,
        })
    }

    /// Takes the next bytes of the answer, cut anywhere.
    pub fn feed(&mut self, chunk: &[u8]) {
        match &mut self.stage {
            Stage::Witnessed { body } | Stage::Checkpoint { body } => {
                keep(body, chunk, MAX_CHECKPOINT_LEN);
            }
            Stage::Stream { scan } => {
                self.bytes += chunk.len() as u64;
                scan.feed(chunk);
            }
            Stage::Locate { locate, .. } => locate.feed(chunk),
            Stage::Show { body, .. } => keep(body, chunk, MAX_BUNDLE_LEN),
            Stage::Done { .. } => {}
        }
    }

    /// Whether more of the answer is wanted.
    pub fn wants(&self) -> bool {
        match &self.stage {
            Stage::Witnessed { body } | Stage::Checkpoint { body } => {
                body.len() <= MAX_CHECKPOINT_LEN
            }
            Stage::Stream { scan } => scan.wants() && !self.is_nonsense(scan),
            Stage::Locate { locate, .. } => locate.wants(),
            Stage::Show { body, .. } => body.len() <= MAX_BUNDLE_LEN,
            Stage::Done { .. } => false,
        }
    }

    /// Whether the stream goes on in another answer, if this one ends here.
    pub fn continues(&self) -> bool {
        match &self.stage {
            Stage::Stream { scan } => self.goes_on(scan),
            _ => false,
        }
    }

    /// The answer has ended, or no more of it was wanted.
    pub fn end(&mut self) {
        self.step(true);
    }

    /// There was no answer.
    pub fn refuse(&mut self) {
        self.step(false);
    }

    /// What the replay of the same stream came to; to be told before the stream's end.
    pub fn replayed(&mut self, replayed: Replayed) {
        self.replayed = Some(replayed);
    }

    /// How many entries the checkpoint covers, or says that it does; 0 before it came.
    pub fn size(&self) -> u64 {
        let claimed = self.signed.as_ref().map(SignedCheckpoint::claimed);
        claimed.map_or(0, Checkpoint::size)
    }

    /// The signed root, once it was verified.
    pub fn root(&self) -> Option<Hash> {
        self.checkpoint.as_ref().map(VerifiedCheckpoint::root)
    }

    /// The sizes at which a [`Hasher`](crate::Hasher) is to note the root.
    pub fn marks(&self) -> Vec<u64> {
        let seen = self.remembered.iter().map(|seen| seen.size);
        let witnessed = self.witnessed.iter().map(|seen| seen.claimed().size());
        let all = seen.chain(witnessed);
        // Each once: a log may have been seen under several roots of one size.
        let marks: BTreeSet<u64> = all.filter(|size| *size < self.size()).collect();
        marks.into_iter().collect()
    }

    /// The answer that begins at an entry, for whoever reads the log in blocks; `None` after the last.
    pub fn stretch_from(&self, first: u64) -> Option<Stretch> {
        let size = self.size();
        let to = first.saturating_add(self.range).min(size);
        let skip = first % TILE_WIDTH;
        (first < size).then(|| Stretch {
            path: stream(first - skip, to),
            skip,
            count: to - first,
        })
    }

    /// Takes what a [`Hasher`](crate::Hasher) says of the next block; false where it does not fit: read in order then.
    pub fn join(&mut self, block: &[u8]) -> bool {
        self.joining.take(block)
    }

    /// Something did not fit at this place while the log was read in blocks: read in order then.
    pub fn doubt(&mut self, place: u64) {
        self.joining.doubt(Doubted::At(place));
    }

    /// All blocks were joined, `bytes` together, and the replay was told. True where the report is there; where something is
    /// to be said against the log, it has to be read in order, and the same bytes replayed anew.
    pub fn joined(&mut self, bytes: u64) -> bool {
        if !matches!(&self.stage, Stage::Stream { scan } if scan.entries() == 0) {
            return false;
        }
        match self.proven_in_blocks() {
            Some(done) => {
                self.bytes = bytes;
                self.stage = done;
                true
            }
            None => {
                self.replayed = None;
                false
            }
        }
    }

    fn proven_in_blocks(&mut self) -> Option<Stage> {
        let spans = self.joining.finish()?;
        let (size, root) = (spans.size(), spans.tree().root());
        // The root first: what is not the signed log is no other face of it by chance.
        let unique = spans.finish().is_ok();
        let marked = self
            .marks()
            .into_iter()
            .all(|mark| spans.root_at(mark).is_some() || mark == 0);
        let mut pass = Pass::joined(&self.key, spans);
        let vouched = pass.keys.verify(self.signed.clone()?);
        let checkpoint = vouched.or(self.checkpoint.clone())?;
        if checkpoint.size() != size || checkpoint.root() != root {
            self.joining.doubt(Doubted::Root);
            return None;
        }
        if !(unique && marked) {
            self.joining.doubt(Doubted::Untold);
            return None;
        }
        let before = self.checkpoint.replace(checkpoint);
        match self.decide(Box::new(pass), Located::NotNeeded, &[]) {
            Stage::Done { report } if report.findings.is_empty() => Some(Stage::Done { report }),
            _ => {
                self.checkpoint = before;
                None
            }
        }
    }

    /// How many entries were read.
    pub fn entries(&self) -> u64 {
        match &self.stage {
            Stage::Witnessed { .. } | Stage::Checkpoint { .. } => 0,
            Stage::Stream { scan } => scan.entries().max(self.joining.size()),
            Stage::Locate { pass, .. } | Stage::Show { pass, .. } => pass.size(),
            Stage::Done { .. } => self.size(),
        }
    }

    /// How many bytes of entries were read.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Places that do not fit so far.
    pub fn suspects(&self) -> Vec<u64> {
        match &self.stage {
            Stage::Stream { scan } => scan.suspects(),
            _ => Vec::new(),
        }
    }

    /// What is being done, for the page.
    pub fn stage(&self) -> &'static str {
        match &self.stage {
            Stage::Witnessed { .. } | Stage::Checkpoint { .. } => "checkpoint",
            Stage::Stream { .. } => "reading",
            Stage::Locate { .. } | Stage::Show { .. } => "locating",
            Stage::Done { .. } => "done",
        }
    }

    /// The report, once there is nothing more to fetch.
    pub fn report(&self) -> Option<&Report> {
        match &self.stage {
            Stage::Done { report } => Some(report),
            _ => None,
        }
    }

    fn step(&mut self, answered: bool) {
        // The stage is taken out and replaced; in between stands one that asks for nothing.
        let empty = Stage::Checkpoint { body: Vec::new() };
        self.stage = match core::mem::replace(&mut self.stage, empty) {
            Stage::Witnessed { body } => {
                self.witnessed = SignedCheckpoint::parse(&body).ok().filter(|_| answered);
                Stage::Checkpoint { body: Vec::new() }
            }
            Stage::Checkpoint { body } => self.after_checkpoint(&body),
            Stage::Stream { scan } => self.after_range(scan),
            Stage::Locate { pass, locate } => self.after_tile(pass, locate, answered),
            Stage::Show {
                mut pass,
                report,
                mut bundles,
                body,
            } => {
                if bundles.pop().is_some() && answered {
                    show(&mut pass, &body);
                }
                next_bundle(pass, report, bundles)
            }
            done @ Stage::Done { .. } => done,
        };
    }

    fn after_checkpoint(&mut self, body: &[u8]) -> Stage {
        let signed = match SignedCheckpoint::parse(body) {
            Ok(signed) => signed,
            Err(error) => return self.refuse_checkpoint(&error, Vec::new()),
        };
        match signed.clone().verify(&self.key.key, &self.key.origin) {
            Ok(checkpoint) => self.checkpoint = Some(checkpoint),
            // The key may have given way to another: the entries say so, signed by it.
            Err(CheckpointError::Note(NoteError::NoKnownSignature)) => {}
            Err(error) => return self.refuse_checkpoint(&error, Vec::new()),
        }
        let size = signed.claimed().size();
        if size < self.joining.size() {
            // Fewer than were seen: what is left is looked at as if nothing had been.
            self.start_over();
        }
        self.note = String::from_utf8_lossy(body).into_owned();
        self.signed = Some(signed);
        let scan = Box::new(Scan::new(&self.key, size.min(self.range)));
        // An empty log has no stream.
        if size == 0 {
            self.after_stream(Box::new(scan.end()))
        } else {
            Stage::Stream { scan }
        }
    }

    fn refuse_checkpoint(&self, error: &CheckpointError, findings: Vec<Finding>) -> Stage {
        let report = verdict::refused(&self.key, self.remembered.clone(), error, findings);
        Stage::Done {
            report: Box::new(report),
        }
    }

    fn after_range(&mut self, mut scan: Box<Scan>) -> Stage {
        if !self.goes_on(&scan) {
            return self.after_stream(Box::new(scan.end()));
        }
        let next = scan.until().saturating_add(self.range);
        scan.go_on(next.min(self.size()));
        Stage::Stream { scan }
    }

    /// Whether nobody's signature stands behind the size, and no log behind the entries: whoever claims
    /// any size at all could feed the reader without end.
    fn is_nonsense(&self, scan: &Scan) -> bool {
        self.checkpoint.is_none() && scan.has_unlisted_faults()
    }

    /// After a range that is too short or too long nothing is asked for: what is wrong is known.
    fn goes_on(&self, scan: &Scan) -> bool {
        scan.whole() && !self.is_nonsense(scan) && scan.until() < self.size()
    }

    fn after_stream(&mut self, mut pass: Box<Pass>) -> Stage {
        let vouched = self
            .signed
            .clone()
            .and_then(|signed| pass.keys.verify(signed));
        // Where the auditor's own key has signed, the rest is looked at whoever had to sign.
        self.checkpoint = vouched.or(self.checkpoint.take());
        let Some(checkpoint) = &self.checkpoint else {
            let error = CheckpointError::Note(NoteError::NoKnownSignature);
            return self.refuse_checkpoint(&error, pass.keys.announced_in_vain());
        };
        let before = pass.log.findings().len();
        pass.log.finish(checkpoint);
        if pass.log.findings().len() == before {
            return self.decide(pass, Located::NotNeeded, &[]);
        }
        match Locate::new(checkpoint.size()) {
            Some(locate) => Stage::Locate { pass, locate },
            None => self.decide(pass, Located::ByChainAlone, &[]),
        }
    }

    fn after_tile(&mut self, mut pass: Box<Pass>, mut locate: Locate, answered: bool) -> Stage {
        let Some(checkpoint) = &self.checkpoint else {
            return Stage::Checkpoint { body: Vec::new() };
        };
        if !answered || !locate.end() {
            return self.decide(pass, Located::ByChainAlone, &[]);
        }
        if locate.path().is_some() {
            return Stage::Locate { pass, locate };
        }
        let leaves = locate.leaves();
        pass.log.localise(leaves, checkpoint);
        let lead_nowhere =
            |finding: &ledger::Finding| matches!(finding, ledger::Finding::TilesMismatch { .. });
        if pass.log.findings().iter().any(lead_nowhere) {
            self.decide(pass, Located::ByChainAlone, &[])
        } else {
            self.decide(pass, Located::ByTiles, leaves)
        }
    }

    /// Draws the report, then asks for the bytes that it lacks.
    fn decide(&self, mut pass: Box<Pass>, located: Located, signed: &[Hash]) -> Stage {
        let Some(checkpoint) = &self.checkpoint else {
            return Stage::Checkpoint { body: Vec::new() };
        };
        // Entries that nobody replayed are entries that nobody found lawful: the verdict compares the counts.
        let replayed = self.replayed.clone().unwrap_or_default();
        let basis = Basis {
            key: &self.key,
            checkpoint,
            note: &self.note,
            remembered: &self.remembered,
            pass: &pass,
            replayed: &replayed,
            located,
            doubt: self.joining.doubted(self.resumed()),
            resumed: self.resumed.as_ref().filter(|_| pass.is_joined()),
            signed,
            policy: self.policy.as_ref(),
            newest: self.signed.as_ref(),
            witnessed: self.witnessed.as_ref(),
        };
        let report = Box::new(verdict::draw(&basis));
        let shown = || report.findings.iter().filter_map(|finding| finding.leaf);
        let lacking = shown().filter(|leaf| !pass.evidence.has(*leaf));
        let mut bundles: Vec<u64> = lacking
            .filter_map(|leaf| bundle_of(&pass.log, leaf))
            .collect();
        pass.evidence.want(shown());
        bundles.sort_unstable();
        bundles.dedup();
        bundles.truncate(MAX_BUNDLES);
        bundles.reverse();
        next_bundle(pass, report, bundles)
    }
}

/// The path of a range of entries.
fn stream(from: u64, to: u64) -> String {
    format!("stream/{from}-{to}")
}

/// Which bundle of the stream the entry stood in.
fn bundle_of(log: &LogVerifier, leaf: Hash) -> Option<u64> {
    let at = log.leaves().iter().position(|served| *served == leaf)?;
    Some(at as u64 / TILE_WIDTH)
}

/// Keeps those entries of a bundle that were served in the stream and are found wrong: an entry is
/// known by its hash, so a server that answers otherwise the second time shows nothing.
fn show(pass: &mut Pass, body: &[u8]) {
    for entry in bundle::split(body).map_while(Result::ok) {
        pass.evidence.keep_if_wanted(entry);
    }
}

fn next_bundle(pass: Box<Pass>, mut report: Box<Report>, bundles: Vec<u64>) -> Stage {
    if !bundles.is_empty() {
        return Stage::Show {
            pass,
            report,
            bundles,
            body: Vec::new(),
        };
    }
    for finding in &mut report.findings {
        finding.bytes = finding.leaf.and_then(|leaf| pass.evidence.show(leaf));
    }
    Stage::Done { report }
}

/// Keeps the bytes, up to one more than the limit: that one tells that it was passed.
fn keep(body: &mut Vec<u8>, chunk: &[u8], limit: usize) {
    let room = (limit + 1).saturating_sub(body.len());
    body.extend_from_slice(&chunk[..room.min(chunk.len())]);
}
