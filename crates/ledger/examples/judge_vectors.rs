//! What this crate says of each vector, and of single-bit mutants: `judge_vectors <vectors>`; one line
//! each: the name, a tab, which bit of the content is altered or `-`, a tab, the verdict.
#![allow(
    clippy::expect_used,
    reason = "a vector that cannot be read is a failed test"
)]

#[path = "../tests/vectors/outcome/mod.rs"]
mod outcome;

use std::error::Error;
use std::io::Write as _;
use std::{env, fs, io};

use outcome::Vector;

/// How many mutants each vector has.
const MUTANTS: u64 = 12;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args()
        .nth(1)
        .ok_or("say where: judge_vectors <vectors>")?;
    let mut paths = Vec::new();
    for file in fs::read_dir(folder)? {
        paths.push(file?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    let mut out = io::BufWriter::new(io::stdout().lock());
    for path in paths {
        let name = path
            .file_stem()
            .ok_or("a file has a name")?
            .to_string_lossy();
        let bytes = fs::read(&path)?;
        let vector = Vector::parse(&name, &bytes);
        let verdict = vector.outcome();
        if verdict.words != vector.one("expect") {
            return Err(format!("{name} is judged {}", verdict.words).into());
        }
        writeln!(out, "{name}\t-\t{}", verdict.verdict())?;
        for bit in bits(vector.content.len()) {
            let mut mutant = Vector::parse(&name, &bytes);
            mutant.flip(bit);
            writeln!(out, "{name}\t{bit}\t{}", mutant.outcome().verdict())?;
        }
    }
    out.flush()?;
    Ok(())
}

/// Some bits of a content, on no regular step: multiples of the golden ratio.
fn bits(length: usize) -> impl Iterator<Item = u32> {
    let total = length as u64 * 8;
    let place =
        move |k: u64| (k.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32).wrapping_mul(total) >> 32;
    let count = MUTANTS.min(total);
    (1..=count).map(move |k| u32::try_from(place(k)).unwrap_or(0))
}
