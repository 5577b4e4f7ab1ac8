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

/// The longest that is run or reported, in bytes.
const MAX_WORK: usize = 2 * 1024 * 1024;

/// Reads the whole body before anything else is done with the request.
pub(super) async fn limit(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let longest = longest(parts.uri.path());
    let announced = parts
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > longest as u64) {
        return too_large(longest);
    }
    let bytes = match read_whole(body, longest, BODY_WITHIN).await {
        Ok(bytes) => bytes,
        Err(Broken::TooLong) => return too_large(longest),
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

/// How long the body of a request to this address may be, in bytes.
fn longest(path: &str) -> usize {
    let is_statement = path.starts_with("/recordings/") && path.ends_with("/run");
    if is_statement || path.starts_with(super::same_origin::BY_TOKEN) {
        // A statement of a megabyte grows as JSON.
        return MAX_WORK;
    }
    MAX_BODY
}

fn too_large(longest: usize) -> Response {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "That is too long",
        format!(
            "The portal takes up to {} KiB here. Nothing was done. Go back, shorten the text, and link to the rest.",
            longest / 1024
        ),
    )
    .into_response()
}
