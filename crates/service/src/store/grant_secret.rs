//! What programs show to be let in for a grant. Only what checks it is kept.

use access::ids::{GrantId, PersonId};
use access::time::UnixMillis;
use sqlx::PgExecutor;

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

/// Keeps what checks a new secret; the one before is good no longer.
pub(crate) async fn replace(
    db: impl PgExecutor<'_>,
    grant: GrantId,
    of: Use,
    verifier: &str,
    now: UnixMillis,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into grant_secret (access_grant, use, verifier, made_ms) values ($1, $2, $3, $4)
         on conflict on constraint grant_secret_pk
         do update set verifier = excluded.verifier, made_ms = excluded.made_ms, used_from = null",
        grant.uuid(),
        of.word(),
        verifier,
        now.millis(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What checks a grant's secret, if there is one.
pub(crate) async fn verifier(
    db: impl PgExecutor<'_>,
    grant: GrantId,
    of: Use,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select verifier from grant_secret where access_grant = $1 and use = $2",
        grant.uuid(),
        of.word(),
    )
    .fetch_optional(db)
    .await
}

/// Forgets every secret of somebody's grants.
pub(crate) async fn forget_of(
    db: impl PgExecutor<'_>,
    person: PersonId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from grant_secret using access_grant, request
         where access_grant.id = grant_secret.access_grant and request.id = access_grant.request
           and request.requester = $1",
        person.uuid(),
    )
    .execute(db)
    .await?;
    Ok(())
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
