//! `breakglass rotate-key`: the log's key gives way to another.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use secrecy::ExposeSecret as _;
use service::DataLock;
use service::rotate::rotate;
use sqlx::postgres::PgPoolOptions;

use crate::config::Config;

/// Gives the log a new key. Stop every server of this log first.
///
/// The old key signs an entry that names the new one, and the next checkpoint bears both signatures: who holds the old key
/// follows to the new one by themselves. Witnesses do not; their operators add the new key with --log.
#[derive(Debug, clap::Args)]
pub struct RotateKey {
    /// The portal's configuration: its data folder, and its database.
    #[arg(long, env = "BREAKGLASS_CONFIG")]
    config: PathBuf,
}

impl RotateKey {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let config = Config::load(&self.config)?;
        super::log_to_stderr(false);
        let _alone = DataLock::take(&config.settings.data_dir)?;
        let pool = PgPoolOptions::new()
            .max_connections(4)
            .connect(config.database_url.expose_secret())
            .await
            .context("cannot connect with database_url; is PostgreSQL running, and was `breakglass migrate` run?")?;
        let rotated = rotate(&config.settings, &pool).await?;
        writeln!(
            std::io::stdout(),
            "{new}\n\nsigns the log from {from} entries on; entry {seq} says so, signed by the key before it:\n\n{old}\n\n\
             Start the portal again. Tell whoever verifies the log the new key; who holds the old one is led to it.\n\
             Witnesses refuse the log until their operators put the new key in the old one's place, with --log.\n\
             Keep the old key's file until the new checkpoint is in the archive; then it can be destroyed if the new\n\
             key's file is renamed to log.seed.",
            new = rotated.new,
            old = rotated.old,
            from = rotated.from,
            seq = rotated.from - 1,
        )
        .context("the key was rotated, but that could not be told")
    }
}
