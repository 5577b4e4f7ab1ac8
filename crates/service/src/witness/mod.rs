//! A witness of logs, or the signer of one: it signs a checkpoint only where that extends the last
//! one it signed, and remembers each on the disk before it signs. What it decides is
//! [`ledger::witness`]; here are the key, the memory of each log, and the lock that keeps two requests
//! of one log apart.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ledger::witness::{Accepted, AddCheckpoint, CosignTimeError, Refusal, RequestError};
use ledger::{
    Checkpoint, CheckpointError, CosigningKey, KeyKind, Origin, SigningKey, TreeHead, VerifierKey,
    witness,
};

use crate::durable;
use crate::memory::{Memory, MemoryError};

/// Signs for the logs that it follows, or for the one whose key it holds.
#[derive(Debug)]
pub struct Witness {
    rules: witness::Witness,
    pen: Pen,
    logs: HashMap<Origin, Followed>,
}

/// What is signed with.
#[derive(Debug)]
enum Pen {
    /// A witness's key: it signs a time and the checkpoint.
    Witness(CosigningKey),
    /// The log's own.
    Log(SigningKey),
}

/// One log's place in the data folder. Whoever decides for the log holds the lock from reading the
/// memory until the signature is made.
#[derive(Debug)]
struct Followed {
    memory: Mutex<Memory>,
    /// The newest checkpoint with the signature, for monitors.
    shown: PathBuf,
}

/// An answer of HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// 200, 400, 403, 404, 409, 422, or 503 where the memory cannot be kept.
    pub status: u16,
    /// The `Content-Type`.
    pub content_type: &'static str,
    /// The signature line; the remembered size after a conflict; else one line that says why not.
    pub body: String,
}

const TEXT: &str = "text/plain; charset=utf-8";

/// Why a witness does not start.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// A key that speaks for no log.
    #[error("the key {0} is of no log: its name cannot be an origin")]
    NotALogsKey(String),
    /// Two keys of one log: the old one could be in the wrong hands.
    #[error(
        "two keys of the log {0}: name the one that signs now, and no longer the one before it"
    )]
    TwoKeys(String),
    /// A key that is known to readers as the log's, or as a witness's.
    #[error(
        "the key {0} cannot submit: it must be of type 0x01 and bear another name than the log; make one with `breakglass keygen --submitter`"
    )]
    NotASubmittersKey(String),
    /// The data folder cannot be used.
    #[error("the folder {}", .0.display())]
    Folder(PathBuf, #[source] io::Error),
    /// What is remembered of a log cannot be read.
    #[error(transparent)]
    Memory(#[from] MemoryError),
}

impl Witness {
    /// A witness that follows the logs of these keys, one key a log, and keeps what it remembers in
    /// `folder`, one file a log. What is there is read now: a damaged memory must not wait for the first request.
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
            let origin = origin_of(log)?;
            let kept = Followed::open(folder, origin.clone())?;
            if followed.insert(origin, kept).is_some() {
                return Err(WitnessError::TwoKeys(log.name().to_owned()));
            }
        }
        Ok(Self {
            rules: witness::Witness::new(keys),
            pen: Pen::Witness(key),
            logs: followed,
        })
    }

    /// The signer of the log with this key, for portals that submit with one of these keys. What it
    /// remembers lies in `folder`, as a witness's does.
    ///
    /// # Errors
    /// [`WitnessError`] where a key cannot submit, or the folder cannot be used.
    pub fn open_signer(
        folder: &Path,
        key: SigningKey,
        submitters: impl IntoIterator<Item = VerifierKey>,
    ) -> Result<Self, WitnessError> {
        let origin = origin_of(&key.verifier_key())?;
        let submitters: Vec<_> = submitters.into_iter().collect();
        let unfit =
            |key: &&VerifierKey| key.kind() != KeyKind::Ed25519 || key.name() == origin.as_str();
        if let Some(key) = submitters.iter().find(unfit) {
            return Err(WitnessError::NotASubmittersKey(key.to_string()));
        }
        Ok(Self {
            rules: witness::Witness::signer(&origin, submitters),
            pen: Pen::Log(key),
            logs: HashMap::from([(origin.clone(), Followed::open(folder, origin)?)]),
        })
    }

    /// The key that it signs with, for those who rely on it.
    pub fn vkey(&self) -> VerifierKey {
        match &self.pen {
            Pen::Witness(key) => key.verifier_key(),
            Pen::Log(key) => key.verifier_key(),
        }
    }

    /// Answers a request `add-checkpoint`. Waits for the disk: call it where that may be.
    pub fn add_checkpoint(&self, body: &[u8], unix_seconds: u64) -> Answer {
        match self.decide(body, unix_seconds) {
            Ok(line) => Answer {
                status: 200,
                content_type: TEXT,
                body: line,
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
        let line = self.pen.sign(&accepted, unix_seconds)?;
        // Asked again for the same, by anybody who holds the checkpoint: that costs no write.
        if remembered != Some(accepted.head()) {
            show(log, &accepted, &line);
        }
        Ok(line)
    }

    /// The newest checkpoint of a log with the signature made here, by the name that monitors ask for;
    /// `None` where there is none.
    pub fn checkpoint(&self, path: &str) -> Option<Vec<u8>> {
        let (_, log) = self
            .logs
            .iter()
            .find(|(origin, _)| witness::checkpoint_path(origin) == path)?;
        fs::read(&log.shown).ok()
    }
}

fn origin_of(log: &VerifierKey) -> Result<Origin, WitnessError> {
    let name = log.name().parse();
    name.map_err(|_| WitnessError::NotALogsKey(log.to_string()))
}

impl Followed {
    fn open(folder: &Path, origin: Origin) -> Result<Self, WitnessError> {
        let shown = folder.join(witness::checkpoint_path(&origin));
        let of_log = shown.parent().unwrap_or(folder);
        fs::create_dir_all(of_log)
            .map_err(|fault| WitnessError::Folder(of_log.to_owned(), fault))?;
        let memory = Memory::at(of_log.join("memory"), origin);
        memory.load()?;
        Ok(Self {
            memory: Mutex::new(memory),
            shown,
        })
    }
}

impl Pen {
    fn sign(&self, accepted: &Accepted, unix_seconds: u64) -> Result<String, CosignTimeError> {
        match self {
            Self::Witness(key) => accepted.cosign(key, unix_seconds),
            Self::Log(key) => Ok(accepted.sign(key)),
        }
    }
}

/// For monitors only: a failure changes nothing for the log that asked.
fn show(log: &Followed, accepted: &Accepted, line: &str) {
    let note = accepted.served(line);
    if let Err(fault) = durable::replace(&log.shown, note.as_bytes()) {
        tracing::warn!(%fault, "monitors do not see the newest checkpoint");
    }
}

/// Why there is no signature.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("what would be signed cannot be remembered")]
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
