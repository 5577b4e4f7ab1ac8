//! Reading a policy, line by line; a line can only speak of what stands before it.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::{Fault, Group, Log, MAX_POLICY_LEN, Member, Name, Policy, PolicyError, Witness};
use crate::key::{KeyError, KeyKind, VerifierKey};
use crate::origin::NameError;
use crate::tile::decimal;

const LOG: &str = "log <vkey> [<url>]";
const WITNESS: &str = "witness <name> <vkey> [<url>]";
const GROUP: &str = "group <name> all|any|<k> <name>...";
const QUORUM: &str = "quorum <name>|none";

/// Stands for nobody in a quorum line, so nothing can be called so.
pub(super) const NOBODY: &[u8] = b"none";

/// What was read so far.
#[derive(Default)]
pub(super) struct Builder {
    logs: Vec<Log>,
    log_keys: BTreeSet<Vec<u8>>,
    witnesses: Vec<Witness>,
    witness_keys: BTreeSet<Vec<u8>>,
    groups: Vec<Group>,
    /// Witnesses and groups share their names.
    names: BTreeMap<Name, Member>,
    /// Those that are in a group.
    members: BTreeSet<Name>,
    quorum: Option<Quorum>,
}

enum Quorum {
    Nobody,
    Of(Member),
}

pub(super) fn parse(bytes: &[u8]) -> Result<Policy, PolicyError> {
    let refused = |line, fault| PolicyError { line, fault };
    if bytes.len() > MAX_POLICY_LEN {
        return Err(refused(1, Fault::TooLong(bytes.len())));
    }
    let mut builder = Builder::default();
    let mut last = 0;
    // `split` keeps each newline, so that a last line without one is noticed.
    for (number, line) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        builder.line(line).map_err(|fault| refused(number, fault))?;
        last = number;
    }
    builder
        .finish()
        .map_err(|fault| refused(last.max(1), fault))
}

impl Builder {
    fn line(&mut self, line: &[u8]) -> Result<(), Fault> {
        let line = line.strip_suffix(b"\n").ok_or(Fault::NoFinalNewline)?;
        if let Some(byte) = line.iter().find(|byte| is_control(**byte)) {
            return Err(Fault::ControlCharacter(*byte));
        }
        let items: Vec<&[u8]> = line
            .split(|byte| matches!(byte, b' ' | b'\t'))
            .filter(|item| !item.is_empty())
            .collect();
        match items.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", rest @ ..] => self.log(rest),
            [b"witness", rest @ ..] => self.witness(rest),
            [b"group", rest @ ..] => self.group(rest),
            [b"quorum", rest @ ..] => self.quorum(rest),
            [other, ..] => Err(Fault::UnknownKeyword(Name::new(other))),
        }
    }

    fn log(&mut self, items: &[&[u8]]) -> Result<(), Fault> {
        let (key, url) = match items {
            [key] => (key, None),
            [key, url] => (key, Some(url.to_vec())),
            _ => return Err(Fault::Items { form: LOG }),
        };
        let key = vkey(key)?;
        self.add_log(Log { key, url })
    }

    pub(super) fn add_log(&mut self, log: Log) -> Result<(), Fault> {
        // tlog-checkpoint permits any kind of signature; a cosignature v1 is a witness's alone here.
        if log.key.kind() == KeyKind::CosignatureV1 {
            return Err(Fault::NotALogsKey);
        }
        if !self.log_keys.insert(log.key.key_bytes().to_vec()) {
            return Err(Fault::DuplicateKey);
        }
        self.logs.push(log);
        Ok(())
    }

    pub(super) fn into_logs(self) -> Vec<Log> {
        self.logs
    }

    fn witness(&mut self, items: &[&[u8]]) -> Result<(), Fault> {
        let (name, key, url) = match items {
            [name, key] => (name, key, None),
            [name, key, url] => (name, key, Some(url.to_vec())),
            _ => return Err(Fault::Items { form: WITNESS }),
        };
        let name = self.new_name(name)?;
        let key = vkey(key)?;
        if key.kind() == KeyKind::Ed25519 {
            return Err(Fault::NotAWitnessKey);
        }
        if !self.witness_keys.insert(key.key_bytes().to_vec()) {
            return Err(Fault::DuplicateKey);
        }
        let place = Member::Witness(self.witnesses.len());
        self.names.insert(name.clone(), place);
        self.witnesses.push(Witness { name, key, url });
        Ok(())
    }

    fn group(&mut self, items: &[&[u8]]) -> Result<(), Fault> {
        let [name, threshold, names @ ..] = items else {
            return Err(Fault::Items { form: GROUP });
        };
        if names.is_empty() {
            return Err(Fault::Items { form: GROUP });
        }
        let name = self.new_name(name)?;
        let threshold = parse_threshold(threshold, names.len())?;
        let mut members = Vec::with_capacity(names.len());
        for member in names {
            members.push(self.new_member(member)?);
        }
        let place = Member::Group(self.groups.len());
        self.names.insert(name.clone(), place);
        self.groups.push(Group {
            name,
            threshold,
            members,
        });
        Ok(())
    }

    fn quorum(&mut self, items: &[&[u8]]) -> Result<(), Fault> {
        let [name] = items else {
            return Err(Fault::Items { form: QUORUM });
        };
        if self.quorum.is_some() {
            return Err(Fault::SecondQuorum);
        }
        self.quorum = Some(match *name {
            NOBODY => Quorum::Nobody,
            name => Quorum::Of(self.defined(&Name::new(name))?),
        });
        Ok(())
    }

    fn new_name(&self, name: &[u8]) -> Result<Name, Fault> {
        if name == NOBODY {
            return Err(Fault::ReservedName);
        }
        let name = Name::new(name);
        if self.names.contains_key(&name) {
            return Err(Fault::DuplicateName(name));
        }
        Ok(name)
    }

    fn defined(&self, name: &Name) -> Result<Member, Fault> {
        let defined = self.names.get(name).copied();
        defined.ok_or_else(|| Fault::Undefined(name.clone()))
    }

    /// A name may be in one group only, so that a witness counts in one way (tlog-policy, "Defining
    /// a witness group").
    fn new_member(&mut self, name: &[u8]) -> Result<Member, Fault> {
        let name = Name::new(name);
        let member = self.defined(&name)?;
        if !self.members.insert(name.clone()) {
            return Err(Fault::AlreadyMember(name));
        }
        Ok(member)
    }

    fn finish(self) -> Result<Policy, Fault> {
        let quorum = match self.quorum.ok_or(Fault::NoQuorum)? {
            Quorum::Nobody => None,
            Quorum::Of(member) => Some(member),
        };
        Ok(Policy {
            logs: self.logs,
            witnesses: self.witnesses,
            groups: self.groups,
            quorum,
        })
    }
}

/// Tab and newline are the only control characters; the newline is gone already.
fn is_control(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t') || byte == 0x7f
}

fn vkey(text: &[u8]) -> Result<VerifierKey, Fault> {
    // Key names are UTF-8 (signed-note), whatever octets the policy's own names have.
    let text = core::str::from_utf8(text).map_err(|_| KeyError::Name(NameError))?;
    Ok(text.parse()?)
}

fn parse_threshold(text: &[u8], members: usize) -> Result<usize, Fault> {
    let number = || {
        let k = decimal(core::str::from_utf8(text).ok()?)?;
        usize::try_from(k)
            .ok()
            .filter(|k| (1..=members).contains(k))
    };
    match text {
        b"all" => Ok(members),
        b"any" => Ok(1),
        _ => number().ok_or(Fault::Threshold { members }),
    }
}
