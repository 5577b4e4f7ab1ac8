//! The token endpoint: what a code buys, and every way it buys nothing.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use base64ct::{Base64, Encoding};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::browser::Browser;
use crate::relying_party::{
    CALLBACK, ISSUER, SECRET, VERIFIER, id_token, provider, redeem, sign_in,
};

#[tokio::test]
async fn the_id_token_says_who_and_when() {
    let (_, claims) = id_token(&mut Browser::new(provider()), "sam", &[]).await;
    let expected = json!({
        "iss": ISSUER, "sub": "sam", "aud": "breakglass", "nonce": "the-nonce",
        "name": "Sam (security duty)", "email": "sam@example.test", "groups": ["security", "authors"],
        "acr": "0", "amr": ["user"],
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&claims[name], value, "{name}");
    }
    let time = |name: &str| claims[name].as_u64().unwrap();
    assert!(time("auth_time") <= time("iat") && time("iat") < time("exp"));
    assert!(claims["sid"].as_str().unwrap().len() >= 43);
}

#[tokio::test]
async fn discovery_names_only_what_is_there() {
    let mut browser = Browser::new(provider());
    let said = browser
        .get("/.well-known/openid-configuration")
        .await
        .json();
    assert_eq!(said["issuer"], ISSUER);
    for endpoint in [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "end_session_endpoint",
    ] {
        let path = said[endpoint]
            .as_str()
            .unwrap()
            .strip_prefix(ISSUER)
            .unwrap();
        assert_ne!(
            browser.get(path).await.status,
            StatusCode::NOT_FOUND,
            "{endpoint}"
        );
    }
    assert_eq!(said["authorization_response_iss_parameter_supported"], true);
    assert_eq!(said["code_challenge_methods_supported"], json!(["S256"]));
}

#[tokio::test]
async fn a_code_works_once() {
    let mut browser = Browser::new(provider());
    let code = sign_in(&mut browser, "dana", &[])
        .await
        .answered("code")
        .unwrap();
    assert_eq!(
        redeem(&mut browser, &code, &[]).await.status,
        StatusCode::OK
    );
    assert_refused(&mut browser, &code, &[], "invalid_grant").await;
}

#[tokio::test]
async fn a_wrong_verifier_or_redirect_uri_buys_nothing_and_spends_the_code() {
    for change in [
        (
            "code_verifier",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK",
        ),
        ("code_verifier", "short"),
        ("redirect_uri", "http://localhost:8080/"),
    ] {
        let mut browser = Browser::new(provider());
        let code = sign_in(&mut browser, "dana", &[])
            .await
            .answered("code")
            .unwrap();
        assert_refused(&mut browser, &code, &[change], "invalid_grant").await;
        assert_refused(&mut browser, &code, &[], "invalid_grant").await;
    }
}

#[tokio::test]
async fn a_wrong_client_learns_nothing_and_does_not_spend_the_code() {
    let mut browser = Browser::new(provider());
    let code = sign_in(&mut browser, "dana", &[])
        .await
        .answered("code")
        .unwrap();
    for change in [
        ("client_secret", "wrong"),
        ("client_id", "another"),
        ("client_secret", ""),
    ] {
        let answer = redeem(&mut browser, &code, &[change]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{change:?}");
        assert_eq!(answer.json()["error"], "invalid_client", "{change:?}");
    }
    assert_eq!(
        redeem(&mut browser, &code, &[]).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn other_grants_and_broken_calls_are_refused() {
    let mut browser = Browser::new(provider());
    assert_refused(&mut browser, "unknown", &[], "invalid_grant").await;
    assert_refused(
        &mut browser,
        "x",
        &[("grant_type", "password")],
        "unsupported_grant_type",
    )
    .await;
    let twice = browser
        .post("/token", &[("code", "a"), ("code", "b")])
        .await;
    assert_eq!(
        (twice.status, &twice.json()["error"]),
        (StatusCode::BAD_REQUEST, &json!("invalid_request"))
    );
}

#[tokio::test]
async fn the_secret_may_come_in_the_header_but_not_in_both_places() {
    let app = provider();
    let mut browser = Browser::new(app.clone());
    let code = sign_in(&mut browser, "ari", &[])
        .await
        .answered("code")
        .unwrap();
    let secret: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let both = [("client_secret", SECRET)];
    let (status, refused) = basic(&app, &format!("breakglass:{secret}"), &code, &both).await;
    assert_eq!(
        (status, &refused["error"]),
        (StatusCode::BAD_REQUEST, &json!("invalid_request"))
    );
    let (status, _) = basic(&app, "breakglass:wrong", &code, &[]).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let (status, token) = basic(&app, &format!("breakglass:{secret}"), &code, &[]).await;
    assert_eq!(
        (status, &token["token_type"]),
        (StatusCode::OK, &json!("Bearer"))
    );
}

async fn assert_refused(browser: &mut Browser, code: &str, changes: &[(&str, &str)], error: &str) {
    let answer = redeem(browser, code, changes).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
    assert_eq!(answer.json()["error"], error);
    assert_eq!(answer.json()["id_token"], Value::Null);
}

async fn basic(app: &Router, pair: &str, code: &str, more: &[(&str, &str)]) -> (StatusCode, Value) {
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", CALLBACK)
        .append_pair("code_verifier", VERIFIER)
        .extend_pairs(more)
        .finish();
    let request = Request::post("/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .header(
            "authorization",
            format!("Basic {}", Base64::encode_string(pair.as_bytes())),
        )
        .body(Body::from(form))
        .unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}
