//! The token endpoint: a code for an ID token.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::{self, ClientError};
use crate::clock::UnixSeconds;
use crate::code::Promise;
use crate::jwt::TokenType;
use crate::provider::Provider;
use crate::session::random_token;

/// How long an ID token is good for. The portal reads it once, at once.
const ID_TOKEN_LIFETIME_S: u64 = 300;

/// The call's parameters.
#[derive(Debug, Deserialize)]
pub(crate) struct Call {
    grant_type: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("the body is not a form, or a parameter stands in it twice")]
    NotAForm,
    #[error(transparent)]
    Client(ClientError),
    #[error("only grant_type=authorization_code is spoken here")]
    NotCode,
    #[error("code or code_verifier is missing")]
    Incomplete,
    #[error("the code is unknown, was used, or is older than a minute")]
    SpentCode,
    #[error("redirect_uri is not the one the code was sent to")]
    OtherRedirectUri,
    #[error("code_verifier does not meet the challenge")]
    WrongVerifier,
}

pub(crate) async fn exchange(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    call: Result<Form<Call>, FormRejection>,
) -> Result<Json<Value>, TokenError> {
    let Form(call) = call.map_err(|_| TokenError::NotAForm)?;
    client::authenticate(
        &provider.config,
        &headers,
        call.client_id.as_deref(),
        call.client_secret.as_deref(),
    )
    .map_err(TokenError::Client)?;
    if call.grant_type.as_deref() != Some("authorization_code") {
        return Err(TokenError::NotCode);
    }
    let (Some(code), Some(verifier)) = (call.code, call.code_verifier) else {
        return Err(TokenError::Incomplete);
    };
    let now = UnixSeconds::now();
    let promise = provider
        .memory()
        .codes
        .redeem(&code, now)
        .ok_or(TokenError::SpentCode)?;
    if call.redirect_uri.as_deref() != Some(provider.redirect_uri().as_str()) {
        return Err(TokenError::OtherRedirectUri);
    }
    if !promise.challenge.is_met_by(&verifier) {
        return Err(TokenError::WrongVerifier);
    }
    let claims = id_token_claims(&provider, &promise, now);
    Ok(Json(json!({
        // OAuth wants one; it opens nothing, for there is no userinfo endpoint.
        "access_token": random_token(),
        "token_type": "Bearer",
        "expires_in": ID_TOKEN_LIFETIME_S,
        "scope": "openid",
        "id_token": provider.key.sign(TokenType::Id, &claims),
    })))
}

fn id_token_claims(provider: &Provider, promise: &Promise, now: UnixSeconds) -> Value {
    let session = &promise.session;
    json!({
        "iss": provider.issuer,
        "sub": session.person.id,
        "aud": provider.config.client_id,
        "exp": now.seconds() + ID_TOKEN_LIFETIME_S,
        "iat": now.seconds(),
        "auth_time": session.auth_time.seconds(),
        "nonce": promise.nonce,
        // Level 0: not to be trusted with anything of value (OpenID Connect Core §2).
        "acr": "0",
        // Somebody was there and pressed a button, no more (RFC 8176).
        "amr": ["user"],
        "sid": session.sid,
        "name": session.person.name,
        "email": session.person.email(),
        "groups": session.person.groups,
    })
}

impl TokenError {
    /// The code and status of RFC 6749 §5.2.
    const fn code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Client(ClientError::Missing | ClientError::Wrong) => {
                (StatusCode::UNAUTHORIZED, "invalid_client")
            }
            Self::NotAForm | Self::Incomplete | Self::Client(ClientError::Twice) => {
                (StatusCode::BAD_REQUEST, "invalid_request")
            }
            Self::NotCode => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
            Self::SpentCode | Self::OtherRedirectUri | Self::WrongVerifier => {
                (StatusCode::BAD_REQUEST, "invalid_grant")
            }
        }
    }
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (status, code) = self.code();
        let body = Json(json!({ "error": code, "error_description": self.to_string() }));
        let mut response = (status, body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"demo\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
