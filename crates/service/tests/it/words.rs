//! What people wrote is shown to those it concerns, and to auditors case by case.

use access::event::{Decision, Field, OpeningRef};
use access::ids::RequestId;
use access::refusal::Rule;
use access::view::{OpeningState, OpeningView, RequestView};
use service::Error;
use sqlx::PgPool;

use crate::erasing::{custodian, denied, refused_by};
use crate::stage::Stage;

fn found(view: &RequestView, field: Field) -> &OpeningView {
    view.openings
        .iter()
        .find(|text| text.field == field)
        .unwrap()
}

fn state(view: &RequestView, field: Field) -> OpeningState {
    found(view, field).state
}

#[sqlx::test(migrations = "../../migrations")]
async fn words_are_shown_by_case(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let request = denied(&stage).await;
    let portal = &stage.portal;
    let (quinn, oscar) = (
        stage.quinn().await,
        stage.person("oscar", &["operators"]).await,
    );
    for outsider in [&quinn, &oscar, &custodian(&stage, "cleo").await] {
        let view = portal.request(outsider, request).await.unwrap();
        assert_eq!((view.row.reason, view.ticket), (None, None));
        assert_eq!(view.sign_offs[0].note, None);
        assert_eq!(view.openings.len(), 4);
        for text in view.openings {
            assert_eq!(text.state, OpeningState::Sealed);
        }
    }
    let ari = portal.request(&stage.ari().await, request).await.unwrap();
    assert!(ari.row.reason.is_some() && ari.sign_offs[0].note.is_some());
    assert_eq!(state(&ari, Field::IdToken), OpeningState::Sealed);

    let reason = OpeningRef {
        seq: found(&ari, Field::Reason).seq,
        field: Field::Reason,
    };
    let nosy = portal.disclose(&oscar, request, reason, "I wonder what it says.");
    assert_eq!(refused_by(nosy.await), Rule::NotAuditor);
    let vague = portal.disclose(&quinn, request, reason, "why");
    assert_eq!(refused_by(vague.await), Rule::PurposeTooShort);
    portal
        .disclose(&quinn, request, reason, "Audit 2026-11, sample 4.")
        .await
        .unwrap();
    let view = portal.request(&quinn, request).await.unwrap();
    assert_eq!(view.row.reason, ari.row.reason);
    assert_eq!((&view.ticket, &view.sign_offs[0].note), (&None, &None));
    let shown = found(&view, Field::Reason);
    assert_eq!(shown.state, OpeningState::Shown);
    assert_eq!(shown.salt.as_ref().map(String::len), Some(64));
    // To nobody else; and why they looked is for the request's people.
    let other = stage.person("quentin", &["auditors"]).await;
    let others = portal.request(&other, request).await.unwrap();
    assert_eq!(state(&others, Field::Reason), OpeningState::Sealed);
    let dana = portal.request(&stage.dana().await, request).await.unwrap();
    let why = found(&dana, Field::Purpose).text.as_deref();
    assert_eq!(why, Some("Audit 2026-11, sample 4."));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_text_that_was_exchanged_is_not_shown(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let request = denied(&stage).await;
    let dana = stage.dana().await;
    sqlx::query("update opening set bytes = 'I was told to.' where field = 'reason'")
        .execute(&admin)
        .await
        .unwrap();
    let view = stage.portal.request(&dana, request).await.unwrap();
    assert_eq!(view.row.reason, None);
    assert_eq!(state(&view, Field::Reason), OpeningState::Altered);
    sqlx::query("delete from opening where field = 'ticket'")
        .execute(&admin)
        .await
        .unwrap();
    let view = stage.portal.request(&dana, request).await.unwrap();
    assert_eq!(state(&view, Field::Ticket), OpeningState::Missing);
}

/// Whether somebody could go on to sign this off.
async fn check(stage: &Stage, request: RequestId, decision: Decision) -> Result<(), Error> {
    let ari = stage.ari().await;
    let digest = stage.portal.request(&ari, request).await?.statement_sha256;
    let checked = stage
        .portal
        .check_sign_off(&ari, request, None, (decision, digest), None);
    checked.await
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_approves_by_a_reason_that_is_not_the_one_sealed(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    let request = stage.ask(&dana, "orders-read").await;
    let reasons = async || {
        let home = stage.portal.home(&dana).await.unwrap();
        let inbox = stage.portal.inbox(&ari).await.unwrap();
        [&home.requests[0], &inbox.waiting[0]].map(|row| row.reason.clone())
    };
    assert!(reasons().await.iter().all(Option::is_some));
    check(&stage, request, Decision::Approve).await.unwrap();
    for change in [
        "update opening set bytes = 'I was told to.' where field = 'reason'",
        "delete from opening where field = 'reason'",
    ] {
        sqlx::query(change).execute(&admin).await.unwrap();
        assert_eq!(reasons().await, [None, None], "{change}");
        let refused = check(&stage, request, Decision::Approve).await;
        assert!(
            matches!(refused, Err(Error::Unavailable { .. })),
            "{refused:?}"
        );
        check(&stage, request, Decision::Deny).await.unwrap();
    }
}
