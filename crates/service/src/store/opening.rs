//! What was sealed, kept apart from the log so that it can be erased.

use ledger::Opening;
use sqlx::{PgConnection, PgExecutor};

use super::ledger::signed;

/// Keeps the opening of one sealed field of an entry.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    seq: u64,
    field: &str,
    opening: &Opening,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into opening (seq, field, salt, bytes) values ($1, $2, $3, $4)",
        signed(seq),
        field,
        opening.salt().as_slice(),
        opening.bytes(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The text that was sealed, unless there was none or it was erased.
pub(crate) async fn text(
    db: impl PgExecutor<'_>,
    seq: u64,
    field: &str,
) -> Result<Option<String>, sqlx::Error> {
    let bytes = sqlx::query_scalar!(
        "select bytes from opening where seq = $1 and field = $2",
        signed(seq),
        field,
    )
    .fetch_optional(db)
    .await?
    .flatten();
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}
