//! The log for those who check it: C2SP tlog-tiles under `/ledger/`, and ranges as one stream.

use std::str::FromStr;

use access::view::{Role, Viewer};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Extension, Router};
use ledger::TilePath;
use service::Portal;

use super::Problem;
use super::log_file::log_file;
use super::state::AppState;
use crate::config::TileAccess;

/// The longest range of one stream, in entries: 4,194,304, some 1.8 GB. A reader of more asks again.
pub(super) const MAX_RANGE: u64 = 1 << 22;

/// Ranges begin at multiples of this: a bundle holds 256 entries (tlog-tiles, "Entry bundles").
const BUNDLE: u64 = 256;

/// A full tile never changes, and neither does a partial one of a given width.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

/// What takes a role to see comes from here each time: a browser's copy asks for no role and notes no read.
pub(super) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// The routes under `/ledger/`.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/ledger/checkpoint", get(checkpoint))
        .route("/ledger/witnessed", get(witnessed))
        .route("/ledger/vkey", get(vkey))
        .route("/ledger/log-file", get(log_file))
        .route("/ledger/tile/{*path}", get(tile))
        .route("/ledger/stream/{range}", get(stream))
        .route("/ledger/receipt/{seq}", get(receipt))
}

async fn checkpoint(
    State(portal): State<Portal>,
    State(tiles): State<TileAccess>,
    Extension(viewer): Extension<Option<Viewer>>,
) -> Result<Response, Problem> {
    may_see_hashes(tiles, viewer.as_ref())?;
    let (_, note) = portal.ledger().checkpoint().await?;
    Ok(text(note))
}

/// The newest checkpoint that enough witnesses have signed: on a busy log the very newest bears fewer signatures.
async fn witnessed(
    State(portal): State<Portal>,
    State(tiles): State<TileAccess>,
    Extension(viewer): Extension<Option<Viewer>>,
) -> Result<Response, Problem> {
    may_see_hashes(tiles, viewer.as_ref())?;
    Ok(text(portal.ledger().witnessed().await?))
}

/// A text that may be another one a moment later.
fn text(text: String) -> Response {
    (
        [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/plain; charset=utf-8"),
            ),
            (header::CACHE_CONTROL, NO_STORE),
        ],
        text,
    )
        .into_response()
}

/// The log's key as the server says it. It is worth nothing by itself: an auditor compares it with what they were told.
async fn vkey(State(portal): State<Portal>) -> Response {
    text(format!("{}\n", portal.ledger().vkey()))
}

async fn tile(
    State(portal): State<Portal>,
    State(tiles): State<TileAccess>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(path): Path<String>,
) -> Result<Response, Problem> {
    let path = TilePath::from_str(&format!("tile/{path}")).map_err(|_| Problem::not_found())?;
    match path {
        TilePath::Hashes { .. } => may_see_hashes(tiles, viewer.as_ref())?,
        TilePath::Entries { .. } => drop(may_read_entries(viewer.as_ref())?),
    }
    let kept = match (path, tiles) {
        (TilePath::Hashes { .. }, TileAccess::Public) => IMMUTABLE,
        _ => NO_STORE,
    };
    let bytes = portal
        .ledger()
        .tile(&path)
        .await?
        .ok_or_else(Problem::not_found)?;
    if let (TilePath::Entries { index, width }, Some(viewer)) = (path, &viewer) {
        let from = index * BUNDLE;
        portal.read(viewer, from, from + u64::from(width)).await?;
    }
    let kind = HeaderValue::from_static("application/octet-stream");
    Ok((
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept)],
        bytes,
    )
        .into_response())
}

/// The receipt of one entry (C2SP tlog-proof): hashes and a checkpoint, and nothing of what the entry says.
async fn receipt(
    State(portal): State<Portal>,
    State(tiles): State<TileAccess>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(seq): Path<String>,
) -> Result<Response, Problem> {
    may_see_hashes(tiles, viewer.as_ref())?;
    let seq = number(&seq).map_err(|_| Problem::not_found())?;
    let mut receipt = text(portal.ledger().receipt(seq).await?);
    let name = format!("attachment; filename=\"entry-{seq}.tlog-proof\"");
    let name = HeaderValue::from_str(&name).map_err(|fault| Problem::internal(&fault))?;
    receipt
        .headers_mut()
        .insert(header::CONTENT_DISPOSITION, name);
    Ok(receipt)
}

