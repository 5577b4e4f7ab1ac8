//! The terminal: opened by a form, then carried by a WebSocket. Binary messages are what is typed and shown; a text
//! message from the page says how large its window is, one to it why the session ended.

use access::event::RecordingEnd;
use access::view::Viewer;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use futures::{SinkExt as _, StreamExt as _};
use serde::Deserialize;
use serde_json::json;
use service::{Keyboard, Portal, TerminalLine};

use super::{grant, opened, recording, signed_in};
use crate::web::Problem;

/// The longest message of a page: a large paste comes in pieces.
const LONGEST: usize = 64 * 1024;

#[derive(Deserialize)]
pub(super) struct Window {
    cols: u16,
    rows: u16,
}

/// What a page says beside what is typed.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    Resize { cols: u16, rows: u16 },
}

pub(super) async fn open(
    State(portal): State<Portal>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(id): Path<String>,
    Json(window): Json<Window>,
) -> Result<impl IntoResponse, Problem> {
    let viewer = signed_in(viewer)?;
    let size = (window.cols, window.rows);
    let work = portal.open_terminal(&viewer, grant(&id)?, size).await?;
    Ok((StatusCode::CREATED, Json(opened(&work))))
}

/// `GET /recordings/{id}/terminal`: one browser of the holder's shows it. When that is gone, so is the session.
pub(super) async fn attach(
    State(portal): State<Portal>,
    Extension(viewer): Extension<Option<Viewer>>,
    Path(id): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    let line = portal.show_terminal(&viewer, recording(&id)?).await?;
    Ok(upgrade
        .max_message_size(LONGEST)
        .on_upgrade(move |socket| carry(socket, line)))
}

async fn carry(socket: WebSocket, mut line: TerminalLine) {
    let keyboard = line.keyboard();
    let (mut out, mut incoming) = socket.split();
    let shows = async {
        while let Some(bytes) = line.next().await {
            if out.send(Message::Binary(bytes)).await.is_err() {
                return None;
            }
        }
        Some(line.ended().await)
    };
    let types = async {
        while let Some(Ok(message)) = incoming.next().await {
            if !heard(&keyboard, message).await {
                break;
            }
        }
    };
    let ended: Option<RecordingEnd> = tokio::select! {
        ended = shows => ended,
        () = types => None,
    };
    keyboard.leave();
    if let Some(cause) = ended {
        let told = json!({ "type": "ended", "reason": cause }).to_string();
        // The browser may be gone.
        let _ = out.send(Message::Text(told.into())).await;
    }
    let _ = out.close().await;
}

/// Whether the session goes on.
async fn heard(keyboard: &Keyboard, message: Message) -> bool {
    match message {
        Message::Binary(bytes) => keyboard.type_text(&String::from_utf8_lossy(&bytes)).await,
        Message::Text(text) => match serde_json::from_str(&text) {
            Ok(Said::Resize { cols, rows }) => keyboard.resize(cols, rows).await,
            Err(_) => true,
        },
        Message::Close(_) => false,
        Message::Ping(_) | Message::Pong(_) => true,
    }
}
