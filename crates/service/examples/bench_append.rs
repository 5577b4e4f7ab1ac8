//! Measures durable, batched, signed appends through the service, beside a plain unhashed INSERT of
//! the very same rows in the very same transactions, one after the other as one batcher would send
//! them. One JSON line a figure on standard output.
//!
//! Wants `DATABASE_URL`: a superuser of a throwaway server whose `fsync` is on.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement may fail"
)]

use std::ops::Range;
use std::str::FromStr as _;
use std::time::{Duration, Instant};

use access::event::SessionEnd;
use access::view::Viewer;
use ledger::Origin;
use service::settings::{RoleGroups, Settings};
use service::{Identity, Portal};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Callers at a time.
const CALLERS: [usize; 4] = [1, 16, 64, 256];

/// Runs of each; the median is told.
const RUNS: usize = 5;

/// How long one run lasts.
const RUN: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL names a throwaway server");
    let admin = PgPool::connect(&url).await.unwrap();
    let database = format!("bench_{}", Uuid::new_v4().simple());
    sqlx::raw_sql(&format!("create database {database}"))
        .execute(&admin)
        .await
        .unwrap();
    let options = PgConnectOptions::from_str(&url)
        .unwrap()
        .database(&database);
    let pool = PgPoolOptions::new()
        .max_connections(8)
        .connect_with(options)
        .await
        .unwrap();
    service::migrate(&pool, None).await.unwrap();
    sqlx::raw_sql(
        "create table plain (seq bigint primary key, id uuid not null unique, bytes bytea not null)",
    )
    .execute(&pool)
    .await
    .unwrap();

    let data = tempfile::tempdir().unwrap();
    let shutdown = CancellationToken::new();
    let portal = start(&pool, data.path(), &shutdown).await;
    let viewer = sign_in(&portal).await;
    for callers in CALLERS {
        let (mut ours, mut plain, mut slow, mut ratios) = (vec![], vec![], vec![], vec![]);
        let mut sizes = vec![];
        for _ in 0..RUNS {
            let (rate, p99, entries) = measure(&portal, &viewer, callers).await;
            let batches = batches(&pool, entries).await;
            sizes.push(mean_size(&batches));
            let peer = plain_inserts(&pool, batches).await;
            ours.push(rate);
            slow.push(p99);
            plain.push(peer);
            ratios.push(rate / peer);
        }
        let (rate, peer) = (median(&mut ours), median(&mut plain));
        println!(
            r#"{{"bench":"append","metric":"entries_per_second_{callers}_callers","value":{rate:.0},"unit":"1/s","peer":"plain INSERT of the same rows in the same transactions: {peer:.0}/s","ratio":{:.3}}}"#,
            median(&mut ratios)
        );
        println!(
            r#"{{"bench":"append","metric":"batch_{callers}_callers","value":{:.1},"unit":"entries","peer":null,"ratio":null}}"#,
            median(&mut sizes)
        );
        println!(
            r#"{{"bench":"append","metric":"p99_{callers}_callers","value":{:.2},"unit":"ms","peer":null,"ratio":null}}"#,
            median(&mut slow)
        );
    }
    shutdown.cancel();
    drop(portal);
    pool.close().await;
    sqlx::raw_sql(&format!("drop database {database} with (force)"))
        .execute(&admin)
        .await
        .unwrap();
}

async fn start(pool: &PgPool, data: &std::path::Path, shutdown: &CancellationToken) -> Portal {
    let origin = Origin::from_str("bench.example/log").unwrap();
    service::key::generate(data, &origin).unwrap();
    let settings = Settings {
        origin,
        data_dir: data.to_owned(),
        roles: RoleGroups::default(),
        resources: Vec::new(),
        seed_policies: Vec::new(),
        signer: None,
        archive: None,
        trust: None,
    };
    Portal::start(settings, pool.clone(), shutdown.clone())
        .await
        .unwrap()
}

async fn sign_in(portal: &Portal) -> Viewer {
    let identity = Identity {
        issuer: "https://idp.example".into(),
        subject: "bench".into(),
        name: "Bench".into(),
        groups: vec![
            "oncall-database".parse().unwrap(),
            "everybody".parse().unwrap(),
        ],
        auth_time_s: None,
    };
    portal.register_sign_in(identity).await.unwrap()
}

/// Entries a second, the 99th percentile of one append in ms, and which entries they were.
async fn measure(portal: &Portal, viewer: &Viewer, callers: usize) -> (f64, f64, Range<i64>) {
    let before = portal.ledger().checkpoint().await.unwrap().0;
    let start = Instant::now();
    let work: Vec<_> = (0..callers)
        .map(|_| {
            let (portal, viewer) = (portal.clone(), viewer.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                while start.elapsed() < RUN {
                    let one = Instant::now();
                    portal
                        .sign_out(&viewer, SessionEnd::SignedOut)
                        .await
                        .unwrap();
                    times.push(one.elapsed().as_secs_f64() * 1000.0);
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for done in work {
        times.extend(done.await.unwrap());
    }
    let elapsed = start.elapsed().as_secs_f64();
    let after = portal.ledger().checkpoint().await.unwrap().0;
    let entries = after - before;
    assert_eq!(
        entries,
        times.len() as u64,
        "every answered append is in the log"
    );
    times.sort_by(f64::total_cmp);
    let p99 = times[times.len() * 99 / 100];
    #[allow(clippy::cast_precision_loss, reason = "a count of a short run")]
    let rate = entries as f64 / elapsed;
    (rate, p99, signed(before)..signed(after))
}

fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap()
}

/// The rows of one transaction: where they begin, their ids, their bytes.
struct Rows {
    first: i64,
    ids: Vec<Uuid>,
    bytes: Vec<Vec<u8>>,
}

/// What the log's writer put into its table, transaction by transaction as PostgreSQL numbers them.
async fn batches(pool: &PgPool, entries: Range<i64>) -> Vec<Rows> {
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
fn mean_size(batches: &[Rows]) -> f64 {
    let rows: usize = batches.iter().map(|batch| batch.ids.len()).sum();
    rows as f64 / batches.len() as f64
}

/// Rows a second.
async fn plain_inserts(pool: &PgPool, batches: Vec<Rows>) -> f64 {
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

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
