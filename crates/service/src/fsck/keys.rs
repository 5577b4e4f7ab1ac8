//! The log's keys, from the one that the reader trusts, as the entries tell of them.

use ledger::rotation::{self, KeyHistory, NotVouchedFor};
use ledger::{CheckpointError, Entry, Origin, SignedCheckpoint, VerifiedCheckpoint, VerifierKey};

use super::{Fault, Faults};

/// Follows the keys from entry to entry.
#[derive(Debug)]
pub(super) struct Keys<'a> {
    origin: &'a Origin,
    trusted: &'a VerifierKey,
    /// `None` where the trusted key is not one of this log.
    history: Option<KeyHistory>,
}

impl<'a> Keys<'a> {
    pub(super) fn from(trusted: &'a VerifierKey, origin: &'a Origin) -> Self {
        let history = KeyHistory::new(trusted.clone()).ok();
        Self {
            origin,
            trusted,
            history: history.filter(|_| trusted.name() == origin.as_str()),
        }
    }

    /// Takes the next entry; what is wrong with its form is found elsewhere.
    pub(super) fn entry(&mut self, bytes: &[u8], faults: &mut Faults) {
        if let Some(history) = &mut self.history
            && rotation::is_announced_in(bytes)
            && let Ok(entry) = Entry::parse(bytes)
            && let Err(fault) = history.push_entry(&entry)
        {
            let seq = entry.seq();
            faults.add(Fault::Key { seq, fault });
        }
    }

    /// The checkpoint, where the trusted key has signed it: nothing says yet that it had to.
    pub(super) fn signed_by_trusted(
        &self,
        signed: SignedCheckpoint,
    ) -> Result<VerifiedCheckpoint, CheckpointError> {
        signed.verify(self.trusted, self.origin)
    }

    /// Whether checkpoints of that size are signed by keys before the trusted one: nobody vouches for
    /// them, and those of the trusted key cover the same entries.
    pub(super) fn before_trusted(&self, size: u64) -> bool {
        self.history
            .as_ref()
            .is_some_and(|history| history.key_at(size).is_none())
    }

    /// The checkpoint, where the key of its size has signed it.
    pub(super) fn verify(
        &self,
        which: &str,
        signed: SignedCheckpoint,
    ) -> Result<VerifiedCheckpoint, Fault> {
        let which = which.to_owned();
        let Some(history) = &self.history else {
            let verified = self.signed_by_trusted(signed);
            return verified.map_err(|fault| Fault::Checkpoint { which, fault });
        };
        history.verify(signed).map_err(|fault| match fault {
            NotVouchedFor::Checkpoint(fault) => Fault::Checkpoint { which, fault },
            NotVouchedFor::NoKey { size } => Fault::NoKey { which, size },
        })
    }
}
