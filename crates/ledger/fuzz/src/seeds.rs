//! Where mutations begin: the contents of the vectors.

use std::fs;
use std::path::{Path, PathBuf};

use ledger::bundle;

/// A log of the vectors.
pub(crate) struct Log {
    pub(crate) name: String,
    pub(crate) bundle: Vec<u8>,
}

/// The contents of all vectors of these kinds, accepted and refused, by their names.
pub(crate) fn named(kinds: &[&str]) -> Vec<(String, Vec<u8>)> {
    let mut named = Vec::new();
    for file in fs::read_dir(folder()).expect("the vectors are there") {
        let path = file.expect("a file").path();
        let name = path.file_stem().expect("a name").to_string_lossy();
        let is_vector = path.extension().is_some_and(|extension| extension == "txt");
        if is_vector
            && kinds
                .iter()
                .any(|kind| name.split('-').next() == Some(kind))
        {
            named.push((name.into_owned(), content(&path)));
        }
    }
    assert!(!named.is_empty(), "no vectors of {kinds:?}");
    named.sort();
    named
}

/// The same without names.
pub(crate) fn of(kinds: &[&str]) -> Vec<Vec<u8>> {
    named(kinds)
        .into_iter()
        .map(|(_, content)| content)
        .collect()
}

/// The logs, as bundles.
pub(crate) fn logs() -> Vec<Log> {
    let bundle = |(name, content): (String, Vec<u8>)| {
        let mut bundle = Vec::new();
        for line in content
            .split(|byte| *byte == b'\n')
            .take_while(|line| !line.is_empty())
        {
            bundle::push(&mut bundle, line).expect("they are small");
        }
        Log { name, bundle }
    };
    named(&["log"]).into_iter().map(bundle).collect()
}

/// The logs, without names.
pub(crate) fn bundles() -> Vec<Vec<u8>> {
    logs().into_iter().map(|log| log.bundle).collect()
}

/// What follows the first empty line.
fn content(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).expect("the file is there");
    let split = bytes.windows(2).position(|pair| pair == b"\n\n");
    bytes[split.expect("headers end") + 2..].to_vec()
}

/// This is compiled into the crate's tests and into the fuzzer, which lies one folder deeper.
fn folder() -> PathBuf {
    let mut places = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let vectors = places.find_map(|place| Some(place.join("vectors")).filter(|path| path.is_dir()));
    vectors.expect("the vectors are there")
}
