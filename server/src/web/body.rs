//! Request bodies: small, soon there, and JSON where they say so.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Problem;
use crate::serving::body::{BODY_WITHIN, Broken, read_whole};

/// The longest body, in bytes. The longest form has a reason of some thousand characters.
pub(super) const MAX_BODY: usize = 64 * 1024;

/// Reads the whole body before anything else is done with the request.
pub(super) async fn limit(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let announced = parts
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MAX_BODY as u64) {
        return too_large();
    }
    let bytes = match read_whole(body, MAX_BODY, BODY_WITHIN).await {
        Ok(bytes) => bytes,
        Err(Broken::TooLong) => return too_large(),
        Err(Broken::Off) => {
            return Problem::malformed("The request broke off. Nothing was done; send it again.")
                .into_response();
        }
        Err(Broken::Late) => {
            return Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "That took too long",
                "The request did not arrive whole in time. Nothing was done; send it again.",
            )
            .into_response();
        }
    };
    let is_json = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.trim_start().starts_with("application/json"));
    if is_json && serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_err() {
        return Problem::malformed("The body says that it is JSON, and is not. Nothing was done.")
            .into_response();
    }
    next.run(Request::from_parts(parts, Body::from(bytes)))
        .await
}

fn too_large() -> Response {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "That is too long",
        "The portal takes forms of up to 64 KiB. Nothing was done. Go back, shorten the text, and link to the rest.",
    )
    .into_response()
}
