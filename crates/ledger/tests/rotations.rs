//! Key rotations: what is signed is nothing else, and each size has the key that it should.
#![allow(clippy::expect_used, reason = "the names and keys here are sound")]

use ledger::policy::{Policy, TrustError};
use ledger::rotation::{HistoryError, KIND, KeyHistory, KeyRotation, NotVouchedFor, RotationError};
use ledger::{
    Checkpoint, Draft, Entry, Hash, Note, SignedCheckpoint, SigningKey, Timestamp, VerifierKey,
    encode,
};
use proptest::prelude::*;
use uuid::Builder;

const ORIGIN: &str = "example.org/log";

fn key(n: u8) -> SigningKey {
    SigningKey::from_seed(ORIGIN, [n; 32]).expect("a name")
}

fn public(n: u8) -> VerifierKey {
    key(n).verifier_key()
}

fn rotation(old: u8, new: u8, from: u64) -> KeyRotation {
    KeyRotation::sign(&key(old), &public(new), from).expect("two keys of one log")
}

fn signed(size: u64, keys: &[u8]) -> SignedCheckpoint {
    let origin = ORIGIN.parse().expect("a name");
    let body = Checkpoint::new(origin, size, Hash::of(b"root"))
        .expect("sound")
        .body();
    let keys: Vec<SigningKey> = keys.iter().map(|n| key(*n)).collect();
    let note = Note::sign(&body, &keys.iter().collect::<Vec<_>>()).expect("some keys");
    SignedCheckpoint::parse(note.as_bytes()).expect("just written")
}

/// Keys 1, 2 from size 42, 3 from size 90.
fn history(trusted: u8) -> KeyHistory {
    let mut history = KeyHistory::new(public(trusted)).expect("a log's key");
    history.push(41, rotation(1, 2, 42)).expect("sound");
    history.push(80, rotation(2, 3, 90)).expect("sound");
    history
}

#[test]
fn each_size_has_its_key() {
    let history = history(1);
    for (size, n) in [(0, 1), (41, 1), (42, 2), (89, 2), (90, 3), (u64::MAX, 3)] {
        assert_eq!(history.key_at(size), Some(&public(n)), "size {size}");
        let checkpoint = signed(size.clamp(1, 1 << 62), &[n]);
        assert!(history.verify(checkpoint).is_ok());
    }
    let signers = |before, size| history.signers(before, size).cloned().collect::<Vec<_>>();
    assert_eq!(signers(41, 44), [public(1), public(2)]);
    assert_eq!(signers(44, 57), [public(2)]);
    assert_eq!(signers(0, 95), [public(1), public(2), public(3)]);
    assert_eq!(signers(95, 44), [public(2)]);
}

#[test]
fn who_trusts_a_later_key_believes_what_follows_it() {
    let history = history(2);
    assert_eq!(history.key_at(41), None);
    assert_eq!(history.key_at(42), Some(&public(2)));
    assert_eq!(history.key_at(90), Some(&public(3)));
    let refused = history.verify(signed(41, &[1]));
    assert_eq!(refused, Err(NotVouchedFor::NoKey { size: 41 }));
    // Right after the rotation, the key before the trusted one is not asked for.
    assert!(history.verify_after(41, signed(44, &[2])).is_ok());
}

#[test]
fn the_first_checkpoint_bears_both() {
    let history = history(1);
    assert!(history.verify_after(41, signed(44, &[1, 2])).is_ok());
    assert!(history.verify_after(41, signed(44, &[2])).is_err());
    assert!(history.verify_after(41, signed(44, &[1])).is_err());
    assert!(history.verify_after(44, signed(57, &[2])).is_ok());
    // Who knows the old key only can read it.
    let old = KeyHistory::new(public(1)).expect("a log's key");
    assert!(old.verify(signed(44, &[1, 2])).is_ok());
}

#[test]
fn a_policy_takes_the_key_from_the_history() {
    let history = history(1);
    let policy = Policy::of_log(public(1)).expect("a log's key");
    let refused = policy.verify(signed(57, &[2]));
    assert!(matches!(refused, Err(TrustError::NotSigned(_))));
    let policy = policy
        .with_logs(history.key_at(57).cloned())
        .expect("one key");
    assert!(policy.verify(signed(57, &[2])).is_ok());
}

#[test]
fn a_refused_entry_changes_nothing() {
    let mut history = history(1);
    let refused = history.push(91, rotation(2, 4, 95));
    assert_eq!(refused, Err(HistoryError::NotTheLastKey { seq: 91 }));
    let refused = history.push(99, rotation(3, 1, 100));
    assert_eq!(refused, Err(HistoryError::KeyReturns { seq: 99 }));
    assert_eq!(history.key_at(1000), Some(&public(3)));
    history.push(99, rotation(3, 4, 100)).expect("sound");
    assert_eq!(history.key_at(1000), Some(&public(4)));
}

