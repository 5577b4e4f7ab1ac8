//! Which key signs the checkpoints of which size.

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::{KIND, KeyRotation, RotationError};
use crate::Origin;
use crate::checkpoint::{CheckpointError, SignedCheckpoint, VerifiedCheckpoint};
use crate::entry::Entry;
use crate::key::{KeyKind, VerifierKey};
use crate::origin::NameError;

/// The keys of one log, from the one that somebody trusts, by the log's entries `key.rotated`.
///
/// The trusted key may be any of them, not only the first: the keys after it are believed because
/// each was signed by the one before; those before it are not, and their checkpoints are nobody's.
/// An entry is fed in before the checkpoint over it is believed; that it stands in the signed tree
/// is checked like that of any entry.
#[derive(Debug, Clone)]
pub struct KeyHistory {
    origin: Origin,
    trusted: VerifierKey,
    /// All keys, in their order; empty before the first rotation.
    reigns: Vec<Reign>,
    /// Where each public key stands among them.
    places: BTreeMap<Vec<u8>, usize>,
}

/// A key and the smallest size that it signs.
#[derive(Debug, Clone)]
struct Reign {
    key: VerifierKey,
    from: u64,
    /// The entry that announced it; none did the first key.
    announced: Option<u64>,
}

/// Why an entry does not go on from the history so far; the history stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    /// The key to begin with is not a log's.
    #[error("the key {0} is not a log's")]
    NotALogsKey(String),
    /// The key's name is none for a log.
    #[error("the key's name is no origin")]
    Name(#[from] NameError),
    /// The entry's body announces no key.
    #[error("the entry announces no new key")]
    Rotation(#[from] RotationError),
    /// The keys are another log's.
    #[error("the entry is about keys of {0}")]
    OtherLog(String),
    /// Another key than the last one has signed it.
    #[error("entry {seq} is signed by another key than the log's last one")]
    NotTheLastKey {
        /// The entry.
        seq: u64,
    },
    /// A key that signed before would sign again.
    #[error("entry {seq} brings back an earlier key")]
    KeyReturns {
        /// The entry.
        seq: u64,
    },
    /// The new key would sign trees that do not hold the entry.
    #[error("entry {seq} lets the new key sign from size {from} on, where it is not in the tree")]
    BeforeItself {
        /// The entry.
        seq: u64,
        /// The size.
        from: u64,
    },
    /// The key that signed it does not sign checkpoints yet.
    #[error(
        "entry {seq} stands before size {from}, from which the key that signed it is the log's"
    )]
    BeforeItsKey {
        /// The entry.
        seq: u64,
        /// The size.
        from: u64,
    },
}

/// Why a checkpoint is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotVouchedFor {
    /// Nothing leads from the trusted key to the one that signed checkpoints of that size.
    #[error("no trusted key signs checkpoints of size {size}")]
    NoKey {
        /// The size.
        size: u64,
    },
    /// A key that had to sign did not, or the checkpoint is another log's.
    #[error("the checkpoint is refused")]
    Checkpoint(#[from] CheckpointError),
}

impl KeyHistory {
    /// A history without rotations: the trusted key signs everything.
    ///
    /// # Errors
    /// Where the key is not a log's.
    pub fn new(trusted: VerifierKey) -> Result<Self, HistoryError> {
        if trusted.kind() != KeyKind::Ed25519 {
            return Err(HistoryError::NotALogsKey(trusted.name().to_owned()));
        }
        Ok(Self {
            origin: trusted.name().parse()?,
            trusted,
            reigns: Vec::new(),
            places: BTreeMap::new(),
        })
    }

    /// Takes the log's next entry; entries of other kinds say nothing of keys.
    ///
    /// # Errors
    /// As [`push`](Self::push), and where the body announces no key.
    pub fn push_entry(&mut self, entry: &Entry<'_>) -> Result<(), HistoryError> {
        if entry.kind() == KIND {
            self.push(entry.seq(), KeyRotation::parse(entry.body())?)
        } else {
            Ok(())
        }
    }

