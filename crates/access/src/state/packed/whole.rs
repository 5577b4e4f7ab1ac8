//! The whole state.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Names, Pack, Reader, Table, Versions, Writer, fields};
use crate::ids::PersonId;
use crate::policy::{Policy, PolicyVersion};
use crate::roles::RoleGroups;
use crate::state::{Change, Delegation, Erasure, Ledger, Proposal, State};

impl State {
    /// The state as bytes, which need the names to be read again.
    pub(crate) fn pack(&self, names: &mut Names) -> Vec<u8> {
        let mut to = names.writer();
        self.write(&mut to);
        to.bytes
    }

    /// What [`State::pack`] wrote. `None` for other bytes.
    pub(crate) fn unpack(names: &Names, bytes: &[u8]) -> Option<Self> {
        let policies = Versions::new();
        let mut from = names.reader(bytes, &policies);
        let state = Self::read(&mut from)?;
        from.rest.is_empty().then_some(state)
    }
}

impl Names {
    /// All of them as bytes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut none = Self::default();
        let mut to = none.writer();
        to.number(self.texts.all.len() as u64);
        for text in &self.texts.all {
            write_bytes(&mut to, text.as_bytes());
        }
        to.number(self.people.all.len() as u64);
        for person in &self.people.all {
            person.uuid().pack(&mut to);
        }
        to.bytes
    }

    /// What [`Names::to_bytes`] wrote. `None` for other bytes.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (none, policies) = (Self::default(), Versions::new());
        let mut from = none.reader(bytes, &policies);
        let texts = (0..from.number()?).map(|_| {
            let text = str::from_utf8(read_bytes(&mut from)?).ok()?;
            Some(Box::from(text))
        });
        let texts = texts.collect::<Option<Vec<Box<str>>>>()?;
        let people = (0..from.number()?).map(|_| Pack::unpack(&mut from).map(PersonId::new));
        let people = people.collect::<Option<Vec<PersonId>>>()?;
        from.rest.is_empty().then(|| Self {
            texts: Table::of(texts),
            people: Table::of(people),
        })
    }
}

impl<T: Ord + Clone> Table<T> {
    fn of(all: Vec<T>) -> Self {
        let mut places = BTreeMap::new();
        for (one, place) in all.iter().cloned().zip(0..) {
            places.insert(one, place);
        }
        Self { all, places }
    }
}

/// Bytes behind their length.
fn write_bytes(to: &mut Writer<'_>, bytes: &[u8]) {
    to.number(bytes.len() as u64);
    to.bytes.extend_from_slice(bytes);
}

fn read_bytes<'a>(from: &mut Reader<'a>) -> Option<&'a [u8]> {
    let length = from.number()?.try_into().ok()?;
    from.take(length)
}

/// Every field of the state, the policies first: what names a version finds it among them.
macro_rules! state {
    ($($field:ident),+ $(,)?) => {
        impl State {
            fn write(&self, to: &mut Writer<'_>) {
                let Self { policies, $($field),+ } = self;
                to.number(policies.len() as u64);
                for (name, versions) in policies {
                    name.pack(to);
                    to.number(versions.len() as u64);
                    versions.iter().for_each(|version| PolicyVersion::pack(version, to));
                }
                $($field.pack(to);)+
            }

            fn read(from: &mut Reader<'_>) -> Option<Self> {
                let mut policies = Versions::new();
                for _ in 0..from.number()? {
                    let name = Pack::unpack(from)?;
                    let versions = (0..from.number()?).map(|_| PolicyVersion::unpack(from).map(Arc::new));
                    policies.insert(name, versions.collect::<Option<_>>()?);
                }
                from.policies = Cow::Owned(policies);
                $(let $field = Pack::unpack(from)?;)+
                let policies = core::mem::take(from.policies.to_mut());
                Some(Self { policies, $($field),+ })
            }
        }
    };
}

state!(
    next_seq,
    last_time,
    ledger,
    drills_from,
    retired,
    proposals,
    resources,
    roles,
    people,
    proved,
    links,
    delegations,
    requests,
    grants,
    recordings,
    recording,
    by_requester,
    pending,
    closed,
    live,
    unreviewed,
    owed,
    glass,
    ratify,
    drills,
    erasures,
);
fields!(Ledger { origin, vkey });
fields!(Delegation { seq, to, until });
fields!(RoleGroups {
    auditor,
    operator,
    custodian,
    author,
});
fields!(Erasure {
    order,
    request,
    of,
    by,
    at,
    confirmed,
});
fields!(Proposal {
    seq,
    by,
    at,
    replaces,
    change,
});

impl Pack for Change {
    fn pack(&self, to: &mut Writer<'_>) {
        match self {
            Self::Activate { sha256, policy } => {
                to.bytes.push(0);
                sha256.pack(to);
                Policy::pack(policy, to);
            }
            Self::Retire(policy) => {
                to.bytes.push(1);
                policy.pack(to);
            }
        }
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        match from.byte()? {
            0 => Some(Self::Activate {
                sha256: Pack::unpack(from)?,
                policy: Arc::new(Pack::unpack(from)?),
            }),
            1 => Some(Self::Retire(Pack::unpack(from)?)),
            _ => None,
        }
    }
}

fields!(PolicyVersion {
    version,
    sha256,
    policy,
});

/// As it stands in an entry.
impl Pack for Policy {
    fn pack(&self, to: &mut Writer<'_>) {
        write_bytes(to, self.json().as_bytes());
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        serde_json::from_slice(read_bytes(from)?).ok()
    }
}
