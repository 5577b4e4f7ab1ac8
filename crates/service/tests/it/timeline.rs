//! A database that became another one: a standby took over, a backup was recovered.

use std::time::Duration;

use service::accept_timeline;
use sqlx::PgPool;

use crate::cluster::Cluster;
use crate::proxy::Proxy;
use crate::stage::{Stage, eventually, form};
use crate::sweep::sound;

const PATIENCE: Duration = Duration::from_secs(30);

async fn size(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select size from ledger_head")
        .fetch_one(pool)
        .await
        .unwrap()
}

async fn recovers(pool: &PgPool) -> bool {
    sqlx::query_scalar("select pg_is_in_recovery()")
        .fetch_one(pool)
        .await
        .unwrap()
}

/// A portal that reaches its database by a way that can lead elsewhere.
async fn staged(cluster: &Cluster) -> (Stage, Proxy) {
    let admin = cluster.migrated().await;
    let proxy = Proxy::to(&cluster.options("portal"));
    let stage = Stage::by_way(&admin, None, proxy.options()).await;
    (stage, proxy)
}

fn is_about_timelines(reason: &str) {
    let said = ["timeline 2", "timeline 1", "accept-timeline"];
    assert!(said.iter().all(|word| reason.contains(word)), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_that_took_over_is_not_written_to_before_somebody_says_so() {
    let primary = Cluster::new();
    let (mut stage, proxy) = staged(&primary).await;
    let dana = stage.dana().await;
    stage.ask(&dana, "orders-read").await;
    let standby = primary.standby();
    stage.ask(&dana, "orders-read").await;
    let written = size(&stage.admin).await;
    let follows = standby.pool().await;
    eventually(PATIENCE, || async { size(&follows).await == written }).await;

    // It takes over under a portal that runs.
    primary.kill();
    standby.promote();
    proxy.switch_to(&standby.options("portal"));
    eventually(PATIENCE, || async {
        assert!(
            stage
                .portal
                .submit(&dana, form("orders-read"))
                .await
                .is_err()
        );
        stage.portal.halted().is_some()
    })
    .await;
    is_about_timelines(&stage.portal.halted().unwrap());
    // A restart is nobody's word.
    stage.restart().await;
    is_about_timelines(&stage.portal.halted().unwrap());
    assert_eq!(size(&follows).await, written, "nothing was written to it");

    let (before, now) = accept_timeline(stage.data.path(), &follows).await.unwrap();
    assert!(before.unwrap().to_string().starts_with("timeline 1 "));
    assert!(now.to_string().starts_with("timeline 2 "));
    stage.restart().await;
    assert_eq!(stage.portal.halted(), None);
    stage.ask(&dana, "orders-read").await;
    let key = stage.portal.ledger().vkey().parse().unwrap();
    let origin = stage.portal.ledger().origin();
    sound(&follows, origin, &key, Some(stage.data.path())).await;
}

/// The word about the timeline is none about entries that are missing.
#[tokio::test(flavor = "multi_thread")]
async fn a_recovered_backup_that_lost_entries_stays_halted() {
    let cluster = Cluster::new();
    let (mut stage, proxy) = staged(&cluster).await;
    let dana = stage.dana().await;
    let backup = cluster.backup();
    stage.ask(&dana, "orders-read").await;
    cluster.kill();
    backup.start();
    let recovered = backup.pool().await;
    eventually(PATIENCE, || async { !recovers(&recovered).await }).await;
    proxy.switch_to(&backup.options("portal"));
    stage.restart().await;
    is_about_timelines(&stage.portal.halted().unwrap());

    accept_timeline(stage.data.path(), &recovered)
        .await
        .unwrap();
    stage.restart().await;
    let reason = stage.portal.halted().unwrap();
    assert!(reason.contains("the log's key has signed"), "{reason}");
}
