//! The authorization endpoint: who gets a code, who is asked, who is refused.

use axum::http::StatusCode;

use crate::browser::Browser;
use crate::relying_party::{CALLBACK, ISSUER, authorize_path, id_token, provider, redeem, sign_in};

#[tokio::test]
async fn the_page_offers_everybody_under_a_strict_policy() {
    let page = Browser::new(provider()).get(&authorize_path(&[])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("<strong>DEMO</strong>"));
    for person in &demo_idp::PEOPLE {
        assert!(page.body.contains(person.name), "{}", person.name);
    }
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self';"),
        "{policy}"
    );
    assert!(
        policy.ends_with("form-action 'self' http://localhost:8080"),
        "{policy}"
    );
}

#[tokio::test]
async fn a_choice_is_answered_with_code_state_and_issuer() {
    let answer = sign_in(&mut Browser::new(provider()), "dana", &[]).await;
    assert!(
        answer
            .redirect()
            .as_str()
            .starts_with(&format!("{CALLBACK}?code="))
    );
    assert_eq!(answer.answered("state").as_deref(), Some("the-state"));
    assert_eq!(answer.answered("iss").as_deref(), Some(ISSUER));
}

#[tokio::test]
async fn the_browser_is_remembered_until_the_portal_wants_to_be_sure() {
    let mut browser = Browser::new(provider());
    let (_, first) = id_token(&mut browser, "sam", &[]).await;
    let cookie = browser.cookie("demo_idp_session").unwrap().to_owned();
    assert!(
        browser
            .get(&authorize_path(&[]))
            .await
            .answered("code")
            .is_some(),
        "signed in already"
    );
    assert!(
        browser
            .get(&authorize_path(&[("max_age", Some("100"))]))
            .await
            .answered("code")
            .is_some()
    );
    for sure in [("prompt", Some("login")), ("max_age", Some("0"))] {
        let page = browser.get(&authorize_path(&[sure])).await;
        assert!(page.body.contains("Confirm who you are"), "{sure:?}");
    }
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let (_, second) = id_token(&mut browser, "sam", &[("prompt", Some("login"))]).await;
    assert!(second["auth_time"].as_u64() > first["auth_time"].as_u64());
    assert_eq!(second["sid"], first["sid"]);
    assert_ne!(
        browser.cookie("demo_idp_session"),
        Some(cookie.as_str()),
        "rotated at sign-in"
    );
}

#[tokio::test]
async fn another_person_in_the_same_browser_is_another_session() {
    let mut browser = Browser::new(provider());
    let (_, dana) = id_token(&mut browser, "dana", &[]).await;
    let (_, ari) = id_token(&mut browser, "ari", &[("prompt", Some("login"))]).await;
    assert_eq!(
        (dana["sub"].as_str(), ari["sub"].as_str()),
        (Some("dana"), Some("ari"))
    );
    assert_ne!(dana["sid"], ari["sid"]);
}

#[tokio::test]
async fn nothing_is_sent_to_an_address_that_is_not_the_portals() {
    for change in [
        ("redirect_uri", Some("http://localhost:8080/auth/callback/")),
        (
            "redirect_uri",
            Some("http://localhost:8080.evil.test/auth/callback"),
        ),
        ("redirect_uri", None),
        ("client_id", Some("another")),
        ("client_id", None),
    ] {
        let answer = Browser::new(provider())
            .get(&authorize_path(&[change]))
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{change:?}");
        assert!(answer.body.contains("DEMO"), "{change:?}");
    }
}

#[tokio::test]
async fn a_parameter_that_comes_twice_is_refused() {
    let path = format!("{}&state=another", authorize_path(&[]));
    assert_eq!(
        Browser::new(provider()).get(&path).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn every_other_refusal_goes_to_the_portal_with_the_issuer() {
    for (change, code) in [
        (("code_challenge", None), "invalid_request"),
        (("code_challenge", Some("short")), "invalid_request"),
        (("code_challenge_method", None), "invalid_request"),
        (("code_challenge_method", Some("plain")), "invalid_request"),
        (("nonce", None), "invalid_request"),
        (("state", None), "invalid_request"),
        (("prompt", Some("none login")), "invalid_request"),
        (("max_age", Some("soon")), "invalid_request"),
        (("response_mode", Some("fragment")), "invalid_request"),
        (
            ("response_type", Some("id_token")),
            "unsupported_response_type",
        ),
        (("scope", Some("profile")), "invalid_scope"),
        (("request", Some("eyJ")), "request_not_supported"),
        (("prompt", Some("none")), "login_required"),
    ] {
        let answer = Browser::new(provider())
            .get(&authorize_path(&[change]))
            .await;
        assert_eq!(
            answer.answered("error").as_deref(),
            Some(code),
            "{change:?}"
        );
        assert_eq!(
            answer.answered("iss").as_deref(),
            Some(ISSUER),
            "{change:?}"
        );
        assert_eq!(answer.answered("code"), None, "{change:?}");
    }
}

#[tokio::test]
async fn a_form_is_answered_once_and_in_its_own_browser() {
    let mut mine = Browser::new(provider());
    let form = mine.get(&authorize_path(&[])).await.form_action();
    let mut other = Browser::new(provider());
    other.get(&authorize_path(&[])).await;
    let refused = other.post(&form, &[("person", "dana")]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        mine.post(&form, &[("person", "mallory")]).await.status,
        StatusCode::BAD_REQUEST
    );
    assert!(
        mine.post(&form, &[("person", "dana")])
            .await
            .answered("code")
            .is_some()
    );
    assert_eq!(
        mine.post(&form, &[("person", "dana")]).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn whoever_goes_back_is_not_signed_in() {
    let mut browser = Browser::new(provider());
    let form = browser.get(&authorize_path(&[])).await.form_action();
    let answer = browser.post(&form, &[]).await;
    assert_eq!(answer.answered("error").as_deref(), Some("access_denied"));
    assert_eq!(browser.cookie("demo_idp_session"), None);
}

#[tokio::test]
async fn the_form_post_variant_of_the_endpoint_works_too() {
    let mut browser = Browser::new(provider());
    let path = authorize_path(&[]);
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(path.split_once('?').unwrap().1.as_bytes())
            .into_owned()
            .collect();
    let form: Vec<_> = query
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let action = browser.post("/authorize", &form).await.form_action();
    let code = browser
        .post(&action, &[("person", "rae")])
        .await
        .answered("code")
        .unwrap();
    assert_eq!(
        redeem(&mut browser, &code, &[]).await.status,
        StatusCode::OK
    );
}
