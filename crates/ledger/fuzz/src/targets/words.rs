//! Entries, policies, rotations, and everything that is one word: what is read has one form, and is
//! written again as it was.

use std::fmt::Display;
use std::str::FromStr;

use ledger::log_file::Head;
use ledger::policy::Policy;
use ledger::rotation::{KeyHistory, KeyRotation};
use ledger::{
    Draft, Entry, Hash, Origin, SignedCheckpoint, TilePath, Timestamp, VerifierKey, bundle, encode,
    leaf_hash, prev_of,
};

use super::notes::{CHECKPOINT, LOG_KEY};
use crate::seeds;

pub(super) fn entry(bytes: &[u8]) {
    let prev = prev_of(bytes);
    let Ok(entry) = Entry::parse(bytes) else {
        return;
    };
    assert_eq!(prev, Ok(entry.prev()));
    let draft = Draft {
        id: entry.id(),
        kind: entry.kind(),
        actor: entry.actor(),
        body: entry.body(),
    };
    let again = encode(&entry.prev(), entry.seq(), entry.time(), &draft);
    assert_eq!(again.as_deref(), Ok(bytes));
    // Whoever reads JSON sees the same.
    let json: serde_json::Value = serde_json::from_slice(bytes).expect("an entry is JSON");
    assert_eq!(json["seq"], entry.seq());
    assert_eq!(json["kind"], entry.kind());
    for (member, text) in [("actor", entry.actor()), ("body", entry.body())] {
        let value: serde_json::Value = serde_json::from_str(text).expect("a member is JSON");
        assert_eq!(json[member], value);
    }
}

pub(super) fn policy(bytes: &[u8]) {
    let Ok(policy) = Policy::parse(bytes) else {
        return;
    };
    let written = policy.to_bytes();
    let again = Policy::parse(&written).expect("what is written is read");
    assert_eq!(again.to_bytes(), written);
    let checkpoint = SignedCheckpoint::parse(CHECKPOINT.as_bytes()).expect("a checkpoint");
    if let Ok((_, evaluation)) = policy.verify(checkpoint) {
        assert!(!evaluation.logs().is_empty());
        assert!(evaluation.quorum_reached());
    }
    assert_eq!(again, policy);
}

pub(super) fn rotation(bytes: &[u8]) {
    let Ok(body) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(rotation) = KeyRotation::parse(body) else {
        return;
    };
    assert_eq!(rotation.to_body(), body);
    let mut history = KeyHistory::new(LOG_KEY.parse().expect("a key")).expect("a log's key");
    let from = rotation.from();
    // Never for a tree that does not hold the entry.
    assert!(history.push(from, rotation.clone()).is_err());
    let (old, new) = (rotation.old_key().clone(), rotation.new_key().clone());
    if history.push(from - 1, rotation).is_ok() && old.to_string() == LOG_KEY {
        assert_eq!(history.key_at(from - 1), Some(&old));
        assert_eq!(history.key_at(from), Some(&new));
    }
}

pub(super) fn vkey(bytes: &[u8]) {
    has_one_form::<VerifierKey>(bytes);
}

pub(super) fn tile_path(bytes: &[u8]) {
    has_one_form::<TilePath>(bytes);
    let path = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| text.parse().ok());
    if let Some(path @ TilePath::Entries { index, width }) = path
        && let Some(before) = index.checked_mul(256)
        && let Some(size) = before.checked_add(width.into())
    {
        assert!(path.exists_in(size) && !path.exists_in(before));
    }
}

/// The parts follow each other, and the entries end where the file does.
pub(super) fn log_file(bytes: &[u8]) {
    let Ok((head, begin)) = Head::parse(bytes) else {
        return;
    };
    assert_eq!(head.encode().as_bytes(), &bytes[..begin]);
    let length = bytes.len() as u64;
    let wanted = begin as u64 + head.checkpoint_len() + 32 * head.leaves();
    let Ok(parts) = head.parts(length) else {
        assert!(length < wanted);
        return;
    };
    assert_eq!(parts.checkpoint.start, begin as u64);
    assert_eq!(parts.checkpoint.end, parts.leaves.start);
    assert_eq!(parts.leaves.end, parts.entries.start);
    assert_eq!(parts.entries, wanted..length);
}

pub(super) fn log_file_seeds() -> Vec<Vec<u8>> {
    let entries = seeds::logs().into_iter().map(|log| log.bundle);
    let file = |entries: Vec<u8>| {
        let leaves = bundle::split(&entries)
            .filter_map(Result::ok)
            .map(leaf_hash);
        let leaves: Vec<Hash> = leaves.collect();
        let head = Head::new(CHECKPOINT.len() as u64, leaves.len() as u64).expect("it is small");
        let mut file = head.encode().into_bytes();
        file.extend_from_slice(CHECKPOINT.as_bytes());
        leaves
            .iter()
            .for_each(|leaf| file.extend_from_slice(leaf.as_bytes()));
        file.extend_from_slice(&entries);
        file
    };
    entries.map(file).collect()
}

/// The small words that stand in all of these.
pub(super) fn word(bytes: &[u8]) {
    has_one_form::<Hash>(bytes);
    has_one_form::<Origin>(bytes);
    has_one_form::<Timestamp>(bytes);
}

pub(super) fn word_seeds() -> Vec<Vec<u8>> {
    let words = [
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "example.org/log",
        "2026-11-22T23:04:05.123Z",
        "0000-02-29T00:00:00.000Z",
        "9999-12-31T23:59:59.999Z",
    ];
    words.map(|word| word.as_bytes().to_vec()).to_vec()
}

fn has_one_form<T: FromStr + Display>(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(value) = text.parse::<T>()
    {
        assert_eq!(value.to_string(), text);
    }
}
