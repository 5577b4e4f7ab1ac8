//! The receiver of `examples/webhook-receiver`, as a process of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// A secret of the tests: 32 bytes.
pub const SECRET: &str = "whsec_b25seSBmb3IgdGVzdHMsIDMyIGJ5dGVzIGxvbmcuLi4=";

/// The receiver of `examples/webhook-receiver`.
pub struct Receiver {
    pub at: SocketAddr,
    folder: TempDir,
    process: Child,
}

impl Receiver {
    pub async fn start() -> Self {
        Self::on(tempfile::tempdir().unwrap(), 0).await
    }

    async fn on(folder: TempDir, port: u16) -> Self {
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../../examples/webhook-receiver/receiver.py");
        std::fs::write(folder.path().join("secret"), SECRET).unwrap();
        let mut process = Command::new("python3")
            .arg("-B")
            .arg(script)
            .args(["--port", &port.to_string(), "--secret-file"])
            .arg(folder.path().join("secret"))
            .arg("--state")
            .arg(folder.path().join("door.db"))
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the receiver needs python3");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().unwrap();
        let at = line.strip_prefix("listening on ").unwrap().parse().unwrap();
        Self {
            at,
            folder,
            process,
        }
    }

    /// Kills it, and starts another on what it left behind.
    pub async fn killed_and_started_again(mut self) -> Self {
        self.process.kill().await.unwrap();
        Self::on(self.folder, self.at.port()).await
    }

    pub async fn kill(&mut self) {
        self.process.kill().await.unwrap();
    }

    /// The status that somebody with this token gets at the door.
    pub async fn visit(&self, token: &str) -> u16 {
        let request = reqwest::Client::builder()
            .no_proxy()
            .build()
            .unwrap()
            .get(format!("http://{}/", self.at));
        let answer = request.bearer_auth(token).send().await.unwrap();
        answer.status().as_u16()
    }
}
