//! `GET /auth/start?next=…`: off to the provider; with `again=1` also for somebody who is signed in.

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
    again: Option<String>,
}

/// Begins a sign-in. Who is signed in already goes straight on, unless they are to prove anew who they are.
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
    let signed_in = current.is_some();
    if signed_in && wanted.again.is_none() {
        return Ok(Redirect::to(next.as_str()));
    }
    let purpose = match signed_in {
        true => Purpose::Again { next },
        false => Purpose::SignIn { next },
    };
    let now = now_s();
    let (url, flow) = oidc
        .begin(purpose, now)
        .await
        .map_err(|error| outcome::problem(&error))?;
    keep(&session, flow, now, signed_in)
        .await
        .map_err(outcome::session_problem)?;
    Ok(Redirect::to(url.as_str()))
}
