//! Why bytes are no policy, and why a checkpoint does not satisfy one.

use super::{MAX_POLICY_LEN, Name};
use crate::Origin;
use crate::checkpoint::CheckpointError;
use crate::key::KeyError;
use crate::note::NoteError;

/// A line that no policy can have, or that this one lacks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the policy is refused")]
pub struct PolicyError {
    pub(super) line: usize,
    #[source]
    pub(super) fault: Fault,
}

/// What is wrong with a line of a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// More bytes than any policy needs.
    #[error("the policy has {0} bytes, {MAX_POLICY_LEN} are the limit")]
    TooLong(usize),
    /// A control character other than tab and newline, as in a CR/LF line end.
    #[error("it holds the control character {0:#04x}")]
    ControlCharacter(u8),
    /// The last line is cut off.
    #[error("the last line does not end in a newline")]
    NoFinalNewline,
    /// The line begins with none of the four keywords.
    #[error("it begins with {0}, not with log, witness, group or quorum")]
    UnknownKeyword(Name),
    /// More or fewer items than its keyword takes.
    #[error("it does not read \"{form}\"")]
    Items {
        /// What it must look like.
        form: &'static str,
    },
    /// The key cannot be read or must not be believed.
    #[error("its key is refused")]
    Key(#[from] KeyError),
    /// A log's line with a witness's key.
    #[error("it gives a log a key that makes cosignatures")]
    NotALogsKey,
    /// A witness's line with a log's key.
    #[error("it gives a witness a key that makes no cosignatures")]
    NotAWitnessKey,
    /// A log, or a witness, with the same public key stands on an earlier line, be it under another
    /// name.
    #[error("its key stands on an earlier line already")]
    DuplicateKey,
    /// A witness or a group of that name stands on an earlier line.
    #[error("the name {0} is defined already")]
    DuplicateName(Name),
    /// The name `none` means no quorum and can be nobody's.
    #[error("nobody can be named none")]
    ReservedName,
    /// No earlier line defines that name.
    #[error("no earlier line defines {0}")]
    Undefined(Name),
    /// A name stands in two groups, or twice in one: it would count twice.
    #[error("{0} is a member of a group already")]
    AlreadyMember(Name),
    /// A threshold that is no plain decimal, is 0, or exceeds the number of members.
    #[error("its threshold is neither all, any, nor a number from 1 to its {members} members")]
    Threshold {
        /// How many members the group has.
        members: usize,
    },
    /// An earlier line says what the quorum is.
    #[error("the quorum is defined already")]
    SecondQuorum,
    /// No line says what the quorum is.
    #[error("the policy ends without a quorum line")]
    NoQuorum,
}

/// Why a checkpoint is not to be believed under a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// A known key's signature does not fit: somebody changed the checkpoint or the signature.
    #[error("a signature on the checkpoint is bad")]
    Note(#[from] NoteError),
    /// The policy has no log of that origin.
    #[error("the policy has no log {0}")]
    UnknownLog(Origin),
    /// None of the keys that the policy has for this log has signed.
    #[error("no key that the policy has for the log {0} has signed the checkpoint")]
    NotSigned(Origin),
    /// Too few witnesses have signed.
    #[error("{cosigned} known witnesses have signed, which is not the quorum {quorum}")]
    NoQuorum {
        /// How many known witnesses have signed.
        cosigned: usize,
        /// Who must have witnessed.
        quorum: Name,
    },
    /// The signed text is no checkpoint of the log.
    #[error("the checkpoint is refused")]
    Checkpoint(#[from] CheckpointError),
}

impl PolicyError {
    /// The line, counted from 1; where something is missing at the end, the last one.
    pub fn line(&self) -> usize {
        self.line
    }

    /// What is wrong with it.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }
}
