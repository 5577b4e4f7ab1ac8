//! Measures durable, batched, signed appends through the service, beside two peers: a plain unhashed
//! INSERT of the very same rows in the very same transactions, one after the other as one batcher would
//! send them; and what is done where nothing batches, one row a transaction with a trigger that chains
//! its hash. One JSON line a figure on standard output.
//!
//! With a number as its argument it measures a log that grows to so many entries instead.
//!
//! Wants `DATABASE_URL`: a superuser of a throwaway server whose `fsync` is on.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement may fail"
)]

mod curve;
mod peers;

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
    match std::env::args().nth(1) {
        Some(largest) => curve::run(&pool, largest.parse().expect("a number of entries")).await,
        None => beside_peers(&pool).await,
    }
    pool.close().await;
    sqlx::raw_sql(&format!("drop database {database} with (force)"))
        .execute(&admin)
        .await
        .unwrap();
}

async fn beside_peers(pool: &PgPool) {
    peers::prepare(pool).await;
    let data = tempfile::tempdir().unwrap();
    let shutdown = CancellationToken::new();
    service::key::generate(data.path(), &origin()).unwrap();
    let portal = start(pool, data.path(), &shutdown).await;
    let viewer = sign_in(&portal).await;
    for callers in CALLERS {
        let (mut ours, mut plain, mut slow, mut ratios) = (vec![], vec![], vec![], vec![]);
        let (mut chained, mut chained_ratios) = (vec![], vec![]);
        let mut sizes = vec![];
        for _ in 0..RUNS {
            let (rate, p99, entries) = measure(&portal, &viewer, callers, RUN).await;
            let batches = peers::batches(pool, entries).await;
            sizes.push(peers::mean_size(&batches));
            let trigger = peers::chained_inserts(pool, callers, RUN).await;
            let peer = peers::plain_inserts(pool, batches).await;
            ours.push(rate);
            slow.push(p99);
            plain.push(peer);
            ratios.push(rate / peer);
            chained.push(trigger);
            chained_ratios.push(rate / trigger);
        }
        let rate = median(&mut ours);
        let of = |peer: &str, rate: f64| format!("{peer}: {rate:.0}/s");
        tell(
            &format!("entries_per_second_{callers}_callers"),
            (rate, "1/s"),
            Some((
                of(
                    "plain INSERT of the same rows in the same transactions",
                    median(&mut plain),
                ),
                median(&mut ratios),
            )),
        );
        tell(
            &format!("entries_per_second_{callers}_callers_beside_a_trigger"),
            (rate, "1/s"),
            Some((
                of(
                    "one row a transaction, chained by a trigger",
                    median(&mut chained),
                ),
                median(&mut chained_ratios),
            )),
        );
        let batch = format!("batch_{callers}_callers");
        tell(&batch, (median(&mut sizes), "entries"), None);
        tell(
            &format!("p99_{callers}_callers"),
            (median(&mut slow), "ms"),
            None,
        );
    }
    shutdown.cancel();
}

/// One figure, a line of JSON.
fn tell(metric: &str, (value, unit): (f64, &str), peer: Option<(String, f64)>) {
    let (peer, ratio) = peer.map_or(("null".into(), "null".into()), |(peer, ratio)| {
        (format!("{peer:?}"), format!("{ratio:.3}"))
    });
    println!(
        r#"{{"bench":"append","metric":"{metric}","value":{value:.2},"unit":"{unit}","peer":{peer},"ratio":{ratio}}}"#
    );
}

fn origin() -> Origin {
    Origin::from_str("bench.example/log").unwrap()
}

async fn start(pool: &PgPool, data: &std::path::Path, shutdown: &CancellationToken) -> Portal {
    let settings = Settings {
        origin: origin(),
        data_dir: data.to_owned(),
        roles: RoleGroups::default(),
        read_window: Duration::from_secs(300),
        resources: Vec::new(),
        seed_policies: vec![curve::policy()],
        signer: None,
        archive: None,
        trust: None,
        gateway: None,
        verifier: None,
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
async fn measure(
    portal: &Portal,
    viewer: &Viewer,
    callers: usize,
    run: Duration,
) -> (f64, f64, Range<i64>) {
    let before = portal.ledger().checkpoint().await.unwrap().0;
    let start = Instant::now();
    let work: Vec<_> = (0..callers)
        .map(|_| {
            let (portal, viewer) = (portal.clone(), viewer.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                while start.elapsed() < run {
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

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
