//! What was sealed, kept apart from the log so that it can be erased.

use access::ids::RequestId;
use ledger::Opening;
use sqlx::{PgConnection, PgExecutor};

use super::corrupt;
use super::ledger::signed;
use crate::seal;

/// An opening on its way into the table: the entry's place, the member's name, what was sealed.
pub(crate) type Sealed<'a> = (u64, &'static str, &'a Opening);

/// Keeps the openings of sealed fields, all in one statement.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    sealed: &[Sealed<'_>],
) -> Result<(), sqlx::Error> {
    if sealed.is_empty() {
        return Ok(());
    }
    let seqs: Vec<i64> = sealed.iter().map(|(seq, ..)| signed(*seq)).collect();
    let fields: Vec<String> = sealed
        .iter()
        .map(|(_, field, _)| (*field).to_owned())
        .collect();
    let salts: Vec<Vec<u8>> = sealed
        .iter()
        .map(|(.., open)| open.salt().to_vec())
        .collect();
    let bytes: Vec<Vec<u8>> = sealed
        .iter()
        .map(|(.., open)| open.bytes().to_vec())
        .collect();
    sqlx::query!(
        "insert into opening (seq, field, salt, bytes)
         select * from unnest($1::bigint[], $2::text[], $3::bytea[], $4::bytea[])",
        &seqs,
        &fields,
        &salts,
        &bytes,
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

/// The openings of these entries that were not erased.
pub(crate) async fn of_entries(
    db: impl PgExecutor<'_>,
    seqs: &[i64],
) -> Result<Vec<Kept>, sqlx::Error> {
    sqlx::query!(
        r#"select seq, field, salt as "salt!", bytes as "bytes!" from opening
           where seq = any ($1) and bytes is not null order by seq"#,
        seqs,
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