#[test]
fn entries_of_other_kinds_say_nothing_of_keys() {
    let mut history = KeyHistory::new(public(1)).expect("a log's key");
    let mut push = |seq, kind, body: &str| {
        let id = Builder::from_random_bytes([1; 16]).into_uuid();
        let draft = Draft {
            id,
            kind,
            actor: "{}",
            body,
        };
        let bytes = encode(&Hash::of(b"prev"), seq, Timestamp::new(0), &draft).expect("valid");
        history.push_entry(&Entry::parse(&bytes).expect("just written"))
    };
    assert_eq!(push(5, "test.made", "{}"), Ok(()));
    assert_eq!(
        push(6, KIND, "{}"),
        Err(HistoryError::Rotation(RotationError::Form))
    );
    assert_eq!(push(7, KIND, &rotation(1, 2, 8).to_body()), Ok(()));
    assert_eq!(history.key_at(8), Some(&public(2)));
}

#[test]
fn what_is_signed_is_no_note() {
    // The bytes are those of FORMAT.md; no note can have such a text, so nobody can be brought to
    // sign them as one, nor the other way round.
    let (old, new) = (public(1), public(2));
    let text = format!("key-rotation/v1\0\n{ORIGIN}\n42\n{old}\n{new}\n");
    let body = rotation(1, 2, 42).to_body();
    let signature = key(1).sign(text.as_bytes());
    let written = body.split('"').nth(13).expect("the signature");
    use base64ct::{Base64, Encoding as _};
    assert_eq!(written, Base64::encode_string(&signature));
    assert!(Note::sign(&text, &[&key(1)]).is_err());
}

#[test]
fn keys_that_cannot_follow_are_not_signed() {
    let sign = |new: &VerifierKey, from| KeyRotation::sign(&key(1), new, from);
    let other = SigningKey::from_seed("other.example", [2; 32]).expect("a name");
    let witness = VerifierKey::new_cosigner(ORIGIN, public(2).key_bytes().try_into().expect("32"));
    assert!(matches!(
        sign(&other.verifier_key(), 42),
        Err(RotationError::NotOneLog { .. })
    ));
    assert!(matches!(
        sign(&witness.expect("a key"), 42),
        Err(RotationError::NotOneLog { .. })
    ));
    assert_eq!(sign(&public(1), 42), Err(RotationError::SameKey));
    assert_eq!(sign(&public(2), 0), Err(RotationError::From));
    assert_eq!(sign(&public(2), 1 << 53), Err(RotationError::From));
}

proptest! {
    #[test]
    fn a_written_body_reads_back(name in "[!-*,-~ä]{1,20}", from in 1_u64..(1 << 53)) {
        let key = |n| SigningKey::from_seed(&name, [n; 32]).expect("a name");
        let rotation = KeyRotation::sign(&key(1), &key(2).verifier_key(), from).expect("sound");
        let body = rotation.to_body();
        prop_assert_eq!(KeyRotation::parse(&body), Ok(rotation));
        // An entry takes it as its body.
        let id = Builder::from_random_bytes([1; 16]).into_uuid();
        let draft = Draft { id, kind: KIND, actor: "{}", body: &body };
        prop_assert!(encode(&Hash::of(b"prev"), 0, Timestamp::new(0), &draft).is_ok());
        let json: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        prop_assert_eq!(json.to_string(), body);
    }

    #[test]
    fn a_changed_byte_is_refused(at in any::<prop::sample::Index>(), byte in 0_u8..128) {
        let mut bytes = rotation(1, 2, 42).to_body().into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        let body = String::from_utf8(bytes).expect("ASCII");
        prop_assert!(KeyRotation::parse(&body).is_err());
    }

    /// Whatever is fed in, the keys go on: no size has two, and none comes back.
    #[test]
    fn no_key_comes_back(steps in prop::collection::vec((1_u8..6, 1_u8..6, 0_u64..60, 0_u64..60), 0..12)) {
        let mut history = KeyHistory::new(public(1)).expect("a log's key");
        for (old, new, seq, from) in steps {
            if old != new && from > 0 {
                let _ = history.push(seq, rotation(old, new, from));
            }
        }
        let mut keys: Vec<String> = (0..70).filter_map(|size| history.key_at(size)).map(ToString::to_string).collect();
        keys.dedup();
        let count = keys.len();
        keys.sort();
        keys.dedup();
        prop_assert_eq!(keys.len(), count);
    }
}
