//! Sign-out: asked for by the portal (RP-Initiated Logout) or by the person on the provider's own
//! page; told to the portal either way (Back-Channel Logout).

use std::sync::Arc;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::clock::UnixSeconds;
use crate::cookie;
use crate::jwt::TokenType;
use crate::pages;
use crate::provider::Provider;
use crate::session::Session;

/// A logout token is read on arrival; two minutes are the most the specification recommends
/// (Back-Channel Logout §2.4).
const LOGOUT_TOKEN_LIFETIME_S: u64 = 120;

/// The parameters of RP-Initiated Logout §2 that mean anything here.
#[derive(Debug, Deserialize)]
pub(crate) struct Parameters {
    id_token_hint: Option<String>,
    client_id: Option<String>,
    post_logout_redirect_uri: Option<String>,
    state: Option<String>,
}

/// What is wrong with a call for sign-out.
#[derive(Debug, thiserror::Error)]
enum LogoutError {
    #[error("client_id is not the portal's")]
    UnknownClient,
    #[error("post_logout_redirect_uri is not a page of the portal")]
    UnknownRedirectUri,
    #[error("id_token_hint is no ID token of this provider for the portal")]
    NotOurToken,
}

/// The provider's own page: who is signed in in this browser, and a button to sign out.
pub(crate) async fn home(State(provider): State<Arc<Provider>>, headers: HeaderMap) -> Response {
    let signed_in = session_of(&provider, &headers).map(|session| session.person);
    pages::home(signed_in, &provider.config.portal)
}

pub(crate) async fn by_query(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Response {
    match parameters {
        Ok(Query(parameters)) => asked(&provider, &headers, &parameters).await,
        Err(rejection) => pages::problem(StatusCode::BAD_REQUEST, &rejection.body_text()),
    }
}

pub(crate) async fn by_form(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    parameters: Result<Form<Parameters>, FormRejection>,
) -> Response {
    match parameters {
        Ok(Form(parameters)) => asked(&provider, &headers, &parameters).await,
        Err(rejection) => pages::problem(StatusCode::BAD_REQUEST, &rejection.body_text()),
    }
}

/// Signs out at once who is named by the hint; asks first when the call could be anybody's.
async fn asked(provider: &Provider, headers: &HeaderMap, parameters: &Parameters) -> Response {
    let (to, sid) = match check(provider, parameters) {
        Ok(checked) => checked,
        Err(error) => return pages::problem(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    match session_of(provider, headers) {
        None => done(provider, to.as_ref()),
        Some(session) if sid.as_deref() == Some(&session.sid) => {
            sign_out(provider, headers, to.as_ref()).await
        }
        Some(session) => pages::confirm_sign_out(session.person, to.as_ref()),
    }
}

/// Where to go afterwards and which session is meant.
fn check(
    provider: &Provider,
    parameters: &Parameters,
) -> Result<(Option<Url>, Option<String>), LogoutError> {
    if parameters
        .client_id
        .as_ref()
        .is_some_and(|id| *id != provider.config.client_id)
    {
        return Err(LogoutError::UnknownClient);
    }
    let mut to = parameters
        .post_logout_redirect_uri
        .as_deref()
        .map(|uri| portal_page(provider, uri))
        .transpose()?;
    if let (Some(to), Some(state)) = (&mut to, &parameters.state) {
        to.query_pairs_mut().append_pair("state", state);
    }
    let sid = parameters
        .id_token_hint
        .as_deref()
        .map(|hint| sid_of(provider, hint))
        .transpose()?;
    Ok((to, sid))
}

fn portal_page(provider: &Provider, uri: &str) -> Result<Url, LogoutError> {
    Url::parse(uri)
        .ok()
        .filter(|url| provider.is_portals(url))
        .ok_or(LogoutError::UnknownRedirectUri)
}

/// The session that an ID token names. Its age does not matter: it says who, it opens nothing
/// (RP-Initiated Logout §2).
fn sid_of(provider: &Provider, hint: &str) -> Result<String, LogoutError> {
    let claims = provider.key.verify(hint).ok_or(LogoutError::NotOurToken)?;
    let is_ours = claims["iss"] == provider.issuer && claims["aud"] == provider.config.client_id;
    match &claims["sid"] {
        Value::String(sid) if is_ours && claims["events"].is_null() => Ok(sid.clone()),
        _ => Err(LogoutError::NotOurToken),
    }
}

/// The person said yes on the provider's own page. The session cookie is SameSite, so another
/// site's form arrives without it and signs nobody out.
#[derive(Debug, Deserialize)]
pub(crate) struct Confirmed {
    to: Option<String>,
}

pub(crate) async fn confirmed(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    form: Result<Form<Confirmed>, FormRejection>,
) -> Response {
    let to = match form {
        Ok(Form(Confirmed { to })) => to.map(|to| portal_page(&provider, &to)).transpose(),
        Err(rejection) => {
            return pages::problem(StatusCode::BAD_REQUEST, &rejection.body_text());
        }
    };
    match to {
        Ok(to) => sign_out(&provider, &headers, to.as_ref()).await,
        Err(error) => pages::problem(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

async fn sign_out(provider: &Provider, headers: &HeaderMap, to: Option<&Url>) -> Response {
    let ended = cookie::read(headers, cookie::SESSION)
        .and_then(|cookie| provider.memory().sessions.end(cookie));
    if let Some(session) = ended {
        tell_portal(provider, &session).await;
    }
    let mut response = done(provider, to);
    cookie::clear(response.headers_mut(), cookie::SESSION);
    response
}

fn done(provider: &Provider, to: Option<&Url>) -> Response {
    match to {
        Some(to) => Redirect::to(to.as_str()).into_response(),
        None => pages::signed_out(&provider.config.portal),
    }
}

/// Posts the logout token. A portal that does not answer keeps nobody from signing out.
async fn tell_portal(provider: &Provider, session: &Session) {
    let now = UnixSeconds::now().seconds();
    let claims = json!({
        "iss": provider.issuer,
        "sub": session.person.id,
        "aud": provider.config.client_id,
        "iat": now,
        "exp": now + LOGOUT_TOKEN_LIFETIME_S,
        "jti": Uuid::new_v4(),
        "sid": session.sid,
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    let token = provider.key.sign(TokenType::Logout, &claims);
    let call = provider
        .http
        .post(provider.backchannel_uri())
        .form(&[("logout_token", token)]);
    match call.send().await {
        Ok(answer) if answer.status().is_success() => {}
        Ok(answer) => {
            tracing::warn!(status = %answer.status(), "the portal refused the logout token")
        }
        Err(error) => tracing::warn!(%error, "the portal was not told of the sign-out"),
    }
}

fn session_of(provider: &Provider, headers: &HeaderMap) -> Option<Session> {
    let cookie = cookie::read(headers, cookie::SESSION)?;
    provider.memory().sessions.find(cookie).cloned()
}
