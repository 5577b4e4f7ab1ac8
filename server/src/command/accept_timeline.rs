//! `breakglass accept-timeline`: an operator's word that the database was changed on purpose.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use secrecy::ExposeSecret as _;
use service::{DataLock, accept_timeline};
use sqlx::postgres::PgPoolOptions;

use crate::config::Config;

/// Says that the database changed on purpose: a standby took over, or a backup was restored.
///
/// A portal that finds its database on another PostgreSQL timeline, or in another cluster, stays halted until then: what
/// it has acknowledged may be missing there, and the old server may still be running. Make sure that it is not, compare
/// the log with the archive or a witness, stop the portal, run this for each of its data folders, and start it.
#[derive(Debug, clap::Args)]
pub struct AcceptTimeline {
    /// The portal's configuration: its database, and its data folder.
    #[arg(long, env = "BREAKGLASS_CONFIG")]
    config: PathBuf,
}

impl AcceptTimeline {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let config = Config::load(&self.config)?;
        let data_dir = &config.settings.data_dir;
        // Not beside a portal that goes by the old one.
        let _alone = DataLock::take(data_dir)?;
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect(config.database_url.expose_secret())
            .await
            .context("cannot connect with database_url; is PostgreSQL running?")?;
        let (before, now) = accept_timeline(data_dir, &pool).await?;
        let before = before.map_or_else(|| "none was remembered".to_owned(), |it| it.to_string());
        writeln!(std::io::stdout(), "{now} from now on; before: {before}")
            .context("it is accepted, but could not be told")
    }
}
