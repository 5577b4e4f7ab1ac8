//! What was done, taken along: pieces of a terminal with what their entries seal, and the terminal as one file.

use std::convert::Infallible;

use access::ids::RecordingId;
use access::view::{RecordedWhat, Viewer};
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Redirect};
use futures::{Stream, StreamExt as _, stream};
use serde_json::json;
use service::Portal;

use super::{recording, signed_in};
use crate::web::Problem;

/// `GET /recordings/{id}/chunks`: a line of JSON for each piece; whoever plays it hashes it first.
pub(super) async fn chunks(
    State(portal): State<Portal>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let viewer = signed_in(viewer)?;
    let id = recording(&id)?;
    portal.recording(&viewer, id).await?;
    let lines = entries(portal, viewer, id).filter_map(|(seq, what)| async move {
        let RecordedWhat::Chunk {
            number,
            lines,
            salt,
            commitment,
        } = what
        else {
            return None;
        };
        let line = json!({
            "number": number,
            "seq": seq,
            "salt": salt,
            "lines": lines,
            "commitment": commitment,
        });
        Some(Ok::<_, Infallible>(Bytes::from(format!("{line}\n"))))
    });
    let kind = HeaderValue::from_static("application/x-ndjson");
    Ok((as_it_is(kind), Body::from_stream(lines)))
}

/// `GET /recordings/{id}/cast`: the terminal in the form asciicast v2, for any player.
pub(super) async fn cast(
    State(portal): State<Portal>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let viewer = signed_in(viewer)?;
    let id = recording(&id)?;
    let view = portal.recording(&viewer, id).await?;
    if view.chunks == 0 {
        return Err(Problem::not_found());
    }
    let lines = entries(portal, viewer, id).filter_map(|(_, what)| async move {
        match what {
            RecordedWhat::Chunk {
                lines: Some(lines), ..
            } => Some(Ok::<_, Infallible>(Bytes::from(lines))),
            _ => None,
        }
    });
    let kind = HeaderValue::from_static("application/x-asciicast");
    let name = format!("attachment; filename=\"breakglass-{id}.cast\"");
    let name = HeaderValue::from_str(&name).map_err(|fault| Problem::internal(&fault))?;
    let named = [(header::CONTENT_DISPOSITION, name)];
    Ok((as_it_is(kind), named, Body::from_stream(lines)))
}

/// `POST /recordings/{id}/cut`: ends the session; its access stands.
pub(super) async fn cut(
    State(portal): State<Portal>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(id): Path<String>,
) -> Result<Redirect, Problem> {
    let viewer = signed_in(viewer)?;
    let id = recording(&id)?;
    portal.cut_recording(&viewer, id).await?;
    Ok(Redirect::to(&format!("/recordings/{id}")))
}

/// A recording's entries, some at a time. Where the portal stops answering, the answer breaks off.
fn entries(
    portal: Portal,
    viewer: Viewer,
    id: RecordingId,
) -> impl Stream<Item = (u64, RecordedWhat)> {
    stream::unfold(Some(0), move |from| {
        let (portal, viewer) = (portal.clone(), viewer.clone());
        async move {
            let some = portal.recorded(&viewer, id, from?).await;
            let some = some.inspect_err(|fault| tracing::warn!(%fault, "a recording broke off"));
            let some = some.ok()?;
            let next = some.last()?.seq + 1;
            Some((stream::iter(some), Some(next)))
        }
    })
    .flatten()
    .map(|entry| (entry.seq, entry.what))
}

fn as_it_is(kind: HeaderValue) -> [(HeaderName, HeaderValue); 2] {
    [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]
}
