//! `GET /auth/step-up`: off to the provider for a fresh proof, for the decision that waits in the session.

use std::sync::Arc;

use app::{
    PENDING_ERASURE, PENDING_EXTENSION, PENDING_SIGN_OFF, PendingErasure, PendingExtension,
    PendingSignOff,
};
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Redirect;
use tower_sessions::Session;

use super::outcome;
use crate::clock::now_s;
use crate::oidc::{Oidc, Purpose};
use crate::session::{Current, keep};
use crate::web::Problem;

/// Begins the proof. The decision moves from the session's pending place into the flow: it is about this one only.
pub(super) async fn step_up(
    State(oidc): State<Arc<Oidc>>,
    Extension(current): Extension<Option<Current>>,
    session: Session,
) -> Result<Redirect, Problem> {
    if current.is_none() {
        return Err(Problem::sign_in());
    }
    let Some((purpose, page)) = waiting(&session).await? else {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "No decision waits here",
            "There is no decision of yours that waits for a sign-in. Nothing was signed, erased or made longer. Open the request and \
             decide there.",
        )
        .link("Inbox", "/inbox"));
    };
    let now = now_s();
    let (url, flow) = oidc
        .begin(purpose, now)
        .await
        .map_err(|error| outcome::problem(&error).link("Back to the request", page))?;
    keep(&session, flow, now, true)
        .await
        .map_err(outcome::session_problem)?;
    Ok(Redirect::to(url.as_str()))
}

/// What waits, and on which page it was decided: a form that waits takes the place of any other.
async fn waiting(session: &Session) -> Result<Option<(Purpose, String)>, Problem> {
    let taken = |error: tower_sessions::session::Error| outcome::session_problem(error.into());
    let page = |request: access::ids::RequestId| format!("/requests/{request}");
    let sign_off: Option<PendingSignOff> = session.remove(PENDING_SIGN_OFF).await.map_err(taken)?;
    let erasure: Option<PendingErasure> = session.remove(PENDING_ERASURE).await.map_err(taken)?;
    let extension: Option<PendingExtension> =
        session.remove(PENDING_EXTENSION).await.map_err(taken)?;
    let sign_off = sign_off.map(|pending| {
        let page = page(pending.request);
        (Purpose::SignOff { pending }, page)
    });
    let erasure = erasure.map(|pending| {
        let page = page(pending.request);
        (Purpose::Erasure { pending }, page)
    });
    let extension = extension.map(|pending| {
        let page = page(pending.request);
        (Purpose::Extension { pending }, page)
    });
    Ok(erasure.or(extension).or(sign_off))
}
