//! A PostgreSQL of a test's own, which can be killed, copied, promoted.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::str::FromStr as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// A server that recovers takes its time on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Every commit that is acknowledged is in the kernel's hands at least; more is asked of no test.
const SETTINGS: &str = "
listen_addresses = ''
max_connections = 100
fsync = off
synchronous_commit = on
wal_level = replica
max_wal_senders = 4
restart_after_crash = off
";

/// Runs until it is dropped.
pub struct Cluster {
    folder: tempfile::TempDir,
    bin: PathBuf,
    /// PostgreSQL does not run as root.
    run_as: Option<(u32, u32)>,
    /// Ours, so that nothing of it is left when it was killed.
    server: Mutex<Option<Child>>,
}

impl Cluster {
    /// A new one, running.
    pub fn new() -> Self {
        let cluster = Self::empty();
        cluster.run(cluster.on_data("initdb").args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]));
        cluster.configure(SETTINGS);
        cluster.start();
        cluster
    }

    fn empty() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("bg-")
            .tempdir_in("/tmp")
            .unwrap();
        let run_as = plain_user();
        if let Some((user, group)) = run_as {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        Self {
            folder,
            bin: programs(),
            run_as,
            server: Mutex::new(None),
        }
    }

    /// A copy of this one as it is now, not started yet.
    fn copied(&self) -> Self {
        let copy = Self::empty();
        let mut program = copy.on_data("pg_basebackup");
        copy.run(
            program
                .args(["--checkpoint=fast", "--no-sync", "--wal-method=stream"])
                .args(["--username=postgres", "--host"])
                .arg(self.folder.path()),
        );
        copy
    }

    /// A copy that follows this one, running.
    pub fn standby(&self) -> Self {
        let standby = self.copied();
        let primary = self.folder.path().display();
        standby.configure(&format!(
            "primary_conninfo = 'host={primary} user=postgres'\n"
        ));
        std::fs::write(standby.data().join("standby.signal"), "").unwrap();
        standby.start();
        standby
    }

    /// A copy that recovers on its own as from a backup: to the end of what it has, then on a timeline of
    /// its own. Not started yet.
    pub fn backup(&self) -> Self {
        let backup = self.copied();
        backup.configure("restore_command = 'false'\n");
        std::fs::write(backup.data().join("recovery.signal"), "").unwrap();
        backup
    }

    pub fn promote(&self) {
        self.run(
            self.on_data("pg_ctl")
                .args(["promote", "--wait", "--silent"]),
        );
    }

    /// Starts it; returns when it takes connections.
    pub fn start(&self) {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("log"))
            .unwrap();
        let mut program = self.program("postgres");
        program
            .arg("-D")
            .arg(self.data())
            .arg("-k")
            .arg(self.folder.path());
        program
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        let mut server = program.spawn().unwrap();
        let begun = Instant::now();
        while !self.answers() {
            assert!(begun.elapsed() < PATIENCE, "PostgreSQL does not start");
            std::thread::sleep(Duration::from_millis(20));
            // A process of the one that was killed may still hold what both need; it ends by itself.
            if server.try_wait().unwrap().is_some() {
                server = program.spawn().unwrap();
            }
        }
        *self.server.lock().unwrap() = Some(server);
    }

    fn answers(&self) -> bool {
        let mut program = self.program("pg_isready");
        program.args(["--quiet", "--host"]).arg(self.folder.path());
        program.status().unwrap().success()
    }

    /// Ends all of its processes at once, as a machine without power does.
    pub fn kill(&self) {
        let Some(mut server) = self.server.lock().unwrap().take() else {
            return;
        };
        let mut all = children_of(server.id());
        // First the one that would see the others end.
        all.insert(0, server.id());
        signal("KILL", &all);
        server.wait().unwrap();
    }

    fn configure(&self, more: &str) {
        let path = self.data().join("postgresql.conf");
        let settings = std::fs::read_to_string(&path).unwrap() + more;
        std::fs::write(path, settings).unwrap();
    }

    pub fn options(&self, database: &str) -> PgConnectOptions {
        PgConnectOptions::from_str("postgres://postgres@localhost")
            .unwrap()
            .socket(self.folder.path())
            .port(5432)
            .database(database)
    }

    /// A superuser's pool to the database `portal`, which is made and migrated first.
    pub async fn migrated(&self) -> PgPool {
        let first = PgPool::connect_with(self.options("postgres"))
            .await
            .unwrap();
        sqlx::raw_sql("create database portal")
            .execute(&first)
            .await
            .unwrap();
        let pool = self.pool().await;
        service::migrate(&pool, None).await.unwrap();
        pool
    }

    /// A superuser's pool to the database `portal`.
    pub async fn pool(&self) -> PgPool {
        PgPoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(20))
            .connect_with(self.options("portal"))
            .await
            .unwrap()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn on_data(&self, name: &str) -> Command {
        let mut command = self.program(name);
        command.arg("--pgdata").arg(self.data());
        command
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        command.current_dir("/");
        for variable in ["PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGDATA"] {
            command.env_remove(variable);
        }
        if let Some((user, group)) = self.run_as {
            command.uid(user).gid(group);
        }
        command
    }

    fn run(&self, command: &mut Command) {
        let done = command.stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{command:?}: {said}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Not killed: it gives back what it holds of the system.
        if let Some(mut server) = self.server.lock().unwrap().take() {
            signal("QUIT", &[server.id()]);
            drop(server.wait());
        }
    }
}

/// To processes by their ids, all in one call. One that has just ended by itself is as good.
fn signal(name: &str, processes: &[u32]) {
    let ids = processes.iter().map(u32::to_string);
    let mut command = Command::new("kill");
    command.arg("-s").arg(name).args(ids).stderr(Stdio::null());
    drop(command.status());
}

fn children_of(parent: u32) -> Vec<u32> {
    let mut children = Vec::new();
    for process in std::fs::read_dir("/proc").unwrap().map_while(Result::ok) {
        let Some(id) = process.file_name().to_str().and_then(|id| id.parse().ok()) else {
            continue;
        };
        if parent_of(id) == Some(parent) {
            children.push(id);
        }
    }
    children
}

/// The fourth field of `stat`; the second, the program's name, may hold anything.
fn parent_of(process: u32) -> Option<u32> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(") ")?;
    fields.split(' ').nth(1)?.parse().ok()
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
