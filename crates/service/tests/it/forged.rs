//! Logs in which every hash and signature is right and that are unlawful all the same, as files of a static log.
//!
//! Shared by the tests of this crate and of the program, and by `examples/forge_logs.rs`.

use std::collections::HashMap;

use access::event::Event;
use ledger::{Checkpoint, Draft, Origin, SigningKey, Timestamp, Tree, encode, leaf_hash};
use serde_json::Value;
use uuid::Uuid;

/// What stands in the logs, by name, with the entry and the rule that everybody who checks has to name.
pub fn logs() -> Vec<Value> {
    serde_json::from_str(include_str!("../../../access/vectors/unlawful.json")).unwrap()
}

/// The log's files as whoever had the key would have written them, by their path: `checkpoint`, one tile of
/// hashes, one bundle of entries.
pub fn signed(log: &Value, origin: &Origin, key: &SigningKey) -> HashMap<String, Vec<u8>> {
    let (mut tree, mut prev) = (Tree::new(), origin.genesis());
    let (mut bundle, mut hashes) = (Vec::new(), Vec::new());
    for (seq, entry) in (0..).zip(log["entries"].as_array().unwrap()) {
        let text = |part: &str| entry[part].as_str().unwrap();
        let opened = Event::LedgerOpened {
            origin: origin.as_str().to_owned(),
            vkey: key.verifier_key().to_string(),
        };
        let first = opened.body_json();
        let draft = Draft {
            id: Uuid::new_v4(),
            kind: text("kind"),
            actor: text("actor"),
            body: if seq == 0 { &first } else { text("body") },
        };
        let time = Timestamp::new(entry["time_ms"].as_i64().unwrap());
        let bytes = encode(&prev, seq, time, &draft).unwrap();
        prev = leaf_hash(&bytes);
        tree.push(prev);
        hashes.extend_from_slice(prev.as_bytes());
        ledger::bundle::push(&mut bundle, &bytes).unwrap();
    }
    let size = tree.size();
    assert!(size < 256, "one tile holds 256 entries");
    let note = Checkpoint::new(origin.clone(), size, tree.root())
        .unwrap()
        .sign(key);
    HashMap::from([
        ("checkpoint".to_owned(), note.into_bytes()),
        (format!("tile/0/000.p/{size}"), hashes),
        (format!("tile/entries/000.p/{size}"), bundle),
    ])
}
