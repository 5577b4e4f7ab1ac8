//! The agent as somebody runs it.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use access::ids::GrantId;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::portal::{Portal, TOKEN};

/// A folder with the token and a spool.
pub(super) struct Agent {
    folder: TempDir,
    at: SocketAddr,
    pub(super) grant: GrantId,
}

/// What it left.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) code: Option<i32>,
    pub(super) shown: String,
    pub(super) said: String,
}

impl Agent {
    pub(super) fn of(portal: &Portal) -> Self {
        Self::at(portal.at, portal.grant)
    }

    pub(super) fn at(at: SocketAddr, grant: GrantId) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let token = folder.path().join("token");
        std::fs::write(&token, TOKEN).unwrap();
        std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600)).unwrap();
        Self { folder, at, grant }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `breakglass run` with these arguments behind the usual ones.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_breakglass"));
        command
            .args(["run", "--portal", &format!("http://{}", self.at)])
            .args(["--grant", &self.grant.to_string(), "--token-file"])
            .arg(self.path("token"))
            .arg("--spool")
            .arg(self.path("spool"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    pub(super) async fn run(&self, arguments: &[&str]) -> Ran {
        finished(self.command(arguments).spawn().unwrap()).await
    }

    /// The recordings that are left on disk.
    pub(super) fn left(&self) -> Vec<PathBuf> {
        match std::fs::read_dir(self.path("spool")) {
            Ok(folders) => folders.map(|folder| folder.unwrap().path()).collect(),
            Err(_) => Vec::new(),
        }
    }
}

pub(super) async fn finished(child: Child) -> Ran {
    let output = child.wait_with_output().await.unwrap();
    Ran {
        code: output.status.code(),
        shown: String::from_utf8_lossy(&output.stdout).into_owned(),
        said: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Every byte of every file below.
pub(super) fn bytes_below(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend(match path.is_dir() {
            true => bytes_below(&path),
            false => std::fs::read(&path).unwrap(),
        });
    }
    bytes
}
