//! A whole log against a checkpoint: whatever differs is found.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use ledger::{
    Checkpoint, Entry, Finding, Hash, HashedEntry, LogVerifier, Origin, SignedCheckpoint,
    SigningKey, VerifiedCheckpoint, bundle, leaf_hash, root_of,
};

use crate::seeds::{self, Log};

static ORIGIN: LazyLock<Origin> = LazyLock::new(|| "example.org/log".parse().expect("a name"));

static KEY: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::from_seed(ORIGIN.as_str(), [9; 32]).expect("a name"));

/// Two logs: one is signed, the other one is what a reader gets.
///
/// ```text
/// u16be length of the bundle ‖ bundle of what is signed ‖ bundle of what is read
/// ```
pub(super) fn log(bytes: &[u8]) {
    let Some((length, rest)) = bytes.split_first_chunk() else {
        return;
    };
    let (signed, read) = rest.split_at(rest.len().min(u16::from_be_bytes(*length).into()));
    let signed: Vec<&[u8]> = bundle::split(signed).map_while(Result::ok).collect();
    let read: Vec<&[u8]> = bundle::split(read).map_while(Result::ok).collect();
    let leaves: Vec<Hash> = signed.iter().map(|entry| leaf_hash(entry)).collect();
    let checkpoint = checkpoint(&leaves);

    let mut log = LogVerifier::new(ORIGIN.clone());
    for entry in &read {
        assert_eq!(log.push(entry).leaf, leaf_hash(entry));
    }
    log.finish(&checkpoint);
    let mut together = LogVerifier::new(ORIGIN.clone());
    for entry in HashedEntry::of_each(&read) {
        together.push_hashed(entry);
    }
    together.finish(&checkpoint);
    assert_eq!(log.findings(), together.findings());

    if log.findings().is_empty() {
        assert_eq!(read, signed);
        is_a_chain(&read);
    }
    let before = log.findings().len();
    log.localise(&leaves, &checkpoint);
    let named = |finding: &Finding| {
        use Finding::{Inserted, LeafMismatch, Missing, Moved};
        matches!(
            finding,
            LeafMismatch { .. } | Missing { .. } | Inserted { .. } | Moved { .. }
        )
    };
    let located = log.findings()[before..].iter().any(named);
    assert_eq!(
        located,
        read != signed,
        "what differs is named, and nothing else"
    );
}

/// What a log without findings must be, told anew.
fn is_a_chain(entries: &[&[u8]]) {
    let mut prev = ORIGIN.genesis();
    let (mut time, mut ids) = (None, BTreeSet::new());
    for (seq, bytes) in (0..).zip(entries) {
        let entry = Entry::parse(bytes).expect("no finding says otherwise");
        assert_eq!((entry.seq(), entry.prev()), (seq, prev));
        assert!(time <= Some(entry.time()) && ids.insert(entry.id()));
        (prev, time) = (leaf_hash(bytes), Some(entry.time()));
    }
}

fn checkpoint(leaves: &[Hash]) -> VerifiedCheckpoint {
    let checkpoint = Checkpoint::new(ORIGIN.clone(), leaves.len() as u64, root_of(leaves));
    let note = checkpoint.expect("sound").sign(&KEY);
    let signed = SignedCheckpoint::parse(note.as_bytes()).expect("just written");
    signed
        .verify(&KEY.verifier_key(), &ORIGIN)
        .expect("just signed")
}

/// Each log of the vectors as it is, and beside the lawful one.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let logs = seeds::logs();
    let lawful = logs.iter().find(|log| log.name == "log-valid");
    let lawful = &lawful.expect("there is one").bundle;
    let seed = |signed: &[u8], read: &[u8]| {
        let length = u16::try_from(signed.len()).expect("they are small");
        [&length.to_be_bytes()[..], signed, read].concat()
    };
    logs.iter()
        .flat_map(|Log { bundle, .. }| [seed(bundle, bundle), seed(lawful, bundle)])
        .collect()
}
