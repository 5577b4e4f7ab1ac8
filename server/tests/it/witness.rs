//! `breakglass witness` over HTTP: every answer of tlog-witness, and what it remembers when it is killed.

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
            format!("old 10\n\n{}", checkpoint_by(&log_key(), &forked()).note()),
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

fn forked() -> Vec<Hash> {
    let mut forked = leaves(10);
    forked[4] = leaf_hash(b"another history");
    forked
}

/// SIGKILL at any moment: what was signed once is never contradicted afterwards.
#[tokio::test]
async fn a_killed_witness_remembers_what_it_signed() {
    let data = TempDir::new().unwrap();
    let mut signed = 0;
    let mut keys = Vec::new();
    for round in 1..=8 {
        let witness = start(&data);
        keys.push(witness.key.to_string());
        let size = round * 5;
        let answer = post(&witness, request(signed, &leaves(size))).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        signed = size;
        // Dropped here: killed.
    }
    keys.dedup();
    assert_eq!(keys.len(), 1, "one key, made once");
    let witness = start(&data);
    let fork = format!(
        "old {signed}\n\n{}",
        checkpoint_by(&log_key(), &forked()).note()
    );
    assert_eq!(post(&witness, fork).await.status, 400);
    let again = post(&witness, request(0, &leaves(50))).await;
    assert_eq!((again.status, again.body.as_str()), (409, "40\n"));
}

/// Two processes would each believe their own memory.
#[test]
fn a_second_witness_on_one_folder_does_not_start() {
    let data = TempDir::new().unwrap();
    let _first = start(&data);
    let second = command(&data)
        .args(["--log", &log_key().verifier_key().to_string()])
        .args(["--listen", &format!("127.0.0.1:{}", free_port())])
        .output()
        .unwrap();
    assert!(!second.status.success());
    let said = std::str::from_utf8(&second.stderr).unwrap();
    assert!(said.contains("another process works with"), "{said}");
}

/// Two forks of one log, shown to the witness at the same time from many sides: one of them wins.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_forks_at_once_one_is_signed() {
    let data = TempDir::new().unwrap();
    let witness = start(&data);
    let one = request(0, &leaves(10));
    let other = request(0, &forked());
    // As many as it takes at a time.
    let asked: Vec<_> = (0..16)
        .map(|turn| {
            let body = if turn % 2 == 0 {
                one.clone()
            } else {
                other.clone()
            };
            let url = format!("{}/add-checkpoint", witness.url);
            tokio::spawn(async move {
                let sent = reqwest::Client::new().post(url).body(body).send().await;
                (turn % 2, sent.unwrap().status().as_u16())
            })
        })
        .collect();
    let mut signed = Vec::new();
    for answer in asked {
        let (which, status) = answer.await.unwrap();
        match status {
            200 => signed.push(which),
            409 => {}
            other => panic!("an answer {other}"),
        }
    }
    assert_eq!(signed.len(), 1, "old 0 is right once");
}
