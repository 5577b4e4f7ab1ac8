//! One request to one witness (C2SP tlog-witness, `add-checkpoint`).

use std::time::Duration;

use ledger::witness::{AddCheckpoint, checkpoint_path, read_answer, read_conflict};
use ledger::{CheckpointError, Hash, Origin, SignedCheckpoint, VerifiedCheckpoint, VerifierKey};

use super::WitnessToAsk;

/// A witness has so long to answer.
const WITHIN: Duration = Duration::from_secs(10);

/// The longest answer that is read.
const LONGEST_ANSWER: usize = 16 * 1024;

/// A cosignature that was checked.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) line: String,
    pub(super) at_s: u64,
}

/// What a witness answered.
#[derive(Debug)]
pub(super) enum Answered {
    Signed(Signed),
    /// It wants the proof to begin at this size.
    StandsAt(u64),
}

/// Why there is no cosignature.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error("the database does not answer")]
    Database(#[from] sqlx::Error),
    #[error("the witness cannot be reached")]
    Http(#[from] reqwest::Error),
    #[error("our own checkpoint cannot be read")]
    Checkpoint(#[from] CheckpointError),
    #[error("the request cannot be made")]
    Request(#[from] ledger::witness::RequestError),
    #[error("the witness's answer is no cosignature")]
    Answer(#[from] ledger::witness::AnswerError),
    #[error("the witness answered {status}: {text}")]
    Refused { status: u16, text: String },
    #[error("the witness answered more than {LONGEST_ANSWER} bytes")]
    TooLong,
    #[error("the witness's answer has no signature by its key")]
    NotSigned,
    #[error("the witness's clock is ahead of ours: it says that it signed at {0} s since 1970")]
    Clock(u64),
    #[error(
        "the witness has signed {theirs} entries of this log, and here are {ours}: this log was put back, or another goes under its name"
    )]
    Ahead { theirs: u64, ours: u64 },
}

impl AskError {
    /// Whether the witness may hold a history of this log that is not ours.
    pub(super) fn may_be_another_history(&self) -> bool {
        matches!(self, Self::Ahead { .. } | Self::Refused { status: 422, .. })
    }
}

/// A client that goes nowhere but where it is sent.
pub(super) fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(WITHIN)
        .build()
        .unwrap_or_default()
}

/// Asks once.
pub(super) async fn ask(
    client: &reqwest::Client,
    witness: &WitnessToAsk,
    old_size: u64,
    proof: Vec<Hash>,
    note: &str,
) -> Result<Answered, AskError> {
    let checkpoint = SignedCheckpoint::parse(note.as_bytes())?;
    let body = AddCheckpoint::new(old_size, proof, checkpoint.clone())?.to_string();
    let url = format!("{}/add-checkpoint", witness.url.trim_end_matches('/'));
    let (status, bytes) = read(client.post(url).body(body)).await?;
    match (status, read_conflict(&bytes)) {
        (200, _) => {
            let known = std::slice::from_ref(&witness.key);
            let mut lines = read_answer(&checkpoint, &bytes, known)?;
            let line = lines.pop().ok_or(AskError::NotSigned)?;
            let note = format!("{}{line}", checkpoint.note());
            let note = SignedCheckpoint::parse(note.as_bytes())?;
            let verified = note.note().verify(known).map_err(CheckpointError::from)?;
            let at_s = verified
                .signatures()
                .first()
                .and_then(|signature| signature.unix_seconds());
            Ok(Answered::Signed(Signed {
                line,
                at_s: at_s.ok_or(AskError::NotSigned)?,
            }))
        }
        (409, Some(size)) => Ok(Answered::StandsAt(size)),
        (status, _) => Err(AskError::Refused {
            status,
            text: String::from_utf8_lossy(&bytes)
                .trim()
                .chars()
                .take(200)
                .collect(),
        }),
    }
}

/// The newest checkpoint of this log that the witness shows to monitors, if it is signed by our own
/// key: then nobody but we can have made it.
pub(super) async fn shown(
    client: &reqwest::Client,
    witness: &WitnessToAsk,
    origin: &Origin,
    own: &VerifierKey,
) -> Option<VerifiedCheckpoint> {
    let base = witness.url.trim_end_matches('/');
    let url = format!("{base}/{}", checkpoint_path(origin));
    let (200, bytes) = read(client.get(url)).await.ok()? else {
        return None;
    };
    SignedCheckpoint::parse(&bytes)
        .ok()?
        .verify(own, origin)
        .ok()
}

async fn read(request: reqwest::RequestBuilder) -> Result<(u16, Vec<u8>), AskError> {
    let mut answer = request.send().await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if bytes.len() + chunk.len() > LONGEST_ANSWER {
            return Err(AskError::TooLong);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((answer.status().as_u16(), bytes))
}
