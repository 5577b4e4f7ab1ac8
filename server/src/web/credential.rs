//! `POST /grants/{id}/credential`, `…/gateway`, `…/report-token`, `…/certificate`: a way in, shown once.

use access::ids::GrantId;
use access::view::{Credential, Viewer};
use app::CredentialOutcome;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use leptos::prelude::provide_context;

use super::Problem;
use super::body::MAX_BODY;
use super::pages;
use super::state::AppState;

/// Takes the credential out and draws the page that shows it. The page is never stored: not by caches, not here.
pub(super) async fn show(
    State(state): State<AppState>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(grant): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (viewer, grant) = asked(viewer, &grant)?;
    let shown = state.portal.show_credential(&viewer, grant).await;
    page(&state, shown, request).await
}

/// The same for a client of the holder's own, at the gateway.
pub(super) async fn gateway(
    State(state): State<AppState>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(grant): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (viewer, grant) = asked(viewer, &grant)?;
    let shown = state.portal.show_gateway(&viewer, grant).await;
    page(&state, shown, request).await
}

/// The same for a tool that reports.
pub(super) async fn report_token(
    State(state): State<AppState>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(grant): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (viewer, grant) = asked(viewer, &grant)?;
    let shown = state.portal.show_report_token(&viewer, grant).await;
    page(&state, shown, request).await
}

/// A certificate for a public key that came in a form.
pub(super) async fn certificate(
    State(state): State<AppState>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(grant): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (viewer, grant) = asked(viewer, &grant)?;
    let (parts, body) = request.into_parts();
    let unread =
        || Problem::malformed("The form could not be read. Nothing was made; send it again.");
    let bytes = axum::body::to_bytes(body, MAX_BODY).await;
    let bytes = bytes.map_err(|_| unread())?;
    let mut fields = url::form_urlencoded::parse(&bytes);
    let public_key = fields.find(|(name, _)| name == "public_key");
    let public_key = public_key.ok_or_else(unread)?.1;
    let shown = state
        .portal
        .issue_certificate(&viewer, grant, &public_key, None)
        .await;
    page(&state, shown, Request::from_parts(parts, Body::empty())).await
}

fn asked(viewer: Option<Viewer>, grant: &str) -> Result<(Viewer, GrantId), Problem> {
    let viewer = viewer.ok_or_else(Problem::sign_in)?;
    let grant = grant.parse().map_err(|_| Problem::not_found())?;
    Ok((viewer, grant))
}

async fn page(
    state: &AppState,
    shown: Result<Credential, service::Error>,
    request: Request,
) -> Result<Response, Problem> {
    let outcome = CredentialOutcome(shown.map_err(Into::into));
    let common = pages::contexts(state);
    let contexts = move || {
        common();
        provide_context(outcome.clone());
    };
    let mut page = pages::draw(state, contexts, request).await;
    page.headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(page)
}
