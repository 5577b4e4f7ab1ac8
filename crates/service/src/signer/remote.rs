//! A signer on another machine, asked as a witness is (FORMAT.md, section 8): the checkpoint comes
//! to it signed by the portal's own key, and it answers with the log's signature.

use ledger::witness::{AnswerError, read_answer};
use ledger::{Checkpoint, CheckpointError, SignedCheckpoint, SigningKey, VerifierKey};
use sqlx::PgConnection;

use super::{Head, Signed, Waiting};
use crate::asked::{self, AddError, Answered};
use crate::line::timely;
use crate::proof;
use crate::settings::RemoteSigner;

/// Where the signer stands is learned from its conflicts; other replicas may move it meanwhile.
const MOST_TRIES: usize = 4;

/// Why the signer did not sign.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RemoteError {
    #[error("the database does not answer")]
    Database(#[from] sqlx::Error),
    #[error("the log's signer was asked in vain")]
    Asked(#[from] AddError),
    #[error("no checkpoint can be made of the log")]
    Checkpoint(#[from] CheckpointError),
    #[error(
        "the signer's answer is no signature by the log's key; is `signer.vkey` the key that it holds?"
    )]
    Answer(#[from] AnswerError),
    #[error("other replicas are faster; it is asked again")]
    Overtaken,
}

impl RemoteError {
    /// Whether the signer holds another history than this one: no wait mends that.
    pub(crate) fn is_of_another_history(&self) -> bool {
        match self {
            Self::Asked(fault) => fault.is_of_another_history(),
            Self::Database(_) | Self::Checkpoint(_) | Self::Answer(_) | Self::Overtaken => false,
        }
    }
}

/// The portal's side of a signer elsewhere.
#[derive(Debug)]
pub(crate) struct Remote {
    client: reqwest::Client,
    to: RemoteSigner,
    submitter: SigningKey,
    /// Where the signer stands, as far as is known.
    old_size: Option<u64>,
    waiting: Waiting,
}

impl Remote {
    pub(super) fn new(to: RemoteSigner, submitter: SigningKey) -> Result<Self, reqwest::Error> {
        Ok(Self {
            client: asked::client()?,
            to,
            submitter,
            old_size: None,
            waiting: Waiting::default(),
        })
    }

    pub(super) fn vkey(&self) -> &VerifierKey {
        &self.to.vkey
    }

    pub(super) fn waiting(&self) -> Waiting {
        self.waiting.clone()
    }

    /// Asks for the log's signature, from where the signer stands. `signed` is what is known here to
    /// be signed.
    pub(super) async fn sign(
        &mut self,
        checkpoint: &Checkpoint,
        signed: Option<Head>,
        connection: &mut PgConnection,
    ) -> Result<Signed, RemoteError> {
        let known = signed.map_or(0, |(size, _)| size);
        self.waiting.begin();
        let answered = self.ask(checkpoint, known, connection).await;
        match &answered {
            Ok(_) => self.waiting.done(),
            Err(fault) => self.waiting.failed(crate::error::chain(fault)),
        }
        answered
    }

    async fn ask(
        &mut self,
        checkpoint: &Checkpoint,
        known: u64,
        connection: &mut PgConnection,
    ) -> Result<Signed, RemoteError> {
        let brought = SignedCheckpoint::parse(checkpoint.sign(&self.submitter).as_bytes())?;
        for _ in 0..MOST_TRIES {
            let old = self.old_size.unwrap_or(known);
            if old > checkpoint.size() {
                return Ok(Signed::StandsAt(old));
            }
            let proof = timely(proof::consistency(connection, old, checkpoint.size())).await?;
            let url = &self.to.url;
            let asked =
                asked::add_checkpoint(&self.client, url, old, proof, brought.clone()).await?;
            match asked {
                Answered::Lines(lines) => {
                    let note = self.note(&brought, &lines)?;
                    self.old_size = Some(checkpoint.size());
                    return Ok(Signed::Note(note));
                }
                Answered::StandsAt(theirs) => {
                    if theirs < known {
                        tracing::error!(
                            theirs,
                            known,
                            "the signer has forgotten what it signed: was an old copy of its folder put back?"
                        );
                    }
                    self.old_size = Some(theirs);
                }
            }
        }
        Err(RemoteError::Overtaken)
    }

    /// The checkpoint with the log's signature alone: the submitter's is between us and the signer.
    fn note(&self, brought: &SignedCheckpoint, lines: &[u8]) -> Result<String, RemoteError> {
        let known = std::slice::from_ref(&self.to.vkey);
        let lines = read_answer(brought, lines, known)?.concat();
        Ok(format!("{}\n{lines}", brought.note().text()))
    }
}
