//! The log's tables: the head, the entries, the nodes above them, the checkpoints.

use ledger::Hash;
use sqlx::{Executor as _, PgConnection, PgExecutor, Row as _};
use uuid::Uuid;

use super::corrupt;

/// The newest state of the log, as its one row says.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) origin: String,
    pub(crate) size: u64,
    pub(crate) root: Hash,
    pub(crate) frontier: Vec<Hash>,
}

/// An entry as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredEntry {
    pub(crate) seq: u64,
    pub(crate) leaf_hash: Hash,
    pub(crate) bytes: Vec<u8>,
}

/// A subtree's root that a tile above level 0 shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub(crate) level: u8,
    pub(crate) idx: u64,
    pub(crate) hash: Hash,
}

/// What one transaction adds to the log.
#[derive(Debug, Default)]
pub(crate) struct Addition {
    pub(crate) ids: Vec<Uuid>,
    pub(crate) leaf_hashes: Vec<Vec<u8>>,
    pub(crate) bytes: Vec<Vec<u8>>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) time_ms: i64,
}

fn hash(bytes: &[u8]) -> Result<Hash, sqlx::Error> {
    bytes
        .try_into()
        .map(Hash::new)
        .map_err(|_| corrupt("a hash"))
}

fn hashes(bytes: &[u8]) -> Result<Vec<Hash>, sqlx::Error> {
    bytes.chunks(32).map(hash).collect()
}

fn unsigned(value: i64) -> Result<u64, sqlx::Error> {
    u64::try_from(value).map_err(|_| corrupt("a size"))
}

/// Sizes and places of a log fit: PostgreSQL's bigint is the narrower of the two.
pub(crate) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Makes the head of an empty log; does nothing where there is one.
pub(crate) async fn open(db: impl PgExecutor<'_>, origin: &str) -> Result<(), sqlx::Error> {
    sqlx::query!("select ledger_open($1)", origin)
        .execute(db)
        .await?;
    Ok(())
}

/// Begins a transaction and takes the fence, in one round trip: nobody else appends until it ends.
///
/// The text has two statements, which only PostgreSQL's simple protocol takes; so it is not checked
/// while compiling, and each column is read by name and type.
pub(crate) async fn begin_at_head(connection: &mut PgConnection) -> Result<Head, sqlx::Error> {
    fenced(connection, "begin; select * from ledger_lock_head()").await
}

/// Commits, and begins the next transaction with the fence, in one round trip. An error leaves it
/// open whether the commit happened.
pub(crate) async fn commit_and_begin_at_head(
    connection: &mut PgConnection,
) -> Result<Head, sqlx::Error> {
    fenced(
        connection,
        "commit; begin; select * from ledger_lock_head()",
    )
    .await
}

/// Commits. An error leaves it open whether it happened.
pub(crate) async fn commit(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("commit").execute(connection).await.map(drop)
}

/// From now on this connection's commits do not wait for the disk.
pub(crate) async fn need_not_wait(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("set synchronous_commit = off")
        .execute(connection)
        .await
        .map(drop)
}

/// Gives the fence back with nothing changed.
pub(crate) async fn rollback(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("rollback").execute(connection).await.map(drop)
}

async fn fenced(connection: &mut PgConnection, sql: &'static str) -> Result<Head, sqlx::Error> {
    let row = connection.fetch_one(sql).await?;
    let root: Vec<u8> = row.try_get("root")?;
    let frontier: Vec<u8> = row.try_get("frontier")?;
    Ok(Head {
        origin: row.try_get("origin")?,
        size: unsigned(row.try_get("size")?)?,
        root: hash(&root)?,
        frontier: hashes(&frontier)?,
    })
}

/// The head without the fence.
pub(crate) async fn head(db: impl PgExecutor<'_>) -> Result<Head, sqlx::Error> {
    let row = sqlx::query!("select origin, size, root, frontier from ledger_head")
        .fetch_one(db)
        .await?;
    Ok(Head {
        origin: row.origin,
        size: unsigned(row.size)?,
        root: hash(&row.root)?,
        frontier: hashes(&row.frontier)?,
    })
}

/// How many of these ids are in the log.
pub(crate) async fn count_of(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<usize, sqlx::Error> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from ledger_entry where id = any($1)"#,
        ids
    )
    .fetch_one(connection)
    .await?;
    usize::try_from(count).map_err(|_| corrupt("a count"))
}

