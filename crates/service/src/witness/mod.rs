//! A witness of logs: it signs a checkpoint only where that extends the last one it signed, and
//! remembers each on the disk before it signs. What it decides is [`ledger::witness`]; here are the
//! key, the memory of each log, and the lock that keeps two requests of one log apart.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ledger::witness::{Accepted, AddCheckpoint, CosignTimeError, Refusal, RequestError};
use ledger::{Checkpoint, CheckpointError, CosigningKey, Origin, TreeHead, VerifierKey, witness};

use crate::durable;
use crate::memory::{Memory, MemoryError};

/// Signs for the logs that it follows.
#[derive(Debug)]
pub struct Witness {
    rules: witness::Witness,
    key: CosigningKey,
    logs: HashMap<Origin, Followed>,
}

/// One log's place in the data folder. Whoever decides for the log holds the lock from reading the
/// memory until the signature is made.
#[derive(Debug)]
struct Followed {
    memory: Mutex<Memory>,
    /// The newest checkpoint with the cosignature, for monitors.
    shown: PathBuf,
}

/// An answer of HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// 200, 400, 403, 404, 409, 422, or 503 where the memory cannot be kept.
    pub status: u16,
    /// The `Content-Type`.
    pub content_type: &'static str,
    /// The cosignature line; the remembered size after a conflict; else one line that says why not.
    pub body: String,
}

const TEXT: &str = "text/plain; charset=utf-8";

/// Why a witness does not start.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// A key that speaks for no log.
    #[error("the key {0} is of no log: its name cannot be an origin")]
    NotALogsKey(String),
    /// The data folder cannot be used.
    #[error("the folder {}", .0.display())]
    Folder(PathBuf, #[source] io::Error),
    /// What is remembered of a log cannot be read.
    #[error(transparent)]
    Memory(#[from] MemoryError),
}

impl Witness {
    /// A witness that follows the logs of these keys and keeps what it remembers in `folder`, one
    /// file a log. What is there is read now: a damaged memory must not wait for the first request.
    ///
    /// # Errors
    /// [`WitnessError`] where a key is no log's, or the folder cannot be used.
    pub fn open(
        folder: &Path,
        key: CosigningKey,
        logs: impl IntoIterator<Item = VerifierKey>,
    ) -> Result<Self, WitnessError> {
        let keys: Vec<_> = logs.into_iter().collect();
        let mut followed = HashMap::new();
        for log in &keys {
            let origin: Origin = log
                .name()
                .parse()
                .map_err(|_| WitnessError::NotALogsKey(log.to_string()))?;
            let path = folder.join(witness::checkpoint_path(&origin));
            let of_log = path.parent().unwrap_or(folder);
            fs::create_dir_all(of_log)
                .map_err(|fault| WitnessError::Folder(of_log.to_owned(), fault))?;
            let memory = Memory::at(of_log.join("memory"), origin.clone());
            memory.load()?;
            followed.insert(
                origin,
                Followed {
                    memory: Mutex::new(memory),
                    shown: path,
                },
            );
        }
        Ok(Self {
            rules: witness::Witness::new(keys),
            key,
            logs: followed,
        })
    }

    /// The key that it signs with, for the trust policies of others.
    pub fn vkey(&self) -> VerifierKey {
        self.key.verifier_key()
    }

    /// Answers a request `add-checkpoint`. Waits for the disk: call it where that may be.
    pub fn add_checkpoint(&self, body: &[u8], unix_seconds: u64) -> Answer {
        match self.decide(body, unix_seconds) {
            Ok(cosignature) => Answer {
                status: 200,
                content_type: TEXT,
                body: cosignature,
            },
            Err(fault) => fault.answer(),
        }
    }

    fn decide(&self, body: &[u8], unix_seconds: u64) -> Result<String, Fault> {
        let request = AddCheckpoint::parse(body)?;
        let unknown = || Refusal::UnknownOrigin(request.origin().clone());
        let log = self.logs.get(request.origin()).ok_or_else(unknown)?;
        let memory = log.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let remembered = memory.load()?.map(|(size, root)| TreeHead { size, root });
        let accepted = self.rules.decide(&request, remembered)?;
        if remembered != Some(accepted.head()) {
            let TreeHead { size, root } = accepted.head();
            memory.store(&Checkpoint::new(accepted.origin().clone(), size, root)?)?;
        }
        let cosignature = accepted.cosign(&self.key, unix_seconds)?;
        // Asked again for the same, by anybody who holds the checkpoint: that costs no write.
        if remembered != Some(accepted.head()) {
            show(log, &accepted, &cosignature);
        }
        Ok(cosignature)
    }

    /// The newest checkpoint of a log with the cosignature, by the name that monitors ask for;
    /// `None` where there is none.
    pub fn checkpoint(&self, path: &str) -> Option<Vec<u8>> {
        let (_, log) = self
            .logs
            .iter()
            .find(|(origin, _)| witness::checkpoint_path(origin) == path)?;
        fs::read(&log.shown).ok()
    }
}

/// For monitors only: a failure changes nothing for the log that asked.
fn show(log: &Followed, accepted: &Accepted, cosignature: &str) {
    let note = accepted.served(cosignature);
    if let Err(fault) = durable::replace(&log.shown, note.as_bytes()) {
        tracing::warn!(%fault, "monitors do not see the newest checkpoint");
    }
}

/// Why there is no cosignature.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the witness cannot remember what it would sign")]
    Memory(#[from] MemoryError),
    #[error(transparent)]
    Clock(#[from] CosignTimeError),
    #[error("the checkpoint cannot be remembered")]
    Head(#[from] CheckpointError),
}

impl Fault {
    fn answer(&self) -> Answer {
        match self {
            Self::Refused(refusal) => Answer {
                status: refusal.status(),
                content_type: refusal.content_type(),
                body: refusal.body(),
            },
            Self::Request(fault) => Answer {
                status: fault.status(),
                content_type: TEXT,
                body: format!("{fault}\n"),
            },
            Self::Memory(_) | Self::Clock(_) | Self::Head(_) => {
                tracing::error!(fault = %crate::error::chain(self), "nothing is signed");
                Answer {
                    status: 503,
                    content_type: TEXT,
                    body: format!("{self}\n"),
                }
            }
        }
    }
}
