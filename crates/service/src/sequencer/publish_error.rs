//! Why the stored log was not signed, and whether to wait or to stop.

use super::reread::RereadError;
use crate::line::passes;
use crate::memory::MemoryError;
use crate::signer::{RemoteError, SignError};

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub(super) enum PublishError {
    #[error("the database does not answer")]
    Database(#[from] sqlx::Error),
    #[error("this server's memory of the log cannot be used")]
    Memory(#[from] MemoryError),
    #[error("no checkpoint can be made of the log")]
    Checkpoint(#[from] ledger::CheckpointError),
    #[error(transparent)]
    Stored(RereadError),
    #[error(transparent)]
    Sign(SignError),
    #[error("the database holds {held} entries, {by} has signed {signed}")]
    Behind {
        held: u64,
        by: &'static str,
        signed: u64,
    },
    #[error(
        "this server remembers another root for {0} entries than the signed checkpoint in the database has"
    )]
    TwoRoots(u64),
}

impl From<RereadError> for PublishError {
    fn from(fault: RereadError) -> Self {
        match fault {
            RereadError::Database(fault) => Self::Database(fault),
            other => Self::Stored(other),
        }
    }
}

impl From<SignError> for PublishError {
    fn from(fault: SignError) -> Self {
        match fault {
            SignError::Memory(fault) => Self::Memory(fault),
            SignError::Remote(RemoteError::Database(fault)) => Self::Database(fault),
            other => Self::Sign(other),
        }
    }
}

impl PublishError {
    /// Whether trying again may help. A signer that is away, busy, or set up wrongly is waited for.
    pub(super) fn passes(&self) -> bool {
        match self {
            Self::Database(fault) => passes(fault),
            Self::Sign(SignError::Remote(fault)) => !fault.is_of_another_history(),
            Self::Sign(
                SignError::Memory(_)
                | SignError::DoesNotExtend(_)
                | SignError::Announcement { .. }
                | SignError::History(_)
                | SignError::NoKey { .. },
            )
            | Self::Memory(_)
            | Self::Checkpoint(_)
            | Self::Stored(_)
            | Self::Behind { .. }
            | Self::TwoRoots(_) => false,
        }
    }
}
