//! Trust policies: reading and writing are inverse, and the quorum is counted as a textbook would.
#![allow(clippy::expect_used, reason = "the names and keys here are sound")]

use std::error::Error as _;

use ledger::policy::{Fault, Policy, TrustError};
use ledger::{Checkpoint, CosigningKey, Hash, SignedCheckpoint, SigningKey, VerifierKey};
use proptest::prelude::*;

const ORIGIN: &str = "example.org/log";

fn log_key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, [1; 32]).expect("a name")
}

fn witness(n: u8) -> CosigningKey {
    CosigningKey::from_seed(&format!("w{n}.example"), [100 + n; 32]).expect("a name")
}

/// A checkpoint that the log and these witnesses have signed, the last one a second later.
fn signed_by(witnesses: &[u8]) -> SignedCheckpoint {
    let checkpoint = Checkpoint::new(ORIGIN.parse().expect("a name"), 9, Hash::of(b"root"));
    let mut note = checkpoint.expect("sound").sign(&log_key());
    let parsed = SignedCheckpoint::parse(note.as_bytes()).expect("just written");
    for (time, n) in (1_795_388_645..).zip(witnesses) {
        note += &parsed.note().cosignature(&witness(*n), time);
    }
    SignedCheckpoint::parse(note.as_bytes()).expect("just written")
}

/// Five witnesses in two groups of which both must have witnessed: 2 of w0 w1 w2, any of w3 w4.
fn two_groups() -> Policy {
    let mut text = format!("log {} https://example.org/\n", log_key().verifier_key());
    for n in 0..5 {
        text += &format!("witness w{n} {}\n", witness(n).verifier_key());
    }
    text += "group a 2 w0 w1 w2\ngroup b any w3 w4\ngroup both all a b\nquorum both\n";
    let policy = Policy::parse(text.as_bytes()).expect("sound");
    assert_eq!(policy.to_string(), text);
    policy
}

#[test]
fn who_signed_is_told_with_the_time() {
    let evaluation = two_groups()
        .evaluate(&signed_by(&[4, 0, 2]))
        .expect("all good");
    assert_eq!(evaluation.logs(), [log_key().verifier_key()]);
    let who: Vec<(String, u64)> = evaluation
        .witnesses()
        .iter()
        .map(|cosigned| (cosigned.name().to_string(), cosigned.unix_seconds()))
        .collect();
    let expected = [
        ("w0", 1_795_388_646),
        ("w2", 1_795_388_647),
        ("w4", 1_795_388_645),
    ];
    assert_eq!(who, expected.map(|(name, time)| (name.to_owned(), time)));
    assert!(evaluation.quorum_reached() && evaluation.not_checked().is_empty());
}

#[test]
fn a_policy_shows_its_parts() {
    let policy = two_groups();
    let names = |at: usize| {
        let group = &policy.groups()[at];
        let members: Vec<String> = policy.members(group).map(ToString::to_string).collect();
        (group.threshold(), members.join(" "))
    };
    assert_eq!(names(0), (2, "w0 w1 w2".to_owned()));
    assert_eq!(names(2), (2, "a b".to_owned()));
    assert_eq!(
        policy.quorum().map(ToString::to_string).as_deref(),
        Some("both")
    );
    assert_eq!(policy.logs()[0].url(), Some(&b"https://example.org/"[..]));
    assert_eq!(policy.witnesses()[3].key(), &witness(3).verifier_key());
}

#[test]
fn one_key_is_a_policy() {
    let policy = Policy::of_log(log_key().verifier_key()).expect("a log's key");
    let (checkpoint, evaluation) = policy.verify(signed_by(&[0])).expect("the log signed");
    assert_eq!((checkpoint.size(), evaluation.witnesses().len()), (9, 0));
    let refused = Policy::of_log(witness(0).verifier_key());
    assert_eq!(refused, Err(Fault::NotALogsKey));
}

#[test]
fn other_logs_keep_the_quorum() {
    let other = SigningKey::from_seed(ORIGIN, [7; 32]).expect("a name");
    let with = |keys: &[&SigningKey]| {
        let keys: Vec<VerifierKey> = keys.iter().map(|key| key.verifier_key()).collect();
        two_groups().with_logs(keys)
    };
    let policy = with(&[&other]).expect("one key");
    let refused = policy.verify(signed_by(&[0, 1, 3]));
    assert!(matches!(refused, Err(TrustError::NotSigned(_))));
    let policy = with(&[&other, &log_key()]).expect("two keys");
    assert!(policy.verify(signed_by(&[0, 1, 3])).is_ok());
    assert!(matches!(
        policy.verify(signed_by(&[0, 1])),
        Err(TrustError::NoQuorum { cosigned: 2, .. })
    ));
    assert_eq!(with(&[&other, &other]), Err(Fault::DuplicateKey));
}

#[test]
fn an_error_names_its_line_and_its_cause() {
    let error = Policy::parse(b"# nobody\n\nquorum everybody\n").expect_err("undefined");
    assert_eq!(error.to_string(), "line 3 of the policy is refused");
    let source = error.source().expect("a cause").to_string();
    assert_eq!(source, "no earlier line defines everybody");
}

proptest! {
    #[test]
    fn the_quorum_is_two_of_three_and_one_of_two(who in prop::collection::btree_set(0_u8..5, 0..6)) {
        let who: Vec<u8> = who.into_iter().collect();
        let evaluation = two_groups().evaluate(&signed_by(&who)).expect("all good");
        let of = |range: core::ops::Range<u8>| who.iter().filter(|n| range.contains(n)).count();
        prop_assert_eq!(evaluation.quorum_reached(), of(0..3) >= 2 && of(3..5) >= 1);
        prop_assert_eq!(evaluation.witnesses().len(), who.len());
    }

    /// Any grouping of eight witnesses is read, written and read again as the same policy.
    #[test]
    fn a_written_policy_reads_back(cuts in prop::collection::vec(1_usize..4, 1..4), k in 1_usize..4, octets in "[!-~ä-ü]{1,9}") {
        let mut text = String::new();
        for n in 0..8 {
            text += &format!("\twitness {octets}/{n}  {} {octets}\n", witness(n).verifier_key());
        }
        let mut next = 0;
        for (g, members) in cuts.iter().enumerate() {
            let names: Vec<String> = (next..next + members).filter(|n| *n < 8).map(|n| format!("{octets}/{n}")).collect();
            next += members;
            if !names.is_empty() {
                text += &format!("group g{g}{octets} {} {}\n", k.min(names.len()), names.join(" "));
            }
        }
        text += &format!("quorum g0{octets}\n");
        let policy = Policy::parse(text.as_bytes()).expect("well-formed");
        prop_assert_eq!(Policy::parse(&policy.to_bytes()), Ok(policy));
    }
}
