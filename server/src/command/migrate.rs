//! `breakglass migrate`: the database in its newest form.

use std::path::PathBuf;

use anyhow::Context as _;
use sqlx::postgres::PgPoolOptions;

/// Applies the migrations that are missing. Safe to repeat.
#[derive(Debug, clap::Args)]
pub struct Migrate {
    /// The portal's database as its superuser, who is needed for roles and event triggers.
    #[arg(long, env = "BREAKGLASS_ADMIN_DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// A file with the password that the portal's own role, breakglass_service, is to log in with.
    #[arg(long)]
    service_password_file: Option<PathBuf>,
}

impl Migrate {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let password = self
            .service_password_file
            .as_deref()
            .map(|path| super::secret("--service-password-file", path))
            .transpose()?;
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect(&self.database_url)
            .await
            .context(
                "cannot connect with --database-url; is PostgreSQL running, and the address right?",
            )?;
        service::migrate(&pool, password.as_ref()).await?;
        pool.close().await;
        Ok(())
    }
}
