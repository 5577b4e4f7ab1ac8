//! What witnesses signed.

use sqlx::PgExecutor;

use super::ledger::signed;

/// The cosignature lines on the checkpoint of this size, by witness: nobody has checked them since
/// they were stored.
pub(crate) async fn of_size(
    db: impl PgExecutor<'_>,
    size: u64,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select line from ledger_cosignature where size = $1 order by witness",
        signed(size),
    )
    .fetch_all(db)
    .await
}

/// Keeps a witness's cosignature that was checked.
pub(crate) async fn keep(
    db: impl PgExecutor<'_>,
    witness: &str,
    size: u64,
    at_s: u64,
    line: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "select ledger_cosign($1, $2, $3, $4)",
        witness,
        signed(size),
        signed(at_s),
        line,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The signed checkpoint of this size, as it was published.
pub(crate) async fn checkpoint_of(
    db: impl PgExecutor<'_>,
    size: u64,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select note from ledger_checkpoint where size = $1",
        signed(size),
    )
    .fetch_optional(db)
    .await
}

/// Keeps the newest checkpoint that the trust policy believes, and lets go of cosignatures on older
/// ones.
pub(crate) async fn keep_witnessed(
    db: impl PgExecutor<'_>,
    size: u64,
    note: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!("select ledger_keep_witnessed($1, $2)", signed(size), note)
        .execute(db)
        .await?;
    Ok(())
}

/// That checkpoint, which nobody has checked since it was stored.
pub(crate) async fn witnessed(db: impl PgExecutor<'_>) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!("select note from ledger_witnessed")
        .fetch_optional(db)
        .await
}
