//! Notes and what is made of them: checkpoints, cosignatures, requests to a witness, receipts.

use std::sync::LazyLock;

use ledger::policy::Policy;
use ledger::receipt::Receipt;
use ledger::witness::{AddCheckpoint, Witness, read_answer, read_conflict};
use ledger::{Checkpoint, CosigningKey, Note, Origin, SignedCheckpoint, TreeHead, VerifierKey};

use crate::seeds;

/// The key of the vectors' log.
pub(super) const LOG_KEY: &str =
    "example.org/log+b9efd0a3+AZsfhHkc/HZjBFhU04netcqVRJ2HXydqg4QLBgqznPxx";

/// A checkpoint that it has signed.
pub(super) const CHECKPOINT: &str = "example.org/log\n9\n\
    nAN3cVIBGVubM9IK0Cqk4dXeELs43H2+JlL+fXEaZa0=\n\n\
    \u{2014} example.org/log ue/Qo1DVq+vEtNX7c3lId7ljFs4qJZmNFLA2XNe1ud1/cEZkO11EpNbbRMA26sWXMR57x756fu9q/Dxwvo68ay6m5w4=\n";

static LOG: LazyLock<VerifierKey> = LazyLock::new(|| LOG_KEY.parse().expect("a key"));

static SIGNED: LazyLock<SignedCheckpoint> =
    LazyLock::new(|| SignedCheckpoint::parse(CHECKPOINT.as_bytes()).expect("a checkpoint"));

static WITNESS: LazyLock<CosigningKey> =
    LazyLock::new(|| CosigningKey::from_seed("witness.example", [2; 32]).expect("a name"));

static POLICY: LazyLock<Policy> =
    LazyLock::new(|| Policy::of_log(LOG.clone()).expect("a log's key"));

pub(super) fn note(bytes: &[u8]) {
    let Ok(note) = Note::parse(bytes) else {
        return;
    };
    assert_eq!(note.to_string().as_bytes(), bytes);
    if let Ok(verified) = note.verify(std::slice::from_ref(&*LOG)) {
        assert_eq!(verified.text(), note.text());
        assert_eq!(verified.signatures().len(), 1);
    }
}

pub(super) fn checkpoint(bytes: &[u8]) {
    note(bytes);
    let Ok(signed) = SignedCheckpoint::parse(bytes) else {
        return;
    };
    assert_eq!(signed.note().to_string().as_bytes(), bytes);
    let claimed = signed.claimed().clone();
    let body = claimed.body();
    assert!(signed.note().text().starts_with(&body));
    assert_eq!(Checkpoint::parse_body(&body), Ok(claimed.clone()));
    let origin: Origin = LOG.name().parse().expect("a name");
    if let Ok(verified) = signed.verify(&LOG, &origin) {
        assert_eq!(
            (verified.origin(), verified.head()),
            (&origin, claimed.head())
        );
    }
}

pub(super) fn cosignature(bytes: &[u8]) {
    if let Some(size) = read_conflict(bytes) {
        assert_eq!(format!("{size}\n").as_bytes(), bytes);
    }
    let Ok(lines) = read_answer(&SIGNED, bytes, &[WITNESS.verifier_key()]) else {
        return;
    };
    let answer = std::str::from_utf8(bytes).expect("lines are text");
    assert!(lines.iter().all(|line| answer.contains(line.as_str())));
    let cosigned = format!("{CHECKPOINT}{}", lines.concat());
    let cosigned = SignedCheckpoint::parse(cosigned.as_bytes()).expect("it is still one");
    assert_eq!(cosigned.note().signatures().len(), 2);
}

pub(super) fn cosignature_seeds() -> Vec<Vec<u8>> {
    let good = SIGNED.note().cosignature(&WITNESS, 1_795_388_645);
    let unknown = "\u{2014} other.example AAAAAAAA\n";
    let answers = [
        "9\n".to_owned(),
        format!("{unknown}{good}"),
        good.repeat(2),
        good,
    ];
    let mut seeds: Vec<Vec<u8>> = answers.map(String::into_bytes).to_vec();
    for note in seeds::of(&["trust"]) {
        let lines = note.windows(2).rposition(|pair| pair == b"\n\n");
        seeds.extend(lines.map(|at| note[at + 2..].to_vec()));
    }
    seeds
}

pub(super) fn request(bytes: &[u8]) {
    let Ok(request) = AddCheckpoint::parse(bytes) else {
        return;
    };
    assert_eq!(request.to_string().as_bytes(), bytes);
    let witness = Witness::new([LOG.clone()]);
    let old = TreeHead {
        size: request.old_size(),
        root: SIGNED.claimed().root(),
    };
    for remembered in [None, Some(old), Some(SIGNED.claimed().head())] {
        match witness.decide(&request, remembered) {
            Ok(accepted) => {
                assert_eq!(accepted.head(), request.head());
                assert!(remembered.is_none_or(|head| head.size <= accepted.head().size));
                let line = accepted.cosign(&WITNESS, 1).expect("a time");
                let served = accepted.served(&line);
                assert!(SignedCheckpoint::parse(served.as_bytes()).is_ok());
            }
            Err(refusal) => {
                assert!((400..=422).contains(&refusal.status()));
                assert!(refusal.body().ends_with('\n'));
            }
        }
    }
}

pub(super) fn receipt(bytes: &[u8]) {
    let Ok(receipt) = Receipt::parse(bytes) else {
        return;
    };
    assert_eq!(receipt.to_string().as_bytes(), bytes);
    let claimed = receipt.checkpoint().claimed();
    let leaf = claimed.root();
    // The root itself as a leaf: it is one only where the tree has no other.
    if let Ok(proved) = receipt.verify_leaf(&leaf, &POLICY) {
        assert_eq!((proved.checkpoint.size(), receipt.index()), (1, 0));
    }
    assert!(receipt.verify_entry(bytes, &POLICY).is_err());
}
