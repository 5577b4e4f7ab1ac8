//! `breakglass witness`: cosigns the checkpoints of logs that only grow, for their readers.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use ledger::VerifierKey;
use service::DataLock;
use service::witness::{self, Answer};
use tokio::sync::Semaphore;

/// The longest request: 63 hashes and a checkpoint with many signatures.
const LONGEST_REQUEST: usize = 64 * 1024;

/// Runs a witness: it signs a log's checkpoint only where that extends the last one it signed. Run it on a machine that
/// the log's operator does not hold.
///
/// First with --init, which makes its key. Then it speaks C2SP tlog-witness: POST /add-checkpoint, and GET
/// /SHA-256-of-origin/checkpoint for monitors.
#[derive(Debug, clap::Args)]
pub struct Witness {
    /// The folder with the witness's key and what it remembers. Without it the witness would sign a second history:
    /// never restore an old copy.
    #[arg(long)]
    data_dir: PathBuf,
    /// The witness's name, which stands on each of its signatures: a host name that is yours, without a scheme.
    #[arg(long)]
    name: String,
    /// The key of a log to follow, as its operator publishes it: name+hash+key. May be given several times.
    #[arg(long = "log", required_unless_present = "init")]
    logs: Vec<VerifierKey>,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Only make the key if there is none yet, and print its public half.
    #[arg(long)]
    init: bool,
}

impl Witness {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        if self.init {
            let key = service::key::load_or_generate_witness(&self.data_dir, &self.name)?;
            writeln!(std::io::stdout(), "{}", key.verifier_key())?;
            return Ok(());
        }
        super::log_to_stderr(false);
        let _alone = DataLock::take(&self.data_dir)?;
        let key = service::key::load_witness(&self.data_dir, &self.name)?;
        let witness = witness::Witness::open(&self.data_dir.join("logs"), key, self.logs)?;
        let listener = tokio::net::TcpListener::bind(self.listen)
            .await
            .with_context(|| {
                format!(
                    "cannot listen on {}; is another server there? give another --listen",
                    self.listen
                )
            })?;
        tracing::info!(listen = %listener.local_addr()?, vkey = %witness.vkey(), "the witness is awake");
        axum::serve(listener, router(witness))
            .with_graceful_shutdown(super::asked_to_end())
            .await
            .context("the witness ended by itself")
    }
}

fn router(witness: witness::Witness) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin}/checkpoint", get(checkpoint))
        .route("/vkey", get(vkey))
        .layer(DefaultBodyLimit::max(LONGEST_REQUEST))
        .with_state(Arc::new(witness))
}

/// Requests under way at most; each waits for the disk.
static UNDER_WAY: Semaphore = Semaphore::const_new(16);

async fn add_checkpoint(State(witness): State<Arc<witness::Witness>>, body: Bytes) -> Response {
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

async fn checkpoint(
    State(witness): State<Arc<witness::Witness>>,
    Path(origin): Path<String>,
) -> Response {
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

/// The witness's key as it says itself; whoever relies on it has it from elsewhere.
async fn vkey(State(witness): State<Arc<witness::Witness>>) -> String {
    format!("{}\n", witness.vkey())
}
