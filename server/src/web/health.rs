//! `GET /healthz`: whether this process answers, and whether the log goes on.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use service::Portal;

#[derive(Serialize)]
pub(super) struct Health {
    status: &'static str,
}

/// A halted log is no reason to take the server away: what is open must still be ended through it.
pub(super) async fn health(State(portal): State<Portal>) -> Json<Health> {
    Json(Health {
        status: if portal.halted().is_some() {
            "halted"
        } else {
            "ok"
        },
    })
}
