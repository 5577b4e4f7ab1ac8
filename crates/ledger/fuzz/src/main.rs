//! Fuzzing for as long as somebody wants: `cargo xtask fuzz`. The targets and their seeds are those of
//! the crate's test `mutations`; libFuzzer looks for inputs that run other code.
//!
//! `FUZZ_TARGET` names the target; without it all are named. The target's seeds are written to the folder
//! `FUZZ_SEEDS` before anything runs.
#![no_main]

mod seeds;
mod targets;

use std::sync::OnceLock;
use std::{env, fs};

use libfuzzer_sys::fuzz_target;
use peak_alloc::PeakAlloc;
use targets::{ALL, MOST_MEMORY, Target};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

static TARGET: OnceLock<&Target> = OnceLock::new();

fuzz_target!(init: begin(), |bytes: &[u8]| {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let target = TARGET.get().expect("libFuzzer begins with `begin`");
    (target.run)(bytes);
    let taken = MEMORY.peak_usage().saturating_sub(before);
    let (each, fixed) = MOST_MEMORY;
    assert!(taken <= each * bytes.len() + fixed, "{taken} bytes of memory for {}", bytes.len());
});

fn begin() {
    let Ok(name) = env::var("FUZZ_TARGET") else {
        ALL.iter().for_each(|target| println!("{}", target.name));
        std::process::exit(0);
    };
    let target = ALL.iter().find(|target| target.name == name);
    let target = TARGET.get_or_init(|| target.expect("FUZZ_TARGET names a target"));
    let folder = env::var_os("FUZZ_SEEDS").expect("FUZZ_SEEDS names a folder");
    for (number, seed) in (target.seeds)().into_iter().enumerate() {
        let path = std::path::Path::new(&folder).join(format!("seed-{number}"));
        fs::write(path, seed).expect("the folder can be written");
    }
}
