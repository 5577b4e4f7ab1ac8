//! The vector files: each is one case, and its name is what was done to it.
#![allow(
    clippy::expect_used,
    reason = "a vector that cannot be read is a failed test"
)]

mod rotation;
mod trust;
mod vector;
mod witness;

use std::fs;
use std::path::Path;

use ledger::{
    Entry, Finding, Hash, LogVerifier, Note, SignedCheckpoint, TilePath, VerifierKey, leaf_hash,
    prev_of,
};
use vector::{Vector, find};

impl Vector {
    /// What the crate says, in the words of the `expect` header.
    fn outcome(&self) -> String {
        match self.name.split('-').next() {
            Some("entry") => {
                let parsed = Entry::parse(&self.content);
                if let Ok(entry) = &parsed {
                    assert_eq!(prev_of(&self.content), Ok(entry.prev()), "{}", self.name);
                }
                variant(parsed)
            }
            Some("note") => {
                variant(Note::parse(&self.content).and_then(|note| note.verify(&self.keys())))
            }
            Some("checkpoint") => variant(
                SignedCheckpoint::parse(&self.content)
                    .and_then(|signed| signed.verify(&self.keys()[0], &self.origin())),
            ),
            Some("vkey") => {
                let key = self.text().parse::<VerifierKey>();
                if let Ok(key) = &key {
                    assert_eq!(key.to_string(), self.text());
                }
                variant(key)
            }
            Some("tile") => {
                let path = self.text().parse::<TilePath>();
                if let Ok(path) = &path {
                    assert_eq!(path.to_string(), self.text());
                }
                variant(path)
            }
            Some("log") => self.log_outcome(),
            Some("policy") => trust::policy(self),
            Some("trust") => trust::checkpoint(self),
            Some("receipt") => trust::receipt(self),
            Some("rotation") => rotation::body(self),
            Some("handover") => rotation::checkpoint(self),
            Some("witness") => witness::request(self),
            _ => panic!("{}: no such kind of vector", self.name),
        }
    }

    fn log_outcome(&self) -> String {
        let content = [b"\n", &self.content[..]].concat();
        let split = find(&content, b"\n\n").expect("an empty line ends the entries");
        let entries = content.get(1..split).unwrap_or_default();
        let checkpoint = SignedCheckpoint::parse(&content[split + 2..])
            .and_then(|signed| signed.verify(&self.keys()[0], &self.origin()))
            .expect("the checkpoints of logs are sound");
        let leaves: Vec<Hash> = self
            .all("leaf")
            .map(|leaf| leaf.parse().expect("a hash"))
            .collect();

        let mut log = LogVerifier::new(self.origin());
        for entry in entries
            .split(|b| *b == b'\n')
            .filter(|entry| !entry.is_empty())
        {
            let pushed = log.push(entry);
            assert_eq!(pushed.leaf, leaf_hash(entry));
        }
        log.finish(&checkpoint);
        log.localise(&leaves, &checkpoint);
        let name = |finding: &Finding| {
            let seq = finding.seq().map_or("-".to_owned(), |seq| seq.to_string());
            format!("{} {seq}", first_word(finding))
        };
        let findings: Vec<String> = log.findings().iter().map(name).collect();
        if findings.is_empty() {
            "Ok".to_owned()
        } else {
            findings.join(", ")
        }
    }
}

fn variant<T, E: std::fmt::Debug>(result: Result<T, E>) -> String {
    result.map_or_else(|error| first_word(&error), |_| "Ok".to_owned())
}

/// The name of an enum's variant.
fn first_word(value: &impl std::fmt::Debug) -> String {
    let debug = format!("{value:?}");
    debug
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn every_vector_has_the_outcome_it_names() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let mut wrong = Vec::new();
    let mut count = 0;
    for file in fs::read_dir(folder).expect("the vectors are there") {
        let path = file.expect("a file").path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            let vector = Vector::read(&path);
            let (expected, found) = (vector.one("expect"), vector.outcome());
            if expected != found {
                wrong.push(format!(
                    "{}: expected {expected}, found {found}",
                    vector.name
                ));
            }
            count += 1;
        }
    }
    assert!(count > 200, "only {count} vectors were found");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
