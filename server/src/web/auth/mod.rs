//! Signing in, proving oneself anew, signing out.

mod again;
mod back_channel;
mod callback;
mod erasure;
mod extension;
mod outcome;
mod sign_in;
mod sign_off;
mod sign_out;
mod start;
mod step_up;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use super::flood::{self, Flood};
use super::same_origin::BACK_CHANNEL;
use super::state::AppState;

/// The routes under `/auth/`.
pub(super) fn routes(flood: Flood) -> Router<AppState> {
    Router::new()
        .route("/auth/start", get(start::start))
        .route("/auth/step-up", get(step_up::step_up))
        .route("/auth/callback", get(callback::callback))
        .route(BACK_CHANNEL, post(back_channel::back_channel))
        .layer(from_fn_with_state(flood, flood::limit))
        // Outside the limit: whoever wants to leave can.
        .route("/auth/sign-out", post(sign_out::sign_out))
}
