//! A PostgreSQL of a test's own, on a socket and a port of loopback, which writes down each statement it gets.
#![allow(dead_code, reason = "no test uses all of it")]

pub mod certificates;

use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use certificates::Certificates;

/// A server takes its time on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
max_connections = 60
fsync = off
restart_after_crash = off
password_encryption = 'scram-sha-256'
logging_collector = off
log_statement = 'all'
log_min_messages = 'warning'
lc_messages = 'C'
";

/// Whoever comes by the socket is believed; by loopback a password is asked.
const RULES: &str = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
const RULES_WITH_TLS: &str = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n";

/// The superuser's password.
pub const PASSWORD: &str = "a password: %/?#@ of the tests";

/// Runs until it is dropped.
pub struct Cluster {
    folder: tempfile::TempDir,
    port: u16,
    run_as: Option<(u32, u32)>,
    server: Option<Child>,
    pub certificates: Option<Certificates>,
}

impl Cluster {
    pub fn new() -> Self {
        Self::made(false)
    }

    /// One that speaks TLS only on its port, by a certificate for `localhost` of its own authority.
    pub fn with_tls() -> Self {
        Self::made(true)
    }

    fn made(tls: bool) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("bg-")
            .tempdir_in("/tmp")
            .unwrap();
        let run_as = plain_user();
        if let Some((user, group)) = run_as {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let mut cluster = Self {
            folder,
            port: free_port(),
            run_as,
            server: None,
            certificates: None,
        };
        let data = cluster.data();
        let password = cluster.folder.path().join("password");
        std::fs::write(&password, PASSWORD).unwrap();
        let mut program = cluster.program("initdb");
        program.arg("--pgdata").arg(&data);
        program.arg("--pwfile").arg(&password).args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]);
        run(&mut program);
        let mut settings = String::from(SETTINGS);
        if tls {
            let made = Certificates::new(cluster.folder.path());
            for file in [&made.certificate, &made.key] {
                if let Some((user, group)) = cluster.run_as {
                    std::os::unix::fs::chown(file, Some(user), Some(group)).unwrap();
                }
            }
            settings.push_str(&format!(
                "ssl = on\nssl_cert_file = '{}'\nssl_key_file = '{}'\n",
                made.certificate.display(),
                made.key.display()
            ));
            cluster.certificates = Some(made);
        }
        let rules = if tls { RULES_WITH_TLS } else { RULES };
        std::fs::write(data.join("pg_hba.conf"), rules).unwrap();
        let path = data.join("postgresql.conf");
        let all = std::fs::read_to_string(&path).unwrap() + &settings;
        std::fs::write(path, all).unwrap();
        cluster.start();
        cluster
    }

    /// Starts it; returns when it takes connections.
    pub fn start(&mut self) {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("log"))
            .unwrap();
        let mut program = self.program("postgres");
        program.arg("-D").arg(self.data());
        program.arg("-k").arg(self.folder.path());
        program.arg("-p").arg(self.port.to_string());
        program
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        self.server = Some(program.spawn().unwrap());
        let begun = Instant::now();
        loop {
            let mut ready = self.program("pg_isready");
            ready.arg("--quiet").arg("--host").arg(self.folder.path());
            ready.arg("--port").arg(self.port.to_string());
            if ready.status().unwrap().success() {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops it at once.
    pub fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let mut kill = Command::new("kill");
            drop(kill.arg("-QUIT").arg(server.id().to_string()).status());
            drop(server.wait());
        }
    }

    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// The folder of its socket.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A URL of the superuser by loopback, at another address if one is given.
    pub fn url(&self, address: Option<SocketAddr>) -> String {
        let port = address.unwrap_or(self.address()).port();
        let password = percent(PASSWORD);
        format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres")
    }

    /// What it wrote down: every statement that reached it.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// A look at it past whatever is under test: by the socket, as the superuser.
    pub async fn look(&self) -> tokio_postgres::Client {
        self.log_in_by_socket("postgres").await
    }

    pub async fn log_in_by_socket(&self, user: &str) -> tokio_postgres::Client {
        let (client, connection) = tokio_postgres::Config::new()
            .host_path(self.folder.path())
            .port(self.port)
            .user(user)
            .dbname("postgres")
            .connect(tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        client
    }

    /// Logs in over loopback with a password, as people do.
    pub async fn log_in(
        &self,
        user: &str,
        password: &str,
    ) -> Result<tokio_postgres::Client, tokio_postgres::Error> {
        let (client, connection) = tokio_postgres::Config::new()
            .host("127.0.0.1")
            .port(self.port)
            .user(user)
            .password(password)
            .dbname("postgres")
            .connect(tokio_postgres::NoTls)
            .await?;
        tokio::spawn(connection);
        Ok(client)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// One of PostgreSQL's programs, as the user that it runs as.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(programs().join(name));
        command.current_dir("/").env("HOME", self.folder.path());
        for (variable, _) in std::env::vars() {
            if variable.starts_with("PG") {
                command.env_remove(variable);
            }
        }
        if let Some((user, group)) = self.run_as {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
    }
}

pub fn run(command: &mut Command) -> String {
    let done = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {said}");
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// A text for a URL.
pub fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The programs that `cargo xtask test` has found, else where systems put them.
fn programs() -> PathBuf {
    if let Some(folder) = std::env::var_os("PG_BIN_DIR") {
        return folder.into();
    }
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|found| {
            found
                .map_while(Result::ok)
                .map(|one| one.path().join("bin"))
        })
        .into_iter()
        .flatten()
        .collect();
    versions.sort();
    versions.pop().expect(
        "PG_BIN_DIR names the folder with PostgreSQL's programs; `cargo xtask test` sets it",
    )
}

/// Whom to be instead of root.
fn plain_user() -> Option<(u32, u32)> {
    let me = std::fs::metadata("/proc/self").unwrap();
    if std::os::unix::fs::MetadataExt::uid(&me) != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let of = |name: &str| {
        let line = users
            .lines()
            .find(|line| line.starts_with(&format!("{name}:")))?;
        let mut fields = line.split(':').skip(2).map(|id| id.parse().unwrap());
        Some((fields.next()?, fields.next()?))
    };
    of("postgres").or_else(|| of("nobody"))
}
