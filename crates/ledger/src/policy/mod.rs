//! Trust policies (C2SP tlog-policy): which logs somebody believes, and which witnesses must have
//! looked.
//!
//! Invariants, written as absences: no group has itself among its members, however deep; no witness
//! counts in two ways; no key that came with a checkpoint gets into a policy.
//!
//! ```
//! use ledger::policy::Policy;
//! # use ledger::{Checkpoint, CosigningKey, Hash, SignedCheckpoint, SigningKey};
//! # let key = SigningKey::from_seed("example.org/log", [1; 32])?;
//! # let witness = CosigningKey::from_seed("witness.example", [2; 32])?;
//! # let checkpoint = Checkpoint::new("example.org/log".parse()?, 9, Hash::of(b"root"))?;
//! # let mut note = checkpoint.sign(&key);
//! # note += &SignedCheckpoint::parse(note.as_bytes())?.note().cosignature(&witness, 1_795_388_645);
//! # let (log, w) = (key.verifier_key(), witness.verifier_key());
//! let text = format!("log {log}\nwitness w {w}\nquorum w\n");
//! let policy = Policy::parse(text.as_bytes())?;
//! let (checkpoint, evaluation) = policy.verify(SignedCheckpoint::parse(note.as_bytes())?)?;
//! assert_eq!(checkpoint.size(), 9);
//! assert_eq!(evaluation.witnesses()[0].unix_seconds(), 1_795_388_645);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod evaluate;
mod name;
mod parse;
mod write;

use alloc::vec::Vec;

pub use error::{Fault, PolicyError, TrustError};
pub use evaluate::{Cosigned, Evaluation};
pub use name::Name;

use crate::key::VerifierKey;
use parse::Builder;

/// The largest policy, in bytes: 64 keys of the longest type (ML-DSA-44, 1.8 kB as text) and much
/// else fit in; tlog-policy wants 32 logs, 32 witnesses and 32 groups at least.
const MAX_POLICY_LEN: usize = 256 * 1024;

/// What somebody believes. Two policies that mean the same for every checkpoint, and give their
/// parts the same names in the same order, are equal: white space, comments, and `any` for 1 are
/// not kept.
///
/// ```text
/// # a comment
/// log     <vkey> [<url>]
/// witness <name> <vkey> [<url>]
/// group   <name> all|any|<k> <name>...
/// quorum  <name>|none
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    quorum: Option<Member>,
}

/// A log whose checkpoints are believed. Its key's name is the log's origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    key: VerifierKey,
    url: Option<Vec<u8>>,
}

/// A witness that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    name: Name,
    key: VerifierKey,
    url: Option<Vec<u8>>,
}

/// Some witnesses and groups, of which so many must have witnessed a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    name: Name,
    threshold: usize,
    members: Vec<Member>,
}

/// A witness or a group by its place; a group's members stand before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

impl Policy {
    /// Reads a policy. Its bytes are octets, not characters (tlog-policy, "Character set").
    ///
    /// # Errors
    /// The first line that is wrong, and a [`Fault`] that says what is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyError> {
        parse::parse(bytes)
    }

    /// The policy of a reader who holds one log's key and asks for no witness.
    ///
    /// # Errors
    /// [`Fault::NotALogsKey`] where it is a witness's key.
    pub fn of_log(key: VerifierKey) -> Result<Self, Fault> {
        let empty = Self {
            logs: Vec::new(),
            witnesses: Vec::new(),
            groups: Vec::new(),
            quorum: None,
        };
        empty.with_logs([key])
    }

    /// The same witnesses and quorum with other logs: for a reader who learned elsewhere which keys
    /// are valid, as after a rotation.
    ///
    /// # Errors
    /// Where one is a witness's key, or two are the same.
    pub fn with_logs(self, keys: impl IntoIterator<Item = VerifierKey>) -> Result<Self, Fault> {
        let mut builder = Builder::default();
        for key in keys {
            builder.add_log(Log { key, url: None })?;
        }
        let logs = builder.into_logs();
        Ok(Self { logs, ..self })
    }

    /// The logs, in the order of their lines.
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The witnesses, in the order of their lines.
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// The groups, in the order of their lines.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The names of a group's members.
    pub fn members<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Name> {
        group.members.iter().filter_map(|member| self.name(*member))
    }

    /// The witness or group that must have witnessed a checkpoint; `None` where nobody must.
    pub fn quorum(&self) -> Option<&Name> {
        self.quorum.and_then(|member| self.name(member))
    }

    /// Every member has a name; a policy that was handed another one's group may say `None`.
    fn name(&self, member: Member) -> Option<&Name> {
        match member {
            Member::Witness(at) => self.witnesses.get(at).map(|witness| &witness.name),
            Member::Group(at) => self.groups.get(at).map(|group| &group.name),
        }
    }
}

impl Log {
    /// The key; its name is the log's origin.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Where the log is found, as octets without white space.
    pub fn url(&self) -> Option<&[u8]> {
        self.url.as_deref()
    }
}

impl Witness {
    /// Its name, which means nothing outside of the policy.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Its key.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Where the witness is found, as octets without white space.
    pub fn url(&self) -> Option<&[u8]> {
        self.url.as_deref()
    }
}

impl Group {
    /// Its name, which means nothing outside of the policy.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// How many of its members must have witnessed, from 1 to all of them.
    pub fn threshold(&self) -> usize {
        self.threshold
    }
}
