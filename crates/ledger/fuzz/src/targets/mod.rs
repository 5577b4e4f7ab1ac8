//! What is done with any bytes whatsoever: each target reads them in one way, and asserts what holds of
//! everything that is read. None panics, none takes memory beyond [`MOST_MEMORY`].

mod log;
mod notes;
mod trees;
mod words;

use crate::seeds;

/// One way to read bytes.
pub(crate) struct Target {
    /// What a person types to run it alone.
    pub(crate) name: &'static str,
    /// Reads the bytes; a panic is a fault of the crate.
    pub(crate) run: fn(&[u8]),
    /// Where mutations begin.
    pub(crate) seeds: fn() -> Vec<Vec<u8>>,
}

/// What a run may take beside its input: for each of its bytes, and as such. Two bytes can be an entry of
/// a log, which is kept as a hash, an id and a finding; of those the first 10,000 are listed.
pub(crate) const MOST_MEMORY: (usize, usize) = (128, 8 << 20);

/// All of them.
pub(crate) const ALL: [Target; 16] = [
    target("bundle", trees::bundle, seeds::bundles),
    target("checkpoint", notes::checkpoint, || {
        seeds::of(&["checkpoint", "trust", "handover"])
    }),
    target("cosignature", notes::cosignature, notes::cosignature_seeds),
    target("entry", words::entry, || seeds::of(&["entry"])),
    target("log", log::log, log::seeds),
    target("log-file", words::log_file, words::log_file_seeds),
    target("note", notes::note, || seeds::of(&["note"])),
    target("policy", words::policy, || seeds::of(&["policy"])),
    target("proof", trees::proof, trees::proof_seeds),
    target("receipt", notes::receipt, || seeds::of(&["receipt"])),
    target("rotation", words::rotation, || seeds::of(&["rotation"])),
    target("tile", trees::tile, trees::tile_seeds),
    target("tile-path", words::tile_path, || seeds::of(&["tile"])),
    target("vkey", words::vkey, || seeds::of(&["vkey"])),
    target("witness", notes::request, || seeds::of(&["witness"])),
    target("word", words::word, words::word_seeds),
];

const fn target(name: &'static str, run: fn(&[u8]), seeds: fn() -> Vec<Vec<u8>>) -> Target {
    Target { name, run, seeds }
}
