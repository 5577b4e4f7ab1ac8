//! A PostgreSQL that is killed, all processes at once, while entries are committed.
#![allow(
    clippy::print_stdout,
    reason = "the trials are counted where people see it"
)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use access::ids::RequestId;
use access::view::Viewer;
use service::{Error, Portal};
use sqlx::PgPool;

use crate::cluster::Cluster;
use crate::proxy::{Moment, Proxy};
use crate::stage::{Stage, eventually, form};
use crate::sweep::{asked_for, sound};

const CALLERS: usize = 6;

/// More at once than one transaction takes, so that its commit begins the next.
const BURST: usize = 600;
const MORE_WAITS: &str = "commit and fence";

const PATIENCE: Duration = Duration::from_secs(60);

/// What was asked for, and what was answered.
#[derive(Default)]
struct Answers {
    acknowledged: Vec<RequestId>,
    refused: Vec<RequestId>,
}

type Shared = Arc<(Mutex<Answers>, AtomicBool)>;

/// Asks for access again and again, until told to stop.
async fn load(portal: Portal, who: Viewer, shared: Shared) {
    while !shared.1.load(Ordering::SeqCst) {
        ask(&portal, &who, &shared).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn ask(portal: &Portal, who: &Viewer, shared: &Shared) {
    let wanted = form("orders-read");
    let request = wanted.request;
    let answer = portal.submit(who, wanted).await;
    note(&shared.0, request, answer);
}

fn note(answers: &Mutex<Answers>, request: RequestId, answer: Result<RequestId, Error>) {
    let mut answers = answers.lock().unwrap();
    match answer {
        Ok(_) => answers.acknowledged.push(request),
        Err(Error::Unavailable { message }) => {
            assert!(message.contains("othing was changed"), "{message}");
            answers.refused.push(request);
        }
        Err(fault) => panic!("{fault}"),
    }
}

/// Kills the cluster at a commit, starts it again, and waits until entries are written again.
async fn kill_at_a_commit(
    cluster: &Arc<Cluster>,
    proxy: &Proxy,
    shared: &Shared,
    (step, nth, moment): (&'static str, usize, Moment),
) -> String {
    let killed = Arc::new(AtomicBool::new(false));
    let (doomed, done) = (cluster.clone(), killed.clone());
    proxy.break_at(Some(step), nth, moment, move || {
        doomed.kill();
        done.store(true, Ordering::SeqCst);
    });
    eventually(PATIENCE, || async { killed.load(Ordering::SeqCst) }).await;
    let broken = proxy.broken().unwrap();
    let starting = cluster.clone();
    tokio::task::spawn_blocking(move || starting.start())
        .await
        .unwrap();
    let before = shared.0.lock().unwrap().acknowledged.len();
    eventually(PATIENCE, || async {
        shared.0.lock().unwrap().acknowledged.len() >= before + 2 * CALLERS
    })
    .await;
    broken
}

#[tokio::test(flavor = "multi_thread")]
async fn each_entry_is_there_once_or_not_at_all_when_postgresql_is_killed_in_a_commit() {
    let cluster = Arc::new(Cluster::new());
    let admin: PgPool = cluster.migrated().await;
    let proxy = Proxy::to(&cluster.options("portal"));
    let stage = Stage::by_way(&admin, None, proxy.options()).await;
    let dana = stage.dana().await;
    let shared = Shared::default();
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| tokio::spawn(load(stage.portal.clone(), dana.clone(), shared.clone())))
        .collect();
    let mut kills = BTreeMap::<String, usize>::new();
    for case in [
        ("commit", 3, Moment::During),
        (MORE_WAITS, 1, Moment::During),
        ("commit", 1, Moment::After),
        ("commit", 7, Moment::During),
        ("commit", 2, Moment::Before),
        ("insert", 4, Moment::During),
        (MORE_WAITS, 1, Moment::After),
        ("publish", 3, Moment::During),
    ] {
        if case.0 == MORE_WAITS {
            let asked = (0..BURST).map(|_| ask(&stage.portal, &dana, &shared));
            let burst = futures::future::join_all(asked);
            let killed = kill_at_a_commit(&cluster, &proxy, &shared, case);
            let (broken, _) = tokio::join!(killed, burst);
            *kills.entry(broken).or_default() += 1;
            continue;
        }
        let broken = kill_at_a_commit(&cluster, &proxy, &shared, case).await;
        *kills.entry(broken).or_default() += 1;
    }
    shared.1.store(true, Ordering::SeqCst);
    for caller in callers {
        caller.await.unwrap();
    }
    assert_eq!(stage.portal.halted(), None);
    let answers = std::mem::take(&mut *shared.0.lock().unwrap());
    println!(
        "PostgreSQL was killed at {kills:?}: {} acknowledged, {} refused",
        answers.acknowledged.len(),
        answers.refused.len()
    );
    let found = asked_for(&admin).await;
    for request in &answers.acknowledged {
        assert_eq!(found.get(request), Some(&1), "acknowledged");
    }
    for request in &answers.refused {
        assert_eq!(found.get(request), None, "refused");
    }
    let key = stage.portal.ledger().vkey().parse().unwrap();
    let origin = stage.portal.ledger().origin();
    let report = sound(&admin, origin, &key, Some(stage.data.path())).await;
    assert_eq!(report.signed, report.size);
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_reads_from_a_database_that_goes_away_is_told_to_try_again(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let mut lock = admin.begin().await.unwrap();
    sqlx::query("lock table request in access exclusive mode")
        .execute(&mut *lock)
        .await
        .unwrap();
    let portal = stage.portal.clone();
    let reading = tokio::spawn(async move { portal.submit(&dana, form("orders-read")).await });
    eventually(PATIENCE, || async {
        let ended = sqlx::query(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and wait_event_type = 'Lock'",
        );
        ended.execute(&admin).await.unwrap().rows_affected() > 0
    })
    .await;
    let answer = reading.await.unwrap();
    lock.rollback().await.unwrap();
    assert!(
        matches!(answer, Err(Error::Unavailable { .. })),
        "{answer:?}"
    );
}
