//! `POST /auth/backchannel`: the provider ends somebody's sessions (OpenID Connect Back-Channel Logout 1.0 §2.5–2.8).

use access::event::SessionEnd;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::clock::now_s;
use crate::oidc::OidcError;
use crate::web::state::AppState;

#[derive(Deserialize)]
pub(super) struct Notice {
    logout_token: String,
}

/// Ends what a valid token names: the portal's sessions, their streams, and an entry each.
pub(super) async fn back_channel(
    State(state): State<AppState>,
    notice: Result<Form<Notice>, FormRejection>,
) -> Response {
    let Ok(Form(notice)) = notice else {
        return refused("logout_token is missing");
    };
    let token = match state.oidc.logout_token(&notice.logout_token, now_s()).await {
        Ok(token) => token,
        Err(OidcError::Token(fault)) => {
            tracing::warn!(%fault, "a logout token was refused");
            return refused(&fault.to_string());
        }
        Err(error) => return unavailable(&error),
    };
    let ended = match state.sessions.end_named(&token).await {
        Ok(Some(ended)) => ended,
        Ok(None) => return refused("it was used before"),
        Err(error) => return unavailable(&error),
    };
    for session in &ended {
        if let Err(error) = state
            .portal
            .sign_out(&session.viewer, SessionEnd::Provider)
            .await
        {
            tracing::error!(%error, person = %session.viewer.person, "a sign-out by the provider could not be recorded");
        }
    }
    tracing::info!(
        sessions = ended.len(),
        "the identity provider ended sessions"
    );
    (StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response()
}

/// §2.8: 400 with a JSON object.
fn refused(why: &str) -> Response {
    let body = json!({ "error": "invalid_request", "error_description": why }).to_string();
    (
        StatusCode::BAD_REQUEST,
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        body,
    )
        .into_response()
}

/// Nothing was ended, and the provider may say it again.
fn unavailable(error: &dyn std::error::Error) -> Response {
    tracing::error!(%error, "a logout token could not be acted on");
    (
        StatusCode::SERVICE_UNAVAILABLE,
        [
            (header::RETRY_AFTER, "10"),
            (header::CACHE_CONTROL, "no-store"),
        ],
    )
        .into_response()
}
