//! Vectors of whole logs.

use ledger::{Finding, Hash, LogVerifier, SignedCheckpoint, leaf_hash};

use super::vector::{Vector, find};
use super::{Outcome, first_word};

/// Every finding, its variant and the entry.
pub(super) fn outcome(vector: &Vector) -> Outcome {
    let content = [b"\n", &vector.content[..]].concat();
    let Some(split) = find(&content, b"\n\n") else {
        return Outcome::new("NoCheckpoint".to_owned(), &content);
    };
    let entries = content.get(1..split).unwrap_or_default();
    let signed = SignedCheckpoint::parse(&content[split + 2..]);
    let checkpoint = match signed.and_then(|s| s.verify(&vector.keys()[0], &vector.origin())) {
        Ok(checkpoint) => checkpoint,
        Err(error) => return Outcome::of::<(), _>(&Err(error)),
    };
    let leaves: Vec<Hash> = vector
        .all("leaf")
        .map(|leaf| leaf.parse().expect("a hash"))
        .collect();

    let mut log = LogVerifier::new(vector.origin());
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
    let words = match findings.is_empty() {
        true => "Ok".to_owned(),
        false => findings.join(", "),
    };
    Outcome::new(words, &log.findings())
}
