//! Migrations and the service's login.

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::PgPool;

use crate::migrate::MigrateError;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// Applies what is missing. Safe to repeat; two at once wait for each other.
pub(crate) async fn apply(admin: &PgPool) -> Result<(), MigrateError> {
    let superuser: bool =
        sqlx::query_scalar!("select rolsuper from pg_roles where rolname = current_user")
            .fetch_one(admin)
            .await?
            .unwrap_or(false);
    if !superuser {
        return Err(MigrateError::NotSuperuser);
    }
    MIGRATIONS.run(admin).await?;
    Ok(())
}

/// Lets the service log in with this password, of which the server sees only the SCRAM verifier.
pub(crate) async fn set_service_password(
    admin: &PgPool,
    password: &SecretString,
) -> Result<(), MigrateError> {
    let verifier = postgres_protocol::password::scram_sha_256(password.expose_secret().as_bytes());
    // A utility statement takes no parameters. A SCRAM verifier has no quote in it.
    sqlx::raw_sql(&format!(
        "alter role breakglass_service login password '{verifier}'"
    ))
    .execute(admin)
    .await?;
    Ok(())
}
