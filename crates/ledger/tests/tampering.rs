//! A log that somebody tampered with: whatever was done, it is found, and the entry is named.
#![allow(clippy::expect_used, reason = "the untouched log is sound")]

use ledger::{
    Checkpoint, Draft, Finding, Hash, LogVerifier, Origin, SignedCheckpoint, SigningKey, Timestamp,
    VerifiedCheckpoint, encode, leaf_hash, root_of,
};
use proptest::prelude::*;
use uuid::Builder;

const SIZE: usize = 40;

struct Log {
    origin: Origin,
    entries: Vec<Vec<u8>>,
    leaves: Vec<Hash>,
    checkpoint: VerifiedCheckpoint,
}

fn origin() -> Origin {
    "example.org/log".parse().expect("a name")
}

fn sign(leaves: &[Hash]) -> VerifiedCheckpoint {
    let key = SigningKey::from_seed("example.org/log", [9; 32]).expect("a name");
    let checkpoint =
        Checkpoint::new(origin(), leaves.len() as u64, root_of(leaves)).expect("sound");
    let note = checkpoint.sign(&key);
    let signed = SignedCheckpoint::parse(note.as_bytes()).expect("just written");
    signed
        .verify(&key.verifier_key(), &origin())
        .expect("just signed")
}

fn log() -> Log {
    let origin = origin();
    let (mut prev, mut entries, mut leaves) = (origin.genesis(), Vec::new(), Vec::new());
    for seq in 0..SIZE {
        let id = Builder::from_random_bytes([seq as u8; 16]).into_uuid();
        let body = format!(r#"{{"n":{seq},"text":"some text"}}"#);
        let draft = Draft {
            id,
            kind: "test.made",
            actor: r#"{"person":"p1"}"#,
            body: &body,
        };
        let time = Timestamp::new(1_795_388_645_123 + 1000 * seq as i64);
        let entry = encode(&prev, seq as u64, time, &draft).expect("valid");
        prev = leaf_hash(&entry);
        leaves.push(prev);
        entries.push(entry);
    }
    let checkpoint = sign(&leaves);
    Log {
        origin,
        entries,
        leaves,
        checkpoint,
    }
}

impl Log {
    /// What a reader says to these entries under the checkpoint of the untouched log.
    fn check(&self, entries: &[Vec<u8>]) -> Vec<Finding> {
        let mut verifier = LogVerifier::new(self.origin.clone());
        for entry in entries {
            verifier.push(entry);
        }
        verifier.finish(&self.checkpoint);
        let without_tiles = !verifier.findings().is_empty();
        verifier.localise(&self.leaves, &self.checkpoint);
        assert_eq!(
            without_tiles,
            !verifier.findings().is_empty(),
            "the tiles only say where"
        );
        assert_eq!(verifier.unlisted(), 0);
        verifier.findings().to_vec()
    }
}

/// What the comparison with the signed leaves says, by entry.
fn located(findings: &[Finding]) -> Vec<(&'static str, u64)> {
    let name = |finding: &Finding| match *finding {
        Finding::LeafMismatch { seq, .. } => Some(("altered", seq)),
        Finding::Missing { seq, count } => Some((if count == 1 { "missing" } else { "many" }, seq)),
        Finding::Inserted { seq, .. } => Some(("inserted", seq)),
        Finding::Moved { seq, .. } => Some(("moved", seq)),
        _ => None,
    };
    findings.iter().filter_map(name).collect()
}

#[test]
fn an_untouched_log_has_no_findings() {
    let log = log();
    assert_eq!(log.check(&log.entries), []);
}

#[test]
fn every_flipped_bit_is_found_in_its_entry() {
    let log = log();
    for seq in [0, 1, 17, SIZE - 1] {
        for bit in 0..log.entries[seq].len() * 8 {
            let mut entries = log.entries.clone();
            entries[seq][bit / 8] ^= 1 << (bit % 8);
            let findings = log.check(&entries);
            assert_eq!(located(&findings), [("altered", seq as u64)], "bit {bit}");
            // Without the tiles, the next entry's link shows it, or at the end the root.
            let next = Some(seq as u64 + 1);
            let shown = findings.iter().any(|finding| match finding {
                Finding::ChainBroken { .. } => finding.seq() == next,
                Finding::RootMismatch { .. } => seq == SIZE - 1,
                _ => false,
            });
            assert!(shown, "bit {bit}");
        }
    }
}

proptest! {
    #[test]
    fn a_removed_entry_is_named(seq in 0..SIZE) {
        let log = log();
        let mut entries = log.entries.clone();
        entries.remove(seq);
        prop_assert_eq!(located(&log.check(&entries)), [("missing", seq as u64)]);
    }

    #[test]
    fn an_inserted_entry_is_named(seq in 0..=SIZE, copy in 0..SIZE) {
        let log = log();
        let mut entries = log.entries.clone();
        let mut forged = log.entries[copy].clone();
        let at = forged.len() - 4;
        forged[at] = b'X';
        entries.insert(seq, forged);
        prop_assert_eq!(located(&log.check(&entries)), [("inserted", seq as u64)]);
    }

    #[test]
    fn two_swapped_entries_are_named(a in 0..SIZE, b in 0..SIZE) {
        prop_assume!(a != b);
        let log = log();
        let mut entries = log.entries.clone();
        entries.swap(a, b);
        let findings = log.check(&entries);
        let located = located(&findings);
        let (a, b) = (a as u64, b as u64);
        prop_assert!(!located.is_empty() && located.len() <= 2);
        prop_assert!(located.iter().all(|(what, seq)| *what == "moved" && (*seq == a || *seq == b)));
        let misplaced = |seq| findings.iter().any(|finding| match finding {
            Finding::SeqMismatch { seq: at, .. } => *at == seq,
            _ => false,
        });
        prop_assert!(misplaced(a.min(b)));
    }

    #[test]
    fn a_cut_tail_is_named(size in 0..SIZE) {
        let log = log();
        let findings = log.check(&log.entries[..size]);
        let truncated = Finding::Truncated { size: SIZE as u64, found: size as u64 };
        prop_assert_eq!(truncated.seq(), Some(size as u64));
        let (size, rest) = (size as u64, (SIZE - size) as u64);
        prop_assert_eq!(findings, [truncated, Finding::Missing { seq: size, count: rest }]);
    }

    #[test]
    fn a_rewritten_timestamp_is_named(seq in 0..SIZE, ms in 0_i64..2_000_000_000_000) {
        let log = log();
        let mut entries = log.entries.clone();
        let text = String::from_utf8(entries[seq].clone()).expect("UTF-8");
        let old = Timestamp::new(1_795_388_645_123 + 1000 * seq as i64);
        prop_assume!(ms != old.unix_millis());
        entries[seq] = text.replace(&old.to_string(), &Timestamp::new(ms).to_string()).into_bytes();
        prop_assert_eq!(located(&log.check(&entries)), [("altered", seq as u64)]);
    }

    /// Any number of changes at once: nothing stays hidden, and nothing sound is accused.
    #[test]
    fn several_changes_are_all_named(
        altered in prop::collection::btree_set(0..SIZE, 0..6),
        removed in prop::collection::btree_set(0..SIZE, 0..6),
    ) {
        let log = log();
        let mut entries = log.entries.clone();
        for seq in &altered {
            let at = entries[*seq].len() - 4;
            entries[*seq][at] = b'X';
        }
        for seq in removed.iter().rev() {
            entries.remove(*seq);
        }
        let mut wrong: Vec<u64> = altered.union(&removed).map(|seq| *seq as u64).collect();
        wrong.sort_unstable();
        let mut named = Vec::new();
        for finding in log.check(&entries) {
            match finding {
                Finding::LeafMismatch { seq, .. } => named.push(seq),
                Finding::Missing { seq, count } => named.extend(seq..seq + count),
                _ => {}
            }
        }
        named.sort_unstable();
        prop_assert_eq!(named, wrong);
    }
}

#[test]
fn tiles_that_do_not_give_the_signed_root_accuse_nobody() {
    let log = log();
    let mut verifier = LogVerifier::new(log.origin.clone());
    for entry in &log.entries {
        verifier.push(entry);
    }
    verifier.finish(&log.checkpoint);
    let mut leaves = log.leaves.clone();
    leaves[3] = leaves[4];
    verifier.localise(&leaves, &log.checkpoint);
    verifier.localise(&log.leaves[1..], &log.checkpoint);
    assert_eq!(verifier.findings().len(), 2);
    assert!(
        verifier
            .findings()
            .iter()
            .all(|finding| matches!(finding, Finding::TilesMismatch { .. }))
    );
}

#[test]
fn expected_leaves_are_compared_before_and_after() {
    let log = log();
    let mut verifier = LogVerifier::new(log.origin.clone());
    verifier.expect_leaf(1, &log.leaves[1]);
    verifier.expect_leaf(2, &log.leaves[7]);
    for entry in &log.entries {
        verifier.push(entry);
    }
    verifier.expect_leaf(3, &log.leaves[3]);
    verifier.expect_leaf(4, &log.leaves[8]);
    let mismatch = |seq, expected: usize, found: usize| Finding::LeafMismatch {
        seq,
        expected: log.leaves[expected],
        found: log.leaves[found],
    };
    assert_eq!(verifier.findings(), [mismatch(2, 7, 2), mismatch(4, 8, 4)]);
}

#[test]
fn another_logs_entries_do_not_begin_this_log() {
    let log = log();
    let mut verifier = LogVerifier::new("example.org/other".parse().expect("a name"));
    verifier.push(&log.entries[0]);
    verifier.finish(&sign(&log.leaves[..1]));
    let kinds: Vec<String> = verifier
        .findings()
        .iter()
        .map(|finding| serde_json::to_value(finding).expect("JSON")["kind"].to_string())
        .collect();
    assert_eq!(kinds, ["\"chain_broken\"", "\"origin_mismatch\""]);
}

#[test]
fn a_flood_of_findings_is_counted_and_the_verdict_stays() {
    let log = log();
    let mut verifier = LogVerifier::new(log.origin.clone());
    for _ in 0..20_000 {
        verifier.push(b"{}");
    }
    verifier.finish(&log.checkpoint);
    assert_eq!(verifier.unlisted(), 10_000);
    let last_two = &verifier.findings()[10_000..];
    assert!(matches!(
        last_two,
        [Finding::Surplus { .. }, Finding::RootMismatch { .. }]
    ));
}
