//! A provider that says what the test wants: discovery, keys, and one token for any code.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use openidconnect::core::CoreJwsSigningAlgorithm;
use serde_json::{Map, Value, json};
use server::config::{OidcConfig, PublicUrl};
use server::next::LocalPath;
use server::oidc::{Callback, Flow, Oidc, OidcError, Proof, Purpose};
use tokio::net::TcpListener;
use url::Url;

use crate::keys::{self, SECRET};

/// When the tests take place, in seconds since 1970.
pub(crate) const NOW_S: i64 = 1_800_000_000;

pub(crate) const CLIENT: &str = "breakglass";

/// What the provider says.
#[derive(Default)]
pub(crate) struct Says {
    /// Members that replace those of the discovery document.
    pub(crate) discovery: Mutex<Map<String, Value>>,
    /// The next token for a code.
    pub(crate) token: Mutex<String>,
    /// Its key's name.
    pub(crate) kid: Mutex<String>,
    /// What the token endpoint was sent last.
    pub(crate) sent: Mutex<Vec<(String, String)>>,
    /// How often the keys were asked for.
    pub(crate) keys_asked: AtomicUsize,
}

pub(crate) struct Provider {
    pub(crate) issuer: String,
    pub(crate) says: Arc<Says>,
}

impl Provider {
    pub(crate) async fn start() -> Self {
        Self::start_on(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    pub(crate) async fn start_on(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let says = Arc::new(Says {
            kid: Mutex::new("key-1".to_owned()),
            ..Says::default()
        });
        let state = (issuer.clone(), Arc::clone(&says));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys_endpoint))
            .route("/token", post(token_endpoint))
            .with_state(state);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { issuer, says }
    }

    /// The portal as this provider's client, with this allow-list.
    pub(crate) fn client(&self, algorithms: &[CoreJwsSigningAlgorithm]) -> Oidc {
        client_of(&self.issuer, algorithms)
    }

    pub(crate) fn rs256_client(&self) -> Oidc {
        self.client(&[CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256])
    }

    /// Claims of a good ID token.
    pub(crate) fn claims(&self, nonce: &str) -> Value {
        json!({
            "iss": self.issuer, "aud": CLIENT, "sub": "dana", "nonce": nonce, "name": "Dana",
            "iat": NOW_S, "exp": NOW_S + 300, "auth_time": NOW_S - 5, "sid": "s-1", "groups": ["oncall-database"],
        })
    }

    /// A whole sign-in with the token that `make` makes of the flow's nonce.
    pub(crate) async fn sign_in(
        &self,
        oidc: &Oidc,
        make: impl FnOnce(&str) -> String,
    ) -> Result<Proof, OidcError> {
        let (nonce, flow, callback) = begin(oidc).await;
        *self.says.token.lock().unwrap() = make(&nonce);
        oidc.finish(flow, &callback, NOW_S).await
    }
}

pub(crate) fn client_of(issuer: &str, algorithms: &[CoreJwsSigningAlgorithm]) -> Oidc {
    let config = OidcConfig {
        issuer: Url::parse(issuer).unwrap(),
        issuer_text: issuer.to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret: SECRET.to_owned().into(),
        algorithms: algorithms.to_vec(),
        groups_claim: "groups".to_owned(),
        scopes: vec!["profile".to_owned()],
    };
    Oidc::new(
        config,
        &PublicUrl::new(Url::parse("http://localhost:8080").unwrap()).unwrap(),
    )
    .unwrap()
}

/// Begins a sign-in: its nonce, the flow, and a callback that fits.
pub(crate) async fn begin(oidc: &Oidc) -> (String, Flow, Callback) {
    let (url, flow) = oidc
        .begin(
            Purpose::SignIn {
                next: LocalPath::home(),
            },
            NOW_S,
        )
        .await
        .unwrap();
    let callback = Callback {
        state: Some(query(&url, "state")),
        code: Some("code".to_owned()),
        ..Callback::default()
    };
    (query(&url, "nonce"), flow, callback)
}

/// One parameter of a URL.
pub(crate) fn query(url: &Url, name: &str) -> String {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
        .unwrap()
}

type Shared = State<(String, Arc<Says>)>;

async fn discovery(State((issuer, says)): Shared) -> Json<Value> {
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "end_session_endpoint": format!("{issuer}/end"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // A provider may offer what this client must not take.
        "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
    });
    document
        .as_object_mut()
        .unwrap()
        .extend(says.discovery.lock().unwrap().clone());
    Json(document)
}

async fn keys_endpoint(State((_, says)): Shared) -> Json<Value> {
    says.keys_asked.fetch_add(1, Ordering::SeqCst);
    Json(keys::key_set(&says.kid.lock().unwrap()))
}

async fn token_endpoint(
    State((_, says)): Shared,
    Form(sent): Form<Vec<(String, String)>>,
) -> Response {
    *says.sent.lock().unwrap() = sent;
    let token = says.token.lock().unwrap().clone();
    if token.is_empty() {
        return (
            StatusCode::BAD_REQUEST,
            Json(json!({ "error": "invalid_grant" })),
        )
            .into_response();
    }
    Json(json!({ "access_token": "x", "token_type": "Bearer", "id_token": token })).into_response()
}
