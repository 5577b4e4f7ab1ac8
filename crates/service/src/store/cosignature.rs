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
