//! From a proof of identity to a session.

use service::Identity;
use service::store::session_index::SignedIn;
use tower_sessions::Session;

use super::outcome;
use crate::oidc::{Proof, digest_of};
use crate::web::Problem;
use crate::web::state::AppState;

/// The sign-in is an entry of the log before it is a session: nobody is in whom the log does not know.
pub(super) async fn sign_in(
    state: &AppState,
    session: &Session,
    proof: Proof,
) -> Result<(), Problem> {
    let signed_in_as = proof.identity();
    let provider_session = proof
        .provider_session
        .as_deref()
        .map(|sid| digest_of(&proof.issuer, sid));
    let viewer = state
        .portal
        .register_sign_in(Identity {
            issuer: proof.issuer,
            subject: proof.subject,
            name: proof.name,
            groups: proof.groups,
            auth_time_s: proof.auth_time_s,
        })
        .await?;
    tracing::info!(person = %viewer.person, "signed in");
    let signed_in = SignedIn {
        identity: signed_in_as,
        provider_session,
        viewer,
        auth_time_s: proof.auth_time_s,
        how: proof.how,
    };
    state
        .sessions
        .open(session, &signed_in, &proof.id_token)
        .await
        .map_err(outcome::session_problem)
}
