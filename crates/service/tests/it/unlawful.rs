//! Logs in which every hash and signature is right and that are unlawful all the same: found offline, and by
//! a server that starts on one.

use std::collections::HashMap;

use access::event::Event;
use ledger::{Checkpoint, Draft, Origin, SigningKey, Timestamp, Tree, encode, leaf_hash};
use serde_json::Value;
use service::Portal;
use service::fsck::{Files, ReadError, check_tiles};
use service::restore::restore;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::settings::prepared;
use crate::stage::service_pool;

const LOGS: &str = include_str!("../../../access/vectors/unlawful.json");

/// A copy of a log as files, of fewer entries than fill a tile.
struct Copy(HashMap<String, Vec<u8>>);

impl Files for Copy {
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.0.get(name).cloned())
    }
}

/// The log as whoever had the key would have written it.
fn signed(log: &Value, origin: &Origin, key: &SigningKey) -> Copy {
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
        bundle.extend_from_slice(&u16::try_from(bytes.len()).unwrap().to_be_bytes());
        bundle.extend_from_slice(&bytes);
    }
    let size = tree.size();
    assert!(size < 256);
    let note = Checkpoint::new(origin.clone(), size, tree.root())
        .unwrap()
        .sign(key);
    Copy(HashMap::from([
        ("checkpoint".to_owned(), note.into_bytes()),
        (format!("tile/0/000.p/{size}"), hashes),
        (format!("tile/entries/000.p/{size}"), bundle),
    ]))
}

fn logs() -> Vec<Value> {
    serde_json::from_str(LOGS).unwrap()
}

#[tokio::test]
async fn fsck_names_the_entry_that_was_not_allowed() {
    let origin: Origin = "forged.test/log".parse().unwrap();
    let key = SigningKey::from_seed(origin.as_str(), [5; 32]).unwrap();
    for log in logs() {
        let copy = signed(&log, &origin, &key);
        let report = check_tiles(&copy, &origin, &key.verifier_key())
            .await
            .unwrap();
        assert!(
            report.faults.is_empty(),
            "{}: {:?}",
            log["name"],
            report.faults
        );
        let first = &report.unlawful[0];
        assert_eq!(Some(first.seq), log["seq"].as_u64(), "{}", log["name"]);
        assert_eq!(
            Some(first.rule.name()),
            log["rule"].as_str(),
            "{}",
            log["name"]
        );
        assert_eq!(Some(first.expected.as_str()), log["expected"].as_str());
        assert_eq!(Some(first.found.as_str()), log["found"].as_str());
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_server_that_starts_on_an_unlawful_log_says_so(admin: PgPool) {
    let (data, settings) = prepared(&admin).await;
    let key = service::key::load(data.path(), &settings.origin).unwrap();
    let log = logs()
        .into_iter()
        .find(|log| log["name"] == "grant_without_quorum")
        .unwrap();
    let copy = signed(&log, &settings.origin, &key);
    let pool = service_pool(&admin).await;
    restore(&pool, &copy, &settings.origin, &key.verifier_key())
        .await
        .unwrap();
    let shutdown = CancellationToken::new();
    let portal = Portal::start(settings, pool, shutdown.clone())
        .await
        .unwrap();
    let found = portal.unlawful();
    assert_eq!(Some(found[0].seq), log["seq"].as_u64());
    assert_eq!(Some(found[0].rule.name()), log["rule"].as_str());
    shutdown.cancel();
}
