//! What waits for somebody is shown to them, however much there is, and counted as it is shown.

use std::collections::BTreeSet;

use access::event::{Decision, EndCause};
use access::ids::RequestId;
use access::view::{RequestRow, Viewer};
use sqlx::PgPool;

use crate::stage::Stage;

/// More than a page used to look at.
const MANY: usize = 505;

async fn ask_often(stage: &Stage, who: &Viewer, times: usize) -> Vec<RequestId> {
    let mut asked = Vec::new();
    for _ in 0..times {
        let (portal, who) = (stage.portal.clone(), who.clone());
        asked.push(tokio::spawn(async move {
            let form = crate::stage::form("orders-read");
            portal.submit(&who, form).await.unwrap()
        }));
    }
    let mut requests = Vec::new();
    for one in asked {
        requests.push(one.await.unwrap());
    }
    requests
}

fn has(rows: &[RequestRow], request: RequestId) -> bool {
    rows.iter().any(|row| row.id == request)
}

/// How much there is in the inbox, which is what is counted.
async fn counted(stage: &Stage, who: &Viewer) -> usize {
    let inbox = stage.portal.inbox(who).await.unwrap();
    let confirms = inbox.erasures.iter().filter(|one| one.may_confirm);
    let there = inbox.waiting.len()
        + inbox.reviews.len()
        + inbox.extensions.len()
        + inbox.proposals.len()
        + confirms.count();
    let counted = stage.portal.waiting_count(who).await.unwrap();
    assert_eq!(counted as usize, there, "{inbox:?}");
    there
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_oldest_that_waits_is_there_among_many(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    let first = stage.ask(&dana, "orders-read").await;
    ask_often(&stage, &dana, MANY).await;
    let inbox = stage.portal.inbox(&ari).await.unwrap();
    assert_eq!(inbox.waiting.len(), MANY + 1);
    assert!(has(&inbox.waiting, first));
    assert_eq!(counted(&stage, &ari).await, MANY + 1);
    assert_eq!(counted(&stage, &dana).await, 0);
    let home = stage.portal.home(&ari).await.unwrap();
    assert_eq!(home.inbox as usize, MANY + 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_over_hides_nothing_that_goes_on(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    let sam = stage.sam().await;
    let first = stage.ask(&dana, "orders-read").await;
    let denied = stage.ask(&dana, "orders-read").await;
    stage.sign(&sam, denied, Decision::Deny).await.unwrap();
    let other = stage.person("otto", &["oncall"]).await;
    for request in ask_often(&stage, &other, 60).await {
        stage.sign(&ari, request, Decision::Deny).await.unwrap();
    }
    let withdrawn = ask_often(&stage, &dana, 60).await;
    for request in &withdrawn {
        stage.portal.withdraw(&dana, *request).await.unwrap();
    }
    let home = stage.portal.home(&dana).await.unwrap();
    let ids: Vec<_> = home.requests.iter().map(|row| row.id).collect();
    assert_eq!((ids, home.past.len()), (vec![first], 10));
    // Another approver is told what was decided without them, and what was withdrawn.
    let told = stage.portal.inbox(&ari).await.unwrap().decided;
    let told: BTreeSet<_> = told.iter().map(|row| row.id).collect();
    let wanted = withdrawn.into_iter().chain([denied]);
    assert_eq!(told, wanted.collect());
}

#[sqlx::test(migrations = "../../migrations")]
async fn everything_that_waits_is_counted(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    let groups = ["leads", "reviewers", "authors", "custodians"];
    let (una, otto) = (
        stage.person("una", &groups).await,
        stage.person("otto", &groups).await,
    );
    assert_eq!(counted(&stage, &una).await, 0);
    stage.ask(&dana, "orders-read").await;
    let (request, grant) = stage.break_glass(&dana, 60).await;
    let end = stage.portal.end(&dana, grant, EndCause::Returned);
    end.await.unwrap();
    let mut policy = stage.settings.seed_policies[0].clone();
    policy.duration.max_s = 300;
    stage
        .portal
        .propose_policy(&otto, policy, None)
        .await
        .unwrap();
    assert_eq!(counted(&stage, &una).await, 3);
    assert_eq!(counted(&stage, &otto).await, 2);

    let verdict = access::event::Verdict::Drill;
    let review = stage
        .portal
        .review(&una, request, verdict, None, "Looked at it.");
    review.await.unwrap();
    assert_eq!(counted(&stage, &una).await, 2);
    let order = stage
        .portal
        .order_erasure(&otto, request, None, "They asked for it.");
    order.await.unwrap();
    assert_eq!(counted(&stage, &una).await, 3);
    assert_eq!(counted(&stage, &otto).await, 1);
}
