//! A private PostgreSQL: made, started and stopped by this program, on a Unix socket only.
//!
//! Owner of the state: PostgreSQL itself. Whether a cluster runs is asked of `pg_ctl`, never remembered.

mod address;
mod scratch;
mod socket;
mod sql;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

pub(crate) use address::Address;
pub(crate) use scratch::Scratch;
pub(crate) use socket::folder as socket_folder;
pub(crate) use sql::Sql;

use crate::reach::RunAs;
use crate::run;
use crate::setup::Postgres;

/// The superuser of every cluster that is made here.
pub(crate) const SUPERUSER: &str = "postgres";

/// Names the socket's file only: no cluster listens on TCP.
pub(crate) const PORT: u16 = 5432;

/// One cluster: its programs, its folders, and who it runs as.
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    postgres: Postgres,
    run_as: RunAs,
    folder: PathBuf,
    socket: PathBuf,
}

/// What a new cluster is made for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose<'a> {
    /// Kept over restarts; everybody proves a password, the superuser this one.
    Kept(&'a str),
    /// Thrown away after a run of tests: faster than durable, and the superuser needs no password.
    Tests,
    /// Thrown away after a measurement: as durable as PostgreSQL is.
    Bench,
}

impl Cluster {
    pub(crate) fn new(
        postgres: &Postgres,
        run_as: &RunAs,
        folder: &Path,
        socket: &Path,
    ) -> Cluster {
        Cluster {
            postgres: postgres.clone(),
            run_as: run_as.clone(),
            folder: folder.to_owned(),
            socket: socket.to_owned(),
        }
    }

    /// Has it been made?
    pub(crate) fn exists(&self) -> bool {
        self.folder.join("PG_VERSION").exists()
    }

    /// Make it.
    pub(crate) fn create(&self, purpose: Purpose<'_>) -> Result<()> {
        self.run_as.own_folder(&self.folder)?;
        let mut initdb = self.program("initdb");
        initdb.arg("--pgdata").arg(&self.folder).args([
            "--username",
            SUPERUSER,
            "--encoding=UTF8",
            "--locale=C",
            "--auth=scram-sha-256",
        ]);
        let password = tempfile::NamedTempFile::new().context("cannot make a temporary file")?;
        let text = match purpose {
            Purpose::Kept(password) => password,
            Purpose::Tests | Purpose::Bench => {
                initdb.arg("--no-sync");
                "unused"
            }
        };
        fs::write(password.path(), text).context("cannot write a temporary file")?;
        self.run_as.own_file(password.path())?;
        run::quietly(initdb.arg("--pwfile").arg(password.path()))?;

        let mut settings = fs::read_to_string(self.folder.join("postgresql.conf"))
            .context("initdb left no postgresql.conf")?;
        settings.push_str(SETTINGS);
        if let Purpose::Tests = purpose {
            settings.push_str(TEST_SETTINGS);
        }
        if !matches!(purpose, Purpose::Kept(_)) {
            fs::write(self.folder.join("pg_hba.conf"), SCRATCH_HBA)
                .context("cannot write pg_hba.conf")?;
        }
        fs::write(self.folder.join("postgresql.conf"), settings)
            .context("cannot write postgresql.conf")
    }

    /// Start it, unless it runs; returns when it takes connections.
    pub(crate) fn start(&self) -> Result<()> {
        if self.runs() {
            return Ok(());
        }
        self.run_as.own_folder(&self.socket)?;
        run::quietly(
            self.pg_ctl("start")
                .arg("--wait")
                .arg("--log")
                .arg(self.folder.join("server.log"))
                // The place of the socket is no setting of the cluster's: the folder may have moved since.
                .arg("--options")
                .arg(format!("-k '{}' -p {PORT}", self.socket.display())),
        )
        .with_context(|| {
            format!(
                "PostgreSQL does not start; its log is {}",
                self.folder.join("server.log").display()
            )
        })?;
        Ok(())
    }

    /// Stop it, if it runs: sessions are cut, nothing is lost.
    pub(crate) fn stop(&self) -> Result<()> {
        if self.runs() {
            run::quietly(self.pg_ctl("stop").args(["--mode=fast", "--wait"]))?;
        }
        Ok(())
    }

    pub(crate) fn runs(&self) -> bool {
        self.exists()
            && self
                .pg_ctl("status")
                .output()
                .is_ok_and(|output| output.status.success())
    }

    /// The folder with the socket.
    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    /// Where programs reach one of its databases as one of its users.
    pub(crate) fn address(&self, database: &str, user: &str, password: Option<&str>) -> Address {
        Address::local(&self.socket, database, user, password)
    }

    fn pg_ctl(&self, action: &str) -> Command {
        let mut command = self.program("pg_ctl");
        command
            .arg(action)
            .arg("--silent")
            .arg("--pgdata")
            .arg(&self.folder);
        command
    }

    fn program(&self, name: &str) -> Command {
        let mut command = self.postgres.program(name);
        self.run_as.apply(&mut command);
        for variable in [
            "PGHOST",
            "PGPORT",
            "PGUSER",
            "PGPASSWORD",
            "PGDATABASE",
            "PGDATA",
            "PGOPTIONS",
        ] {
            command.env_remove(variable);
        }
        command
    }
}

const SETTINGS: &str = "
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
password_encryption = 'scram-sha-256'
log_statement = 'none'
";

/// A crash of the machine may take it: it is made anew for each run.
const TEST_SETTINGS: &str = "
fsync = off
synchronous_commit = off
full_page_writes = off
";

/// The superuser walks in through the socket, which only this program's user can open; everybody else
/// proves a password, because tests check that the password is what opens the door.
const SCRATCH_HBA: &str = "\
local all postgres trust
local all all scram-sha-256
";
