//! A witness that others wrote: `aics-witness`, with its own HTTP, proofs and database. `cargo xtask
//! test` installs it and says in `AICS_WITNESS_PYTHON` where; elsewhere these tests are ignored; asked
//! for all the same, they fail.

use std::fs::File;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ledger::VerifierKey;
use service::cosign::WitnessToAsk;
use sqlx::PgPool;

use crate::cosign::{cosigned_as_the_log_grows, halted_when_forked, halted_when_put_back};
use crate::stage::{Stage, eventually};

/// Python takes its time.
const START_WITHIN: Duration = Duration::from_secs(20);

/// Runs until it is dropped; its key and database go with it.
struct Stranger {
    folder: tempfile::TempDir,
    running: Option<Child>,
}

impl Stranger {
    fn command(&self, action: &str) -> Command {
        let python: PathBuf = std::env::var_os("AICS_WITNESS_PYTHON")
            .expect("AICS_WITNESS_PYTHON is set by cargo xtask test --only strangers")
            .into();
        let mut command = Command::new(python);
        command
            .args(["-B", "-m", "aics_witness", action])
            .arg("--config")
            .arg(self.folder.path().join("witness.json"))
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// What the command prints.
    fn run(&self, action: &str, arguments: &[&str]) -> String {
        let done = self.command(action).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{action}: {said}");
        String::from_utf8(done.stdout).unwrap()
    }

    /// How many requests it keeps that our key signed and that cannot both be true.
    fn evidence(&self) -> usize {
        let kept: Vec<serde_json::Value> =
            serde_json::from_str(&self.run("evidence", &[])).unwrap();
        kept.len()
    }

    /// A new witness that trusts the stage's log.
    async fn start(stage: &Stage) -> (Self, WitnessToAsk) {
        let folder = tempfile::tempdir().unwrap();
        let mut stranger = Self {
            folder,
            running: None,
        };
        let said = stranger.run("init", &["--name", "stranger.example/w1"]);
        let key: VerifierKey = said
            .split_whitespace()
            .find_map(|word| word.parse().ok())
            .expect("init prints the witness's key");
        let vkey = stage.portal.ledger().vkey();
        let origin = stage.settings.origin.as_str();
        stranger.run("add-log", &["--origin", origin, "--vkey", &vkey]);
        // The port is free until it is asked for again: nobody else on loopback takes it meanwhile.
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = held.local_addr().unwrap().to_string();
        drop(held);
        let log = File::create(stranger.folder.path().join("log")).unwrap();
        let mut serve = stranger.command("serve");
        serve.args(["--listen", &address]).stderr(log);
        stranger.running = Some(serve.spawn().unwrap());
        let url = format!("http://{address}");
        eventually(START_WITHIN, || async {
            let answer = reqwest::get(format!("{url}/healthz")).await;
            answer.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
        let name = "w1".into();
        (stranger, WitnessToAsk { name, key, url })
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        if let Some(mut child) = self.running.take() {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

#[sqlx::test(migrations = "../../migrations")]
#[ignore = "needs aics-witness: cargo xtask test --only strangers"]
async fn a_witness_of_others_cosigns_as_the_log_grows(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let (stranger, witness) = Stranger::start(&stage).await;
    cosigned_as_the_log_grows(&mut stage, witness).await;
    let (size, _) = stage.portal.ledger().checkpoint().await.unwrap();
    let status = stranger.run("status", &["--json"]);
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let at = status["logs"][0]["size"].as_u64();
    assert_eq!(at, Some(size), "{status}");
}

#[sqlx::test(migrations = "../../migrations")]
#[ignore = "needs aics-witness: cargo xtask test --only strangers"]
async fn a_witness_of_others_halts_a_log_that_was_put_back(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let (_stranger, witness) = Stranger::start(&stage).await;
    halted_when_put_back(&mut stage, witness).await;
}

/// The log goes on another way than the one that the witness signed: it refuses, and keeps what it was
/// asked to sign.
#[sqlx::test(migrations = "../../migrations")]
#[ignore = "needs aics-witness: cargo xtask test --only strangers"]
async fn a_witness_of_others_keeps_the_evidence_of_a_fork(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let (stranger, witness) = Stranger::start(&stage).await;
    assert_eq!(stranger.evidence(), 0);
    halted_when_forked(&mut stage, witness).await;
    assert!(stranger.evidence() > 0);
}
