//! What programs show to be let in for a grant. Only digests are kept.

use access::ids::GrantId;
use access::time::UnixMillis;
use sqlx::PgExecutor;

use super::corrupt;

/// What a secret is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// A client of their own, at the gateway.
    Gateway,
    /// A tool that reports what it does.
    Report,
}

impl Use {
    const fn word(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Report => "report",
        }
    }
}

/// Keeps the digest of a new secret; the one before is good no longer.
pub(crate) async fn replace(
    db: impl PgExecutor<'_>,
    grant: GrantId,
    of: Use,
    sha256: &[u8; 32],
    now: UnixMillis,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into grant_secret (access_grant, use, sha256, made_ms) values ($1, $2, $3, $4)
         on conflict on constraint grant_secret_pk
         do update set sha256 = excluded.sha256, made_ms = excluded.made_ms, used_from = null",
        grant.uuid(),
        of.word(),
        sha256.as_slice(),
        now.millis(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The digest of a grant's secret, if there is one.
pub(crate) async fn digest(
    db: impl PgExecutor<'_>,
    grant: GrantId,
    of: Use,
) -> Result<Option<[u8; 32]>, sqlx::Error> {
    let found = sqlx::query_scalar!(
        "select sha256 from grant_secret where access_grant = $1 and use = $2",
        grant.uuid(),
        of.word(),
    )
    .fetch_optional(db)
    .await?;
    found
        .map(|digest| digest.try_into().map_err(|_| corrupt("a digest")))
        .transpose()
}

/// Ties a secret to the first address that came with it. Whether it is good from this one.
pub(crate) async fn used_from(
    db: impl PgExecutor<'_>,
    grant: GrantId,
    of: Use,
    address: &str,
) -> Result<bool, sqlx::Error> {
    let tied = sqlx::query_scalar!(
        r#"update grant_secret set used_from = coalesce(used_from, $3)
           where access_grant = $1 and use = $2 returning used_from as "from!""#,
        grant.uuid(),
        of.word(),
        address,
    )
    .fetch_optional(db)
    .await?;
    Ok(tied.is_some_and(|tied| tied == address))
}
