//! Checkpoints (C2SP tlog-checkpoint): a log's size and root, signed.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

mod many;

use crate::hash::{Hash, empty_root};
use crate::key::{KeyKind, SigningKey, VerifierKey};
use crate::note::{Note, NoteError, VerifiedNote, sign_checked};
use crate::origin::{NameError, Origin};
use crate::tile::decimal;
use crate::tree::{MAX_SIZE, TreeHead};

/// What a log says of itself.
///
/// ```text
/// <origin>\n
/// <size>\n
/// <base64 root>\n
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: Origin,
    size: u64,
    root: Hash,
}

/// A checkpoint that was read, and that nobody has vouched for yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    note: Note,
    claimed: Checkpoint,
}

/// A checkpoint that the log's key has signed. Only [`SignedCheckpoint::verify`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCheckpoint {
    checkpoint: Checkpoint,
}

/// Why bytes are not a checkpoint, or not one to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it is malformed, or its signatures are not good.
    #[error("the checkpoint's note is refused")]
    Note(#[from] NoteError),
    /// Fewer than three lines, an empty line, or no final newline.
    #[error("a checkpoint has three lines at least, none of them empty")]
    Lines,
    /// The first line cannot name a log.
    #[error("the checkpoint's first line is no origin")]
    OriginLine(#[source] NameError),
    /// The second line is not a plain decimal number below 2^63.
    #[error("the checkpoint's size is not a plain decimal number")]
    Size,
    /// The third line is not canonical base64 of 32 bytes.
    #[error("the checkpoint's root is not 32 bytes in canonical base64")]
    Root,
    /// An empty log has another root than the empty tree's.
    #[error("the checkpoint says that the log is empty, but gives it a root of something")]
    EmptyRoot,
    /// It speaks of another log.
    #[error("the checkpoint is of the log {found}, not of {expected}")]
    OtherOrigin {
        /// The log that was asked for.
        expected: Origin,
        /// The log that the checkpoint names.
        found: Origin,
    },
    /// The key to verify with is not a log's, or not this log's.
    #[error("the key {key} is not one of the log {origin}")]
    NotTheLogsKey {
        /// The key's name.
        key: String,
        /// The log that was asked for.
        origin: Origin,
    },
}

impl Checkpoint {
    /// A checkpoint of a log with that many entries and that root.
    ///
    /// # Errors
    /// Where the size is 2^63 or more, or is 0 with another root than the empty tree's.
    pub fn new(origin: Origin, size: u64, root: Hash) -> Result<Self, CheckpointError> {
        if size > MAX_SIZE {
            return Err(CheckpointError::Size);
        }
        if size == 0 && root != empty_root() {
            return Err(CheckpointError::EmptyRoot);
        }
        Ok(Self { origin, size, root })
    }

    /// The log's name.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How many entries the log has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree over them.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// The text that is signed.
    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }

    /// Reads such a text. Lines after the third are the log's own affair and passed over, as
    /// tlog-checkpoint demands; they must not be empty.
    ///
    /// # Errors
    /// One [`CheckpointError`] for the first line that has another form.
    pub fn parse_body(body: &str) -> Result<Self, CheckpointError> {
        let (origin, head) = read_body(body)?;
        Self::new(origin, head.size, head.root)
    }

    /// Size and root.
    pub fn head(&self) -> TreeHead {
        TreeHead {
            size: self.size,
            root: self.root,
        }
    }

    /// Signs the checkpoint and returns the note. A reader wants the key to be named as the origin.
    pub fn sign(&self, key: &SigningKey) -> String {
        self.sign_with(&[key])
    }

    /// The same with several keys, as right after a rotation; one at least, and not more than a note
    /// has room for.
    pub fn sign_with(&self, keys: &[&SigningKey]) -> String {
        sign_checked(&self.body(), keys)
    }
}

/// The three lines of a checkpoint's text, each sound by itself: an empty log may still have the
/// root of something.
pub(crate) fn read_body(body: &str) -> Result<(Origin, TreeHead), CheckpointError> {
    let lines = body.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
    if lines.split('\n').any(str::is_empty) {
        return Err(CheckpointError::Lines);
    }
    let mut lines = lines.split('\n');
    let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
        return Err(CheckpointError::Lines);
    };
    let origin = origin.parse().map_err(CheckpointError::OriginLine)?;
    let size = decimal(size).filter(|size| *size <= MAX_SIZE);
    let size = size.ok_or(CheckpointError::Size)?;
    let root = root.parse().map_err(|_| CheckpointError::Root)?;
    Ok((origin, TreeHead { size, root }))
}

impl SignedCheckpoint {
    /// Reads a checkpoint; no signature is checked yet.
    ///
    /// # Errors
    /// One [`CheckpointError`] for the first thing that a checkpoint cannot have.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        Self::of_note(Note::parse(bytes)?)
    }

    /// The checkpoint that a note's text is.
    pub(crate) fn of_note(note: Note) -> Result<Self, CheckpointError> {
        let claimed = Checkpoint::parse_body(note.text())?;
        Ok(Self { note, claimed })
    }

    /// What the checkpoint says. Nobody has vouched for it yet.
    pub fn claimed(&self) -> &Checkpoint {
        &self.claimed
    }

    /// The note, with all its signatures.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// The note alone.
    pub(crate) fn into_note(self) -> Note {
        self.note
    }

    /// Checks that this log's key has signed. Key and origin are the auditor's own: those that come
    /// with the checkpoint prove nothing.
    ///
    /// # Errors
    /// Where the checkpoint is of another log, the key is not this log's, or its signature is
    /// missing or bad.
    pub fn verify(
        self,
        key: &VerifierKey,
        origin: &Origin,
    ) -> Result<VerifiedCheckpoint, CheckpointError> {
        self.verify_note(key, origin, &[])
            .map(|(checkpoint, _)| checkpoint)
    }

    /// As [`verify`](Self::verify), and looks at the signatures by further known keys, such as
    /// witnesses, which the returned note then lists. A bad one among them refuses the checkpoint.
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub fn verify_note(
        self,
        key: &VerifierKey,
        origin: &Origin,
        others: &[VerifierKey],
    ) -> Result<(VerifiedCheckpoint, VerifiedNote), CheckpointError> {
        if self.claimed.origin != *origin {
            let (expected, found) = (origin.clone(), self.claimed.origin);
            return Err(CheckpointError::OtherOrigin { expected, found });
        }
        if key.kind() != KeyKind::Ed25519 || key.name() != origin.as_str() {
            let (key, origin) = (key.name().to_owned(), origin.clone());
            return Err(CheckpointError::NotTheLogsKey { key, origin });
        }
        let known: Vec<VerifierKey> = core::iter::once(key).chain(others).cloned().collect();
        let note = self.note.verify(&known)?;
        // A witness alone does not speak for the log.
        if !note
            .signatures()
            .iter()
            .any(|signature| signature.key() == key)
        {
            return Err(CheckpointError::Note(NoteError::NoKnownSignature));
        }
        Ok((
            VerifiedCheckpoint {
                checkpoint: self.claimed,
            },
            note,
        ))
    }
}

impl VerifiedCheckpoint {
    /// The log's name.
    pub fn origin(&self) -> &Origin {
        self.checkpoint.origin()
    }

    /// Size and root.
    pub fn head(&self) -> TreeHead {
        self.checkpoint.head()
    }

    /// How many entries the log has.
    pub fn size(&self) -> u64 {
        self.checkpoint.size()
    }

    /// The root of the tree over them.
    pub fn root(&self) -> Hash {
        self.checkpoint.root()
    }
}
