//! The console: opened, and what is run in it, told line by line as it happens.

use std::convert::Infallible;

use access::view::Viewer;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use futures::{StreamExt as _, stream};
use serde::Deserialize;
use serde_json::{Value, json};
use service::Portal;
use targets::console::Event;
use targets::wire::{ServerError, Transaction};
use tokio::sync::mpsc;

use super::{grant, opened, recording, signed_in};
use crate::web::Problem;

#[derive(Deserialize)]
pub(super) struct Run {
    sql: String,
}

pub(super) async fn open(
    State(portal): State<Portal>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let viewer = signed_in(viewer)?;
    let work = portal.open_console(&viewer, grant(&id)?).await?;
    Ok((StatusCode::CREATED, Json(opened(&work))))
}

pub(super) async fn run(
    State(portal): State<Portal>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(id): Path<String>,
    Json(run): Json<Run>,
) -> Result<impl IntoResponse, Problem> {
    let viewer = signed_in(viewer)?;
    let events = portal.run_sql(&viewer, recording(&id)?, run.sql)?;
    Ok(told(events))
}

pub(super) async fn more(
    State(portal): State<Portal>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let viewer = signed_in(viewer)?;
    Ok(told(portal.more_rows(&viewer, recording(&id)?)?))
}

pub(super) async fn cancel(
    State(portal): State<Portal>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let viewer = signed_in(viewer)?;
    portal.cancel_sql(&viewer, recording(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn close(
    State(portal): State<Portal>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let viewer = signed_in(viewer)?;
    portal.close_console(&viewer, recording(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What happens, as lines of JSON.
fn told(events: mpsc::Receiver<Event>) -> impl IntoResponse {
    let lines = stream::unfold(events, |mut events| async {
        let event = events.recv().await?;
        Some((event, events))
    })
    .map(|event| {
        let mut line = line(event).to_string();
        line.push('\n');
        Ok::<_, Infallible>(Bytes::from(line))
    });
    let headers: [(HeaderName, HeaderValue); 2] = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/x-ndjson"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Body::from_stream(lines))
}

/// An event as the page reads it.
fn line(event: Event) -> Value {
    match event {
        Event::Statement { index, text } => {
            json!({ "type": "statement", "index": index, "text": text })
        }
        Event::Refused { class } => json!({ "type": "refused", "class": class }),
        Event::Columns { columns } => {
            let columns: Vec<Value> = columns
                .iter()
                .map(|column| json!({ "name": column.name, "type": type_name(column.type_oid) }))
                .collect();
            json!({ "type": "columns", "columns": columns })
        }
        Event::Rows { rows } => json!({ "type": "rows", "rows": rows }),
        Event::Copied { text } => {
            let rows: Vec<[&str; 1]> = text.lines().map(|line| [line]).collect();
            json!({ "type": "rows", "rows": rows })
        }
        Event::More => json!({ "type": "more" }),
        Event::Notice { notice } => {
            json!({ "type": "notice", "severity": notice.severity, "message": notice.message })
        }
        Event::Notification { channel, payload } => {
            let message = format!("on {channel}: {payload}");
            json!({ "type": "notice", "severity": "NOTIFY", "message": message })
        }
        Event::Done {
            tag,
            rows,
            ms,
            capped,
        } => json!({ "type": "done", "tag": tag, "rows": rows, "ms": ms, "capped": capped }),
        Event::Error { error, cancelled } => failed(&error, cancelled),
        Event::NotSent { statements } => {
            let message = match statements {
                1 => "One statement behind it was not sent.".to_owned(),
                many => format!("{many} statements behind it were not sent."),
            };
            json!({ "type": "notice", "severity": "", "message": message })
        }
        Event::Transaction { state } => json!({ "type": "transaction", "state": word(state) }),
        Event::Closed { why } => json!({ "type": "closed", "reason": why }),
    }
}

fn failed(error: &ServerError, cancelled: bool) -> Value {
    json!({
        "type": "error",
        "code": error.code,
        "message": error.message,
        "detail": error.detail,
        "hint": error.hint,
        "position": error.position,
        "cancelled": cancelled,
    })
}

const fn word(state: Transaction) -> &'static str {
    match state {
        Transaction::Idle => "idle",
        Transaction::Open => "open",
        Transaction::Failed => "failed",
    }
}

/// The names of PostgreSQL's most used types, which its wire gives by number (`pg_type.dat`); nothing for others.
const fn type_name(oid: u32) -> &'static str {
    match oid {
        16 => "boolean",
        17 => "bytea",
        18 => "char",
        19 => "name",
        20 => "bigint",
        21 => "smallint",
        23 => "integer",
        25 => "text",
        26 => "oid",
        114 => "json",
        700 => "real",
        701 => "double precision",
        790 => "money",
        869 => "inet",
        1042 => "character",
        1043 => "varchar",
        1082 => "date",
        1083 => "time",
        1114 => "timestamp",
        1184 => "timestamptz",
        1186 => "interval",
        1700 => "numeric",
        2950 => "uuid",
        3802 => "jsonb",
        _ => "",
    }
}
