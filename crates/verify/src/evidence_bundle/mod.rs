//! The check of an evidence bundle (the ledger's FORMAT.md, section 12): one request as one file, without a
//! server and without the rest of the log.
//!
//! It gives the report of a whole check, and claims less: what a file of some entries cannot show stands in
//! a check of its own, which nobody can pass.

mod belongs;
mod read;
mod rules;
mod seals;
mod told;
mod tree;

use std::collections::BTreeSet;

use access::Record;
use access::event::Event;
use access::ids::{GrantId, RecordingId, RequestId};
use access::time::UnixMillis;
use ledger::evidence::Bundle;
use ledger::{
    CheckpointError, Entry, Hash, Origin, SignedCheckpoint, VerifiedCheckpoint, leaf_hash,
};
pub use read::NotABundle;

use crate::evidence::Evidence;
use crate::key::LogKey;
use crate::keys::Keys;
use crate::report::Report;

/// Checks a file under the key that the reader holds.
///
/// # Errors
/// [`NotABundle`] where the bytes are no such file; then nothing was checked.
pub fn check(key: &LogKey, file: &[u8]) -> Result<Report, NotABundle> {
    let (bundle, request) = read::read(file)?;
    let pieces = pieces(&bundle);
    let mut evidence = Evidence::default();
    let mut keys = Keys::from(key);
    for piece in &pieces {
        if let Some(entry) = &piece.entry {
            keys.entry(entry, piece.leaf);
        }
    }
    let checkpoint = match vouched(key, &mut keys, &bundle) {
        Ok(checkpoint) => checkpoint,
        Err(error) => return Ok(told::refused(key, &error, keys.announced_in_vain())),
    };
    let mut findings = keys.findings();
    let stands = tree::stands(&bundle, &pieces, &checkpoint);
    let aside = tree::beside_each_other(key, &pieces);
    let belongs = belongs::belongs(key, &keys, &pieces, request);
    let replayed = rules::replay(&pieces, request);
    let seals = seals::compare(&bundle, &pieces);
    for part in [
        stands.findings,
        aside.findings,
        belongs.findings,
        replayed.findings,
        seals.findings,
    ] {
        findings.extend(part);
    }
    for piece in &pieces {
        let wanted = findings.iter().any(|found| found.leaf == Some(piece.leaf));
        if wanted {
            evidence.keep(piece.leaf, piece.bytes);
        }
    }
    for finding in &mut findings {
        finding.bytes = finding.leaf.and_then(|leaf| evidence.show(leaf));
    }
    let basis = told::Basis {
        key,
        keys: &keys,
        checkpoint: &checkpoint,
        note: &bundle.checkpoint,
        request,
        pieces: &pieces,
        proven: stands.proven,
        neighbours: aside.neighbours,
        replayed: replayed.told,
        seals: seals.told,
    };
    Ok(told::draw(&basis, findings))
}

/// One entry of the file, read as far as it can be.
struct Piece<'a> {
    seq: u64,
    leaf: Hash,
    bytes: &'a [u8],
    /// `None` where it has another form than the log's.
    entry: Option<Entry<'a>>,
    /// `None` where the rules cannot read what it says.
    record: Option<Record>,
}

fn pieces(bundle: &Bundle) -> Vec<Piece<'_>> {
    let piece = |seq, bytes| {
        let entry = Entry::parse(bytes).ok();
        let record = entry.as_ref().and_then(|entry| {
            let time = UnixMillis::new(entry.time().unix_millis());
            Record::parse(entry.seq(), time, entry.kind(), entry.actor(), entry.body()).ok()
        });
        Piece {
            seq,
            leaf: leaf_hash(bytes),
            bytes,
            entry,
            record,
        }
    };
    let members = bundle.entries.iter();
    members
        .map(|member| piece(member.seq, &member.entry[..]))
        .collect()
}

/// The checkpoint, where the key of its size has signed it, or else the one that the reader holds: what is
/// wrong with that is a finding, and the rest is looked at all the same.
fn vouched(
    key: &LogKey,
    keys: &mut Keys,
    bundle: &Bundle,
) -> Result<VerifiedCheckpoint, CheckpointError> {
    let log: Origin = bundle.log.parse().map_err(CheckpointError::OriginLine)?;
    if log != key.origin {
        let (expected, found) = (key.origin.clone(), log);
        return Err(CheckpointError::OtherOrigin { expected, found });
    }
    let signed = SignedCheckpoint::parse(bundle.checkpoint.as_bytes())?;
    match keys.verify(signed.clone()) {
        Some(checkpoint) => Ok(checkpoint),
        None => signed.verify(&key.key, &key.origin),
    }
}

/// What belongs to a request: its grants, and what was recorded of the work by them.
struct Own {
    request: RequestId,
    grants: BTreeSet<GrantId>,
    recordings: BTreeSet<RecordingId>,
}

impl Own {
    fn of(pieces: &[Piece<'_>], request: RequestId) -> Self {
        let (grants, recordings) = Default::default();
        let mut own = Self {
            request,
            grants,
            recordings,
        };
        for record in pieces.iter().filter_map(|piece| piece.record.as_ref()) {
            match record.event {
                Event::GrantIntended {
                    grant, request: of, ..
                } if of == request => {
                    own.grants.insert(grant);
                }
                Event::RecordingStarted {
                    recording, grant, ..
                } if own.grants.contains(&grant) => {
                    own.recordings.insert(recording);
                }
                _ => {}
            }
        }
        own
    }

    /// Whether it is one of the request's own entries.
    fn has(&self, event: &Event) -> bool {
        let named = event.request().map(|named| named == self.request);
        let granted = || event.grant().map(|grant| self.grants.contains(&grant));
        let recorded = || event.recording().map(|id| self.recordings.contains(&id));
        named.or_else(granted).or_else(recorded) == Some(true)
    }
}
