//! Connectors as operators configure them: settings that may be seen again, secrets that may not.
//!
//! Who may do it, and that the log says so, is decided by whoever calls. Here a change is whole or not there, follows the
//! version that its author saw, and leaves nothing in the database that opens without the data folder's key.

use std::collections::BTreeMap;
use std::path::Path;

use access::ids::{PersonId, ResourceName};
use access::policy::Connector;
use access::time::UnixMillis;
use secrecy::SecretString;
use serde_json::Value;
use sqlx::{PgConnection, PgPool};

use crate::key::KeyError;
use crate::store::connector::{self as store, Row, Secret};
use crate::vault::{Place, Vault, VaultError};

/// A connector with its secrets, for who connects.
#[derive(Debug)]
pub struct Configured {
    /// What it opens.
    pub resource: ResourceName,
    /// Which kind it is.
    pub kind: Connector,
    /// What is not secret, by that kind's names.
    pub settings: Value,
    /// Its secrets by field, each as far as it opens: one that does not keeps no other connector from working.
    pub secrets: BTreeMap<String, Result<SecretString, VaultError>>,
    /// Rises with each change.
    pub version: u32,
    /// Who changed it last.
    pub changed_by: PersonId,
    /// When.
    pub changed_at: UnixMillis,
}

/// What becomes of a secret field.
#[derive(Debug)]
pub enum SecretChange {
    /// It stays: nobody has to type it again.
    Keep,
    /// It is this from now on.
    Set(SecretString),
}

/// What is to be configured.
#[derive(Debug)]
pub struct Configure {
    /// What it opens.
    pub resource: ResourceName,
    /// Which kind it is.
    pub kind: Connector,
    /// What is not secret.
    pub settings: Value,
    /// Every secret field that it has afterwards. Others are forgotten.
    pub secrets: BTreeMap<String, SecretChange>,
    /// The version that was seen by who changes it; 0 where there was none.
    pub seen: u32,
    /// Who changes it.
    pub by: PersonId,
    /// When.
    pub at: UnixMillis,
}

