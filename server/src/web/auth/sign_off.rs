//! From a fresh proof of identity to a sign-off.

use access::view::{Role, Viewer};
use app::{AlertKind, FLASH, Flash, PendingSignOff};
use service::SignOff;
use service::settings::RoleGroups;
use tower_sessions::Session;

use super::outcome;
use crate::oidc::{OidcError, Proof};
use crate::session::Current;
use crate::web::Problem;
use crate::web::state::AppState;

/// The provider's clock may be behind ours by so much at most, in seconds. Less than [`crate::oidc::SKEW_S`]: within it an
/// old authentication would pass for a fresh one.
const FRESH_SKEW_S: i64 = 5;

/// A decision, and what came of its proof.
pub(super) struct Attempt {
    pub(super) pending: PendingSignOff,
    pub(super) started_at_s: i64,
    pub(super) proof: Result<Proof, OidcError>,
}

/// Why a proof is not enough for a sign-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotProven {
    #[error(
        "Somebody else signed in at the identity provider than you here. Nothing was signed. Sign in there as yourself and \
         decide again."
    )]
    SomebodyElse,
    #[error(
        "The identity provider did not ask you anew who you are, or its clock is off. Nothing was signed. Decide again; if \
         this stays, tell whoever runs the portal."
    )]
    NotFresh,
}

/// Signs off, or leaves a message on the request's page that says why not.
pub(super) async fn sign_off(
    state: &AppState,
    session: &Session,
    current: Option<Current>,
    attempt: Attempt,
) -> Result<(), Problem> {
    let Some(current) = current else {
        return Err(Problem::sign_in());
    };
    let Attempt {
        pending,
        started_at_s,
        proof,
    } = attempt;
    let proof = match proof {
        Ok(proof) => proof,
        Err(OidcError::Refused { code }) => {
            let text = format!(
                "The identity provider answered “{code}”. Nothing was signed. Decide again when you are ready."
            );
            return tell(session, AlertKind::Fault, text).await;
        }
        Err(error) => return Err(outcome::problem(&error)),
    };
    let auth_time_s = match check(&current, &proof, started_at_s) {
        Ok(auth_time_s) => auth_time_s,
        Err(reason) => {
            tracing::warn!(%reason, person = %current.viewer.person, "a sign-off was not proven");
            return tell(session, AlertKind::Fault, reason.to_string()).await;
        }
    };
    let viewer = with_groups(&current.viewer, &proof, &state.roles);
    let current = Current { viewer, ..current };
    state.sessions.refresh(&current, auth_time_s).await?;
    let form = SignOff {
        request: pending.request,
        decision: pending.decision,
        statement: pending.statement,
        auth_time_s,
        id_token: proof.id_token,
        note: pending.note,
    };
    match state.portal.sign_off(&current.viewer, form).await {
        Ok(()) => Ok(()),
        Err(
            refused @ (service::Error::Refused(_)
            | service::Error::BadInput { .. }
            | service::Error::Unavailable { .. }),
        ) => tell(session, AlertKind::Fault, refused.to_string()).await,
        Err(other) => Err(other.into()),
    }
}

/// The same person, and proven after the decision was made: not before the flow began, not before the sign-in.
pub(super) fn check(current: &Current, proof: &Proof, started_at_s: i64) -> Result<i64, NotProven> {
    if proof.identity() != current.identity {
        return Err(NotProven::SomebodyElse);
    }
    match proof.auth_time_s {
        Some(auth_time_s)
            if auth_time_s >= started_at_s - FRESH_SKEW_S
                && current
                    .auth_time_s
                    .is_none_or(|signed_in| auth_time_s >= signed_in) =>
        {
            Ok(auth_time_s)
        }
        _ => Err(NotProven::NotFresh),
    }
}

/// The viewer with the groups that the fresh proof names, and the roles that follow from them.
fn with_groups(viewer: &Viewer, proof: &Proof, roles: &RoleGroups) -> Viewer {
    let holds =
        |groups: &[access::ids::GroupName]| groups.iter().any(|group| proof.groups.contains(group));
    let mut held = Vec::new();
    if holds(&roles.auditor) {
        held.push(Role::Auditor);
    }
    if holds(&roles.operator) {
        held.push(Role::Operator);
    }
    Viewer {
        groups: proof.groups.clone(),
        roles: held,
        ..viewer.clone()
    }
}

/// Leaves a message for the next page.
async fn tell(session: &Session, kind: AlertKind, text: String) -> Result<(), Problem> {
    session
        .insert(FLASH, Flash { kind, text })
        .await
        .map_err(|error| outcome::session_problem(error.into()))
}
