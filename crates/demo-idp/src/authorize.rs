//! The authorization endpoint and the page that asks who is signing in.

use std::sync::Arc;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::authorization::{AuthorizationRequest, Parameters, Prompt, RequestError};
use crate::clock::UnixSeconds;
use crate::code::Promise;
use crate::cookie;
use crate::pages;
use crate::people::Person;
use crate::provider::Provider;
use crate::session::{Session, random_token};

pub(crate) async fn by_query(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Response {
    match parameters {
        Ok(Query(parameters)) => authorize(&provider, &headers, parameters),
        Err(rejection) => pages::problem(StatusCode::BAD_REQUEST, &rejection.body_text()),
    }
}

pub(crate) async fn by_form(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    parameters: Result<Form<Parameters>, FormRejection>,
) -> Response {
    match parameters {
        Ok(Form(parameters)) => authorize(&provider, &headers, parameters),
        Err(rejection) => pages::problem(StatusCode::BAD_REQUEST, &rejection.body_text()),
    }
}

fn authorize(provider: &Provider, headers: &HeaderMap, parameters: Parameters) -> Response {
    if let Err(error) = parameters.check_return_address(provider) {
        return pages::problem(StatusCode::BAD_REQUEST, &error.to_string());
    }
    let state = parameters.state().map(str::to_owned);
    let request = match parameters.parse() {
        Ok(request) => request,
        Err(error) => return send_error(provider, state.as_deref(), error),
    };
    let now = UnixSeconds::now();
    let signed_in = cookie::read(headers, cookie::SESSION)
        .and_then(|cookie| provider.memory().sessions.find(cookie).cloned());
    let fresh = signed_in
        .as_ref()
        .filter(|session| is_enough(session, &request, now));
    match (request.prompt, fresh) {
        (Prompt::Remembered | Prompt::Never, Some(session)) => {
            send_code(provider, session, &request, now)
        }
        (Prompt::Never, None) => {
            send_error(provider, Some(&request.state), RequestError::LoginRequired)
        }
        (Prompt::Always | Prompt::Remembered, _) => {
            ask(provider, headers, signed_in.as_ref(), request, now)
        }
    }
}

fn is_enough(session: &Session, request: &AuthorizationRequest, now: UnixSeconds) -> bool {
    request
        .max_age_s
        .is_none_or(|max_age| now.since(session.auth_time) < max_age)
}

fn ask(
    provider: &Provider,
    headers: &HeaderMap,
    signed_in: Option<&Session>,
    request: AuthorizationRequest,
    now: UnixSeconds,
) -> Response {
    let known = cookie::read(headers, cookie::BROWSER).map(str::to_owned);
    let browser = known.clone().unwrap_or_else(random_token);
    let form = provider.memory().forms.show(request, &browser, now);
    let mut response = pages::who_is_it(&form, signed_in.map(|session| session.person));
    if known.is_none() {
        cookie::set(response.headers_mut(), cookie::BROWSER, &browser);
    }
    response
}

/// The button that was pressed. Without a person the person went back.
#[derive(Debug, Deserialize)]
pub(crate) struct Choice {
    person: Option<String>,
}

pub(crate) async fn choose(
    State(provider): State<Arc<Provider>>,
    Path(form): Path<String>,
    headers: HeaderMap,
    choice: Result<Form<Choice>, FormRejection>,
) -> Response {
    let Ok(Form(Choice { person })) = choice else {
        return pages::problem(StatusCode::BAD_REQUEST, "The form was not understood.");
    };
    let person = match person.as_deref().map(Person::find) {
        Some(Some(person)) => Some(person),
        Some(None) => {
            return pages::problem(
                StatusCode::BAD_REQUEST,
                "There is no such person in the demo.",
            );
        }
        None => None,
    };
    let now = UnixSeconds::now();
    let browser = cookie::read(&headers, cookie::BROWSER).unwrap_or_default();
    let Some(request) = provider.memory().forms.answer(&form, browser, now) else {
        return pages::problem(
            StatusCode::BAD_REQUEST,
            "This sign-in was answered already, is older than ten minutes, or began in another browser. \
             Go back to the portal and sign in again.",
        );
    };
    let Some(person) = person else {
        return send_error(&provider, Some(&request.state), RequestError::WentBack);
    };
    let old = cookie::read(&headers, cookie::SESSION);
    let (new, session) = provider.memory().sessions.sign_in(old, person, now);
    let mut response = send_code(&provider, &session, &request, now);
    cookie::set(response.headers_mut(), cookie::SESSION, &new);
    response
}

fn send_code(
    provider: &Provider,
    session: &Session,
    request: &AuthorizationRequest,
    now: UnixSeconds,
) -> Response {
    let promise = Promise {
        session: session.clone(),
        nonce: request.nonce.clone(),
        challenge: request.challenge.clone(),
    };
    let code = provider.memory().codes.issue(promise, now);
    send(provider, &[("code", &code), ("state", &request.state)])
}

fn send_error(provider: &Provider, state: Option<&str>, error: RequestError) -> Response {
    let description = error.to_string();
    let mut answer = vec![
        ("error", error.code()),
        ("error_description", description.as_str()),
    ];
    answer.extend(state.map(|state| ("state", state)));
    send(provider, &answer)
}

/// Sends the browser back to the portal. Every answer names the issuer (RFC 9207 §2).
fn send(provider: &Provider, answer: &[(&str, &str)]) -> Response {
    let mut to = provider.redirect_uri();
    to.query_pairs_mut()
        .extend_pairs(answer)
        .append_pair("iss", &provider.issuer);
    Redirect::to(to.as_str()).into_response()
}
