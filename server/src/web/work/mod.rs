//! Where people work on targets, and what was done there: consoles, terminals, recordings.

mod console;
mod live;
mod recordings;
mod report;
mod terminal;

use access::ids::{GrantId, RecordingId};
use access::view::Viewer;
use axum::Router;
use axum::routing::{get, post};
use serde_json::{Value, json};
use service::OpenedWork;

use super::Problem;
use super::state::AppState;

/// Every address of recorded work.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/grants/{id}/console/open", post(console::open))
        .route("/grants/{id}/terminal/open", post(terminal::open))
        .route("/recordings/{id}/run", post(console::run))
        .route("/recordings/{id}/more", post(console::more))
        .route("/recordings/{id}/cancel", post(console::cancel))
        .route("/recordings/{id}/close", post(console::close))
        .route("/recordings/{id}/terminal", get(terminal::attach))
        .route("/recordings/{id}/live", get(live::live))
        .route("/recordings/{id}/chunks", get(recordings::chunks))
        .route("/recordings/{id}/cast", get(recordings::cast))
        .route("/recordings/{id}/cut", post(recordings::cut))
        .route("/api/v1/grants/{id}/actions", post(report::actions))
}

fn signed_in(viewer: Option<Viewer>) -> Result<Viewer, Problem> {
    viewer.ok_or_else(Problem::sign_in)
}

fn grant(text: &str) -> Result<GrantId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

fn recording(text: &str) -> Result<RecordingId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// A place to work that was opened, for its page.
fn opened(work: &OpenedWork) -> Value {
    json!({
        "recording": work.recording,
        "expires_at_ms": work.expires_at_ms,
        "account": work.account,
    })
}
