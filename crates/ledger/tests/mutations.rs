//! No input makes a reader panic, or take much memory: every cut and every flipped bit of sound samples is
//! read, and thousands of random mutations of all vectors. What holds of everything that is still
//! accepted stands with the targets; `cargo xtask fuzz` runs the same ones for longer.
#![allow(clippy::expect_used, reason = "the samples are sound")]

#[path = "support/random.rs"]
mod random;
#[path = "../fuzz/src/seeds.rs"]
mod seeds;
#[path = "../fuzz/src/targets/mod.rs"]
mod targets;

use std::sync::{Mutex, PoisonError};

use peak_alloc::PeakAlloc;
use random::Random;
use targets::{ALL, MOST_MEMORY, Target};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The allocator counts for the whole process, so one test runs at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// How many random mutations each target reads.
const MUTATIONS: usize = 2_000;

fn read(target: &Target, bytes: &[u8]) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    (target.run)(bytes);
    let taken = MEMORY.peak_usage().saturating_sub(before);
    let (each, fixed) = MOST_MEMORY;
    let (name, length) = (target.name, bytes.len());
    assert!(
        taken <= each * length + fixed,
        "{name}: {taken} bytes of memory for {length}"
    );
}

fn target(name: &str) -> &'static Target {
    let target = ALL.iter().find(|target| target.name == name);
    target.expect("there is such a target")
}

/// Hands every cut, every left-out byte, every flipped bit, and at each place the bytes that mean
/// something, to the reader; of samples with keys of 1.8 kB only some places.
fn every_place(kind: &str, target: &Target) {
    let telling = [0, b'\n', b' ', b'0', b'9', b'+', b'=', b'A', 0x7f, 0xff];
    let valid = format!("{kind}-valid");
    let samples = seeds::named(&[kind]);
    for (name, sample) in samples.iter().filter(|(name, _)| name.starts_with(&valid)) {
        let plain = *name == valid;
        let step = if plain {
            1
        } else {
            sample.len().div_ceil(2_000)
        };
        for at in (0..sample.len()).step_by(step) {
            read(target, &sample[..at]);
            let mut changed = sample.clone();
            let flipped = (0..8).map(|bit| sample[at] ^ 1 << bit).filter(|_| plain);
            for byte in telling.into_iter().chain(flipped) {
                changed[at] = byte;
                read(target, &changed);
            }
            changed.remove(at);
            read(target, &changed);
        }
    }
}

#[test]
fn every_place_of_sound_samples() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let kinds = [
        "checkpoint",
        "entry",
        "note",
        "policy",
        "receipt",
        "rotation",
        "vkey",
        "witness",
    ];
    for kind in kinds {
        every_place(kind, target(kind));
    }
    every_place("tile", target("tile-path"));
}

#[test]
fn random_mutations_of_all_vectors() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for target in &ALL {
        let seeds = (target.seeds)();
        seeds.iter().for_each(|seed| read(target, seed));
        let mut random = Random::new();
        for _ in 0..MUTATIONS {
            read(target, &random.mutation(&seeds));
        }
    }
}
