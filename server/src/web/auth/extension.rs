//! From a fresh proof of identity to more time for somebody else's access.

use access::view::Viewer;
use app::PendingExtension;
use service::ApproveExtension;
use tower_sessions::Session;

use super::sign_off::{Attempt, Proven, done, prove};
use crate::session::Current;
use crate::web::Problem;
use crate::web::state::AppState;

/// Makes the access longer, or leaves a message on the request's page that says why not.
pub(super) async fn allow(
    state: &AppState,
    session: &Session,
    current: Option<Current>,
    attempt: Attempt<PendingExtension>,
) -> Result<(), Problem> {
    let grant = attempt.pending().grant;
    let note = |viewer: Viewer| {
        let portal = state.portal.clone();
        async move { portal.refuse_unproven_extension(&viewer, grant).await }
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
    let form = ApproveExtension {
        grant: pending.grant,
        auth_time_s,
        id_token,
        nonce_salt: salt,
    };
    let allowed = state.portal.approve_extension(&viewer, form).await;
    done(session, allowed).await
}