/// The place of the entry with this id, if it is in the log.
pub(crate) async fn seq_of(
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Option<u64>, sqlx::Error> {
    let seq = sqlx::query_scalar!("select seq from ledger_entry where id = $1", id)
        .fetch_optional(connection)
        .await?;
    seq.map(unsigned).transpose()
}

/// Adds entries behind `head`; fails where the head is no longer that.
pub(crate) async fn append(
    fenced: &mut PgConnection,
    head: &Head,
    new_root: &Hash,
    new_frontier: &[Hash],
    addition: &Addition,
) -> Result<(), sqlx::Error> {
    let frontier: Vec<u8> = new_frontier
        .iter()
        .flat_map(|hash| *hash.as_bytes())
        .collect();
    let levels: Vec<i16> = addition
        .nodes
        .iter()
        .map(|node| i16::from(node.level))
        .collect();
    let idxs: Vec<i64> = addition.nodes.iter().map(|node| signed(node.idx)).collect();
    let nodes: Vec<Vec<u8>> = addition
        .nodes
        .iter()
        .map(|node| node.hash.as_bytes().to_vec())
        .collect();
    sqlx::query!(
        "select ledger_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        signed(head.size),
        head.root.as_bytes().as_slice(),
        new_root.as_bytes().as_slice(),
        frontier,
        addition.time_ms,
        &addition.ids,
        &addition.leaf_hashes,
        &addition.bytes,
        &levels,
        &idxs,
        &nodes,
    )
    .execute(fenced)
    .await?;
    Ok(())
}

/// Entries `from..to` in order, as stored; fewer where the log ends before.
pub(crate) async fn entries(
    db: impl PgExecutor<'_>,
    from: u64,
    to: u64,
) -> Result<Vec<StoredEntry>, sqlx::Error> {
    sqlx::query!(
        "select seq, leaf_hash, bytes from ledger_entry where seq >= $1 and seq < $2 order by seq",
        signed(from),
        signed(to),
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|row| {
        Ok(StoredEntry {
            seq: unsigned(row.seq)?,
            leaf_hash: hash(&row.leaf_hash)?,
            bytes: row.bytes,
        })
    })
    .collect()
}

/// Leaf hashes `from..to` in order, as stored.
pub(crate) async fn leaf_hashes(
    db: impl PgExecutor<'_>,
    from: u64,
    to: u64,
) -> Result<Vec<Hash>, sqlx::Error> {
    sqlx::query_scalar!(
        "select leaf_hash from ledger_entry where seq >= $1 and seq < $2 order by seq",
        signed(from),
        signed(to),
    )
    .fetch_all(db)
    .await?
    .iter()
    .map(|bytes| hash(bytes))
    .collect()
}

/// Nodes `from..to` of a level above 0, in order.
pub(crate) async fn nodes(
    db: impl PgExecutor<'_>,
    level: u8,
    from: u64,
    to: u64,
) -> Result<Vec<Hash>, sqlx::Error> {
    sqlx::query_scalar!(
        "select hash from ledger_node where level = $1 and idx >= $2 and idx < $3 order by idx",
        i16::from(level),
        signed(from),
        signed(to),
    )
    .fetch_all(db)
    .await?
    .iter()
    .map(|bytes| hash(bytes))
    .collect()
}

/// Keeps a signed checkpoint.
pub(crate) async fn publish(
    db: impl PgExecutor<'_>,
    size: u64,
    note: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!("select ledger_publish($1, $2)", signed(size), note)
        .execute(db)
        .await?;
    Ok(())
}

/// The newest signed checkpoint: its size, and the note as we signed it.
pub(crate) async fn newest_checkpoint(
    db: impl PgExecutor<'_>,
) -> Result<Option<(u64, String)>, sqlx::Error> {
    sqlx::query!("select size, note from ledger_checkpoint order by size desc limit 1")
        .fetch_optional(db)
        .await?
        .map(|row| Ok((unsigned(row.size)?, row.note)))
        .transpose()
}

/// Tells every replica that these requests changed. Outside the append's transaction: NOTIFY
/// inside it would queue all commits of the cluster behind one lock.
pub(crate) async fn notify(db: impl PgExecutor<'_>, payload: &str) -> Result<(), sqlx::Error> {
    sqlx::query!("select pg_notify('breakglass', $1)", payload)
        .execute(db)
        .await?;
    Ok(())
}
