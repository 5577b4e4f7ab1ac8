//! Flows: what is sent, what is taken back, and a provider that is down or somebody else.

use std::net::SocketAddr;
use std::time::Duration;

use access::digest::Digest;
use access::event::Decision;
use app::PendingSignOff;
use openidconnect::core::CoreJwsSigningAlgorithm;
use serde_json::json;
use server::oidc::{Callback, Oidc, OidcError, Purpose};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use url::Url;

use crate::keys::{Key, encode, token};
use crate::provider::{NOW_S, Provider, begin, client_of, query};

fn pending(decision: Decision) -> PendingSignOff {
    PendingSignOff {
        request: "1c9b5f6e-4d7a-4a43-9d1f-1d3f3b1a2c4d".parse().unwrap(),
        on_behalf_of: None,
        decision,
        note: None,
        statement: Digest::of(b"statement"),
    }
}

async fn sign_off_url(oidc: &Oidc, decision: Decision) -> Url {
    oidc.begin(
        Purpose::SignOff {
            pending: pending(decision),
        },
        NOW_S,
    )
    .await
    .unwrap()
    .0
}

#[tokio::test]
async fn a_flow_carries_pkce_state_and_nonce_of_its_own() {
    let provider = Provider::start().await;
    let oidc = provider.rs256_client();
    let (first, second) = (begin_url(&oidc).await, begin_url(&oidc).await);
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(query(&first, name), query(&second, name));
        assert!(query(&first, name).len() >= 22, "{name}");
    }
    assert_eq!(query(&first, "code_challenge_method"), "S256");
    assert_eq!(query(&first, "response_type"), "code");
    assert_eq!(
        query(&first, "redirect_uri"),
        "http://localhost:8080/auth/callback"
    );
    assert!(
        query(&first, "scope")
            .split(' ')
            .any(|scope| scope == "openid")
    );
    assert!(!first.as_str().contains("prompt="));
}

async fn begin_url(oidc: &Oidc) -> Url {
    let purpose = Purpose::SignIn {
        next: server::next::LocalPath::home(),
    };
    oidc.begin(purpose, NOW_S).await.unwrap().0
}

#[tokio::test]
async fn the_verifier_fits_the_challenge() {
    let provider = Provider::start().await;
    let oidc = provider.rs256_client();
    let (url, flow) = oidc
        .begin(
            Purpose::SignIn {
                next: server::next::LocalPath::home(),
            },
            NOW_S,
        )
        .await
        .unwrap();
    let claims = provider.claims(&query(&url, "nonce"));
    *provider.says.token.lock().unwrap() = token(
        &json!({ "alg": "RS256", "kid": "key-1" }),
        &claims,
        Key::Right,
    );
    let callback = Callback {
        code: Some("code".to_owned()),
        ..Callback::default()
    };
    oidc.finish(flow, &callback, NOW_S).await.ok().unwrap();
    let sent = provider.says.sent.lock().unwrap().clone();
    let verifier = sent
        .iter()
        .find(|(key, _)| key == "code_verifier")
        .map(|(_, value)| value.clone())
        .unwrap();
    assert_eq!(
        encode(&Sha256::digest(verifier)),
        query(&url, "code_challenge")
    );
    assert!(sent.contains(&("code".to_owned(), "code".to_owned())));
}

#[tokio::test]
async fn a_sign_off_asks_anew_and_its_nonce_is_its_own() {
    let provider = Provider::start().await;
    let oidc = provider.rs256_client();
    let yes = sign_off_url(&oidc, Decision::Approve).await;
    let again = sign_off_url(&oidc, Decision::Approve).await;
    let no = sign_off_url(&oidc, Decision::Deny).await;
    assert_eq!(
        (
            query(&yes, "prompt").as_str(),
            query(&yes, "max_age").as_str()
        ),
        ("login", "0")
    );
    assert_eq!(query(&yes, "nonce").len(), 43);
    assert_ne!(query(&yes, "nonce"), query(&again, "nonce"));
    assert_ne!(query(&yes, "nonce"), query(&no, "nonce"));
}

