//! Whole logs: as they are, with one bit altered, and altered and signed anew.

use std::error::Error;

use base64ct::{Base64, Encoding as _};
use ledger::leaf_hash;

use crate::log::Log;
use crate::published::tiles;
use crate::{Cases, spread};

/// How many bits of each log's bundles are altered, and how many of its tiles.
const ENTRY_BITS: usize = 200;
const TILE_BITS: usize = 40;

/// How many logs are signed anew over an altered link, and how many over another altered byte.
const LINKS: usize = 200;
const OTHERS: usize = 100;

/// Where the 44 characters of `prev` stand in each entry (FORMAT.md, 1).
const PREV_AT: usize = 15;
const PREV_LEN: usize = 44;

/// The log as it is.
pub(crate) fn valid(cases: &mut Cases, log: &Log) {
    let name = format!("{} as it is", log.name);
    cases.add(
        "log",
        &name,
        "nothing",
        "accept",
        std::slice::from_ref(&log.name),
    );
}

/// One bit of a bundle or a tile is another.
pub(crate) fn altered(cases: &mut Cases, log: &Log) {
    let bundles = |path: &str| path.starts_with("tile/entries/");
    flip(cases, log, ("entries", ENTRY_BITS), bundles);
    flip(cases, log, ("tiles", TILE_BITS), |path| !bundles(path));
}

/// Flips bits of the files that are chosen, as if they were one.
fn flip(
    cases: &mut Cases,
    log: &Log,
    (field, count): (&str, usize),
    choose: impl Fn(&str) -> bool,
) {
    let files: Vec<(&String, usize)> = log
        .files
        .iter()
        .filter(|(path, _)| choose(path))
        .map(|(path, bytes)| (path, bytes.len() * 8))
        .collect();
    let total = files.iter().map(|(_, bits)| bits).sum();
    for mut bit in spread(total, count) {
        for (path, bits) in &files {
            if bit < *bits {
                let name = format!("{} {path} bit {bit}", log.name);
                let what = [log.name.clone(), format!("{path}^{bit}")];
                cases.add("log", &name, field, "reject", &what);
                break;
            }
            bit -= bits;
        }
    }
}

/// One bit of an entry is another, and tiles and checkpoint were made anew over it by who holds the key:
/// only the chain tells. The last entry is left alone, for nothing follows that would tell.
pub(crate) fn signed_anew(cases: &mut Cases, log: &Log) -> Result<(), Box<dyn Error>> {
    let entries = log.entries.len() - 1;
    for place in spread(entries * PREV_LEN * 8, LINKS) {
        let (seq, bit) = (place / (PREV_LEN * 8), place % (PREV_LEN * 8));
        sign_anew(cases, log, "prev, signed anew", seq, PREV_AT * 8 + bit)?;
    }
    for place in spread(entries * 1000, OTHERS) {
        let (seq, thousandth) = (place / 1000, place % 1000);
        let bit = log.entries[seq].len() * 8 * thousandth / 1000;
        sign_anew(cases, log, "entry, signed anew", seq, bit)?;
    }
    Ok(())
}

fn sign_anew(
    cases: &mut Cases,
    log: &Log,
    field: &str,
    seq: usize,
    bit: usize,
) -> Result<(), Box<dyn Error>> {
    let mut entry = log.entries[seq].clone();
    entry[bit / 8] ^= 1 << (bit % 8);
    let mut leaves = log.leaves.clone();
    leaves[seq] = leaf_hash(&entry);
    let place = &log.places()[seq];
    let mut what = vec![
        log.name.clone(),
        format!("{}^{}", place.path, place.at * 8 + bit),
        exchange("checkpoint", log.sign(&leaves)?.as_bytes()),
    ];
    for (path, bytes) in tiles(&leaves)? {
        if log.files.get(&path) != Some(&bytes) {
            what.push(exchange(&path, &bytes));
        }
    }
    let name = format!("{} entry {seq} bit {bit}, signed anew", log.name);
    cases.add("log", &name, field, "reject", &what);
    Ok(())
}

fn exchange(path: &str, bytes: &[u8]) -> String {
    format!("{path}={}", Base64::encode_string(bytes))
}
