//! From a fresh proof of identity to a sign-off, or to another decision that needs one.

use access::view::Viewer;
use app::{AlertKind, FLASH, Flash, PendingSignOff};
use service::{Portal, SignOff};
use tower_sessions::Session;

use super::outcome;
use crate::oidc::{OidcError, Proof};
use crate::session::Current;
use crate::web::Problem;
use crate::web::state::AppState;

/// The provider's clock may be behind ours by so much at most, in seconds. Less than [`crate::oidc::SKEW_S`]: within it an
/// old authentication would pass for a fresh one.
const FRESH_SKEW_S: i64 = 5;

/// What came of a flow.
pub(super) struct Answered {
    pub(super) started_at_s: i64,
    /// The random part of the nonce that the proof was asked for with.
    pub(super) salt: [u8; 32],
    pub(super) proof: Result<Proof, OidcError>,
}

/// A decision, and what came of its proof.
pub(super) struct Attempt<P> {
    pending: P,
    answered: Answered,
}

impl Answered {
    /// As the answer about this decision.
    pub(super) fn about<P>(self, pending: P) -> Attempt<P> {
        Attempt {
            pending,
            answered: self,
        }
    }
}

impl<P> Attempt<P> {
    /// What was decided.
    pub(super) fn pending(&self) -> &P {
        &self.pending
    }
}

/// Why a proof is not enough for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotProven {
    #[error(
        "Somebody else signed in at the identity provider than you here. Nothing was done. Sign in there as yourself and \
         decide again."
    )]
    SomebodyElse,
    #[error(
        "The identity provider did not ask you anew who you are, or its clock is off. Nothing was done. Decide again; if \
         this stays, tell whoever runs the portal."
    )]
    NotFresh,
}

/// A decision whose author has proven anew who they are.
pub(super) struct Proven<P> {
    pub(super) pending: P,
    /// With the groups that the proof names.
    pub(super) viewer: Viewer,
    pub(super) auth_time_s: i64,
    pub(super) id_token: String,
    pub(super) salt: [u8; 32],
}

/// Signs off, or leaves a message on the request's page that says why not.
pub(super) async fn sign_off(
    state: &AppState,
    session: &Session,
    current: Option<Current>,
    attempt: Attempt<PendingSignOff>,
) -> Result<(), Problem> {
    let request = attempt.pending().request;
    let note = |viewer: Viewer| {
        let portal = state.portal.clone();
        async move { portal.refuse_unproven_sign_off(&viewer, request).await }
    };
    let Some(proven) = prove(state, session, current, attempt, note).await? else {
        return Ok(());
    };
    let Proven {
        pending,
        viewer,
        auth_time_s,
        id_token,
        salt,
    } = proven;
    let form = SignOff {
        request: pending.request,
        on_behalf_of: pending.on_behalf_of,
        decision: pending.decision,
        statement: pending.statement,
        auth_time_s,
        id_token,
        nonce_salt: salt,
        note: pending.note,
    };
    done(session, state.portal.sign_off(&viewer, form).await).await
}

/// Whether the decision's author has proven anew who they are. Where not, a message waits on their next
/// page; one that somebody else, or nobody, was at the provider is noted in the log as well.
pub(super) async fn prove<P, F>(
    state: &AppState,
    session: &Session,
    current: Option<Current>,
    attempt: Attempt<P>,
    note: impl FnOnce(Viewer) -> F,
) -> Result<Option<Proven<P>>, Problem>
where
    F: Future<Output = Result<(), service::Error>>,
{
    let Some(current) = current else {
        return Err(Problem::sign_in());
    };
    let Attempt { pending, answered } = attempt;
    let Answered {
        started_at_s,
        salt,
        proof,
    } = answered;
    let proof = match proof {
        Ok(proof) => proof,
        Err(OidcError::Refused { code }) => {
            let text = format!(
                "The identity provider answered “{code}”. Nothing was done. Decide again when you are ready."
            );
            tell(session, AlertKind::Fault, text).await?;
            return Ok(None);
        }
        Err(error) => return Err(outcome::problem(&error)),
    };
    let auth_time_s = match check(&current, &proof, started_at_s) {
        Ok(auth_time_s) => auth_time_s,
        Err(reason) => {
            tracing::warn!(%reason, person = %current.viewer.person, "a decision was not proven");
            note(current.viewer).await?;
            tell(session, AlertKind::Fault, reason.to_string()).await?;
            return Ok(None);
        }
    };
    let viewer = Viewer {
        proved_at_s: Some(auth_time_s),
        ..with_groups(&state.portal, &current.viewer, &proof)
    };
    let current = Current { viewer, ..current };
    let renewed = state
        .sessions
        .renew(
            session,
            &current,
            (auth_time_s, &proof.how),
            &proof.id_token,
        )
        .await;
    if !renewed.map_err(outcome::session_problem)? {
        return Err(Problem::sign_in());
    }
    Ok(Some(Proven {
        pending,
        viewer: current.viewer,
        auth_time_s,
        id_token: proof.id_token,
        salt,
    }))
}

/// A refusal is a message on the next page.
pub(super) async fn done(
    session: &Session,
    outcome: Result<(), service::Error>,
) -> Result<(), Problem> {
    match outcome {
        Ok(()) => Ok(()),
        Err(
            refused @ (service::Error::Refused(_)
            | service::Error::BadInput { .. }
            | service::Error::Unavailable { .. }),
        ) => tell(session, AlertKind::Fault, refused.to_string()).await,
        Err(other) => Err(other.into()),
    }
}

/// The same person, and proven after the decision was made: not before the flow began, and later than the sign-in, so
/// that an answer from the provider's memory never passes for a fresh one.
pub(super) fn check(current: &Current, proof: &Proof, started_at_s: i64) -> Result<i64, NotProven> {
    if proof.identity() != current.identity {
        return Err(NotProven::SomebodyElse);
    }
    match proof.auth_time_s {
        Some(auth_time_s)
            if auth_time_s >= started_at_s - FRESH_SKEW_S
                && current
                    .auth_time_s
                    .is_none_or(|signed_in| auth_time_s > signed_in) =>
        {
            Ok(auth_time_s)
        }
        _ => Err(NotProven::NotFresh),
    }
}

/// The viewer with the groups that the fresh proof names, and the roles that follow from them.
fn with_groups(portal: &Portal, viewer: &Viewer, proof: &Proof) -> Viewer {
    Viewer {
        groups: proof.groups.clone(),
        roles: portal.roles(&proof.groups),
        ..viewer.clone()
    }
}

/// Leaves a message for the next page.
pub(super) async fn tell(session: &Session, kind: AlertKind, text: String) -> Result<(), Problem> {
    session
        .insert(FLASH, Flash { kind, text })
        .await
        .map_err(|error| outcome::session_problem(error.into()))
}
