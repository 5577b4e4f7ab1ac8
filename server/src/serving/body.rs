//! Whole bodies: small, and soon there.

use std::error::Error as _;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// A body must be there within this time: a connection that trickles holds nothing open.
pub const BODY_WITHIN: Duration = Duration::from_secs(15);

/// Why a body is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// It is longer than is taken.
    TooLong,
    /// It broke off.
    Off,
    /// It was not there in time.
    Late,
}

/// Reads a whole body of up to `longest` bytes.
///
/// # Errors
/// [`Broken`] where it is longer, breaks off, or is not there within the time.
pub async fn read_whole(body: Body, longest: usize, within: Duration) -> Result<Bytes, Broken> {
    match tokio::time::timeout(within, to_bytes(body, longest)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_length_limit(&error) => Err(Broken::TooLong),
        Ok(Err(_)) => Err(Broken::Off),
        Err(_) => Err(Broken::Late),
    }
}

fn is_length_limit(error: &axum::Error) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        if cause.to_string() == "length limit exceeded" {
            return true;
        }
        source = cause.source();
    }
    false
}

/// What a body may take.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimits {
    /// In bytes.
    pub longest: usize,
    /// Until all of it is there.
    pub within: Duration,
}

impl Default for BodyLimits {
    /// Enough for what a signer or witness is asked: 63 hashes and a checkpoint with many signatures.
    fn default() -> Self {
        Self {
            longest: 64 * 1024,
            within: BODY_WITHIN,
        }
    }
}

/// Reads the whole body before anything else is done with the request, and says to programs why it was not taken.
pub async fn limit(State(limits): State<BodyLimits>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let (status, why) = match read_whole(body, limits.longest, limits.within).await {
        Ok(bytes) => {
            return next
                .run(Request::from_parts(parts, Body::from(bytes)))
                .await;
        }
        Err(Broken::TooLong) => (StatusCode::PAYLOAD_TOO_LARGE, "the request is too long\n"),
        Err(Broken::Off) => (StatusCode::BAD_REQUEST, "the request broke off\n"),
        Err(Broken::Late) => (
            StatusCode::REQUEST_TIMEOUT,
            "the request did not arrive whole in time\n",
        ),
    };
    (status, why).into_response()
}
