//! `breakglass restore`: the portal's database anew, from the archive or any other copy of the log.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use ledger::VerifierKey;
use secrecy::ExposeSecret as _;
use service::DataLock;
use service::archive::ArchivedLog;
use service::fsck::Folder;
use service::restore::restore;
use sqlx::postgres::PgPoolOptions;

use crate::config::Config;

/// Fills a database that `breakglass migrate` has just made with the log of the archive.
///
/// The copy is checked first, under the key that you hold. Entries, tree and newest checkpoint come back byte for byte,
/// with what follows from them. Texts that were sealed are not in the log and do not come back. Safe to repeat: it goes on
/// where it broke off.
#[derive(Debug, clap::Args)]
pub struct Restore {
    /// The portal's configuration: its database, and its archive.
    #[arg(long, env = "BREAKGLASS_CONFIG")]
    config: PathBuf,
    /// A folder of tiles to restore from, instead of the configured archive.
    #[arg(long)]
    from: Option<PathBuf>,
    /// The log's key as you hold it: name+hash+key.
    #[arg(long)]
    vkey: VerifierKey,
}

impl Restore {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let config = Config::load(&self.config)?;
        let settings = &config.settings;
        anyhow::ensure!(
            self.vkey.name() == settings.origin.as_str(),
            "--vkey is the key of {}, but the configuration's log is {}",
            self.vkey.name(),
            settings.origin
        );
        // Not beside a portal that writes.
        let _alone = DataLock::take(&settings.data_dir)?;
        let pool = PgPoolOptions::new()
            .max_connections(2)
            .connect(config.database_url.expose_secret())
            .await
            .context("cannot connect with database_url; is PostgreSQL running, and was `breakglass migrate` run?")?;
        let (origin, key) = (&settings.origin, &self.vkey);
        let report = match (&self.from, &settings.archive) {
            (Some(folder), _) => restore(&pool, &Folder(folder.clone()), origin, key).await?,
            (None, Some(archive)) => {
                let log = ArchivedLog::at(&archive.place)?;
                restore(&pool, &log, origin, key).await?
            }
            (None, None) => anyhow::bail!(
                "the configuration names no archive; write [archive], or name a folder of tiles with --from"
            ),
        };
        writeln!(
            std::io::stdout(),
            "{origin}: {} entries restored, root {}",
            report.size,
            report.root
        )
        .context("it is restored, but could not be told")
    }
}
