//! `GET /auth/callback`: back from the provider.

use std::sync::Arc;

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Redirect;
use tower_sessions::Session;

use super::sign_off::Answered;
use super::{again, erasure, extension, outcome, sign_in, sign_off};
use crate::clock::now_s;
use crate::oidc::{Callback, Oidc, Purpose};
use crate::session::{Current, Sessions, take};
use crate::web::Problem;
use crate::web::state::AppState;

/// Takes the flow out of the session, then looks at the answer, then does what the flow was for.
pub(super) async fn callback(
    State(state): State<AppState>,
    State(oidc): State<Arc<Oidc>>,
    State(sessions): State<Sessions>,
    Extension(current): Extension<Option<Current>>,
    session: Session,
    query: Result<Query<Callback>, QueryRejection>,
) -> Result<Redirect, Problem> {
    let Ok(Query(answer)) = query else {
        return Err(Problem::malformed(
            "The identity provider's answer could not be read. Nothing was changed.",
        ));
    };
    let expected = answer.state.as_deref().ok_or_else(outcome::too_late)?;
    let flow = take(&sessions, &session, expected)
        .await
        .map_err(outcome::session_problem)?
        .ok_or_else(outcome::too_late)?;
    let purpose = flow.purpose.clone();
    let started_at_s = flow.started_at_s();
    let salt = flow.salt();
    let answered = Answered {
        started_at_s,
        salt,
        proof: oidc.finish(flow, &answer, now_s()).await,
    };
    match purpose {
        Purpose::SignIn { next } => {
            let proof = answered.proof.map_err(|error| outcome::problem(&error))?;
            sign_in::sign_in(&state, &session, proof).await?;
            Ok(Redirect::to(next.as_str()))
        }
        Purpose::Again { next } => {
            let page = next.clone();
            again::prove(&state, &session, current, answered.about(next)).await?;
            Ok(Redirect::to(page.as_str()))
        }
        Purpose::SignOff { pending } => {
            let page = format!("/requests/{}", pending.request);
            sign_off::sign_off(&state, &session, current, answered.about(pending)).await?;
            Ok(Redirect::to(&page))
        }
        Purpose::Erasure { pending } => {
            let page = format!("/requests/{}", pending.request);
            erasure::confirm(&state, &session, current, answered.about(pending)).await?;
            Ok(Redirect::to(&page))
        }
        Purpose::Extension { pending } => {
            let page = format!("/requests/{}", pending.request);
            extension::allow(&state, &session, current, answered.about(pending)).await?;
            Ok(Redirect::to(&page))
        }
    }
}
