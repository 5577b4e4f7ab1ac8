//! Writes what verifiers are to agree on: `make_cases <folder>`. `strangers/README.md` says who they are.
//!
//! Reads each log in `<folder>/logs/<size>` (`checkpoint`, `stream`, `vkey`), writes its bundles and
//! tiles beside it, and writes `<folder>/cases`, one case a line, parted by tabs:
//!
//! ```text
//! log               <name> <field> <expect>  <log> [<path>^<bit> | <path>=<base64>]…
//! inclusion         <name> <field> <expect>  <index> <size> <leaf> <root> <hash,…>
//! consistency       <name> <field> <expect>  <old> <new> <old root> <new root> <hash,…>
//! prove-inclusion   <name> <field> <expect>  <log> <index> <size>
//! prove-consistency <name> <field> <expect>  <log> <old> <new>
//! tile              <name> <field> <expect>  <level, or `entries`> <index> <width>
//! ```
//!
//! `<field>` is what differs from a valid log or proof. `<path>^<bit>` flips one bit of a file, the lowest
//! of its first byte being 0; `<path>=<base64>` exchanges a file before that. `<expect>` is `accept`,
//! `reject`, or `agree` where it only matters that all say the same. The same logs give the same cases.

mod checkpoints;
mod log;
mod logs;
mod proofs;
#[path = "../../tests/support/published.rs"]
mod published;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use log::Log;

/// A log with more entries than this is checked as it is: hashing it for each mutant would take minutes.
const LARGEST_WITH_MUTANTS: usize = 1000;

/// The cases, as lines.
#[derive(Debug, Default)]
struct Cases(String);

impl Cases {
    /// Adds one case.
    fn add(&mut self, kind: &str, name: &str, field: &str, expect: &str, what: &[String]) {
        for part in [kind, name, field, expect] {
            self.0.push_str(part);
            self.0.push('\t');
        }
        self.0.push_str(&what.join("\t"));
        self.0.push('\n');
    }
}

/// At most `count` of the numbers below `total`, spread evenly and on no regular step: multiples of the
/// golden ratio.
fn spread(total: usize, count: usize) -> Vec<usize> {
    if count >= total {
        return (0..total).collect();
    }
    let golden: u64 = 0x9E37_79B9_7F4A_7C15;
    let place = |k: u64| ((u128::from(k.wrapping_mul(golden)) * total as u128) >> 64) as usize;
    let mut numbers: Vec<usize> = (1..=count as u64).map(place).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("say where: make_cases <folder>")?;
    let folder = Path::new(&folder);
    let mut logs = Vec::new();
    for log in fs::read_dir(folder.join("logs"))? {
        logs.push(Log::publish(&log?.path())?);
    }
    logs.sort_by_key(|log| log.entries.len());
    let mut cases = Cases::default();
    for log in &logs {
        logs::valid(&mut cases, log);
        if log.entries.len() <= LARGEST_WITH_MUTANTS {
            checkpoints::altered(&mut cases, log)?;
            logs::altered(&mut cases, log);
        }
    }
    // One full bundle and one partial, one full tile and the level above: everything there is, and small.
    let resigned = logs.iter().find(|log| log.entries.len() == 257);
    let resigned = resigned.ok_or("a log of 257 entries is needed")?;
    checkpoints::cosigned(&mut cases, resigned)?;
    logs::signed_anew(&mut cases, resigned)?;
    let proven = logs
        .iter()
        .rfind(|log| log.entries.len() <= LARGEST_WITH_MUTANTS);
    let proven = proven.ok_or("a small log is needed")?;
    proofs::inclusion(&mut cases, proven)?;
    proofs::consistency(&mut cases, proven)?;
    proofs::tile_names(&mut cases);
    fs::write(folder.join("cases"), cases.0)?;
    Ok(())
}
