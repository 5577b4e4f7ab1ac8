//! Each request in the log: an id, method, path, status and time. Never a query (codes, states), a header or a body.

use std::any::Any;
use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tower_http::classify::{ServerErrorsAsFailures, SharedClassifier};
use tower_http::trace::{MakeSpan, OnResponse, TraceLayer};
use tracing::Span;
use uuid::Uuid;

use super::Problem;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id that a request has in the log; made here, never taken from outside.
#[derive(Debug, Clone, Copy)]
struct RequestId(Uuid);

/// Gives each request an id, and says it in the response.
pub(super) async fn request_id(mut request: Request, next: Next) -> Response {
    let id = Uuid::new_v4();
    request.extensions_mut().insert(RequestId(id));
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Writes requests to the log.
pub(super) fn layer() -> TraceLayer<
    SharedClassifier<ServerErrorsAsFailures>,
    Spans,
    tower_http::trace::DefaultOnRequest,
    Answers,
> {
    TraceLayer::new_for_http()
        .make_span_with(Spans)
        .on_response(Answers)
}

/// One span a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spans;

impl<B> MakeSpan<B> for Spans {
    fn make_span(&mut self, request: &http::Request<B>) -> Span {
        let id = request
            .extensions()
            .get::<RequestId>()
            .map(|id| id.0)
            .unwrap_or_default();
        tracing::info_span!("request", %id, method = %request.method(), path = request.uri().path())
    }
}

/// One line an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answers;

impl<B> OnResponse<B> for Answers {
    fn on_response(self, response: &http::Response<B>, latency: Duration, _: &Span) {
        tracing::info!(
            status = response.status().as_u16(),
            ms = latency.as_millis(),
            "answered"
        );
    }
}

/// What is answered when a handler panicked, once its reference was noted. The message stays in the server's log: it may
/// hold anything.
pub(super) fn after_panic(panic: &(dyn Any + Send), note: impl Fn(Uuid)) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&'static str>().copied())
        .unwrap_or("no message");
    let reference = Uuid::new_v4();
    tracing::error!(%reference, message, "a handler panicked");
    note(reference);
    Problem::fault(reference).into_response()
}