/// Why a connector is not configured.
#[derive(Debug, thiserror::Error)]
pub enum ConfigureError {
    /// Somebody else was first.
    #[error("somebody else changed this connector in the meantime; look at it again")]
    Overtaken,
    /// There is no secret to keep.
    #[error("the secret {0} is not there to be kept; enter it")]
    NothingToKeep(String),
    /// A secret cannot be sealed, or one that is to be kept does not open.
    #[error("the secret {0} cannot be kept")]
    Vault(String, #[source] VaultError),
    /// The database said no.
    #[error("the database does not answer as it must")]
    Database(#[from] sqlx::Error),
}

/// Why the vault's key stays.
#[derive(Debug, thiserror::Error)]
pub enum RotateVaultError {
    /// No key can be made, or the new one cannot take its place.
    #[error("the vault's key was not changed")]
    Key(#[from] KeyError),
    /// A secret does not open: it would be lost.
    #[error("the secret {field} of {resource} does not open; enter it again first")]
    Vault {
        /// Whose it is.
        resource: ResourceName,
        /// Which.
        field: String,
        /// Why.
        source: VaultError,
    },
    /// The database said no.
    #[error("the database does not answer as it must")]
    Database(#[from] sqlx::Error),
}

/// Every connector that stands, with its secrets.
///
/// # Errors
/// The database's.
pub async fn configured(pool: &PgPool, vault: &Vault) -> Result<Vec<Configured>, sqlx::Error> {
    let (rows, mut secrets) = store::all(pool).await?;
    Ok(rows
        .into_iter()
        .filter(|row| !row.removed)
        .map(|row| {
            let own = secrets.extract_if(.., |secret| secret.resource == row.resource);
            let secrets = own
                .map(|secret| {
                    let opened = vault.unseal(place(&row, &secret.field), &secret.sealed);
                    (secret.field, opened)
                })
                .collect();
            Configured {
                resource: row.resource,
                kind: row.kind,
                settings: row.settings,
                secrets,
                version: row.version,
                changed_by: row.changed_by,
                changed_at: row.changed_at,
            }
        })
        .collect())
}

/// Writes a connector, and its secrets sealed for the new version; which that is. In the caller's transaction, so that it
/// stands together with whatever says that it was changed, or not at all.
///
/// # Errors
/// [`ConfigureError`]; then the transaction must be rolled back.
pub async fn configure(
    connection: &mut PgConnection,
    vault: &Vault,
    change: Configure,
) -> Result<u32, ConfigureError> {
    let next = Row {
        resource: change.resource,
        kind: change.kind,
        settings: change.settings,
        version: change.seen + 1,
        removed: false,
        changed_by: change.by,
        changed_at: change.at,
    };
    // First, because it locks the row: the secrets are those of the version that was seen.
    if !store::put(connection, &next).await? {
        return Err(ConfigureError::Overtaken);
    }
    let before = store::secrets(&mut *connection, Some(&next.resource)).await?;
    let mut fields = Vec::new();
    for (field, becomes) in change.secrets {
        let failed = |fault| ConfigureError::Vault(field.clone(), fault);
        let secret = match becomes {
            SecretChange::Set(secret) => secret,
            SecretChange::Keep => {
                let kept = before.iter().find(|secret| secret.field == field);
                let kept = kept.ok_or_else(|| ConfigureError::NothingToKeep(field.clone()))?;
                let seen = Place {
                    version: change.seen,
                    ..place(&next, &field)
                };
                vault.unseal(seen, &kept.sealed).map_err(failed)?
            }
        };
        let sealed = vault.seal(place(&next, &field), &secret).map_err(failed)?;
        let resource = next.resource.clone();
        fields.push(field.clone());
        let secret = Secret {
            resource,
            field,
            sealed,
        };
        store::put_secret(connection, &secret).await?;
    }
    store::keep_secrets(connection, &next.resource, &fields).await?;
    Ok(next.version)
}

/// Removes a connector and its secrets. Its version stays taken.
///
/// # Errors
/// [`ConfigureError`]; then the transaction must be rolled back.
pub async fn remove(
    connection: &mut PgConnection,
    resource: &ResourceName,
    seen: u32,
    by: PersonId,
    at: UnixMillis,
) -> Result<(), ConfigureError> {
    let rows = store::list(&mut *connection).await?;
    let row = rows.into_iter().find(|row| row.resource == *resource);
    let row = row.ok_or(ConfigureError::Overtaken)?;
    let gone = Row {
        settings: Value::Object(serde_json::Map::new()),
        version: seen + 1,
        removed: true,
        changed_by: by,
        changed_at: at,
        ..row
    };
    if !store::put(connection, &gone).await? {
        return Err(ConfigureError::Overtaken);
    }
    Ok(store::keep_secrets(connection, resource, &[]).await?)
}

/// Gives the vault a new key and seals every secret under it; how many. Another server of the same log needs the new
/// `keys/vault.seed` before it can connect again.
///
/// Where it breaks off, all secrets stand under one of two keys, and both are in the data folder.
///
/// # Errors
/// [`RotateVaultError`]; the key before stays the current one.
pub async fn rotate(pool: &PgPool, data_dir: &Path) -> Result<usize, RotateVaultError> {
    let vault = Vault::next(data_dir)?;
    let mut transaction = pool.begin().await?;
    store::lock_all(&mut transaction).await?;
    let rows = store::list(&mut *transaction).await?;
    let secrets = store::secrets(&mut *transaction, None).await?;
    let count = secrets.len();
    for secret in secrets {
        let Some(row) = rows.iter().find(|row| row.resource == secret.resource) else {
            continue;
        };
        let here = place(row, &secret.field);
        let sealed = vault
            .unseal(here, &secret.sealed)
            .and_then(|opened| vault.seal(here, &opened))
            .map_err(|source| RotateVaultError::Vault {
                resource: row.resource.clone(),
                field: secret.field.clone(),
                source,
            })?;
        store::put_secret(&mut transaction, &Secret { sealed, ..secret }).await?;
    }
    transaction.commit().await?;
    vault.become_current(data_dir)?;
    Ok(count)
}

fn place<'a>(row: &'a Row, field: &'a str) -> Place<'a> {
    Place {
        connector: &row.resource,
        version: row.version,
        field,
    }
}
