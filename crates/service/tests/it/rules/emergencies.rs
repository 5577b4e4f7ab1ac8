//! Broken glass: ratified, refused, given back early, and what it keeps its holder from.

use std::time::Duration;

use access::event::{Decision, EndCause, Mode, Verdict};
use access::ids::{GrantId, RequestId};
use access::refusal::Rule;
use access::view::{GrantState, Ratification, RequestView, Standing, Viewer};
use service::{Error, Submit};
use sqlx::PgPool;

use super::{LATER_S, rebuilt, refused, stage};
use crate::stage::{PATIENCE, Stage, eventually, form};

fn emergency(policy: &str) -> Submit {
    Submit {
        mode: Mode::Emergency,
        ..form(policy)
    }
}

async fn break_under(stage: &Stage, who: &Viewer, policy: &str) -> (RequestId, GrantId) {
    let request = stage.portal.submit(who, emergency(policy)).await.unwrap();
    let grant = seen(stage, who, request).await.grant.unwrap();
    (request, grant.id)
}

async fn seen(stage: &Stage, who: &Viewer, request: RequestId) -> RequestView {
    stage.portal.request(who, request).await.unwrap()
}

async fn returned(stage: &Stage, who: &Viewer, policy: &str) -> RequestId {
    let (request, grant) = break_under(stage, who, policy).await;
    let ended = stage.portal.end(who, grant, EndCause::Returned).await;
    ended.unwrap();
    request
}

async fn ended_as(stage: &Stage, who: &Viewer, request: RequestId) -> Option<EndCause> {
    match seen(stage, who, request).await.grant.unwrap().state {
        GrantState::Ended { cause, .. } => Some(cause),
        _ => None,
    }
}

/// What somebody who is to be alarmed is told of a request on their first page, if anything.
async fn alarmed(stage: &Stage, who: &Viewer, request: RequestId) -> Option<Told> {
    let alarms = stage.portal.home(who).await.unwrap().alarms;
    let alarm = alarms.iter().find(|one| one.grant.request == request)?;
    alarm.ratification.map(Told::from)
}

/// What somebody finds among what was decided lately.
async fn decided(stage: &Stage, who: &Viewer, request: RequestId) -> Option<Told> {
    let decided = stage.portal.inbox(who).await.unwrap().decided;
    let row = decided.iter().find(|row| row.id == request)?;
    row.ratification.map(Told::from)
}

async fn waits(stage: &Stage, who: &Viewer, request: RequestId) -> bool {
    let inbox = stage.portal.inbox(who).await.unwrap();
    let row = inbox.waiting.iter().find(|row| row.id == request);
    let told = row.and_then(|row| row.ratification.map(Told::from));
    assert!(row.is_none() || told == Some(Told::Waits));
    row.is_some()
}

/// What became of an emergency, without its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Waits,
    Given,
    Refused,
    Missed,
}

