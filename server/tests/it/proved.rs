//! A session alone changes no policy, makes nobody one with anybody, and lets nobody sign for another.

use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;
use time::OffsetDateTime;
use url::Url;

use crate::office_pages::put_in_force;
use crate::provider::query;
use crate::stage::{Browser, Stage};

const AGAIN: &str = "/auth/start?again=1&next=%2Fdelegation";

/// Goes to the provider, is this person there, and says to which page that leads.
async fn prove(browser: &mut Browser<'_>, path: &str, subject: &str, changes: Value) -> String {
    let callback = browser
        .go_to_provider(path, subject, "leads", changes)
        .await;
    browser.get(&callback).await.location().to_owned()
}

/// Puts a policy in force that lets approvers name somebody in their place; gives back whom they may name.
async fn delegate(stage: &Stage) -> String {
    let away = json!({
        "approval": { "within_s": 3600, "delegation": true, "stages": [{ "n": 1, "groups": ["leads"] }] },
    });
    put_in_force(stage, &away).await;
    let mut other = stage.browser();
    other.sign_in("sam", "leads").await;
    let who: Value =
        serde_json::from_str(&other.get("/api/navigation").await.text().await).unwrap();
    who["viewer"]["person"].as_str().unwrap().to_owned()
}

async fn delegation(browser: &mut Browser<'_>) -> String {
    browser.get("/delegation").await.text().await
}

#[sqlx::test(migrations = "../migrations")]
async fn an_old_sign_in_is_made_anew_and_what_was_typed_is_kept(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let sam = delegate(&stage).await;
    let mut ari = stage.browser();
    let old = json!({ "auth_time": OffsetDateTime::now_utc().unix_timestamp() - 1_801 });
    let first = prove(&mut ari, "/auth/start?next=/inbox", "ari", old.clone()).await;
    assert_eq!(first, "/inbox");

    let form = [("form[to]", sam.clone()), ("form[days]", "7".to_owned())];
    assert_eq!(ari.api("/api/set_delegation", &form).await, 403);
    let typed = [("form[to]", sam.as_str()), ("form[days]", "7")];
    for (subject, changes, message) in [
        ("sam", json!({}), "Somebody else signed in"),
        ("ari", old, "did not ask you anew"),
    ] {
        let sent = ari.post("/api/set_delegation", &typed).await;
        assert_eq!(sent.location(), AGAIN);
        assert_eq!(
            prove(&mut ari, AGAIN, subject, changes).await,
            "/delegation"
        );
        let page = delegation(&mut ari).await;
        assert!(page.contains(message), "{message}");
        assert!(!page.contains("signs in your place</h2>"));
    }
    assert_eq!(
        ari.post("/api/set_delegation", &typed).await.location(),
        AGAIN
    );
    let asked = Url::parse(ari.get(AGAIN).await.location()).unwrap();
    assert_eq!(
        (
            query(&asked, "prompt").as_str(),
            query(&asked, "max_age").as_str()
        ),
        ("login", "0")
    );
    assert_eq!(
        prove(&mut ari, AGAIN, "ari", json!({})).await,
        "/delegation"
    );
    let page = delegation(&mut ari).await;
    assert!(page.contains("You have proven anew who you are."));
    let kept = format!("value=\"{sam}\" selected");
    assert!(page.contains(&kept), "what was chosen is chosen still");
    assert!(!page.contains("last half hour"), "nothing is wrong with it");
    let sent = ari.post("/api/set_delegation", &typed).await;
    assert_eq!(
        (sent.status, sent.location()),
        (StatusCode::FOUND, "/delegation")
    );
    assert!(
        delegation(&mut ari)
            .await
            .contains("sam signs in your place")
    );
}

/// The log knows of the person that they proved it; a session that was left in another browser did not.
#[sqlx::test(migrations = "../migrations")]
async fn one_browser_proves_nothing_for_another(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let sam = delegate(&stage).await;
    let form = [("form[to]", sam), ("form[days]", "7".to_owned())];
    let (mut left, mut ari) = (stage.browser(), stage.browser());
    let old = json!({ "auth_time": OffsetDateTime::now_utc().unix_timestamp() - 1_801 });
    prove(&mut left, "/auth/start?next=/inbox", "ari", old).await;
    ari.sign_in("ari", "leads").await;
    assert_eq!(left.api("/api/set_delegation", &form).await, 403);
    assert_eq!(ari.api("/api/set_delegation", &form).await, 200);
    assert_eq!(
        prove(&mut left, AGAIN, "ari", json!({})).await,
        "/delegation"
    );
    assert_eq!(left.api("/api/set_delegation", &form).await, 200);
}

#[sqlx::test(migrations = "../migrations")]
async fn nobody_who_is_not_signed_in_is_sent_to_prove_it_for_anything_else(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let mut nobody = stage.browser();
    // It is a sign-in like any other.
    let next = prove(&mut nobody, AGAIN, "ari", json!({})).await;
    assert_eq!(next, "/delegation");
    assert!(nobody.is_signed_in().await);
    // Who is signed in and not asked to prove it goes straight on.
    let straight = nobody.get("/auth/start?next=/delegation").await;
    assert_eq!(straight.location(), "/delegation");
    let elsewhere = nobody.get("/auth/start?again=1&next=//evil.example").await;
    assert!(elsewhere.location().contains("prompt=login"));
    let foreign = "/auth/start?again=1&next=//evil.example";
    assert_eq!(prove(&mut nobody, foreign, "ari", json!({})).await, "/");
}

/// A proof that the log does not say is none, and nobody is told that it is one.
#[sqlx::test(migrations = "../migrations")]
async fn a_proof_that_the_log_does_not_take_is_told_as_such(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let mut ari = stage.browser();
    ari.sign_in("ari", "leads").await;
    // As a superuser who means it: the log goes on in another way than the portal knows, which halts it.
    let forced = "begin;
        alter event trigger ledger_guard disable; alter event trigger ledger_guard_drop disable;
        alter table ledger_head disable trigger all;
        update ledger_head set root = sha256(root);
        commit";
    sqlx::raw_sql(forced).execute(&stage.pool).await.unwrap();
    let again = "/auth/start?again=1&next=/inbox";
    assert_eq!(prove(&mut ari, again, "ari", json!({})).await, "/inbox");
    let page = ari.get("/inbox").await.text().await;
    assert!(!page.contains("You have proven anew"));
    let alert = page.split("role=\"alert\"").nth(1).unwrap_or_default();
    assert!(alert.contains("The log is halted"), "{alert:.600}");
}
