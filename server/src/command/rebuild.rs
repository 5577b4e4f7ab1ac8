//! `breakglass rebuild`: the tables that pages read, held against the log, or made again from it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use secrecy::ExposeSecret as _;
use service::rebuild::{Rebuilt, RowFault, rebuild};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use crate::config::Config;

/// Makes the tables that follow from the log again, and compares them with those that are there.
///
/// The log is the truth; the tables are how pages find things in it. Exits with 1 where they differ in the end.
#[derive(Debug, clap::Args)]
pub struct Rebuild {
    /// The portal's configuration: its database, and its log.
    #[arg(long, env = "BREAKGLASS_CONFIG")]
    config: PathBuf,
    /// Compare only. Without it, what differs is put right, which needs the superuser's address and a portal that is
    /// stopped.
    #[arg(long)]
    check: bool,
    /// The portal's database as its superuser.
    #[arg(long, env = "BREAKGLASS_ADMIN_DATABASE_URL", hide_env_values = true)]
    admin_database_url: Option<String>,
}

impl Rebuild {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let config = Config::load(&self.config)?;
        let url = match (self.check, self.admin_database_url) {
            (true, _) => config.database_url.expose_secret().to_owned(),
            (false, Some(url)) => url,
            (false, None) => anyhow::bail!(
                "putting the tables right needs BREAKGLASS_ADMIN_DATABASE_URL; to compare only, add --check"
            ),
        };
        let mut connection = PgConnection::connect(&url)
            .await
            .context("cannot connect to the portal's database; is PostgreSQL running?")?;
        let found = rebuild(&mut connection, &config.settings.origin, !self.check).await?;
        let told = tell(&found, self.check);
        told.context("the result could not be told")?;
        Ok(match found.left.is_empty() {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        })
    }
}

/// Each row that differs, what became of it, and in the last line the whole.
fn tell(found: &Rebuilt, check: bool) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    for fault in &found.faults {
        let RowFault { table, extra, row } = fault;
        let what = if *extra { "not in the log" } else { "missing" };
        let became = match (check, found.left.contains(fault)) {
            (true, _) => "",
            (false, true) => "stays, ",
            (false, false) => "put right, ",
        };
        writeln!(out, "{table}: {became}{what}: {row}")?;
    }
    // Where there are more than can be named, another twenty may come up.
    let named = |fault: &&RowFault| !found.faults.contains(fault);
    for RowFault { table, row, .. } in found.left.iter().filter(named).filter(|_| !check) {
        writeln!(out, "{table}: stays: {row}")?;
    }
    let (entries, left) = (found.entries, found.left.len());
    let end = match (found.faults.is_empty(), check, left) {
        (true, _, _) => "the tables are what they say".to_owned(),
        (false, true, _) => "the tables are not what they say".to_owned(),
        (false, false, 0) => "the tables were put right".to_owned(),
        (false, false, left) => format!(
            "the tables were put right but for {left} of the rows above: of these people no entry tells, and which identities are tied to them is not in the log, so nobody but an operator can say whether they may go"
        ),
    };
    writeln!(out, "{entries} entries read: {end}")
}
