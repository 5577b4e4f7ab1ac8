//! A decision needs a fresh proof, by the same person, about this decision.

use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::stage::{Browser, Stage};

/// Dana asks; says the request's id.
async fn asked(stage: &Stage) -> String {
    let id = Uuid::new_v4().to_string();
    let mut dana = stage.browser();
    dana.sign_in("dana", "oncall").await;
    let form = [
        ("form[request]", id.as_str()),
        ("form[resource]", "orders-db"),
        ("form[policy]", "orders-read"),
        ("form[reason]", "the queue is stuck"),
        ("form[urgency]", "sev2"),
        ("form[duration]", "10"),
    ];
    let answer = dana.post("/api/submit_request", &form).await;
    assert_eq!(answer.location(), format!("/requests/{id}"));
    id
}

/// The request as the portal's own page gets it.
async fn view(browser: &mut Browser<'_>, id: &str) -> Value {
    serde_json::from_str(
        &browser
            .get(&format!("/api/request?id={id}"))
            .await
            .text()
            .await,
    )
    .unwrap()
}

/// Ari decides and proves who that is with these changes to the token's claims; what the callback answered.
async fn decide(
    ari: &mut Browser<'_>,
    id: &str,
    subject: &str,
    changes: Value,
) -> (StatusCode, String) {
    let statement = view(ari, id).await["statement_sha256"]
        .as_str()
        .unwrap()
        .to_owned();
    let form = [
        ("form[request]", id),
        ("form[decision]", "approve"),
        ("form[statement]", &statement),
    ];
    assert_eq!(
        ari.post("/api/begin_sign_off", &form).await.location(),
        "/auth/step-up"
    );
    let callback = ari
        .go_to_provider("/auth/step-up", subject, "leads", changes)
        .await;
    let answer = ari.get(&callback).await;
    let location = answer
        .headers
        .get("location")
        .map(|value| value.to_str().unwrap().to_owned());
    (answer.status, location.unwrap_or_default())
}

#[sqlx::test(migrations = "../migrations")]
async fn only_a_fresh_proof_of_the_same_person_signs(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let id = asked(&stage).await;
    let page = format!("/requests/{id}");
    let mut ari = stage.browser();
    ari.sign_in("ari", "leads").await;
    let now_s = OffsetDateTime::now_utc().unix_timestamp();
    for (subject, changes, message) in [
        // The sign-in itself once more, from the provider's memory: young enough, but not made for this.
        (
            "ari",
            json!({ "auth_time": now_s - 4 }),
            "did not ask you anew",
        ),
        ("sam", json!({}), "Somebody else signed in"),
        (
            "ari",
            json!({ "auth_time": now_s - 30 }),
            "did not ask you anew",
        ),
        ("ari", json!({ "auth_time": null }), "did not ask you anew"),
    ] {
        assert_eq!(
            decide(&mut ari, &id, subject, changes).await,
            (StatusCode::SEE_OTHER, page.clone())
        );
        assert!(
            ari.get(&page).await.text().await.contains(message),
            "{message}"
        );
        assert_eq!(view(&mut ari, &id).await["row"]["approvals"], 0);
    }
    let (status, _) = decide(&mut ari, &id, "ari", json!({ "nonce": "of another flow" })).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(view(&mut ari, &id).await["row"]["approvals"], 0);

    let before = ari.cookie.clone();
    assert_eq!(
        decide(&mut ari, &id, "ari", json!({})).await,
        (StatusCode::SEE_OTHER, page)
    );
    assert_ne!(
        ari.cookie, before,
        "a fresh proof gives the session a new id"
    );
    let mut earlier = stage.browser();
    earlier.cookie = before;
    assert!(!earlier.is_signed_in().await);
    assert_eq!(view(&mut ari, &id).await["row"]["approvals"], 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn groups_are_those_of_the_fresh_proof(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let id = asked(&stage).await;
    let mut ari = stage.browser();
    ari.sign_in("ari", "leads").await;
    let outcome = decide(
        &mut ari,
        &id,
        "ari",
        json!({ "groups": ["somewhere-else"] }),
    )
    .await;
    assert_eq!(outcome.0, StatusCode::SEE_OTHER);
    let mut auditor = stage.browser();
    auditor.sign_in("quinn", "auditors").await;
    assert_eq!(view(&mut auditor, &id).await["row"]["approvals"], 0);
    assert_eq!(
        ari.get(&format!("/requests/{id}")).await.status,
        StatusCode::NOT_FOUND,
        "no longer an approver"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn without_a_pending_decision_there_is_nothing_to_prove(pool: PgPool) {
    let stage = Stage::new(pool).await;
    assert_eq!(
        stage.browser().get("/auth/step-up").await.status,
        StatusCode::UNAUTHORIZED
    );
    let mut ari = stage.browser();
    ari.sign_in("ari", "leads").await;
    assert_eq!(ari.get("/auth/step-up").await.status, StatusCode::CONFLICT);
}
