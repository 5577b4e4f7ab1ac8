//! `POST /api/v1/grants/{id}/actions`: what an agent or a tool reports, with the grant's token.

use access::ids::{GrantId, RecordingId};
use access::time::UnixMillis;
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;
use service::{Portal, ReportTaken, Reported};

use crate::reported::{Expected, Item, LONGEST_REPORT, MOST_ITEMS, Report};
use crate::web::Problem;
use crate::web::client_ip::{TrustedProxies, client_ip};

/// How long a tool whose last report is still being written waits, in seconds.
const RETRY_AFTER_S: u32 = 1;

pub(super) async fn actions(
    State(portal): State<Portal>,
    State(proxies): State<TrustedProxies>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let grant: GrantId = id.parse().map_err(|_| Problem::not_found())?;
    let token = token(request.headers()).ok_or_else(no_token)?;
    let from = client_ip(&request, &proxies.0);
    let report = read(request.into_body()).await?;
    if report.items.len() > MOST_ITEMS {
        return Err(Problem::malformed(format!(
            "A report has at most {MOST_ITEMS} items. Nothing was taken; send it in parts."
        )));
    }
    let ended = report.ended.map(|ended| (ended.actions, ended.chunks));
    let items = report.items.into_iter().map(reported).collect();
    let recording = RecordingId::new(report.recording);
    let by = (grant, &token, from);
    let taken = portal.report(by, recording, items, ended).await?;
    Ok(match taken {
        ReportTaken::All(next_action, next_chunk) => Json(Expected {
            next_action,
            next_chunk,
        })
        .into_response(),
        ReportTaken::Behind(next_action, next_chunk) => (
            StatusCode::CONFLICT,
            Json(Expected {
                next_action,
                next_chunk,
            }),
        )
            .into_response(),
        ReportTaken::Busy => Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "Not now",
            "An earlier report of this access is still being written, or too many are. Nothing was taken; send it again.",
        )
        .retry_after(RETRY_AFTER_S)
        .into_response(),
    })
}

async fn read(body: Body) -> Result<Report, Problem> {
    let unread = |fault: String| {
        Problem::malformed(format!(
            "The report could not be read: {fault}. Nothing was taken."
        ))
    };
    let bytes = axum::body::to_bytes(body, LONGEST_REPORT).await;
    let bytes = bytes.map_err(|fault| unread(fault.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|fault| unread(fault.to_string()))
}

fn token(headers: &HeaderMap) -> Option<SecretString> {
    let value: &HeaderValue = headers.get(header::AUTHORIZATION)?;
    let token = value.to_str().ok()?.strip_prefix("Bearer ")?.trim();
    (!token.is_empty()).then(|| token.to_owned().into())
}

fn no_token() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "A token is needed",
        "Send the grant's token as `Authorization: Bearer …`. Its holder is shown it on the request's page. Nothing was taken.",
    )
}

fn reported(item: Item) -> Reported {
    match item {
        Item::Intended {
            number,
            at_ms,
            statement,
        } => Reported::Intended {
            number,
            at_ms: UnixMillis::new(at_ms),
            statement,
        },
        Item::Finished {
            number,
            outcome,
            rows,
            duration_ms,
        } => Reported::Finished {
            number,
            outcome,
            rows,
            duration_ms,
        },
        Item::Chunk { number, lines } => Reported::Chunk { number, lines },
    }
}
