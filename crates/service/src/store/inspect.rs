//! The log's rows as they stand, for a check that believes none of them.

use sqlx::PgConnection;
use uuid::Uuid;

/// One row of `ledger_entry`.
#[derive(Debug)]
pub(crate) struct EntryRow {
    pub(crate) seq: i64,
    pub(crate) id: Uuid,
    pub(crate) leaf_hash: Vec<u8>,
    pub(crate) bytes: Vec<u8>,
}

/// One row of `ledger_node`.
#[derive(Debug)]
pub(crate) struct NodeRow {
    pub(crate) level: i16,
    pub(crate) idx: i64,
    pub(crate) hash: Vec<u8>,
}

/// One row of `opening`, with the bytes of the entry that it belongs to. Without salt and bytes where it
/// was erased.
#[derive(Debug)]
pub(crate) struct OpeningRow {
    pub(crate) seq: i64,
    pub(crate) field: String,
    pub(crate) salt: Option<Vec<u8>>,
    pub(crate) bytes: Option<Vec<u8>>,
    pub(crate) entry: Option<Vec<u8>>,
}

/// The row of `ledger_head`.
#[derive(Debug)]
pub(crate) struct HeadRow {
    pub(crate) origin: String,
    pub(crate) size: i64,
    pub(crate) root: Vec<u8>,
    pub(crate) frontier: Vec<u8>,
    pub(crate) time_ms: i64,
}

/// Keeps what is read from here on one moment's picture, and changes nothing.
pub(crate) async fn begin(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("begin transaction isolation level repeatable read, read only")
        .execute(connection)
        .await
        .map(drop)
}

/// Ends what [`begin`] began.
pub(crate) async fn end(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("commit").execute(connection).await.map(drop)
}

/// At most `most` rows above `after`, by seq.
pub(crate) async fn entries(
    connection: &mut PgConnection,
    after: Option<i64>,
    most: i64,
) -> Result<Vec<EntryRow>, sqlx::Error> {
    sqlx::query_as!(
        EntryRow,
        "select seq, id, leaf_hash, bytes from ledger_entry
         where $1::bigint is null or seq > $1 order by seq limit $2",
        after,
        most,
    )
    .fetch_all(connection)
    .await
}

/// All nodes above level 0: one for each 256 entries.
pub(crate) async fn nodes(connection: &mut PgConnection) -> Result<Vec<NodeRow>, sqlx::Error> {
    sqlx::query_as!(
        NodeRow,
        "select level, idx, hash from ledger_node order by level, idx"
    )
    .fetch_all(connection)
    .await
}

/// The head; `None` where the log was never opened.
pub(crate) async fn head(connection: &mut PgConnection) -> Result<Option<HeadRow>, sqlx::Error> {
    sqlx::query_as!(
        HeadRow,
        "select origin, size, root, frontier, time_ms from ledger_head"
    )
    .fetch_optional(connection)
    .await
}

/// The checkpoints above `after`, by size, at most `most`: size and note.
pub(crate) async fn checkpoints(
    connection: &mut PgConnection,
    after: i64,
    most: i64,
) -> Result<Vec<(i64, String)>, sqlx::Error> {
    Ok(sqlx::query!(
        "select size, note from ledger_checkpoint where size > $1 order by size limit $2",
        after,
        most,
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(|row| (row.size, row.note))
    .collect())
}

/// Whether this role may read what was sealed: whoever checks the log need not.
pub(crate) async fn may_read_openings(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"select has_table_privilege('opening', 'select') as "may!""#)
        .fetch_one(connection)
        .await
}

/// At most `most` openings behind this one, by seq and field.
pub(crate) async fn openings(
    connection: &mut PgConnection,
    (seq, field): (i64, &str),
    most: i64,
) -> Result<Vec<OpeningRow>, sqlx::Error> {
    sqlx::query_as!(
        OpeningRow,
        r#"select o.seq, o.field, o.salt, o.bytes, e.bytes as "entry?"
           from opening o left join ledger_entry e using (seq)
           where (o.seq, o.field) > ($1, $2) order by o.seq, o.field limit $3"#,
        seq,
        field,
        most,
    )
    .fetch_all(connection)
    .await
}
