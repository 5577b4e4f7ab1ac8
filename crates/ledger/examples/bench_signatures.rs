//! Measures the signatures of 100,000 checkpoints of one log, by one key, on one core and on two: all of them together,
//! and one by one as the peer. Prints JSON lines, the medians of five runs each, in turn.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement may fail"
)]

#[path = "bench/figure.rs"]
mod bench;

use std::thread;

use ledger::{Checkpoint, Hash, Origin, SignedCheckpoint, SigningKey};

use bench::{figure, median, timed};

const CHECKPOINTS: u64 = 100_000;

const RUNS: usize = 5;

fn main() {
    let origin: Origin = "example.org/log".parse().expect("a name");
    let key = SigningKey::from_seed(origin.as_str(), [7; 32]).expect("a name for a key");
    let public = key.verifier_key();
    let mut checkpoints: Vec<SignedCheckpoint> = (1..=CHECKPOINTS)
        .map(|size| {
            let root = Hash::of(&size.to_be_bytes());
            let checkpoint = Checkpoint::new(origin.clone(), size, root).expect("a size");
            SignedCheckpoint::parse(checkpoint.sign(&key).as_bytes()).expect("a checkpoint")
        })
        .collect();
    let bad = |checkpoints: &[SignedCheckpoint]| {
        let verdicts = SignedCheckpoint::verify_each(checkpoints, &public, &origin);
        let bad = verdicts.iter().enumerate().filter(|(_, it)| it.is_err());
        bad.map(|(place, _)| place).collect::<Vec<_>>()
    };
    let one_by_one = |checkpoints: &[SignedCheckpoint]| {
        let verdict = |it: &SignedCheckpoint| it.clone().verify(&public, &origin);
        checkpoints.iter().all(|it| verdict(it).is_ok())
    };
    for cores in [1, 2] {
        let part = checkpoints.len().div_ceil(cores);
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            ours.push(on_each(&checkpoints, part, |part| {
                assert!(bad(part).is_empty())
            }));
            theirs.push(on_each(&checkpoints, part, |part| {
                assert!(one_by_one(part))
            }));
        }
        let peer = ("verify_strict", median(&mut theirs));
        let metric = format!("100000 checkpoints of one key, {cores} cores");
        figure("signatures", &metric, median(&mut ours), Some(peer));
    }

    // One that was changed after it was signed, in the midst of them.
    let changed = Checkpoint::new(origin.clone(), 5, Hash::of(b"signed")).expect("a size");
    let (signed, other) = (changed.root().to_string(), Hash::of(b"another"));
    let note = changed.sign(&key).replace(&signed, &other.to_string());
    checkpoints[50_000] = SignedCheckpoint::parse(note.as_bytes()).expect("a checkpoint");
    let mut found = Vec::new();
    for _ in 0..RUNS {
        found.push(timed(|| assert_eq!(bad(&checkpoints), [50_000])));
    }
    figure(
        "signatures",
        "the same with a bad one, named",
        median(&mut found),
        None,
    );
}

/// How long it takes to do the work on parts of the checkpoints, each on a thread of its own.
fn on_each(
    checkpoints: &[SignedCheckpoint],
    part: usize,
    work: impl Fn(&[SignedCheckpoint]) + Sync,
) -> f64 {
    timed(|| {
        thread::scope(|scope| {
            for part in checkpoints.chunks(part) {
                scope.spawn(|| work(part));
            }
        });
    })
}
