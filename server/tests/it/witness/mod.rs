//! `breakglass witness` over HTTP: every answer of tlog-witness, and what it remembers when it is killed.

mod memory;

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ledger::witness::AddCheckpoint;
use ledger::{
    Checkpoint, Hash, SignedCheckpoint, SigningKey, VerifierKey, leaf_hash, prove_consistency,
    root_of,
};
use tempfile::TempDir;

const ORIGIN: &str = "log.example/witnessed";

struct Running {
    process: Child,
    url: String,
    key: VerifierKey,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn log_key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, [5; 32]).unwrap()
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn command(data: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakglass"));
    command
        .args(["witness", "--name", "witness.example", "--data-dir"])
        .arg(data.path());
    command
}

fn start(data: &TempDir) -> Running {
    let made = command(data).arg("--init").output().unwrap();
    assert!(made.status.success());
    let key = std::str::from_utf8(&made.stdout).unwrap().trim_end();
    let key = key.parse().unwrap();
    let port = free_port();
    let process = command(data)
        .args(["--log", &log_key().verifier_key().to_string()])
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "it does not listen"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    Running {
        process,
        url: format!("http://127.0.0.1:{port}"),
        key,
    }
}

fn leaves(count: u64) -> Vec<Hash> {
    (0..count)
        .map(|leaf| leaf_hash(&leaf.to_be_bytes()))
        .collect()
}

/// Another history from its fourth entry on: as good as this one to whoever remembers neither.
fn another_history(count: u64) -> Vec<Hash> {
    let mut forked = leaves(count);
    forked[3] = leaf_hash(b"another history");
    forked
}

fn checkpoint_by(key: &SigningKey, leaves: &[Hash]) -> SignedCheckpoint {
    let origin = key.verifier_key().name().parse().unwrap();
    let checkpoint = Checkpoint::new(origin, leaves.len() as u64, root_of(leaves)).unwrap();
    SignedCheckpoint::parse(checkpoint.sign(key).as_bytes()).unwrap()
}

fn request(old: u64, leaves: &[Hash]) -> String {
    let proof = if old == 0 || old > leaves.len() as u64 {
        Vec::new()
    } else {
        prove_consistency(leaves, old).unwrap()
    };
    let checkpoint = checkpoint_by(&log_key(), leaves);
    format!("old {old}\n{}\n{}", lines(&proof), checkpoint.note())
}

fn lines(proof: &[Hash]) -> String {
    proof.iter().map(|hash| format!("{hash}\n")).collect()
}

struct Answer {
    status: u16,
    kind: String,
    body: String,
}

async fn post(witness: &Running, body: String) -> Answer {
    let url = format!("{}/add-checkpoint", witness.url);
    let answer = reqwest::Client::new()
        .post(url)
        .body(body)
        .send()
        .await
        .unwrap();
    Answer {
        status: answer.status().as_u16(),
        kind: answer.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned(),
        body: answer.text().await.unwrap(),
    }
}

#[tokio::test]
async fn a_log_that_grows_is_cosigned() {
    let data = TempDir::new().unwrap();
    let witness = start(&data);
    let mut old = 0;
    for size in [1, 2, 2, 7, 300] {
        let leaves = leaves(size);
        let answer = post(&witness, request(old, &leaves)).await;
        assert_eq!(answer.status, 200, "{old} to {size}: {}", answer.body);
        let checkpoint = checkpoint_by(&log_key(), &leaves);
        let known = std::slice::from_ref(&witness.key);
        let lines =
            ledger::witness::read_answer(&checkpoint, answer.body.as_bytes(), known).unwrap();
        assert_eq!(lines.len(), 1);
        old = size;
    }
    let path = ledger::witness::checkpoint_path(&ORIGIN.parse().unwrap());
    let shown = reqwest::get(format!("{}/{path}", witness.url))
        .await
        .unwrap();
    let shown = shown.bytes().await.unwrap();
    let shown = SignedCheckpoint::parse(&shown).unwrap();
    let (checkpoint, note) = shown
        .verify_note(
            &log_key().verifier_key(),
            &ORIGIN.parse().unwrap(),
            std::slice::from_ref(&witness.key),
        )
        .unwrap();
    assert_eq!((checkpoint.size(), note.signatures().len()), (300, 2));
}

#[tokio::test]
async fn every_refusal_has_its_status() {
    let data = TempDir::new().unwrap();
    let witness = start(&data);
    let grown = leaves(10);
    assert_eq!(post(&witness, request(0, &grown)).await.status, 200);

    let conflict = post(&witness, request(3, &leaves(12))).await;
    assert_eq!(
        (
            conflict.status,
            conflict.kind.as_str(),
            conflict.body.as_str()
        ),
        (409, "text/x.tlog.size", "10\n")
    );
    for (body, status) in [
        ("nonsense".to_owned(), 400),
        (request(11, &grown), 400),
        (String::new(), 400),
        (other_log(), 404),
        (impostor(&grown), 403),
        // Ten entries, but not these ten: a fork.
        (
            format!(
                "old 10\n\n{}",
                checkpoint_by(&log_key(), &another_history(10)).note()
            ),
            422,
        ),
        // Twelve, with a proof of nothing.
        (
            format!(
                "old 10\n{}\n{}",
                lines(&[Hash::new([0; 32])]),
                checkpoint_by(&log_key(), &leaves(12)).note()
            ),
            422,
        ),
    ] {
        let answer = post(&witness, body.clone()).await;
        assert_eq!(answer.status, status, "{body}\n{}", answer.body);
    }
    let long = post(&witness, "x".repeat(100_000)).await;
    assert_eq!(long.status, 413);
    // None of it moved the witness.
    assert_eq!(post(&witness, request(10, &leaves(12))).await.status, 200);
}

fn other_log() -> String {
    let key = SigningKey::from_seed("other.example/log", [6; 32]).unwrap();
    let request = AddCheckpoint::new(0, Vec::new(), checkpoint_by(&key, &leaves(3)));
    request.unwrap().to_string()
}

/// The right name, another key.
fn impostor(leaves: &[Hash]) -> String {
    let key = SigningKey::from_seed(ORIGIN, [7; 32]).unwrap();
    let request = AddCheckpoint::new(10, Vec::new(), checkpoint_by(&key, leaves));
    request.unwrap().to_string()
}
