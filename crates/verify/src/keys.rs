//! Which key signs the log, from the one that the auditor holds: a key may say that another follows.

use ledger::rotation::{HistoryError, KIND, KeyHistory, NotVouchedFor};
use ledger::{Entry, Hash, SignedCheckpoint, VerifiedCheckpoint, VerifierKey};

use crate::key::LogKey;
use crate::report::{Finding, Subject};
use crate::verdict::in_full;

/// How many entries that announce a key in vain are listed.
const MAX_FAULTS: usize = 100;

/// The keys as the entries tell of them.
#[derive(Debug)]
pub(crate) struct Keys {
    /// `None` where the key is not a log's.
    history: Option<KeyHistory>,
    faults: Vec<(u64, Hash, HistoryError)>,
    /// Why the checkpoint is not by the key that its size calls for.
    not_vouched: Option<NotVouchedFor>,
}

impl Keys {
    /// From the key that the auditor holds.
    pub(crate) fn from(key: &LogKey) -> Self {
        Self {
            history: KeyHistory::new(key.key.clone()).ok(),
            faults: Vec::new(),
            not_vouched: None,
        }
    }

    /// Takes the next entry. Whether it announces a key and may not.
    pub(crate) fn entry(&mut self, entry: &Entry<'_>, leaf: Hash) -> bool {
        if entry.kind() != KIND {
            return false;
        }
        let taken = self
            .history
            .as_mut()
            .map(|history| history.push_entry(entry));
        let Some(Err(fault)) = taken else {
            return false;
        };
        if self.faults.len() < MAX_FAULTS {
            self.faults.push((entry.seq(), leaf, fault));
        }
        true
    }

    /// The checkpoint, where the key of its size has signed it. All entries below it were taken.
    pub(crate) fn verify(&mut self, signed: SignedCheckpoint) -> Option<VerifiedCheckpoint> {
        match self.history.as_ref()?.verify(signed) {
            Ok(checkpoint) => Some(checkpoint),
            Err(why) => {
                self.not_vouched = Some(why);
                None
            }
        }
    }

    /// The same for an older checkpoint, which is no finding where the answer is no.
    pub(crate) fn vouches(&self, signed: SignedCheckpoint) -> Option<VerifiedCheckpoint> {
        self.history.as_ref()?.verify(signed).ok()
    }

    /// The key that signs so many entries.
    pub(crate) fn signer(&self, size: u64) -> Option<&VerifierKey> {
        self.history.as_ref()?.key_at(size)
    }

    /// Whether the key is the auditor's, or one before or after it.
    pub(crate) fn know(&self, key: &VerifierKey) -> bool {
        self.history
            .as_ref()
            .is_some_and(|history| history.knows(key))
    }

    /// Entries that announce a key in vain.
    pub(crate) fn announced_in_vain(&self) -> Vec<Finding> {
        let told = |(seq, leaf, fault): &(u64, Hash, HistoryError)| {
            let why = in_full(fault);
            let sentence = format!("Entry {seq} announces a key of the log, and may not: {why}.");
            let kind = "key_announcement";
            let mut finding = Finding::of_entry(Subject::Signature, kind, *seq, sentence);
            finding.leaf = Some(*leaf);
            finding
        };
        self.faults.iter().map(told).collect()
    }

    /// The same, and a checkpoint by a key that was not its time's.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let mut findings = self.announced_in_vain();
        if let Some(why) = &self.not_vouched {
            let sentence = format!(
                "The checkpoint is not signed by the key that signs so many entries, by the log's own word: {}.",
                in_full(why)
            );
            findings.push(Finding::of_log(
                Subject::Signature,
                "key_of_another_time",
                sentence,
            ));
        }
        findings
    }
}
