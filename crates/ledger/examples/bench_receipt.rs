//! Measures a receipt (C2SP tlog-proof) of one entry out of 1,000,000: made from tiles that lie in a folder and
//! written as a file, then read, and checked with the entry under a reader's policy, signature and all:
//! `bench_receipt <folder>`. Writes the tiles first (33 MB), removes them, and prints one JSON line a figure.
//!
//! Beside it, in turn with it and from the same files, `tlog_tiles` makes and checks the same proof, and `signed_note`
//! the checkpoint's signature: the parts of a receipt, without its file.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement may fail"
)]

mod bench;

use std::path::{Path, PathBuf};
use std::{env, fs};

use bench::figure::{figure, median, timed};
use bench::{Folder, write_tiles};
use ledger::policy::Policy;
use ledger::receipt::Receipt;
use ledger::{
    Checkpoint, Draft, Hash, HashTiles, Origin, SignedCheckpoint, SigningKey, TilePath, Timestamp,
    encode, leaf_hash, root_of,
};
use signed_note::{Note, StandardVerifier, Verifier, VerifierList};
use tlog_tiles::{TileHashReader, check_record, prove_record};
use uuid::Builder;

/// Entries in the log.
const SIZE: u64 = 1_000_000;

/// Receipts, each of another entry; the median is told.
const RECEIPTS: u64 = 1_001;

/// A log as one who gives receipts has it, and one who checks them.
struct Log {
    note: String,
    root: Hash,
    trust: Policy,
    verifier: VerifierList,
}

fn main() {
    let folder = PathBuf::from(
        env::args()
            .nth(1)
            .expect("say where: bench_receipt <folder>"),
    );
    let wanted = |round: u64| round.wrapping_mul(0x9E37_79B9_7F4A_7C15) % SIZE;
    let origin: Origin = "example.org/log".parse().expect("a name");
    let (mut leaves, mut prev) = (Vec::new(), origin.genesis());
    let mut asked: Vec<(u64, Vec<u8>)> = (0..RECEIPTS).map(|at| (wanted(at), Vec::new())).collect();
    asked.sort_unstable();
    let mut next = 0;
    for seq in 0..SIZE {
        let entry = entry(&prev, seq);
        prev = leaf_hash(&entry);
        leaves.push(prev);
        while asked.get(next).is_some_and(|(place, _)| *place == seq) {
            asked[next].1.clone_from(&entry);
            next += 1;
        }
    }
    let log = log(origin, root_of(&leaves));
    write_tiles(&folder, &leaves).expect("the folder can be written");
    drop(leaves);

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (mut made, mut checked) = (Vec::new(), Vec::new());
    for (round, (index, entry)) in asked.iter().enumerate() {
        let peer = || timed(|| by_others(&folder, *index, entry, &log));
        if round % 2 == 1 {
            theirs.push(peer());
        }
        let mut file = String::new();
        made.push(timed(|| file = make(&folder, *index, &log)));
        checked.push(timed(|| check(&file, entry, &log)));
        ours.push(made[round] + checked[round]);
        if round % 2 == 0 {
            theirs.push(peer());
        }
    }
    fs::remove_dir_all(&folder).expect("the folder is ours");

    let (value, peer) = (median(&mut ours), median(&mut theirs));
    let parts = "tlog_tiles and signed_note";
    figure("receipt", "receipt_of_1000000", value, Some((parts, peer)));
    figure(
        "receipt",
        "receipt_of_1000000_p99",
        ours[ours.len() * 99 / 100],
        None,
    );
    figure(
        "receipt",
        "receipt_of_1000000_made",
        median(&mut made),
        None,
    );
    figure(
        "receipt",
        "receipt_of_1000000_checked",
        median(&mut checked),
        None,
    );
}

fn entry(prev: &Hash, seq: u64) -> Vec<u8> {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&seq.to_be_bytes());
    let draft = Draft {
        id: Builder::from_random_bytes(bytes).into_uuid(),
        kind: "request.submitted",
        actor: r#"{"type":"person","person":"16fd2706-8baf-433b-82eb-8c7fada847da","groups":["oncall"]}"#,
        body: r#"{"request":"7c9e6679-7425-40de-944b-e07fc1f90ae7","mode":"ordinary","resource":"orders-db"}"#,
    };
    encode(prev, seq, Timestamp::new(1_767_600_000_000), &draft).expect("a sound draft")
}

fn log(origin: Origin, root: Hash) -> Log {
    let key = SigningKey::from_seed(origin.as_str(), [7; 32]).expect("a name");
    let vkey = key.verifier_key().to_string();
    let trust = format!("log {vkey}\nquorum none\n");
    let verifier: Box<dyn Verifier> = Box::new(StandardVerifier::new(&vkey).expect("a key"));
    Log {
        note: Checkpoint::new(origin, SIZE, root)
            .expect("a small size")
            .sign(&key),
        root,
        trust: Policy::parse(trust.as_bytes()).expect("a policy"),
        verifier: VerifierList::new(vec![verifier]),
    }
}

fn make(folder: &Path, index: u64, log: &Log) -> String {
    let mut tiles = HashTiles::new(SIZE, |path: TilePath| {
        fs::read(folder.join(path.to_string()))
    });
    let proof = tiles.prove_inclusion(index).expect("the tiles are there");
    let checkpoint = SignedCheckpoint::parse(log.note.as_bytes()).expect("just signed");
    let receipt = Receipt::new(index, proof, checkpoint).expect("a short proof");
    receipt.to_string()
}

fn check(file: &str, entry: &[u8], log: &Log) {
    let receipt = Receipt::parse(file.as_bytes()).expect("just made");
    receipt
        .verify_entry(entry, &log.trust)
        .expect("an honest log");
}

fn by_others(folder: &Path, index: u64, entry: &[u8], log: &Log) {
    let root = tlog_tiles::Hash(*log.root.as_bytes());
    let tiles = Folder(folder);
    let reader = TileHashReader::new(SIZE, root, &tiles);
    let proof = prove_record(SIZE, index, &reader).expect("the tiles are sound");
    let note = Note::from_bytes(log.note.as_bytes()).expect("a note");
    note.verify(&log.verifier).expect("just signed");
    let leaf = tlog_tiles::Hash(*leaf_hash(entry).as_bytes());
    check_record(&proof, SIZE, root, index, leaf).expect("just made");
}
