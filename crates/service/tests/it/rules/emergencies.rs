//! Broken glass: ratified, refused, given back early, and what it keeps its holder from.

use std::time::Duration;

use access::event::{Decision, EndCause, Mode, Verdict};
use access::ids::{GrantId, RequestId};
use access::refusal::Rule;
use access::view::{GrantState, Viewer};
use service::{Error, Submit};
use sqlx::PgPool;

use super::{rebuilt, refused, stage};
use crate::stage::{Stage, eventually, form};

async fn break_whole(stage: &Stage, who: &Viewer) -> (RequestId, GrantId) {
    let wanted = Submit {
        mode: Mode::Emergency,
        ..form("orders-whole")
    };
    let request = stage.portal.submit(who, wanted).await.unwrap();
    let grant = stage
        .portal
        .request(who, request)
        .await
        .unwrap()
        .grant
        .unwrap();
    (request, grant.id)
}

async fn ended_as(stage: &Stage, who: &Viewer, request: RequestId) -> Option<EndCause> {
    match stage
        .portal
        .request(who, request)
        .await
        .unwrap()
        .grant
        .unwrap()
        .state
    {
        GrantState::Ended { cause, .. } => Some(cause),
        _ => None,
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_emergency_that_nobody_ratifies_is_taken_back(admin: PgPool) {
    let stage = stage(&admin).await;
    let (dana, bo) = (stage.dana().await, stage.person("bo", &["board"]).await);
    let (request, grant) = break_whole(&stage, &dana).await;
    let alarms = stage.portal.home(&bo).await.unwrap().alarms;
    assert_eq!(alarms.iter().map(|one| one.id).collect::<Vec<_>>(), [grant]);
    assert!(stage.account_stands(grant).await);
    let over = eventually(Duration::from_secs(6), || async {
        ended_as(&stage, &dana, request).await == Some(EndCause::Unratified)
    });
    over.await;
    assert!(!stage.account_stands(grant).await);

    // A review of it is owed, and overdue: no glass is broken under any policy, other access is asked for.
    let blocked = eventually(Duration::from_secs(4), || async {
        let again = Submit {
            mode: Mode::Emergency,
            ..form("orders-admin")
        };
        matches!(stage.portal.submit(&dana, again).await, Err(Error::Refused(refusal)) if refusal.rule == Rule::ReviewOwed)
    });
    blocked.await;
    assert_eq!(stage.portal.home(&dana).await.unwrap().debts.len(), 1);
    stage.ask(&dana, "orders-read").await;
    let rae = stage.person("rae", &["reviewers"]).await;
    stage
        .portal
        .review(
            &rae,
            request,
            Verdict::Drill,
            Some("Nobody was at their desk."),
            "An exercise.",
        )
        .await
        .unwrap();
    let view = stage
        .portal
        .request(&rae, request)
        .await
        .unwrap()
        .review
        .unwrap();
    assert_eq!(view.findings.as_deref(), Some("Nobody was at their desk."));
    assert_eq!(view.note.as_deref(), Some("An exercise."));
    assert!(stage.portal.home(&dana).await.unwrap().debts.is_empty());
    let (_, grant) = stage.break_glass(&dana, 60).await;
    assert!(stage.account_stands(grant).await);
    rebuilt(&stage).await;
}

/// What its holder gave back at once is ratified all the same, or keeps them from the next.
#[sqlx::test(migrations = "../../migrations")]
async fn an_emergency_given_back_early_is_answered_for(admin: PgPool) {
    let stage = stage(&admin).await;
    let (dana, ari, sam) = (stage.dana().await, stage.ari().await, stage.sam().await);
    let eli = stage.person("eli", &["oncall"]).await;
    let waits = async |request: RequestId| {
        let inbox = stage.portal.inbox(&ari).await.unwrap();
        inbox.waiting.iter().any(|row| row.id == request)
    };
    let returned = async |who: &Viewer| {
        let (request, grant) = break_whole(&stage, who).await;
        let ended = stage.portal.end(who, grant, EndCause::Returned).await;
        ended.unwrap();
        assert!(waits(request).await);
        request
    };
    let ratified = returned(&dana).await;
    stage.sign(&ari, ratified, Decision::Approve).await.unwrap();
    stage.sign(&sam, ratified, Decision::Approve).await.unwrap();
    assert!(!waits(ratified).await);
    assert!(
        stage
            .portal
            .request(&dana, ratified)
            .await
            .unwrap()
            .ratified
    );
    let denied = returned(&eli).await;
    stage.sign(&ari, denied, Decision::Deny).await.unwrap();
    assert_eq!(
        ended_as(&stage, &eli, denied).await,
        Some(EndCause::Returned)
    );
    let again = Submit {
        mode: Mode::Emergency,
        ..form("orders-admin")
    };
    assert_eq!(
        refused(stage.portal.submit(&eli, again).await),
        Rule::EmergencyRefused
    );
    stage.break_glass(&dana, 60).await;
    rebuilt(&stage).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_emergency_is_ratified_by_its_stages_or_refused_at_once(admin: PgPool) {
    let stage = stage(&admin).await;
    let (dana, ari, sam) = (stage.dana().await, stage.ari().await, stage.sam().await);
    let (request, grant) = break_whole(&stage, &dana).await;
    let waiting = stage.portal.inbox(&ari).await.unwrap().waiting;
    assert!(waiting.iter().any(|row| row.id == request));
    stage.sign(&ari, request, Decision::Approve).await.unwrap();
    stage.sign(&sam, request, Decision::Approve).await.unwrap();
    let view = stage.portal.request(&dana, request).await.unwrap();
    assert!(view.ratified && view.grant.unwrap().ratify_by_ms.is_none());
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(
        ended_as(&stage, &dana, request).await,
        None,
        "it stands after the deadline"
    );
    stage
        .portal
        .end(&dana, grant, EndCause::Returned)
        .await
        .unwrap();

    let eli = stage.person("eli", &["oncall"]).await;
    let (request, grant) = break_whole(&stage, &eli).await;
    stage.sign(&ari, request, Decision::Deny).await.unwrap();
    assert_eq!(
        ended_as(&stage, &eli, request).await,
        Some(EndCause::Unratified)
    );
    assert!(!stage.account_stands(grant).await);
    rebuilt(&stage).await;
}