    /// Takes the next rotation, and the place of its entry.
    ///
    /// # Errors
    /// One [`HistoryError`] that says why it cannot follow.
    pub fn push(&mut self, seq: u64, rotation: KeyRotation) -> Result<(), HistoryError> {
        let (old, from) = (rotation.old_key(), rotation.from());
        if old.name() != self.origin.as_str() {
            return Err(HistoryError::OtherLog(old.name().to_owned()));
        }
        if from <= seq {
            return Err(HistoryError::BeforeItself { seq, from });
        }
        match self.reigns.last() {
            Some(last) if last.key != *old => return Err(HistoryError::NotTheLastKey { seq }),
            Some(last) if seq < last.from => {
                let from = last.from;
                return Err(HistoryError::BeforeItsKey { seq, from });
            }
            _ => {}
        }
        if self.places.contains_key(rotation.new_key().key_bytes()) {
            return Err(HistoryError::KeyReturns { seq });
        }
        if self.reigns.is_empty() {
            self.enthrone(old.clone(), 0, None);
        }
        self.enthrone(rotation.new_key().clone(), from, Some(seq));
        Ok(())
    }

    fn enthrone(&mut self, key: VerifierKey, from: u64, announced: Option<u64>) {
        let place = self.reigns.len();
        self.places.insert(key.key_bytes().to_vec(), place);
        self.reigns.push(Reign {
            key,
            from,
            announced,
        });
    }

    /// The places of the entries that announced a key, in their order.
    pub fn announced(&self) -> impl Iterator<Item = u64> {
        self.reigns.iter().filter_map(|reign| reign.announced)
    }

    /// Whether the key is the trusted one, or one that comes before or after it.
    pub fn knows(&self, key: &VerifierKey) -> bool {
        *key == self.trusted || self.reigns.iter().any(|reign| reign.key == *key)
    }

    /// The trusted key and those that follow it, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &VerifierKey> {
        self.signers(0, u64::MAX)
    }

    /// The key that must have signed a checkpoint of that size, as far as the entries so far say;
    /// `None` where nothing leads to it from the trusted key.
    pub fn key_at(&self, size: u64) -> Option<&VerifierKey> {
        self.signers(size, size).next()
    }

    /// The keys that sign a checkpoint of that size where the one signed before it had `before`
    /// leaves: each that signs some size from there to here. That is one, or two right after a
    /// rotation; none where [`key_at`](Self::key_at) has none. Keys before the trusted one are left
    /// out.
    pub fn signers(&self, before: u64, size: u64) -> impl Iterator<Item = &VerifierKey> {
        // Without a rotation there are no reigns, and the trusted key signs whatever there is.
        let alone = self.reigns.is_empty().then_some(&self.trusted);
        let reigns = self.reigns_of(before, size).unwrap_or_default();
        alone
            .into_iter()
            .chain(reigns.iter().map(|reign| &reign.key))
    }

    fn reigns_of(&self, before: u64, size: u64) -> Option<&[Reign]> {
        let trusted = *self.places.get(self.trusted.key_bytes())?;
        // The first reign begins at 0, so each size lies in one.
        let place = |size| {
            self.reigns
                .partition_point(|reign| reign.from <= size)
                .saturating_sub(1)
        };
        let (first, last) = (place(before.min(size)).max(trusted), place(size));
        self.reigns.get(first..=last)
    }

    /// Checks that the key of its size has signed the checkpoint; lines by others are passed over.
    ///
    /// # Errors
    /// Where there is no such key, or it did not sign.
    pub fn verify(&self, signed: SignedCheckpoint) -> Result<VerifiedCheckpoint, NotVouchedFor> {
        let size = signed.claimed().size();
        self.verify_after(size, signed)
    }

    /// As [`verify`](Self::verify), for the checkpoint that the log signed next after one of
    /// `before` leaves: right after a rotation it bears both signatures.
    ///
    /// # Errors
    /// Where one of these keys did not sign.
    pub fn verify_after(
        &self,
        before: u64,
        signed: SignedCheckpoint,
    ) -> Result<VerifiedCheckpoint, NotVouchedFor> {
        let size = signed.claimed().size();
        let mut verified = None;
        for key in self.signers(before, size) {
            verified = Some(signed.clone().verify(key, &self.origin)?);
        }
        verified.ok_or(NotVouchedFor::NoKey { size })
    }
}
