//! What was begun is finished, even when nobody waits for the answer any more.
//!
//! A server drops a handler when its browser hangs up. Between an intent in the log and its outcome that would leave
//! work for the reconciler each time somebody reloads at the wrong moment.

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use tracing::Instrument as _;

use super::Problem;

/// Runs requests that change something in a task of their own.
pub(super) async fn detach(request: Request, next: Next) -> Response {
    let changes = !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) || request.uri().path() == "/auth/callback";
    if !changes {
        return next.run(request).await;
    }
    match tokio::spawn(next.run(request).in_current_span()).await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            // As if it had not been in a task of its own.
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => Problem::internal(&error).into_response(),
        },
    }
}