#[tokio::test]
async fn answers_that_are_not_the_providers_are_refused() {
    let provider = Provider::start().await;
    let oidc = provider.rs256_client();
    let with = |change: fn(&mut Callback), later_s: i64| {
        let oidc = &oidc;
        async move {
            let (_, flow, mut callback) = begin(oidc).await;
            change(&mut callback);
            oidc.finish(flow, &callback, NOW_S + later_s)
                .await
                .err()
                .unwrap()
        }
    };
    let elsewhere = with(
        |callback| callback.iss = Some("http://127.0.0.1:1".to_owned()),
        0,
    )
    .await;
    assert!(matches!(elsewhere, OidcError::WrongSender));
    let late = with(|_| {}, 601).await;
    assert!(matches!(late, OidcError::TooLate));
    let empty = with(|callback| callback.code = None, 0).await;
    assert!(matches!(empty, OidcError::NoCode));
    let denied = with(
        |callback| callback.error = Some("access_denied<script>".to_owned()),
        0,
    )
    .await;
    assert!(matches!(denied, OidcError::Refused { code } if code == "access_deniedscript"));
    let used = with(|_| {}, 0).await;
    assert!(matches!(used, OidcError::CodeRefused { what } if what == "invalid_grant"));
}

#[tokio::test]
async fn a_promised_issuer_must_be_there() {
    let provider = Provider::start().await;
    provider.says.discovery.lock().unwrap().insert(
        "authorization_response_iss_parameter_supported".to_owned(),
        json!(true),
    );
    let oidc = provider.rs256_client();
    let (_, flow, callback) = begin(&oidc).await;
    assert!(matches!(
        oidc.finish(flow, &callback, NOW_S).await.err().unwrap(),
        OidcError::WrongSender
    ));
    let (nonce, flow, callback) = begin(&oidc).await;
    *provider.says.token.lock().unwrap() = token(
        &json!({ "alg": "RS256", "kid": "key-1" }),
        &provider.claims(&nonce),
        Key::Right,
    );
    let callback = Callback {
        iss: Some(provider.issuer.clone()),
        ..callback
    };
    assert!(oidc.finish(flow, &callback, NOW_S).await.is_ok());
}

#[tokio::test]
async fn discovery_must_speak_for_the_issuer_and_over_closed_wires() {
    let other = Provider::start().await;
    other
        .says
        .discovery
        .lock()
        .unwrap()
        .insert("issuer".to_owned(), json!("http://127.0.0.1:1"));
    let error = start(&other.rs256_client()).await.unwrap();
    assert!(matches!(error, OidcError::IssuerMismatch { .. }), "{error}");
    assert!(error.is_outage());

    let open = Provider::start().await;
    open.says.discovery.lock().unwrap().insert(
        "token_endpoint".to_owned(),
        json!("http://idp.example/token"),
    );
    let error = start(&open.rs256_client()).await.unwrap();
    assert!(matches!(error, OidcError::OpenEndpoint { .. }), "{error}");
}

async fn start(oidc: &Oidc) -> Option<OidcError> {
    oidc.begin(
        Purpose::SignIn {
            next: server::next::LocalPath::home(),
        },
        NOW_S,
    )
    .await
    .err()
}

#[tokio::test]
async fn a_provider_that_is_down_is_found_once_it_is_up() {
    let address: SocketAddr = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let oidc = client_of(
        &format!("http://{address}"),
        &[CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256],
    );
    assert!(matches!(
        start(&oidc).await.unwrap(),
        OidcError::Unreachable { .. }
    ));
    let _provider = Provider::start_on(address).await;
    assert!(
        start(&oidc).await.unwrap().is_outage(),
        "asked again too soon"
    );
    let asked = std::time::Instant::now();
    while start(&oidc).await.is_some() {
        assert!(
            asked.elapsed() < Duration::from_secs(60),
            "never asked again"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn signing_out_leads_to_the_provider_and_back() {
    let provider = Provider::start().await;
    let url = provider
        .rs256_client()
        .end_session(Some("a.b.c"))
        .await
        .unwrap()
        .unwrap();
    assert!(
        url.as_str()
            .starts_with(&format!("{}/end?", provider.issuer))
    );
    assert_eq!(query(&url, "id_token_hint"), "a.b.c");
    assert_eq!(
        query(&url, "post_logout_redirect_uri"),
        "http://localhost:8080/"
    );
    assert_eq!(query(&url, "client_id"), "breakglass");
}
