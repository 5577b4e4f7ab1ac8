//! `GET /auth/start?next=…`: off to the provider.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Redirect;
use serde::Deserialize;
use tower_sessions::Session;

use super::outcome;
use crate::clock::now_s;
use crate::next::LocalPath;
use crate::oidc::{Oidc, Purpose};
use crate::session::{Current, keep};
use crate::web::Problem;

#[derive(Deserialize)]
pub(super) struct Wanted {
    next: Option<String>,
}

/// Begins a sign-in. Who is signed in already goes straight on.
pub(super) async fn start(
    State(oidc): State<Arc<Oidc>>,
    Extension(current): Extension<Option<Current>>,
    session: Session,
    Query(wanted): Query<Wanted>,
) -> Result<Redirect, Problem> {
    // A foreign address is not worth an error: the person wanted to sign in, and can.
    let next = wanted
        .next
        .and_then(|next| LocalPath::try_from(next).ok())
        .unwrap_or_else(LocalPath::home);
    if current.is_some() {
        return Ok(Redirect::to(next.as_str()));
    }
    let now = now_s();
    let (url, flow) = oidc
        .begin(Purpose::SignIn { next }, now)
        .await
        .map_err(|error| outcome::problem(&error))?;
    keep(&session, flow, now, false)
        .await
        .map_err(outcome::session_problem)?;
    Ok(Redirect::to(url.as_str()))
}
