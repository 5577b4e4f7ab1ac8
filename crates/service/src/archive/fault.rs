//! What can keep the archive from going on.

use super::StoreFault;

/// Why the archive did not go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum ArchiveFault {
    #[error("the database does not answer")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Store(#[from] StoreFault),
    #[error("the newest checkpoint is not one that this log's key has signed")]
    Checkpoint(#[source] ledger::rotation::NotVouchedFor),
    #[error(
        "the archive's {key} is not a checkpoint that this log's key has signed; find out who wrote it"
    )]
    ForeignCheckpoint {
        key: String,
        #[source]
        fault: ledger::rotation::NotVouchedFor,
    },
    #[error(
        "the archive holds {archived} entries, the log has {held}: the log was set back; do not let it grow before somebody has looked"
    )]
    Ahead { archived: u64, held: u64 },
    #[error(
        "the archive has a checkpoint over {signed} entries that this log's key has signed, the log has {held}: the log was set back"
    )]
    SetBack { signed: u64, held: u64 },
    #[error(
        "at {size} entries the stored log does not lead to the root that its key has signed; verify the log"
    )]
    OtherRoot { size: u64 },
    #[error("entry {0} is not there when it is read for the archive; verify the log")]
    Missing(u64),
    #[error(
        "entry {0} reads differently from what was signed: its bytes do not hash to its leaf hash; verify the log"
    )]
    Altered(u64),
}

/// What sort of thing keeps the archive from going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// Database, disk or network: it is tried again.
    Unreachable,
    /// Folder or bucket do not promise what an archive needs.
    Unsuitable,
    /// The archive holds something else than the log: one of them was changed.
    Contradiction,
    /// The stored log is not what was signed.
    LogAltered,
    /// The archiver itself broke off; a restart of the server begins it again.
    BrokeOff,
}

impl FaultKind {
    /// One word for monitoring.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Unsuitable => "unsuitable",
            Self::Contradiction => "contradiction",
            Self::LogAltered => "log-altered",
            Self::BrokeOff => "broke-off",
        }
    }
}

impl ArchiveFault {
    /// Whether it proves that the stored log is not the one that was signed. What somebody else could
    /// have put into the archive proves nothing.
    pub(super) fn halts(&self) -> bool {
        matches!(
            self,
            Self::SetBack { .. } | Self::OtherRoot { .. } | Self::Missing(_) | Self::Altered(_)
        )
    }

    pub(super) fn kind(&self) -> FaultKind {
        match self {
            Self::Database(_) => FaultKind::Unreachable,
            Self::Store(fault) => fault.kind(),
            Self::ForeignCheckpoint { .. } | Self::Ahead { .. } | Self::SetBack { .. } => {
                FaultKind::Contradiction
            }
            Self::Checkpoint(_) | Self::OtherRoot { .. } | Self::Missing(_) | Self::Altered(_) => {
                FaultKind::LogAltered
            }
        }
    }
}
