//! The archive's tests in a bucket, on an S3 server that enforces Object Lock: started for this run on
//! loopback, with its data in a temporary folder.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use super::count::Count;
use super::ignored;
use crate::demo::port;
use crate::repo::Repo;
use crate::setup::Toolchain;
use crate::{interrupt, run, setup};

/// It answers after two seconds or so.
const START_WITHIN: Duration = Duration::from_secs(60);

/// And ends after one.
const STOP_WITHIN: Duration = Duration::from_secs(15);

/// Who may do everything, on a server that lives for these tests only.
const ACCESS_KEY_ID: &str = "archive-tests";
const SECRET_ACCESS_KEY: &str = "only-on-loopback-for-the-tests";

/// What is ignored elsewhere for want of a server.
pub(super) fn run(repo: &Repo, toolchain: Toolchain) -> Result<Count> {
    let server = Server::start(&setup::seaweedfs(repo)?)?;
    let endpoint = server.endpoint();
    let variables = [
        ("S3_TEST_ENDPOINT", endpoint.as_ref()),
        ("S3_TEST_ACCESS_KEY_ID", ACCESS_KEY_ID.as_ref()),
        ("S3_TEST_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY.as_ref()),
    ];
    ignored::run(repo, &toolchain, "bucket::", &variables)
}

/// `weed server` with an S3 gateway; ends when it is dropped.
struct Server {
    child: Child,
    port: u16,
    folder: TempDir,
}

impl Server {
    fn start(program: &Path) -> Result<Server> {
        let folder = tempfile::Builder::new()
            .prefix("breakglass-s3-")
            .tempdir_in("/tmp")
            .context("cannot make a folder in /tmp")?;
        let ports = free_ports()?;
        let log = File::create(folder.path().join("server.log")).context("cannot write a log")?;
        let errors = log.try_clone().context("cannot write a log")?;
        let mut command = Command::new(program);
        run::without_leaks(&mut command);
        command
            .args(arguments(folder.path(), &ports)?)
            // Settings of the person's are not read.
            .env("HOME", folder.path())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors);
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut server = Server {
            child,
            port: ports[S3],
            folder,
        };
        server.wait()?;
        Ok(server)
    }

    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn wait(&mut self) -> Result<()> {
        let begun = Instant::now();
        while !port::answers(self.port, "/healthz") {
            interrupt::check()?;
            let ended = self
                .child
                .try_wait()
                .context("cannot look at the S3 server")?;
            if ended.is_some() || begun.elapsed() > START_WITHIN {
                let log = fs::read(self.folder.path().join("server.log")).unwrap_or_default();
                let log = String::from_utf8_lossy(&log);
                let lines: Vec<&str> = log.lines().collect();
                let last = lines[lines.len().saturating_sub(5)..].join(" / ");
                bail!("the S3 server does not start; its log ends: {last}");
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        run::terminate(&self.child);
        let begun = Instant::now();
        while self.child.try_wait().is_ok_and(|status| status.is_none()) {
            if begun.elapsed() > STOP_WITHIN {
                self.child.kill().ok();
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Its parts, in the order of their ports: each has one, and one for gRPC.
const PARTS: [&str; 4] = ["master", "volume", "filer", "s3"];

/// The gateway's place among the ports.
const S3: usize = 6;

fn arguments(folder: &Path, ports: &[u16]) -> Result<Vec<String>> {
    let path = |name: &str| -> PathBuf { folder.join(name) };
    fs::create_dir(path("data")).context("cannot make a temporary folder")?;
    fs::write(path("s3.json"), identities()).context("cannot write a temporary file")?;
    let mut arguments: Vec<String> = [
        "server",
        "-filer",
        "-s3",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        // It tells nobody that it ran.
        "-master.telemetry=false",
        // Each bucket takes some volumes, and each test makes buckets.
        "-volume.max=500",
        "-master.volumeSizeLimitMB=64",
        "-volume.minFreeSpace=0",
        "-volume.preStopSeconds=0",
        "-s3.iam=false",
        "-s3.autoCreateBucket=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
    ]
    .map(str::to_owned)
    .to_vec();
    for (part, ports) in PARTS.iter().zip(ports.chunks(2)) {
        arguments.push(format!("-{part}.port={}", ports[0]));
        arguments.push(format!("-{part}.port.grpc={}", ports[1]));
    }
    for (option, name) in [
        ("-dir", "data"),
        ("-s3.config", "s3.json"),
        ("-filer.localSocket", "filer.sock"),
        ("-s3.localSocket", "s3.sock"),
    ] {
        arguments.push(format!("{option}={}", path(name).display()));
    }
    Ok(arguments)
}

fn identities() -> String {
    serde_json::json!({"identities": [{
        "name": "tests",
        "credentials": [{"accessKey": ACCESS_KEY_ID, "secretKey": SECRET_ACCESS_KEY}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }]})
    .to_string()
}

/// Ports of loopback that nobody uses now; all held until the last is found, so that they differ.
fn free_ports() -> Result<Vec<u16>> {
    let held: Vec<TcpListener> = (0..2 * PARTS.len())
        .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .collect::<Result<_, _>>()
        .context("no port of loopback is free")?;
    held.iter()
        .map(|held| {
            Ok(held
                .local_addr()
                .context("no port of loopback is free")?
                .port())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_ports_of_its_own() {
        let ports = free_ports().expect("loopback has ports");
        let folder = tempfile::tempdir().expect("a folder");
        let arguments = arguments(folder.path(), &ports).expect("it can be written");
        let gateway = format!("-s3.port={}", ports[S3]);
        assert!(arguments.contains(&gateway), "{arguments:?}");
        let mut unique = ports.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), ports.len());
    }
}
