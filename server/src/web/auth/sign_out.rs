//! `POST /auth/sign-out`: the session ends here, then at the provider.

use access::event::SessionEnd;
use axum::Extension;
use axum::extract::State;
use axum::response::Redirect;
use tower_sessions::Session;

use super::outcome;
use crate::session::Current;
use crate::web::Problem;
use crate::web::state::AppState;

/// Signs out. Whatever fails, the session here is over first.
pub(super) async fn sign_out(
    State(state): State<AppState>,
    Extension(current): Extension<Option<Current>>,
    session: Session,
) -> Result<Redirect, Problem> {
    let Some(current) = current else {
        return Ok(Redirect::to("/sign-in"));
    };
    let id_token = state
        .sessions
        .close(&session, &current.id)
        .await
        .map_err(outcome::session_problem)?;
    if let Err(error) = state
        .portal
        .sign_out(&current.viewer, SessionEnd::SignedOut)
        .await
    {
        tracing::error!(%error, person = %current.viewer.person, "a sign-out could not be recorded");
    }
    match state.oidc.end_session(id_token.as_deref()).await {
        Ok(Some(url)) => Ok(Redirect::to(url.as_str())),
        Ok(None) => Ok(Redirect::to("/sign-in")),
        Err(error) => {
            tracing::warn!(%error, "signed out here, but not at the identity provider");
            Ok(Redirect::to("/sign-in"))
        }
    }
}
