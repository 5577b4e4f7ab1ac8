//! Connectors that operators configured, and their secrets as they were sealed.

use access::ids::{PersonId, ResourceName};
use access::policy::Connector;
use access::time::UnixMillis;
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor, PgPool};

use super::{corrupt, word};

/// One connector without its secrets.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) resource: ResourceName,
    pub(crate) kind: Connector,
    pub(crate) settings: Value,
    pub(crate) version: u32,
    pub(crate) removed: bool,
    pub(crate) changed_by: PersonId,
    pub(crate) changed_at: UnixMillis,
}

/// A secret of one.
#[derive(Debug)]
pub(crate) struct Secret {
    pub(crate) resource: ResourceName,
    pub(crate) field: String,
    pub(crate) sealed: Vec<u8>,
}

/// Every connector and every secret, both of one moment: a secret belongs to a version.
pub(crate) async fn all(pool: &PgPool) -> Result<(Vec<Row>, Vec<Secret>), sqlx::Error> {
    let mut transaction = pool
        .begin_with("begin isolation level repeatable read, read only")
        .await?;
    let rows = list(&mut *transaction).await?;
    let secrets = secrets(&mut *transaction, None).await?;
    transaction.commit().await?;
    Ok((rows, secrets))
}

/// Every connector by name, removed ones too.
pub(crate) async fn list(db: impl PgExecutor<'_>) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query!(
        "select resource, kind, settings, version, removed, changed_by, changed_ms
         from connector order by resource"
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|row| {
        Ok(Row {
            resource: row.resource.parse().map_err(|_| corrupt("a resource"))?,
            kind: word::parse(&row.kind)?,
            settings: row.settings,
            version: row.version.try_into().map_err(|_| corrupt("a version"))?,
            removed: row.removed,
            changed_by: PersonId::new(row.changed_by),
            changed_at: UnixMillis::new(row.changed_ms),
        })
    })
    .collect()
}

/// Writes a connector after the version before it; whether that was the newest. For the first one that is 0.
pub(crate) async fn put(connection: &mut PgConnection, row: &Row) -> Result<bool, sqlx::Error> {
    let version = i32::try_from(row.version).map_err(|_| corrupt("a version"))?;
    let written = sqlx::query!(
        "insert into connector (resource, kind, settings, version, removed, changed_by, changed_ms)
         select $1::text, $2::text, $3::jsonb, $4::int, $5::bool, $6::uuid, $7::bigint
         where $4::int = 1 or exists (select from connector where resource = $1::text)
         on conflict (resource) do update
         set kind = excluded.kind, settings = excluded.settings, version = excluded.version,
             removed = excluded.removed, changed_by = excluded.changed_by,
             changed_ms = excluded.changed_ms
         where connector.version = excluded.version - 1",
        row.resource.as_str(),
        word::of(row.kind),
        row.settings,
        version,
        row.removed,
        row.changed_by.uuid(),
        row.changed_at.millis(),
    )
    .execute(connection)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// The secrets of one connector, or of all.
pub(crate) async fn secrets(
    db: impl PgExecutor<'_>,
    resource: Option<&ResourceName>,
) -> Result<Vec<Secret>, sqlx::Error> {
    sqlx::query!(
        "select resource, field, sealed from connector_secret
         where $1::text is null or resource = $1 order by resource, field",
        resource.map(ResourceName::as_str),
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|row| {
        Ok(Secret {
            resource: row.resource.parse().map_err(|_| corrupt("a resource"))?,
            field: row.field,
            sealed: row.sealed,
        })
    })
    .collect()
}

/// Locks every connector until the transaction ends: nothing is sealed meanwhile.
pub(crate) async fn lock_all(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("select resource from connector order by resource for update")
        .fetch_all(connection)
        .await
        .map(drop)
}

pub(crate) async fn put_secret(
    connection: &mut PgConnection,
    secret: &Secret,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into connector_secret (resource, field, sealed) values ($1, $2, $3)
         on conflict (resource, field) do update set sealed = $3",
        secret.resource.as_str(),
        secret.field,
        secret.sealed,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Forgets the secrets of a connector that are not among these fields.
pub(crate) async fn keep_secrets(
    connection: &mut PgConnection,
    resource: &ResourceName,
    fields: &[String],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from connector_secret where resource = $1 and field <> all ($2)",
        resource.as_str(),
        fields,
    )
    .execute(connection)
    .await
    .map(drop)
}
