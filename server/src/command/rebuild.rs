//! `breakglass rebuild`: the tables that pages read, held against the log, or made again from it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use secrecy::ExposeSecret as _;
use service::rebuild::{RowFault, rebuild};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use crate::config::Config;

/// Makes the tables that follow from the log again, and compares them with those that are there.
///
/// The log is the truth; the tables are how pages find things in it. Exits with 1 where they differ.
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
        let mut out = std::io::stdout();
        let told = |fault| anyhow::Error::new(fault).context("the result could not be told");
        for RowFault { table, extra, row } in &found.faults {
            let what = if *extra { "not in the log" } else { "missing" };
            writeln!(out, "{table}: {what}: {row}").map_err(told)?;
        }
        let (entries, faults) = (found.entries, found.faults.len());
        let end = match (faults, self.check) {
            (0, _) => "the tables are what they say",
            (_, true) => "the tables are not what they say",
            (_, false) => "the tables were put right",
        };
        writeln!(out, "{entries} entries read: {end}").map_err(told)?;
        Ok(match faults > 0 && self.check {
            true => ExitCode::FAILURE,
            false => ExitCode::SUCCESS,
        })
    }
}
