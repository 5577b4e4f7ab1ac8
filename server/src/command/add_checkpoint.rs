//! C2SP tlog-witness over HTTP, for a witness and for a log's own signer: `POST /add-checkpoint`, and
//! `GET /SHA-256-of-origin/checkpoint` for monitors.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use service::witness::{Answer, Witness};
use tokio::sync::Semaphore;

use crate::serving::body::{self, BodyLimits};
use crate::serving::{self, Limits};

/// Serves until asked to end.
pub(super) async fn serve(
    witness: Witness,
    listen: SocketAddr,
    name: &'static str,
) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| {
            format!("cannot listen on {listen}; is another server there? give another --listen")
        })?;
    tracing::info!(listen = %listener.local_addr()?, vkey = %witness.vkey(), "the {name} is awake");
    serving::serve(
        listener,
        router(witness),
        Limits::default(),
        super::asked_to_end(),
    )
    .await;
    Ok(())
}

fn router(witness: Witness) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin}/checkpoint", get(checkpoint))
        .route("/vkey", get(vkey))
        .layer(from_fn_with_state(BodyLimits::default(), body::limit))
        .with_state(Arc::new(witness))
}

/// Requests under way at most; each waits for the disk.
static UNDER_WAY: Semaphore = Semaphore::const_new(16);

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: Bytes) -> Response {
    let Ok(_turn) = UNDER_WAY.try_acquire() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let answered =
        tokio::task::spawn_blocking(move || witness.add_checkpoint(&body, seconds)).await;
    match answered {
        Ok(answer) => shown(answer),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn shown(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = HeaderValue::from_static(answer.content_type);
    (status, [(header::CONTENT_TYPE, kind)], answer.body).into_response()
}

async fn checkpoint(State(witness): State<Arc<Witness>>, Path(origin): Path<String>) -> Response {
    match witness.checkpoint(&format!("{origin}/checkpoint")) {
        Some(note) => (
            [
                (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
                (header::CACHE_CONTROL, "no-store"),
            ],
            note,
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The key as its holder says it; whoever relies on it has it from elsewhere.
async fn vkey(State(witness): State<Arc<Witness>>) -> String {
    format!("{}\n", witness.vkey())
}
