//! What was sealed, kept apart from the log so that it can be erased.

use access::ids::RequestId;
use ledger::Opening;
use sqlx::{PgConnection, PgExecutor};

use super::corrupt;
use super::ledger::signed;
use crate::seal;

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

/// The text that was sealed, unless there was none, it was erased, or what is kept is another.
pub(crate) async fn text(
    db: impl PgExecutor<'_>,
    seq: u64,
    field: &str,
) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select opening.salt, opening.bytes, ledger_entry.bytes as entry
           from opening join ledger_entry on ledger_entry.seq = opening.seq
           where opening.seq = $1 and opening.field = $2"#,
        signed(seq),
        field,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.and_then(|row| opened(&row.entry, field, row.salt, row.bytes)))
}

/// What was kept under this salt, if it is what the entry seals.
pub(super) fn opened(
    entry: &[u8],
    field: &str,
    salt: Option<Vec<u8>>,
    bytes: Option<Vec<u8>>,
) -> Option<String> {
    let opening = Opening::new(salt?.try_into().ok()?, bytes?);
    seal::opened(entry, field, &opening)
}

/// An opening as it is kept.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) seq: u64,
    pub(crate) field: String,
    pub(crate) opening: Opening,
}

/// The openings of a request's entries that were not erased.
pub(crate) async fn of_request(
    db: impl PgExecutor<'_>,
    request: RequestId,
) -> Result<Vec<Kept>, sqlx::Error> {
    sqlx::query!(
        r#"select opening.seq, opening.field, opening.salt as "salt!", opening.bytes as "bytes!"
           from request_entry join opening on opening.seq = request_entry.seq
           where request_entry.request = $1 and opening.bytes is not null"#,
        request.uuid(),
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|row| {
        let salt = row.salt.try_into().map_err(|_| corrupt("a salt"))?;
        Ok(Kept {
            seq: row.seq.try_into().map_err(|_| corrupt("a place"))?,
            field: row.field,
            opening: Opening::new(salt, row.bytes),
        })
    })
    .collect()
}

/// Erases what the entry `opening.erased` at this place names. The database looks for itself whether one
/// person ordered that and another confirmed it.
pub(crate) async fn erase(connection: &mut PgConnection, seq: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("select opening_erase($1)", seq)
        .execute(connection)
        .await?;
    Ok(())
}
