//! The whole log as one file, for whoever checks it without the portal.

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures::{StreamExt as _, stream};
use ledger::Origin;
use ledger::log_file::Head;
use service::Portal;

use super::Problem;
use super::ledger::{MAX_RANGE, NO_STORE, may_read_entries};
use access::view::Viewer;

/// `GET /ledger/log-file`: the log up to its newest checkpoint. It is a read of all these entries, noted before the
/// first byte leaves.
pub(super) async fn log_file(
    State(portal): State<Portal>,
    Extension(viewer): Extension<Option<Viewer>>,
) -> Result<Response, Problem> {
    let viewer = may_read_entries(viewer.as_ref())?;
    let ledger = portal.ledger();
    let (size, note) = ledger.checkpoint().await?;
    let head = match Head::new(note.len() as u64, size) {
        Ok(head) if size <= MAX_RANGE => head,
        _ => return Err(too_long(size)),
    };
    portal.read(viewer, 0, size).await?;
    let before = Bytes::from(format!("{head}{note}"));
    let body = stream::once(async { Ok(before) })
        .chain(
            ledger
                .leaf_hashes(0, size)
                .map(|piece| piece.map(Bytes::from)),
        )
        .chain(ledger.stream(0, size).map(|piece| piece.map(Bytes::from)));
    Ok((
        [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/octet-stream"),
            ),
            (
                header::CONTENT_DISPOSITION,
                attachment(ledger.origin(), size),
            ),
            (header::CACHE_CONTROL, NO_STORE),
        ],
        Body::from_stream(body),
    )
        .into_response())
}

fn too_long(size: u64) -> Problem {
    Problem::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        "The log is too long for one file",
        format!(
            "It has {size} entries, and one file takes {MAX_RANGE}. Verify it by the portal's address, or take the archive."
        ),
    )
}

/// Named by log and size; what a file's name may not hold on every system is a hyphen.
fn attachment(origin: &Origin, size: u64) -> HeaderValue {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '.' {
            c
        } else {
            '-'
        }
    };
    let log: String = origin.as_str().chars().map(plain).collect();
    let named = format!("attachment; filename=\"{log}-{size}.breakglass-log\"");
    // Only printable ASCII stands in it.
    HeaderValue::from_str(&named).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_file_is_one_that_every_system_takes() {
        let origin: Origin = "log.example/a\"b/..\\é".parse().expect("a name");
        assert_eq!(
            attachment(&origin, 9),
            "attachment; filename=\"log.example-a-b-..---9.breakglass-log\""
        );
    }
}
