//! Policies that nobody's browser proposes, from a shell and from the configuration, come once.

use std::time::Duration;

use access::policy::Policy;
use service::Portal;
use service::drafts::{HandedIn, hand_in};
use service::settings::Settings;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::process::fresh_folder;
use crate::stage::{PATIENCE, Stage, eventually, service_pool};

fn longer(stage: &Stage, max_s: u32) -> Policy {
    let mut policy = stage.settings.seed_policies[0].clone();
    policy.duration.max_s = max_s;
    policy
}

async fn proposed(stage: &Stage) -> usize {
    let entries = stage.verified_entries().await;
    let proposed = entries.iter().filter(|(kind, _)| kind == "policy.proposed");
    proposed.count()
}

async fn waiting(stage: &Stage) -> i64 {
    sqlx::query_scalar("select count(*) from policy_draft")
        .fetch_one(&stage.admin)
        .await
        .unwrap()
}

/// Another server of the same log.
async fn replica(stage: &Stage) -> (Portal, tempfile::TempDir, CancellationToken) {
    let folder = fresh_folder(stage.data.path());
    let settings = Settings {
        data_dir: folder.path().to_owned(),
        ..stage.settings.clone()
    };
    let stop = CancellationToken::new();
    let pool = service_pool(&stage.admin).await;
    let portal = Portal::start(settings, pool, stop.clone()).await.unwrap();
    (portal, folder, stop)
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_portals_propose_a_draft_once(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    stage.dana().await;
    let (_replica, _folder, _stop) = replica(&stage).await;
    let mut fence = admin.begin().await.unwrap();
    sqlx::query("select from ledger_head for update")
        .execute(&mut *fence)
        .await
        .unwrap();
    let (pool, policy) = (service_pool(&admin).await, longer(&stage, 300));
    let handing =
        tokio::spawn(async move { hand_in(&pool, &policy, Duration::from_secs(40)).await });
    // Long enough for both to look, and for neither to give up.
    tokio::time::sleep(Duration::from_secs(7)).await;
    fence.rollback().await.unwrap();
    let became = handing.await.unwrap().unwrap();
    assert!(matches!(became, HandedIn::Proposed(_)), "{became:?}");
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(proposed(&stage).await, 1);
    assert_eq!(waiting(&stage).await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_draft_whose_portal_stopped_before_it_could_say_so_is_proposed_once(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    stage.dana().await;
    let pool = service_pool(&admin).await;
    let policy = longer(&stage, 300);
    let patience = Duration::from_secs(20);
    let became = hand_in(&pool, &policy, patience).await.unwrap();
    let HandedIn::Proposed(seq) = became else {
        panic!("{became:?}")
    };
    // As if it had never been settled.
    sqlx::query(
        "insert into policy_draft (id, document) select id, $2 from ledger_entry where seq = $1",
    )
    .bind(i64::try_from(seq).unwrap())
    .bind(policy.json())
    .execute(&admin)
    .await
    .unwrap();
    eventually(PATIENCE, || async {
        let settled = sqlx::query_scalar("select proposal_seq from policy_draft");
        let settled: Option<i64> = settled.fetch_one(&stage.admin).await.unwrap();
        settled.is_some_and(|settled| settled.unsigned_abs() == seq)
    })
    .await;
    assert_eq!(proposed(&stage).await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_said_to_be_taken_back_is_gone(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    stage.stop();
    let pool = service_pool(&admin).await;
    let policy = longer(&stage, 300);
    let alone = hand_in(&pool, &policy, Duration::from_secs(1));
    let alone = alone.await.unwrap();
    assert_eq!(alone, HandedIn::NoPortal);
    assert_eq!(waiting(&stage).await, 0);

    // Long enough to be looked at on a busy machine.
    let within = Duration::from_secs(5);
    let hand = || {
        let (pool, policy) = (pool.clone(), policy.clone());
        tokio::spawn(async move { hand_in(&pool, &policy, within).await.unwrap() })
    };
    // A portal has it in its hands, and never says more.
    for (settles, wanted) in [(false, HandedIn::NotKnown), (true, HandedIn::Proposed(7))] {
        let handing = hand();
        eventually(within, || async { waiting(&stage).await == 1 }).await;
        let mut held = admin.begin().await.unwrap();
        sqlx::query("select from policy_draft for update")
            .execute(&mut *held)
            .await
            .unwrap();
        let became = if settles {
            tokio::time::sleep(within + Duration::from_millis(300)).await;
            sqlx::query("update policy_draft set proposal_seq = 7")
                .execute(&mut *held)
                .await
                .unwrap();
            held.commit().await.unwrap();
            handing.await.unwrap()
        } else {
            let became = handing.await.unwrap();
            held.rollback().await.unwrap();
            became
        };
        assert_eq!(became, wanted);
        assert_eq!(waiting(&stage).await, i64::from(!settles));
        sqlx::query("delete from policy_draft")
            .execute(&admin)
            .await
            .unwrap();
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_the_configuration_proposed_and_somebody_withdrew_does_not_come_back(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let (ada, otto) = (
        stage.person("ada", &["authors"]).await,
        stage.person("otto", &["authors"]).await,
    );
    stage.settings.seed_policies[0] = longer(&stage, 300);
    stage.restart().await;
    stage.restart().await;
    let proposals = stage.portal.proposals(&ada, None).await.unwrap();
    let [configured] = proposals.as_slice() else {
        panic!("{proposals:?}")
    };
    let withdrawn = stage.portal.withdraw_proposal(&ada, configured.row.seq);
    withdrawn.await.unwrap();
    stage.restart().await;
    let (_replica, _folder, _stop) = replica(&stage).await;
    assert_eq!(proposed(&stage).await, 1, "it was withdrawn");

    // Another text is another matter, and so is the same after another version.
    stage.settings.seed_policies[0] = longer(&stage, 200);
    stage.restart().await;
    assert_eq!(proposed(&stage).await, 2);
    let next = stage.portal.proposals(&ada, None).await.unwrap()[0].row.seq;
    stage.portal.endorse(&ada, next).await.unwrap();
    stage.portal.activate(&otto, next).await.unwrap();
    stage.restart().await;
    assert_eq!(proposed(&stage).await, 2, "it is in force");
    stage.settings.seed_policies[0] = longer(&stage, 300);
    stage.restart().await;
    assert_eq!(proposed(&stage).await, 3);
}
