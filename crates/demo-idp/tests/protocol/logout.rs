//! Sign-out, and that the portal hears of it.

use axum::Router;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::json;
use std::collections::HashMap;
use tokio::sync::mpsc;

use crate::browser::{Answer, Browser};
use crate::relying_party::{ISSUER, authorize_path, config, id_token, provider, verify};

const HOME: &str = "http://localhost:8080/sign-in";

#[tokio::test]
async fn the_portals_own_token_signs_out_at_once_and_leads_back() {
    let mut browser = Browser::new(provider());
    let (token, _) = id_token(&mut browser, "dana", &[]).await;
    let answer = end_session(&mut browser, &[("id_token_hint", &token), ("state", "s")]).await;
    assert_eq!(answer.redirect().as_str(), format!("{HOME}?state=s"));
    assert_eq!(browser.cookie("demo_idp_session"), None);
    assert!(
        browser
            .get(&authorize_path(&[]))
            .await
            .body
            .contains("Who is signing in?")
    );
}

#[tokio::test]
async fn without_the_token_the_person_is_asked() {
    let mut browser = Browser::new(provider());
    id_token(&mut browser, "dana", &[]).await;
    let page = end_session(&mut browser, &[]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Sign out?") && browser.cookie("demo_idp_session").is_some());
    let answer = browser.post("/sign-out", &[("to", HOME)]).await;
    assert_eq!(answer.redirect().as_str(), HOME);
    assert!(browser.get("/").await.body.contains("Nobody is signed in"));
}

#[tokio::test]
async fn sign_out_leads_nowhere_but_to_the_portal() {
    let mut browser = Browser::new(provider());
    let (token, _) = id_token(&mut browser, "dana", &[]).await;
    for to in [
        "https://evil.test/",
        "http://localhost:8080@evil.test/",
        "javascript:alert(1)",
        "/relative",
    ] {
        let refused = browser.post("/sign-out", &[("to", to)]).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{to}");
        let form = [
            ("id_token_hint", token.as_str()),
            ("post_logout_redirect_uri", to),
        ];
        assert_eq!(
            browser.post("/end-session", &form).await.status,
            StatusCode::BAD_REQUEST,
            "{to}"
        );
    }
    assert!(
        browser.cookie("demo_idp_session").is_some(),
        "still signed in"
    );
}

#[tokio::test]
async fn a_hint_of_another_make_is_refused() {
    let mut browser = Browser::new(provider());
    let (token, _) = id_token(&mut browser, "dana", &[]).await;
    let other = demo_idp::router(config("http://localhost:8080")).unwrap();
    let (foreign, _) = id_token(&mut Browser::new(other), "dana", &[]).await;
    let broken = format!("{}x", &token[..token.len() - 1]);
    for hint in [foreign.as_str(), broken.as_str(), "nonsense", ""] {
        let answer = end_session(&mut browser, &[("id_token_hint", hint)]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{hint}");
    }
}

#[tokio::test]
async fn the_portal_is_told_by_a_signed_logout_token() {
    let (told, mut heard) = mpsc::unbounded_channel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let portal = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new()
        .route("/auth/backchannel", post(hear))
        .with_state(told);
    tokio::spawn(async move { axum::serve(listener, app).await });

    let mut browser = Browser::new(demo_idp::router(config(&portal)).unwrap());
    let callback = format!("{portal}/auth/callback");
    let page = browser
        .get(&authorize_path(&[("redirect_uri", Some(&callback))]))
        .await;
    browser
        .post(&page.form_action(), &[("person", "sam")])
        .await;
    let goodbye = browser.post("/sign-out", &[]).await;
    assert!(goodbye.body.contains("Signed out"));

    let token = heard
        .try_recv()
        .expect("the portal heard before the person saw the page");
    let claims = verify(&mut browser, &token, "logout+jwt").await;
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(
        (&claims["sub"], &claims["aud"]),
        (&json!("sam"), &json!("breakglass"))
    );
    assert_eq!(
        claims["events"],
        json!({ "http://schemas.openid.net/event/backchannel-logout": {} })
    );
    assert!(claims["sid"].is_string() && claims["jti"].is_string() && claims["nonce"].is_null());
    let as_hint = browser
        .get(&format!("/end-session?id_token_hint={token}"))
        .await;
    assert_eq!(
        as_hint.status,
        StatusCode::BAD_REQUEST,
        "a logout token is no ID token"
    );
}

async fn hear(
    State(told): State<mpsc::UnboundedSender<String>>,
    Form(form): Form<HashMap<String, String>>,
) -> StatusCode {
    told.send(form["logout_token"].clone()).unwrap();
    StatusCode::OK
}

async fn end_session(browser: &mut Browser, more: &[(&str, &str)]) -> Answer {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("post_logout_redirect_uri", HOME)
        .extend_pairs(more)
        .finish();
    browser.get(&format!("/end-session?{query}")).await
}
