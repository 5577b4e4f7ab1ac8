//! An expiry and an extension at the same moment: log and target agree, and access never outlives its time.

use std::time::Duration;

use access::event::{Decision, EndCause};
use access::ids::GrantId;
use access::time::UnixMillis;
use access::view::{GrantState, Viewer};
use sqlx::PgPool;

use crate::stage::{PATIENCE, Stage, eventually, form, words_for};

/// Ordinary access that its holder makes a minute longer once.
async fn opened(admin: &PgPool, duration_s: u32) -> (Stage, Viewer, GrantId, UnixMillis) {
    let mut stage = Stage::new(admin).await;
    let mut policy = stage.settings.seed_policies[0].clone();
    policy.name = "orders-longer".parse().unwrap();
    let extend = serde_json::json!({"times": 1, "by_s": 60, "approval": false});
    policy.duration.extend = Some(serde_json::from_value(extend).unwrap());
    stage.settings.seed_policies.push(policy);
    stage.restart().await;
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    let mut wanted = form("orders-longer");
    wanted.words = words_for(duration_s);
    let request = stage.portal.submit(&dana, wanted).await.unwrap();
    stage.sign(&ari, request, Decision::Approve).await.unwrap();
    let grant = stage.portal.open(&dana, request).await.unwrap();
    let view = stage.portal.request(&dana, request).await.unwrap();
    let expires = view.grant.unwrap().expires_at_ms;
    assert!(stage.account_stands(grant).await);
    (stage, dana, grant, expires)
}

/// Sleeps until so many milliseconds after a moment, or before it.
async fn until(moment: UnixMillis, after_ms: i64) {
    let now = time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
    let left = i128::from(moment.millis() + after_ms) - now;
    tokio::time::sleep(Duration::from_millis(u64::try_from(left).unwrap_or(0))).await;
}

async fn kinds(stage: &Stage, wanted: &str) -> usize {
    let entries = stage.verified_entries().await;
    entries.iter().filter(|(kind, _)| kind == wanted).count()
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_extension_that_is_being_written_puts_the_expiry_off(admin: PgPool) {
    let (stage, dana, grant, expires) = opened(&admin, 6).await;
    until(expires, -1_500).await;
    // Decided before the time is up, and committed after it.
    let mut lock = admin.begin().await.unwrap();
    sqlx::query("select from access_grant where id = $1 for update")
        .bind(grant.uuid())
        .execute(&mut *lock)
        .await
        .unwrap();
    let (portal, who) = (stage.portal.clone(), dana.clone());
    let extending = tokio::spawn(async move { portal.extend(&who, grant).await });
    until(expires, 20).await;
    lock.rollback().await.unwrap();
    extending.await.unwrap().unwrap();

    until(expires, 2_000).await;
    assert!(stage.account_stands(grant).await, "it was made longer");
    assert_eq!(kinds(&stage, "grant.extended").await, 1);
    assert_eq!(kinds(&stage, "grant.ended").await, 0);
    let open = &stage.portal.home(&dana).await.unwrap().grants[0];
    assert!(matches!(open.state, GrantState::Active { .. }));
    assert_eq!(open.expires_at_ms, expires.plus_seconds(60));
    let end = stage.portal.end(&dana, grant, EndCause::Returned);
    end.await.unwrap();
    assert!(!stage.account_stands(grant).await);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_expiry_does_not_wait_for_a_log_that_is_silent(admin: PgPool) {
    let (stage, _, grant, expires) = opened(&admin, 3).await;
    until(expires, -300).await;
    let mut fence = admin.begin().await.unwrap();
    sqlx::query("select from ledger_head for update")
        .execute(&mut *fence)
        .await
        .unwrap();
    until(expires, 0).await;
    // The log would be waited for for half a minute.
    eventually(Duration::from_secs(10), || async {
        !stage.account_stands(grant).await
    })
    .await;
    fence.rollback().await.unwrap();
    eventually(PATIENCE, || async {
        kinds(&stage, "grant.ended").await == 1
    })
    .await;
}
