//! Policies by version.

use access::digest::Digest;
use access::policy::PolicyVersion;
use sqlx::PgExecutor;

use super::corrupt;

fn version(version: i32, sha256: &[u8], document: &str) -> Result<PolicyVersion, sqlx::Error> {
    Ok(PolicyVersion {
        version: u32::try_from(version).map_err(|_| corrupt("a policy's version"))?,
        sha256: Digest::new(
            sha256
                .try_into()
                .map_err(|_| corrupt("a policy's digest"))?,
        ),
        policy: serde_json::from_str(document).map_err(|_| corrupt("a policy"))?,
    })
}

/// The newest version of every policy, by name.
pub(crate) async fn in_force(db: impl PgExecutor<'_>) -> Result<Vec<PolicyVersion>, sqlx::Error> {
    sqlx::query!(
        "select newest.version, newest.sha256, newest.document
         from (select distinct on (name) * from policy_version order by name, version desc) newest
         where newest.retired_seq is null order by newest.name"
    )
    .fetch_all(db)
    .await?
    .iter()
    .map(|row| version(row.version, &row.sha256, &row.document))
    .collect()
}

/// One version of one policy.
pub(crate) async fn at_version(
    db: impl PgExecutor<'_>,
    name: &str,
    number: i32,
) -> Result<Option<PolicyVersion>, sqlx::Error> {
    sqlx::query!(
        "select version, sha256, document from policy_version where name = $1 and version = $2",
        name,
        number,
    )
    .fetch_optional(db)
    .await?
    .map(|row| version(row.version, &row.sha256, &row.document))
    .transpose()
}

/// The entries that put a policy in force or out of it, from one of its versions on.
pub(crate) async fn places(
    db: impl PgExecutor<'_>,
    name: &str,
    from: i32,
) -> Result<Vec<u64>, sqlx::Error> {
    let rows = sqlx::query!(
        "select activated_seq, retired_seq from policy_version where name = $1 and version >= $2",
        name,
        from,
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .flat_map(|row| [Some(row.activated_seq), row.retired_seq])
        .flatten()
        .map(|seq| seq.try_into().map_err(|_| corrupt("a place")))
        .collect()
}
