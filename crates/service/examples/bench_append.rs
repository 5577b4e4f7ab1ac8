//! Measures durable, batched, signed appends through the service, beside a plain unhashed INSERT of
//! the same rows in batches of the same size. One JSON line a figure on standard output.
//!
//! Wants `DATABASE_URL`: a superuser of a throwaway server whose `fsync` is on.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement may fail"
)]

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
    let mut next_plain = 0;
    for callers in CALLERS {
        let (mut ours, mut plain, mut slow, mut ratios) = (vec![], vec![], vec![], vec![]);
        for _ in 0..RUNS {
            let (rate, p99, batch) = measure(&portal, &viewer, callers).await;
            let peer = plain_inserts(&pool, batch, &mut next_plain).await;
            ours.push(rate);
            slow.push(p99);
            plain.push(peer);
            ratios.push(rate / peer);
        }
        let (rate, peer) = (median(&mut ours), median(&mut plain));
        println!(
            r#"{{"bench":"append","metric":"entries_per_second_{callers}_callers","value":{rate:.0},"unit":"1/s","peer":"plain INSERT, same rows and batch size: {peer:.0}/s","ratio":{:.3}}}"#,
            median(&mut ratios)
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

/// Entries a second, the 99th percentile of one append in ms, and the mean batch.
async fn measure(portal: &Portal, viewer: &Viewer, callers: usize) -> (f64, f64, usize) {
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
    let entries = portal.ledger().checkpoint().await.unwrap().0 - before;
    assert_eq!(
        entries,
        times.len() as u64,
        "every answered append is in the log"
    );
    times.sort_by(f64::total_cmp);
    let p99 = times[times.len() * 99 / 100];
    // Two batches are under way at a time: one is written while one is published.
    #[allow(clippy::cast_precision_loss, reason = "counts of a short run")]
    (entries as f64 / elapsed, p99, callers.div_ceil(2).min(256))
}

/// Rows a second, in transactions of `batch` rows one after the other, as one batcher would.
async fn plain_inserts(pool: &PgPool, batch: usize, next: &mut i64) -> f64 {
    let mut connection = pool.acquire().await.unwrap();
    // A real entry of that kind has about this many bytes.
    let bytes = vec![b'x'; 380];
    let start = Instant::now();
    let mut rows = 0_u32;
    while start.elapsed() < RUN {
        let ids: Vec<Uuid> = (0..batch).map(|_| Uuid::new_v4()).collect();
        let all = vec![bytes.clone(); batch];
        sqlx::query(
            "insert into plain select $1 + t.place, t.id, t.bytes
             from unnest($2::uuid[], $3::bytea[]) with ordinality as t (id, bytes, place)",
        )
        .bind(*next)
        .bind(ids)
        .bind(all)
        .execute(&mut *connection)
        .await
        .unwrap();
        *next += i64::try_from(batch).unwrap();
        rows += u32::try_from(batch).unwrap();
    }
    f64::from(rows) / start.elapsed().as_secs_f64()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
