//! A cluster for one run of tests or one measurement: made in a temporary folder, gone with the value.

use std::path::Path;

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use super::{Address, Cluster, Purpose, SUPERUSER, Sql};
use crate::reach::RunAs;
use crate::repo::Repo;
use crate::setup::Postgres;

/// Runs until it is dropped.
#[derive(Debug)]
pub(crate) struct Scratch {
    postgres: Postgres,
    cluster: Cluster,
    folder: TempDir,
}

impl Scratch {
    /// For tests: in /tmp, not the person's TMPDIR, which may be closed to the plain user, or long.
    pub(crate) fn for_tests(repo: &Repo, postgres: &Postgres) -> Result<Scratch> {
        Scratch::start(repo, postgres, Path::new("/tmp"), Purpose::Tests)
    }

    /// For measurements: in /var/tmp, because /tmp may be memory.
    pub(crate) fn for_bench(repo: &Repo, postgres: &Postgres) -> Result<Scratch> {
        Scratch::start(repo, postgres, Path::new("/var/tmp"), Purpose::Bench)
    }

    /// Make it and start it; about two seconds.
    fn start(
        repo: &Repo,
        postgres: &Postgres,
        place: &Path,
        purpose: Purpose<'_>,
    ) -> Result<Scratch> {
        let run_as = RunAs::find(repo)?;
        let folder = tempfile::Builder::new()
            .prefix("breakglass-test-")
            .tempdir_in(place)
            .with_context(|| format!("cannot make a folder in {}", place.display()))?;
        run_as.own_folder(folder.path())?;
        let cluster = Cluster::new(
            postgres,
            &run_as,
            &folder.path().join("data"),
            &folder.path().join("run"),
        );
        let scratch = Scratch {
            postgres: postgres.clone(),
            cluster,
            folder,
        };
        scratch.cluster.create(purpose)?;
        scratch.cluster.start()?;
        Ok(scratch)
    }

    /// The superuser's way into one of its databases.
    pub(crate) fn address(&self, database: &str) -> Address {
        self.cluster.address(database, SUPERUSER, None)
    }

    /// SQL as superuser.
    pub(crate) fn sql(&self, database: &str) -> Sql {
        Sql::new(&self.postgres, self.address(database))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = self.cluster.stop() {
            crate::say::error(&format!(
                "a test cluster is left behind in {}: {error:#}",
                self.folder.path().display()
            ));
        }
    }
}
