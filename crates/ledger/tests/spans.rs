//! A log that is read in stretches is proven exactly where a reader in order finds nothing wrong.
#![allow(clippy::expect_used, reason = "the untouched log is sound")]

use ledger::rotation::KeyRotation;
use ledger::{
    Checkpoint, Doubt, Draft, Hash, LogVerifier, Origin, SignedCheckpoint, SigningKey, Span,
    SpanReader, Spans, Timestamp, Tree, VerifiedCheckpoint, encode, leaf_hash, root_of,
};
use proptest::prelude::*;
use uuid::{Builder, Uuid};

const SIZE: usize = 24;

fn origin() -> Origin {
    "example.org/log".parse().expect("a name")
}

fn id(seq: usize) -> Uuid {
    Builder::from_random_bytes([seq as u8 + 1; 16]).into_uuid()
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed("example.org/log", [seed; 32]).expect("a name")
}

fn with_ids(ids: impl Fn(usize) -> Uuid) -> Vec<Vec<u8>> {
    let (mut prev, mut entries) = (origin().genesis(), Vec::new());
    for seq in 0..SIZE {
        let rotation = KeyRotation::sign(&key(9), &key(10).verifier_key(), 8).expect("two keys");
        let (kind, body) = match seq {
            7 => (ledger::rotation::KIND, rotation.to_body()),
            _ => ("test.made", format!(r#"{{"n":{seq}}}"#)),
        };
        let draft = Draft {
            id: ids(seq),
            kind,
            actor: r#"{"person":"p1"}"#,
            body: &body,
        };
        let time = Timestamp::new(1_795_388_645_123 + 1000 * seq as i64);
        let entry = encode(&prev, seq as u64, time, &draft).expect("valid");
        prev = leaf_hash(&entry);
        entries.push(entry);
    }
    entries
}

fn log() -> Vec<Vec<u8>> {
    with_ids(id)
}

fn signed(entries: &[Vec<u8>]) -> VerifiedCheckpoint {
    let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let checkpoint = Checkpoint::new(origin(), leaves.len() as u64, root_of(&leaves));
    let note = checkpoint.expect("sound").sign(&key(9));
    let read = SignedCheckpoint::parse(note.as_bytes()).expect("just written");
    read.verify(&key(9).verifier_key(), &origin())
        .expect("just signed")
}

/// The joined stretches, each of which has travelled.
fn joined(entries: &[Vec<u8>], cuts: &[usize], marks: &[u64]) -> Result<Spans, Doubt> {
    let (mut spans, mut reader) = (Spans::new(&origin()), SpanReader::new());
    for piece in cuts.windows(2).filter(|piece| piece[0] < piece[1]) {
        let stretch: Vec<&[u8]> = entries[piece[0]..piece[1]]
            .iter()
            .map(Vec::as_slice)
            .collect();
        let span = reader.read(piece[0] as u64, &stretch, marks)?;
        let travelled = Span::from_bytes(&span.to_bytes());
        assert_eq!(travelled.as_ref(), Some(&span));
        spans.push(span)?;
    }
    spans.finish()?;
    Ok(spans)
}

/// Whether stretches prove these entries under the checkpoint, and whether a reader in order does.
fn verdicts(entries: &[Vec<u8>], checkpoint: &VerifiedCheckpoint, cuts: &[usize]) -> (bool, bool) {
    let stretches = joined(entries, cuts, &[]).is_ok_and(|spans| {
        spans.size() == checkpoint.size() && spans.tree().root() == checkpoint.root()
    });
    let mut in_order = LogVerifier::new(origin());
    for entry in entries {
        in_order.push(entry);
    }
    in_order.finish(checkpoint);
    (stretches, in_order.findings().is_empty())
}

fn every_cut() -> impl Iterator<Item = Vec<usize>> {
    (1..SIZE).map(|width| (0..SIZE).step_by(width).chain([SIZE]).collect())
}

#[test]
fn however_it_is_cut_the_sound_log_is_proven() {
    let log = log();
    let checkpoint = signed(&log);
    for cuts in every_cut() {
        assert_eq!(verdicts(&log, &checkpoint, &cuts), (true, true), "{cuts:?}");
        let marks: Vec<u64> = (1..=SIZE as u64).collect();
        let spans = joined(&log, &cuts, &marks).expect("sound");
        for size in 1..=SIZE {
            let mut tree = Tree::new();
            log[..size]
                .iter()
                .for_each(|entry| tree.push(leaf_hash(entry)));
            assert_eq!(spans.root_at(size as u64), Some(tree.root()), "{size}");
        }
        assert_eq!(spans.announced(), [log[7].clone()]);
        assert_eq!(
            spans.newest().map(|time| time.unix_millis() % 100_000),
            Some(68_123)
        );
    }
}

#[test]
fn whatever_bit_is_altered_is_doubted() {
    let log = log();
    let checkpoint = signed(&log);
    let cuts = [0, 5, 6, 16, SIZE];
    for seq in [0, 4, 5, 7, 15, 16, SIZE - 1] {
        for at in 0..log[seq].len() {
            for bit in [0, 5] {
                let mut bent = log.clone();
                bent[seq][at] ^= 1 << bit;
                // What is altered may be sound in itself: then the signed root is another one.
                let found = verdicts(&bent, &checkpoint, &cuts);
                assert_eq!(found, (false, false), "byte {at} of entry {seq}");
                let itself = verdicts(&bent, &signed(&bent), &cuts);
                assert_eq!(itself.0, itself.1, "byte {at} of entry {seq}, signed");
            }
        }
    }
}

#[test]
fn two_entries_with_one_id_are_doubted_across_stretches() {
    let twice = with_ids(|seq| id(if seq == 20 { 3 } else { seq }));
    for cuts in every_cut() {
        assert_eq!(joined(&twice, &cuts, &[]).err(), Some(Doubt::Ids));
    }
    let checkpoint = signed(&twice);
    assert_eq!(verdicts(&twice, &checkpoint, &[0, 8, SIZE]), (false, false));
}

#[test]
fn stretches_out_of_order_are_doubted() {
    let log = log();
    let entries: Vec<&[u8]> = log.iter().map(Vec::as_slice).collect();
    let mut reader = SpanReader::new();
    let mut read = |from: usize, to: usize| reader.read(from as u64, &entries[from..to], &[]);
    let (first, second, third) = (read(0, 5), read(5, 9), read(9, SIZE));
    let (first, second, third) = (
        first.expect("sound"),
        second.expect("sound"),
        third.expect("sound"),
    );
    let mut spans = Spans::new(&origin());
    assert_eq!(spans.push(second.clone()), Err(Doubt::Entry(0)));
    assert_eq!(spans.push(first.clone()), Ok(()));
    assert_eq!(spans.push(third), Err(Doubt::Entry(5)));
    assert_eq!(spans.push(first), Err(Doubt::Entry(5)));
    assert_eq!(spans.push(second), Ok(()));
    assert_eq!(reader.read(3, &[], &[]), Err(Doubt::Entry(3)));
    let other: Origin = "example.org/other".parse().expect("a name");
    let mut elsewhere = Spans::new(&other);
    let again = reader.read(0, &entries[..5], &[]).expect("sound");
    assert_eq!(elsewhere.push(again), Err(Doubt::Entry(0)));
}

#[test]
fn bytes_that_no_reader_wrote_are_no_span() {
    let log = log();
    let entries: Vec<&[u8]> = log.iter().map(Vec::as_slice).collect();
    let span = SpanReader::new().read(0, &entries, &[3]).expect("sound");
    let bytes = span.to_bytes();
    for end in 0..bytes.len() {
        assert_eq!(Span::from_bytes(&bytes[..end]), None, "{end}");
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert_eq!(Span::from_bytes(&longer), None);
    assert_eq!(Span::from_bytes(&[0xff; 64]), None);
}

proptest! {
    #[test]
    fn entries_removed_doubled_or_swapped_are_doubted(
        cut in 0..=SIZE, one in 0..SIZE, other in 0..SIZE, how in 0..3
    ) {
        let log = log();
        let checkpoint = signed(&log);
        let mut bent = log.clone();
        match how {
            0 => drop(bent.remove(one)),
            1 => bent.insert(other, log[one].clone()),
            _ => bent.swap(one, other),
        }
        let same = bent == log;
        let cuts = [0, cut.min(bent.len()), bent.len()];
        prop_assert_eq!(verdicts(&bent, &checkpoint, &cuts), (same, same));
    }
}
