//! `GET /auth/step-up`: off to the provider for a fresh proof, for the decision that waits in the session.

use std::sync::Arc;

use app::{PENDING_SIGN_OFF, PendingSignOff};
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
    let pending: Option<PendingSignOff> = session
        .remove(PENDING_SIGN_OFF)
        .await
        .map_err(|error| outcome::session_problem(error.into()))?;
    let Some(pending) = pending else {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "No decision waits here",
            "There is no approval or denial of yours that waits for a sign-in. Nothing was signed. Open the request and \
             decide there.",
        )
        .link("Inbox", "/inbox"));
    };
    let now = now_s();
    let page = format!("/requests/{}", pending.request);
    let (url, flow) = oidc
        .begin(Purpose::SignOff { pending }, now)
        .await
        .map_err(|error| outcome::problem(&error).link("Back to the request", page))?;
    keep(&session, flow, now, true)
        .await
        .map_err(outcome::session_problem)?;
    Ok(Redirect::to(url.as_str()))
}
