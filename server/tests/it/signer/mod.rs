//! `breakglass signer` as a process, and a portal that it signs for.

mod alone;
mod portal;

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ledger::{Origin, SigningKey, VerifierKey};
use service::Portal;
use service::settings::{RemoteSigner, Settings};
use sqlx::PgPool;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::stage::bare;

pub(crate) const ORIGIN: &str = "signed.example/log";

/// On a machine that does much else.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The machine that holds the log's key, and the portal's folder with the key that submits.
pub(crate) struct Machines {
    pub(crate) signer: TempDir,
    pub(crate) portal: TempDir,
    pub(crate) port: u16,
    pub(crate) vkey: VerifierKey,
    pub(crate) submitter: VerifierKey,
}

pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn breakglass() -> Command {
    Command::new(env!("CARGO_BIN_EXE_breakglass"))
}

fn keygen(data: &TempDir, more: &[&str]) -> VerifierKey {
    let made = breakglass()
        .args(["keygen", "--origin", ORIGIN, "--data-dir"])
        .arg(data.path())
        .args(more)
        .output()
        .unwrap();
    assert!(made.status.success());
    let vkey = std::str::from_utf8(&made.stdout).unwrap();
    vkey.trim_end().parse().unwrap()
}

impl Machines {
    pub(crate) fn new() -> Self {
        let (signer, portal) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        Self {
            vkey: keygen(&signer, &[]),
            submitter: keygen(&portal, &["--submitter"]),
            port: listener.local_addr().unwrap().port(),
            signer,
            portal,
        }
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = breakglass();
        command
            .args(["signer", "--origin", ORIGIN, "--data-dir"])
            .arg(self.signer.path())
            .args(["--submitter", &self.submitter.to_string()])
            .args(["--listen", &format!("127.0.0.1:{}", self.port)]);
        command
    }

    pub(crate) fn start(&self) -> Running {
        let process = self.command().stderr(Stdio::null()).spawn().unwrap();
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(start.elapsed() < PATIENCE, "it does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
        Running(process)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What the signer remembers, as its file has it.
    pub(crate) fn remembered(&self) -> Option<Vec<u8>> {
        let origin: Origin = ORIGIN.parse().unwrap();
        let path = ledger::witness::checkpoint_path(&origin);
        let folder = self.signer.path().join("logs").join(path);
        std::fs::read(folder.parent().unwrap().join("memory")).ok()
    }

    pub(crate) fn submitting(&self) -> SigningKey {
        let origin = ORIGIN.parse().unwrap();
        service::key::load_submitter(self.portal.path(), &origin).unwrap()
    }

    pub(crate) async fn portal(&self, pool: &PgPool, stop: &CancellationToken) -> Portal {
        let settings = bare(ORIGIN, self.portal.path());
        self.portal_by(settings, pool, stop).await
    }

    /// A portal that is told more than where its log is signed.
    pub(crate) async fn portal_by(
        &self,
        settings: Settings,
        pool: &PgPool,
        stop: &CancellationToken,
    ) -> Portal {
        let settings = Settings {
            signer: Some(RemoteSigner {
                url: self.url(),
                vkey: self.vkey.clone(),
            }),
            ..settings
        };
        Portal::start(settings, pool.clone(), stop.clone())
            .await
            .unwrap()
    }
}
