//! One request of tlog-witness from the side of the log that asks, be it a witness or its own signer.

use std::time::Duration;

use ledger::witness::{AddCheckpoint, RequestError, read_conflict};
use ledger::{Hash, SignedCheckpoint};

/// The other side has so long to answer.
const WITHIN: Duration = Duration::from_secs(10);

/// A connection that was idle for so long is not used again: a signer or witness of ours closes it after 10 s, and a request
/// that met this would be lost.
const IDLE: Duration = Duration::from_secs(5);

/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: usize = 16 * 1024;

/// What was answered to `add-checkpoint`.
#[derive(Debug)]
pub(crate) enum Answered {
    /// Signature lines that nobody has checked yet.
    Lines(Vec<u8>),
    /// It wants the proof to begin at this size.
    StandsAt(u64),
}

/// Why there is no answer, or not a good one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AddError {
    #[error("it cannot be reached")]
    Http(#[from] reqwest::Error),
    #[error("the request cannot be made")]
    Request(#[from] RequestError),
    #[error("it answered {status}: {text}")]
    Refused { status: u16, text: String },
    #[error("it answered more than {LONGEST_ANSWER} bytes")]
    TooLong,
}

impl AddError {
    /// Whether the other side says that the checkpoint is no continuation of what it signed.
    pub(crate) fn is_of_another_history(&self) -> bool {
        matches!(self, Self::Refused { status: 422, .. })
    }
}

/// A client that goes nowhere but where it is sent.
///
/// # Errors
/// Where TLS cannot be set up. Any other client would follow redirects, and wait for ever.
pub(crate) fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(WITHIN)
        .pool_idle_timeout(IDLE)
        .build()
}

/// An address below the other side's prefix.
fn below(prefix: &str, path: &str) -> String {
    format!("{}/{path}", prefix.trim_end_matches('/'))
}

/// Asks once for a signature.
pub(crate) async fn add_checkpoint(
    client: &reqwest::Client,
    prefix: &str,
    old_size: u64,
    proof: Vec<Hash>,
    checkpoint: SignedCheckpoint,
) -> Result<Answered, AddError> {
    let body = AddCheckpoint::new(old_size, proof, checkpoint)?.to_string();
    let url = below(prefix, "add-checkpoint");
    let (status, bytes) = read(client.post(url).body(body)).await?;
    match (status, read_conflict(&bytes)) {
        (200, _) => Ok(Answered::Lines(bytes)),
        (409, Some(size)) => Ok(Answered::StandsAt(size)),
        (status, _) => Err(AddError::Refused {
            status,
            text: String::from_utf8_lossy(&bytes)
                .trim()
                .chars()
                .take(200)
                .collect(),
        }),
    }
}

/// What lies there; `None` where nothing does.
pub(crate) async fn get(
    client: &reqwest::Client,
    prefix: &str,
    path: &str,
) -> Result<Option<Vec<u8>>, AddError> {
    let (status, bytes) = read(client.get(below(prefix, path))).await?;
    Ok((status == 200).then_some(bytes))
}

async fn read(request: reqwest::RequestBuilder) -> Result<(u16, Vec<u8>), AddError> {
    let mut answer = request.send().await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if bytes.len() + chunk.len() > LONGEST_ANSWER {
            return Err(AddError::TooLong);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((answer.status().as_u16(), bytes))
}
