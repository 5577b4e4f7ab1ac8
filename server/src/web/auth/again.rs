//! From a fresh proof of identity to an entry that says so: what asks for a sign-in of late looks for it.

use app::AlertKind;
use tower_sessions::Session;

use super::sign_off::{self, Attempt, tell};
use crate::next::LocalPath;
use crate::session::Current;
use crate::web::Problem;
use crate::web::state::AppState;

/// Notes the proof, or leaves a message on the page that asked for it, which says why not.
pub(super) async fn prove(
    state: &AppState,
    session: &Session,
    current: Option<Current>,
    attempt: Attempt<LocalPath>,
) -> Result<(), Problem> {
    // Nothing was decided yet that the log would have to say was refused.
    let note = |_| async { Ok(()) };
    let Some(proven) = sign_off::prove(state, session, current, attempt, note).await? else {
        return Ok(());
    };
    let noted = state
        .portal
        .note_proof(&proven.viewer, proven.auth_time_s)
        .await;
    if noted.is_err() {
        // What the log does not say does not count.
        return sign_off::done(session, noted).await;
    }
    let text = "You have proven anew who you are. Now send it again.".to_owned();
    tell(session, AlertKind::Done, text).await
}