impl From<Ratification> for Told {
    fn from(ratification: Ratification) -> Self {
        match ratification {
            Ratification::Waits { .. } => Self::Waits,
            Ratification::Given { .. } => Self::Given,
            Ratification::Refused { .. } => Self::Refused,
            Ratification::Missed { .. } => Self::Missed,
        }
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_emergency_that_nobody_ratifies_is_taken_back(admin: PgPool) {
    let stage = stage(&admin).await;
    let (dana, bo) = (stage.dana().await, stage.person("bo", &["board"]).await);
    let ari = stage.ari().await;
    let (request, grant) = break_under(&stage, &dana, "orders-soon").await;
    assert_eq!(alarmed(&stage, &bo, request).await, Some(Told::Waits));
    assert!(stage.account_stands(grant).await);
    let over = eventually(PATIENCE, || async {
        ended_as(&stage, &dana, request).await == Some(EndCause::Unratified)
    });
    over.await;
    assert!(!stage.account_stands(grant).await);
    assert_eq!(alarmed(&stage, &bo, request).await, Some(Told::Missed));
    assert_eq!(decided(&stage, &ari, request).await, Some(Told::Missed));
    let page = seen(&stage, &ari, request).await;
    assert!(
        page.stages
            .iter()
            .all(|stage| stage.standing == Standing::Over)
    );
    assert_eq!(
        refused(stage.sign(&ari, request, Decision::Approve).await),
        Rule::RatificationOver
    );

    // A review of it is owed: no glass is broken under any policy, other access is asked for. The first page says so.
    let again = || stage.portal.submit(&dana, emergency("orders-admin"));
    assert_eq!(refused(again().await), Rule::EmergencyRefused);
    let blocked = eventually(PATIENCE, || async {
        let refused = again().await;
        matches!(refused, Err(Error::Refused(refusal)) if refusal.rule == Rule::ReviewOwed)
    });
    blocked.await;
    let debts = stage.portal.home(&dana).await.unwrap().debts;
    let [debt] = debts.as_slice() else {
        panic!("each is told once: {debts:?}")
    };
    assert_eq!((debt.row.id, debt.why), (request, Rule::EmergencyRefused));
    assert_eq!(debt.row.ratification.map(Told::from), Some(Told::Missed));
    assert_eq!(debt.reviewers[0].as_str(), "reviewers");
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
    let view = seen(&stage, &rae, request).await.review.unwrap();
    assert_eq!(view.findings.as_deref(), Some("Nobody was at their desk."));
    assert_eq!(view.note.as_deref(), Some("An exercise."));
    assert!(stage.portal.home(&dana).await.unwrap().debts.is_empty());
    // It is over for those who were alarmed; those who were asked find it for a day still.
    assert_eq!(alarmed(&stage, &bo, request).await, None);
    assert_eq!(decided(&stage, &ari, request).await, Some(Told::Missed));
    let (_, grant) = stage.break_glass(&dana, 60).await;
    assert!(stage.account_stands(grant).await);
    rebuilt(&stage).await;
}

/// What its holder gave back at once is ratified all the same, or keeps them from the next; and everybody who was told
/// that it waits is told until it is decided, and how.
#[sqlx::test(migrations = "../../migrations")]
async fn an_emergency_given_back_early_is_answered_for(admin: PgPool) {
    let stage = stage(&admin).await;
    let (dana, ari, sam) = (stage.dana().await, stage.ari().await, stage.sam().await);
    let (eli, bo) = (
        stage.person("eli", &["oncall"]).await,
        stage.person("bo", &["board"]).await,
    );
    let early = async |who: &Viewer| {
        let request = returned(&stage, who, "orders-whole").await;
        assert!(waits(&stage, &ari, request).await);
        assert_eq!(alarmed(&stage, &bo, request).await, Some(Told::Waits));
        assert_eq!(alarmed(&stage, &sam, request).await, Some(Told::Waits));
        assert_eq!(decided(&stage, &sam, request).await, None);
        let page = seen(&stage, who, request).await;
        assert!(page.waits && page.sign_off_refused.is_none());
        request
    };
    let ratified = early(&dana).await;
    stage.sign(&ari, ratified, Decision::Approve).await.unwrap();
    // The first yes decides nothing; who gave it is told why they cannot give another.
    assert!(waits(&stage, &sam, ratified).await);
    assert_eq!(decided(&stage, &sam, ratified).await, None);
    let page = seen(&stage, &ari, ratified).await;
    assert_eq!(page.sign_off_refused, Some(Rule::NotApprover));
    stage.sign(&sam, ratified, Decision::Approve).await.unwrap();
    assert!(!waits(&stage, &ari, ratified).await);
    assert_eq!(decided(&stage, &ari, ratified).await, Some(Told::Given));
    assert_eq!(
        decided(&stage, &sam, ratified).await,
        None,
        "it was their own word"
    );
    assert_eq!(alarmed(&stage, &bo, ratified).await, Some(Told::Given));
    let became = seen(&stage, &dana, ratified).await.row.ratification;
    assert_eq!(became.map(Told::from), Some(Told::Given));
    assert!(stage.portal.home(&dana).await.unwrap().debts.is_empty());

    let denied = early(&eli).await;
    stage.sign(&ari, denied, Decision::Deny).await.unwrap();
    assert_eq!(
        ended_as(&stage, &eli, denied).await,
        Some(EndCause::Returned)
    );
    assert_eq!(decided(&stage, &sam, denied).await, Some(Told::Refused));
    assert_eq!(alarmed(&stage, &bo, denied).await, Some(Told::Refused));
    assert_eq!(
        refused(stage.portal.submit(&eli, emergency("orders-admin")).await),
        Rule::EmergencyRefused
    );
    let debts = stage.portal.home(&eli).await.unwrap().debts;
    assert_eq!(debts.len(), 1);
    assert_eq!(
        (debts[0].row.id, debts[0].why),
        (denied, Rule::EmergencyRefused)
    );
    stage.break_glass(&dana, 60).await;

    // Silence about one that ended early, from the moment its time is over.
    let otto = stage.person("otto", &["oncall"]).await;
    let silent = returned(&stage, &otto, "orders-soon").await;
    let over = eventually(PATIENCE, || async {
        decided(&stage, &ari, silent).await == Some(Told::Missed)
    });
    over.await;
    assert!(!waits(&stage, &ari, silent).await);
    assert_eq!(alarmed(&stage, &bo, silent).await, Some(Told::Missed));
    assert_eq!(stage.portal.home(&otto).await.unwrap().debts.len(), 1);
    rebuilt(&stage).await;
}

/// Where nobody has to ratify there is nothing to decide; that the glass was broken is told after its end all the same.
#[sqlx::test(migrations = "../../migrations")]
async fn an_emergency_that_nobody_has_to_ratify_is_told_after_its_end(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    let (request, grant) = stage.break_glass(&dana, 60).await;
    let told = async || {
        let alarms = stage.portal.home(&ari).await.unwrap().alarms;
        let mut alarms = alarms.iter();
        alarms.any(|one| one.grant.request == request && one.ratification.is_none())
    };
    assert!(told().await);
    let ended = stage.portal.end(&dana, grant, EndCause::Returned).await;
    ended.unwrap();
    assert!(told().await);
    let rae = stage.person("rae", &["reviewers"]).await;
    let reviewed = stage
        .portal
        .review(&rae, request, Verdict::Drill, None, "An exercise.");
    reviewed.await.unwrap();
    assert!(!told().await);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_emergency_is_ratified_by_its_stages_or_refused_at_once(admin: PgPool) {
    let stage = stage(&admin).await;
    let (dana, ari, sam) = (stage.dana().await, stage.ari().await, stage.sam().await);
    let begun = std::time::Instant::now();
    let (request, grant) = break_under(&stage, &dana, "orders-later").await;
    assert!(waits(&stage, &ari, request).await);
    stage.sign(&ari, request, Decision::Approve).await.unwrap();
    stage.sign(&sam, request, Decision::Approve).await.unwrap();
    let view = seen(&stage, &dana, request).await;
    let became = view.row.ratification.map(Told::from);
    assert_eq!(became, Some(Told::Given));
    assert!(view.grant.unwrap().ratify_by_ms.is_none());
    let deadline = Duration::from_secs(u64::from(LATER_S) + 1);
    tokio::time::sleep(deadline.saturating_sub(begun.elapsed())).await;
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
    let (request, grant) = break_under(&stage, &eli, "orders-whole").await;
    stage.sign(&ari, request, Decision::Deny).await.unwrap();
    assert_eq!(
        ended_as(&stage, &eli, request).await,
        Some(EndCause::Unratified)
    );
    assert!(!stage.account_stands(grant).await);
    rebuilt(&stage).await;
}
