//! What the log is measured beside.

use std::ops::Range;
use std::time::{Duration, Instant};

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use uuid::Uuid;

/// Connections of whoever inserts one row at a time: as many as callers, but not more than a pool has.
const MOST_CONNECTIONS: u32 = 64;

/// As long as an entry of the log is.
const ROW_BYTES: usize = 330;

/// The peers' tables. The second is what is found most where a table must show that it was not changed:
/// a trigger that reads the newest row's hash, under a lock that keeps the next insert waiting.
pub(crate) async fn prepare(pool: &PgPool) {
    sqlx::raw_sql(
        "create table plain (seq bigint primary key, id uuid not null unique, bytes bytea not null);
         create table chained (
             seq bigserial primary key, id uuid not null unique, bytes bytea not null,
             prev bytea not null, hash bytea not null
         );
         create function chain() returns trigger language plpgsql as $$
         begin
             perform pg_advisory_xact_lock(1);
             new.seq := nextval('chained_seq_seq');
             select hash into new.prev from chained order by seq desc limit 1;
             new.prev := coalesce(new.prev, sha256(''));
             new.hash := sha256(new.prev || new.bytes);
             return new;
         end
         $$;
         create trigger chain before insert on chained for each row execute function chain()",
    )
    .execute(pool)
    .await
    .unwrap();
}

/// Rows a second, one a transaction.
pub(crate) async fn chained_inserts(pool: &PgPool, callers: usize, run: Duration) -> f64 {
    let connections = u32::try_from(callers).unwrap().min(MOST_CONNECTIONS);
    let crowd = PgPoolOptions::new()
        .max_connections(connections)
        .min_connections(connections)
        .test_before_acquire(false)
        .connect_with((*pool.connect_options()).clone())
        .await
        .unwrap();
    let start = Instant::now();
    let work: Vec<_> = (0..callers)
        .map(|_| {
            let crowd = crowd.clone();
            tokio::spawn(async move {
                let mut rows = 0_u32;
                while start.elapsed() < run {
                    sqlx::query("insert into chained (id, bytes) values ($1, $2)")
                        .bind(Uuid::new_v4())
                        .bind([b'x'; ROW_BYTES].as_slice())
                        .execute(&crowd)
                        .await
                        .unwrap();
                    rows += 1;
                }
                rows
            })
        })
        .collect();
    let mut rows = 0;
    for done in work {
        rows += done.await.unwrap();
    }
    let rate = f64::from(rows) / start.elapsed().as_secs_f64();
    crowd.close().await;
    rate
}

/// The rows of one transaction: where they begin, their ids, their bytes.
pub(crate) struct Rows {
    first: i64,
    ids: Vec<Uuid>,
    bytes: Vec<Vec<u8>>,
}

/// What the log's writer put into its table, transaction by transaction as PostgreSQL numbers them.
pub(crate) async fn batches(pool: &PgPool, entries: Range<i64>) -> Vec<Rows> {
    let rows: Vec<(i64, i64, Uuid, Vec<u8>)> = sqlx::query_as(
        "select xmin::text::bigint, seq, id, bytes from ledger_entry
         where seq >= $1 and seq < $2 order by seq",
    )
    .bind(entries.start)
    .bind(entries.end)
    .fetch_all(pool)
    .await
    .unwrap();
    rows.chunk_by(|one, next| one.0 == next.0)
        .map(|batch| Rows {
            first: batch[0].1,
            ids: batch.iter().map(|row| row.2).collect(),
            bytes: batch.iter().map(|row| row.3.clone()).collect(),
        })
        .collect()
}

#[allow(clippy::cast_precision_loss, reason = "counts of a short run")]
pub(crate) fn mean_size(batches: &[Rows]) -> f64 {
    let rows: usize = batches.iter().map(|batch| batch.ids.len()).sum();
    rows as f64 / batches.len() as f64
}

/// Rows a second.
pub(crate) async fn plain_inserts(pool: &PgPool, batches: Vec<Rows>) -> f64 {
    let mut connection = pool.acquire().await.unwrap();
    let start = Instant::now();
    let mut rows = 0_u32;
    for batch in batches {
        rows += u32::try_from(batch.ids.len()).unwrap();
        sqlx::query(
            "insert into plain select $1 + t.place - 1, t.id, t.bytes
             from unnest($2::uuid[], $3::bytea[]) with ordinality as t (id, bytes, place)",
        )
        .bind(batch.first)
        .bind(batch.ids)
        .bind(batch.bytes)
        .execute(&mut *connection)
        .await
        .unwrap();
    }
    f64::from(rows) / start.elapsed().as_secs_f64()
}
