//! Brings a database to the form that this version of the portal needs.

use secrecy::SecretString;
use sqlx::PgPool;

use crate::store::schema;

/// Why the database is not in the right form.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// Event triggers and roles can be made by a superuser only.
    #[error(
        "migrations need a superuser of the database; give its URL, the portal itself never uses it"
    )]
    NotSuperuser,
    /// A migration failed or an applied one was changed.
    #[error("a migration did not apply")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The database did not answer as it must.
    #[error("the database did not answer as it must")]
    Database(#[from] sqlx::Error),
}

/// Applies the migrations that are missing and, with a password, lets the role
/// `breakglass_service` log in with it. Safe to repeat.
pub async fn migrate(
    admin: &PgPool,
    service_password: Option<&SecretString>,
) -> Result<(), MigrateError> {
    schema::apply(admin).await?;
    if let Some(password) = service_password {
        schema::set_service_password(admin, password).await?;
    }
    Ok(())
}
