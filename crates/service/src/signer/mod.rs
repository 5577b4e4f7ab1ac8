//! Who signs the log: the key in this process, or a signer elsewhere that remembers for itself. Both
//! sign a checkpoint only where it extends the last one they signed, and remember it first.
//!
//! ```text
//! publisher ──▶ Signer ─┬─▶ here: compare, remember, sync, sign
//!                       └─▶ remote: consistency proof ──HTTP──▶ `breakglass signer`: verify,
//!                                   remember here ◀── line ──── remember, sync, sign
//! ```

mod remote;
mod waiting;

use ledger::rotation::{HistoryError, KeyHistory};
use ledger::{Checkpoint, Entry, Hash, ParseError, SignedCheckpoint, SigningKey, VerifierKey};
use sqlx::PgConnection;

use crate::keyring::Keyring;
use crate::memory::{Memory, MemoryError};
use crate::settings::RemoteSigner;

pub(crate) use remote::{Remote, RemoteError};
pub use waiting::SignerState;
pub(crate) use waiting::Waiting;

/// A size and a root.
pub(crate) type Head = (u64, Hash);

/// A checkpoint of what was hashed again from the stored bytes, through the one that was signed
/// before it.
#[derive(Debug)]
pub(crate) struct ToSign {
    pub(crate) checkpoint: Checkpoint,
    /// The head through which it was hashed: `None` where nothing was signed before.
    pub(crate) extends: Option<Head>,
    /// The size of the newest checkpoint that readers can have: the keys of all sizes since then sign.
    pub(crate) after: u64,
}

/// What a signer answers.
#[derive(Debug)]
pub(crate) enum Signed {
    /// The note with the log's signature.
    Note(String),
    /// Another replica was first: the signer has signed so many entries, which are more.
    StandsAt(u64),
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignError {
    #[error("this server's memory of the log cannot be used")]
    Memory(#[from] MemoryError),
    #[error("the checkpoint over {0} entries does not extend the last one that was signed here")]
    DoesNotExtend(u64),
    #[error("entry {seq} announces a key of the log and cannot be read")]
    Announcement {
        seq: u64,
        #[source]
        fault: ParseError,
    },
    #[error("the log's keys do not follow each other")]
    History(#[from] HistoryError),
    #[error(
        "checkpoints over {size} entries are signed by the key {key}, which is not in `keys`: put its file back"
    )]
    NoKey { size: u64, key: String },
    #[error(transparent)]
    Remote(#[from] RemoteError),
}

/// Signs for the log. There is one per process.
#[derive(Debug)]
pub(crate) struct Signer {
    pen: Pen,
    /// What this process knows to be signed.
    memory: Memory,
}

#[derive(Debug)]
enum Pen {
    Here(Box<Here>),
    Remote(Box<Remote>),
}

/// The keys in this process, and which of them signs what.
#[derive(Debug)]
struct Here {
    keys: Keyring,
    history: KeyHistory,
}

impl Here {
    fn sign(&self, checkpoint: &Checkpoint, after: u64) -> Result<String, SignError> {
        let size = checkpoint.size();
        let no_key = |vkey: &VerifierKey| SignError::NoKey {
            size,
            key: vkey.to_string(),
        };
        let signers = self.history.signers(after.min(size), size);
        let find = |vkey| self.keys.find(vkey).ok_or_else(|| no_key(vkey));
        let keys: Vec<&SigningKey> = signers.map(find).collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err(no_key(&self.keys.first()));
        }
        Ok(checkpoint.sign_with(&keys))
    }
}

impl Signer {
    /// With the keys in this process.
    pub(crate) fn here(keys: Keyring, memory: Memory) -> Result<Self, HistoryError> {
        let history = KeyHistory::new(keys.first())?;
        Ok(Self {
            pen: Pen::Here(Box::new(Here { keys, history })),
            memory,
        })
    }

    /// With the key elsewhere; what is sent there is signed by `submitter`.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub(crate) fn remote(
        to: RemoteSigner,
        submitter: SigningKey,
        memory: Memory,
    ) -> Result<Self, reqwest::Error> {
        Ok(Self {
            pen: Pen::Remote(Box::new(Remote::new(to, submitter)?)),
            memory,
        })
    }

    /// The keys that readers believe, and which of them signs what, as the entries so far tell.
    pub(crate) fn history(&self) -> Result<KeyHistory, HistoryError> {
        match &self.pen {
            Pen::Here(here) => Ok(here.history.clone()),
            Pen::Remote(remote) => KeyHistory::new(remote.vkey().clone()),
        }
    }

