//! `breakglass fsck` as a person or a script runs it: what it prints and how it ends.

use std::path::Path;
use std::process::{Command, Output};

use axum::Router;
use axum::http::{StatusCode, Uri};
use ledger::{Checkpoint, Draft, Hash, Origin, SigningKey, TilePath, Timestamp, Tree};

pub(crate) const ENTRIES: u64 = 300;

/// The key that signs it.
pub(crate) fn key() -> SigningKey {
    SigningKey::from_seed("fsck.example/log", [3; 32]).unwrap()
}

/// A log as files, made by the formats alone.
pub(crate) struct Log {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) vkey: String,
}

impl Log {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let origin: Origin = "fsck.example/log".parse().unwrap();
        let key = key();
        let (mut prev, mut tree, mut entries) = (origin.genesis(), Tree::new(), Vec::new());
        let vkey = key.verifier_key().to_string();
        let opened = serde_json::json!({ "origin": "fsck.example/log", "vkey": vkey }).to_string();
        for seq in 0..ENTRIES {
            let (kind, body) = match seq {
                0 => ("ledger.opened", opened.as_str()),
                _ => ("server.started", r#"{"version":"0.1.0"}"#),
            };
            let draft = Draft {
                id: uuid::Uuid::new_v4(),
                kind,
                actor: r#"{"type":"system","part":"portal"}"#,
                body,
            };
            let time = Timestamp::new(i64::try_from(seq).unwrap());
            let entry = ledger::encode(&prev, seq, time, &draft).unwrap();
            prev = ledger::leaf_hash(&entry);
            tree.push(prev);
            entries.push(entry);
        }
        let note = Checkpoint::new(origin, ENTRIES, tree.root())
            .unwrap()
            .sign(&key);
        let log = Self {
            folder,
            vkey: key.verifier_key().to_string(),
        };
        log.write("checkpoint", note.as_bytes());
        let leaves: Vec<Hash> = entries
            .iter()
            .map(|entry| ledger::leaf_hash(entry))
            .collect();
        for (index, (entries, leaves)) in (0..).zip(entries.chunks(256).zip(leaves.chunks(256))) {
            let mut bundle = Vec::new();
            for entry in entries {
                ledger::bundle::push(&mut bundle, entry).unwrap();
            }
            log.write_tile(TilePath::entries_in(ENTRIES, index), &bundle);
            let tile = leaves.iter().flat_map(|hash| *hash.as_bytes());
            log.write_tile(
                TilePath::hashes_in(ENTRIES, 0, index),
                &tile.collect::<Vec<_>>(),
            );
        }
        let node = ledger::root_of(&leaves[..256]);
        log.write_tile(TilePath::hashes_in(ENTRIES, 1, 0), node.as_bytes());
        log
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn write_tile(&self, path: Option<TilePath>, bytes: &[u8]) {
        self.write(&path.unwrap().to_string(), bytes);
    }

    /// Changes one byte of entry 270, which stands in the second bundle.
    pub(crate) fn tamper(&self) {
        let path = self.folder.path().join("tile/entries/001.p/44");
        let mut bytes = std::fs::read(&path).unwrap();
        let entry = bytes.len() / 44 * 14;
        let at = (entry..).find(|at| bytes[*at] == b'q').unwrap();
        bytes[at] = b'Q';
        std::fs::write(&path, bytes).unwrap();
    }
}

fn fsck(place: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_breakglass"))
        .args(["fsck", place])
        .args(arguments)
        .output()
        .unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn shown(folder: &Path) -> &str {
    folder.to_str().unwrap()
}

#[test]
fn a_folder_that_is_sound_ends_with_0_and_one_line() {
    let log = Log::new();
    let done = fsck(shown(log.folder.path()), &["--vkey", &log.vkey]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let out = text(&done.stdout);
    let verdict = "fsck.example/log: sound. 300 entries, 300 of them signed";
    assert!(out.starts_with(verdict), "{out}");
    assert_eq!(out.lines().count(), 1, "{out}");
}

#[test]
fn a_folder_that_is_not_ends_with_1_and_the_seq() {
    let log = Log::new();
    log.tamper();
    let done = fsck(shown(log.folder.path()), &["--vkey", &log.vkey, "--json"]);
    assert_eq!(done.status.code(), Some(1), "{}", text(&done.stderr));
    let lines: Vec<serde_json::Value> = text(&done.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let (summary, faults) = lines.split_last().unwrap();
    assert_eq!(summary["sound"], false);
    assert!(
        faults
            .iter()
            .any(|fault| fault["seq"] == 270
                && fault["fault"].as_str().unwrap().contains("was altered")),
        "{faults:?}"
    );
}

#[test]
fn what_cannot_be_checked_ends_with_2_and_says_why() {
    let log = Log::new();
    let nowhere = fsck("/nonexistent", &["--vkey", &log.vkey]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(text(&nowhere.stderr).contains("neither a folder nor an address"));
    let unreachable = fsck("postgres://nobody@127.0.0.1:1/none", &["--vkey", &log.vkey]);
    assert_eq!(unreachable.status.code(), Some(2));
    assert!(text(&unreachable.stderr).contains("is PostgreSQL running"));
    let no_key = fsck(shown(log.folder.path()), &["--vkey", "nonsense"]);
    assert_eq!(no_key.status.code(), Some(2));
    assert!(text(&no_key.stderr).contains("vkey"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_checked_as_a_folder_is() {
    let log = Log::new();
    let folder = log.folder.path().to_owned();
    let site = Router::new().fallback(move |uri: Uri| {
        let path = folder.join(uri.path().trim_start_matches("/ledger/"));
        async move { std::fs::read(path).map_err(|_| StatusCode::NOT_FOUND) }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/ledger/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, site).await });
    let run = |vkey: String| {
        let address = address.clone();
        tokio::task::spawn_blocking(move || fsck(&address, &["--vkey", &vkey]))
    };
    let done = run(log.vkey.clone()).await.unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    log.tamper();
    let done = run(log.vkey.clone()).await.unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(text(&done.stdout).contains("Entry 270 was altered"));
}