async fn stream(
    State(portal): State<Portal>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(range): Path<String>,
) -> Result<Response, Problem> {
    let range = Range::from_str(&range).map_err(|error| Problem::malformed(error.to_string()))?;
    let viewer = may_read_entries(viewer.as_ref())?;
    let size = portal.ledger().size().await?;
    if range.to > size {
        return Err(Problem::new(
            StatusCode::RANGE_NOT_SATISFIABLE,
            "The log is shorter",
            format!(
                "The newest checkpoint covers {size} entries. Ask for a range that ends there."
            ),
        ));
    }
    portal.read(viewer, range.from, range.to).await?;
    let body = Body::from_stream(portal.ledger().stream(range.from, range.to));
    let kind = HeaderValue::from_static("application/octet-stream");
    Ok((
        [
            (header::CONTENT_TYPE, kind),
            (header::CACHE_CONTROL, NO_STORE),
        ],
        body,
    )
        .into_response())
}

fn may_see_hashes(tiles: TileAccess, viewer: Option<&Viewer>) -> Result<(), Problem> {
    match tiles {
        TileAccess::Public => Ok(()),
        TileAccess::Auditors => may_read_entries(viewer).map(drop),
    }
}

pub(super) fn may_read_entries(viewer: Option<&Viewer>) -> Result<&Viewer, Problem> {
    match viewer {
        None => Err(Problem::sign_in()),
        Some(viewer) if viewer.roles.contains(&Role::Auditor) => Ok(viewer),
        Some(_) => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "The log is for auditors",
            "Your groups do not let you read the log. Ask whoever runs the portal for the auditor's role, and sign in anew.",
        )),
    }
}

/// A range of entries, `from..to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    from: u64,
    to: u64,
}

/// Why a text is no range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum BadRange {
    #[error("A range is two numbers without leading zeros, <from>-<to>.")]
    Form,
    #[error("A range begins at a multiple of 256.")]
    Alignment,
    #[error("A range ends after it begins.")]
    Empty,
    #[error("A range has at most 4,194,304 entries; ask for the rest with the next one.")]
    TooLong,
}

impl FromStr for Range {
    type Err = BadRange;

    fn from_str(text: &str) -> Result<Self, BadRange> {
        let (from, to) = text.split_once('-').ok_or(BadRange::Form)?;
        let (from, to) = (number(from)?, number(to)?);
        if from % BUNDLE != 0 {
            return Err(BadRange::Alignment);
        }
        match to.checked_sub(from) {
            None | Some(0) => Err(BadRange::Empty),
            Some(length) if length > MAX_RANGE => Err(BadRange::TooLong),
            Some(_) => Ok(Self { from, to }),
        }
    }
}

/// One text for each number: digits only, no leading zero.
fn number(text: &str) -> Result<u64, BadRange> {
    let canonical = !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'));
    if canonical {
        text.parse().map_err(|_| BadRange::Form)
    } else {
        Err(BadRange::Form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_strict() {
        assert_eq!("0-1".parse(), Ok(Range { from: 0, to: 1 }));
        assert_eq!(
            "256-1000".parse(),
            Ok(Range {
                from: 256,
                to: 1000
            })
        );
        assert_eq!(
            "0-4194304".parse(),
            Ok(Range {
                from: 0,
                to: MAX_RANGE
            })
        );
        for (text, why) in [
            ("", BadRange::Form),
            ("0", BadRange::Form),
            ("-1", BadRange::Form),
            ("0-", BadRange::Form),
            ("+0-1", BadRange::Form),
            ("00-1", BadRange::Form),
            ("0-01", BadRange::Form),
            ("0x0-1", BadRange::Form),
            ("0-1-2", BadRange::Form),
            ("0-99999999999999999999", BadRange::Form),
            ("1-256", BadRange::Alignment),
            ("256-256", BadRange::Empty),
            ("256-1", BadRange::Empty),
            ("0-4194305", BadRange::TooLong),
        ] {
            assert_eq!(text.parse::<Range>(), Err(why), "{text:?}");
        }
    }
}