    /// What one of the log's keys has signed, whichever of them had to: the entries that would say so
    /// may be those that are missing.
    pub(crate) fn has_signed(&self, checkpoint: &SignedCheckpoint) -> bool {
        let origin = checkpoint.claimed().origin();
        let by = |key: &VerifierKey| {
            key.name() == origin.as_str() && checkpoint.clone().verify(key, origin).is_ok()
        };
        match &self.pen {
            Pen::Here(here) => here.keys.all().any(|key| by(&key)),
            Pen::Remote(remote) => by(remote.vkey()),
        }
    }

    /// The log has an entry that announces a key. Which key a signer elsewhere holds is known to it.
    pub(crate) fn announced(&mut self, seq: u64, entry: &[u8]) -> Result<(), SignError> {
        let Pen::Here(here) = &mut self.pen else {
            return Ok(());
        };
        let unread = |fault| SignError::Announcement { seq, fault };
        let entry = Entry::parse(entry).map_err(unread)?;
        Ok(here.history.push_entry(&entry)?)
    }

    /// The keys here, and their order; `None` where they are elsewhere.
    pub(crate) fn keys(&mut self) -> Option<(&mut Keyring, &KeyHistory)> {
        match &mut self.pen {
            Pen::Here(here) => Some((&mut here.keys, &here.history)),
            Pen::Remote(_) => None,
        }
    }

    /// Whether a signer elsewhere is waited for, and since when.
    pub(crate) fn waiting(&self) -> Waiting {
        match &self.pen {
            Pen::Here(_) => Waiting::default(),
            Pen::Remote(remote) => remote.waiting(),
        }
    }

    /// The newest size and root that are known to be signed.
    pub(crate) fn signed(&self) -> Result<Option<Head>, MemoryError> {
        self.memory.load()
    }

    /// Signs, after remembering. The proof that a signer elsewhere wants is read on this connection.
    pub(crate) async fn sign(
        &mut self,
        to_sign: ToSign,
        connection: &mut PgConnection,
    ) -> Result<Signed, SignError> {
        let before = self.signed()?;
        let ToSign {
            checkpoint,
            extends,
            after,
        } = to_sign;
        if extends != before || !may_follow(before, &checkpoint) {
            return Err(SignError::DoesNotExtend(checkpoint.size()));
        }
        match &mut self.pen {
            Pen::Here(here) => {
                let note = here.sign(&checkpoint, after)?;
                // A signature that anybody holds is never forgotten.
                remember(&self.memory, before, checkpoint).await?;
                Ok(Signed::Note(note))
            }
            Pen::Remote(remote) => {
                let signed = remote.sign(&checkpoint, before, connection).await?;
                if matches!(signed, Signed::Note(_)) {
                    remember(&self.memory, before, checkpoint).await?;
                }
                Ok(signed)
            }
        }
    }
}

/// Never a smaller size, never a second root for one size.
fn may_follow(before: Option<Head>, checkpoint: &Checkpoint) -> bool {
    before.is_none_or(|(size, root)| {
        checkpoint.size() > size || (checkpoint.size(), checkpoint.root()) == (size, root)
    })
}

/// Syncs to the disk on a thread that may wait for it.
async fn remember(
    memory: &Memory,
    before: Option<Head>,
    checkpoint: Checkpoint,
) -> Result<(), MemoryError> {
    if before == Some((checkpoint.size(), checkpoint.root())) {
        return Ok(());
    }
    let kept = memory.clone();
    match tokio::task::spawn_blocking(move || kept.store(&checkpoint)).await {
        Ok(stored) => stored,
        Err(stopped) => Err(memory.failed(stopped.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint(size: u64, root: u8) -> Checkpoint {
        let origin = "signer.example/log".parse().expect("an origin");
        Checkpoint::new(origin, size, Hash::new([root; 32])).expect("a checkpoint")
    }

    #[test]
    fn a_smaller_size_and_a_second_root_may_not_follow() {
        let before = Some((7, Hash::new([1; 32])));
        assert!(may_follow(None, &checkpoint(3, 1)));
        assert!(may_follow(before, &checkpoint(7, 1)));
        assert!(may_follow(before, &checkpoint(8, 2)));
        assert!(!may_follow(before, &checkpoint(7, 2)));
        assert!(!may_follow(before, &checkpoint(6, 1)));
    }
}
