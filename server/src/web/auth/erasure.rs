//! From a fresh proof of identity to the confirmation of an erasure.

use access::view::Viewer;
use app::PendingErasure;
use service::ConfirmErasure;
use tower_sessions::Session;

use super::sign_off::{Attempt, Proven, done, prove};
use crate::session::Current;
use crate::web::Problem;
use crate::web::state::AppState;

/// Confirms the order, or leaves a message on the request's page that says why not.
pub(super) async fn confirm(
    state: &AppState,
    session: &Session,
    current: Option<Current>,
    attempt: Attempt<PendingErasure>,
) -> Result<(), Problem> {
    let order = attempt.pending().order;
    let note = |viewer: Viewer| {
        let portal = state.portal.clone();
        async move { portal.refuse_unproven_erasure(&viewer, order).await }
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
    let form = ConfirmErasure {
        order: pending.order,
        auth_time_s,
        id_token,
        nonce_salt: salt,
    };
    done(session, state.portal.confirm_erasure(&viewer, form).await).await
}
