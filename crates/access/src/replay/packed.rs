//! A request and its grant in a few hundred bytes. The form is this program's own, and of this version only.

use core::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::digest::{Commitment, Digest};
use crate::event::{Decision, EndCause, Failure, Field, Mode, OpeningRef, Urgency, Verdict};
use crate::ids::{GrantId, PersonId, PolicyName, RequestId, ResourceName};
use crate::policy::{Connector, PolicyVersion};
use crate::state::{Grant, Request, Reviewed, SignOff, State};
use crate::time::UnixMillis;
use crate::view::{GrantState, RequestState};

/// What many requests name: each once, known by its place.
#[derive(Debug, Default)]
pub(super) struct Names {
    texts: Table<Box<str>>,
    people: Table<PersonId>,
}

#[derive(Debug)]
struct Table<T> {
    all: Vec<T>,
    places: BTreeMap<T, usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            places: BTreeMap::new(),
        }
    }
}

impl<T: Ord + Clone> Table<T> {
    fn place<Q>(&mut self, one: &Q) -> usize
    where
        T: Borrow<Q>,
        Q: Ord + ToOwned + ?Sized,
        Q::Owned: Into<T>,
    {
        if let Some(place) = self.places.get(one) {
            return *place;
        }
        let place = self.all.len();
        let own: T = one.to_owned().into();
        self.all.push(own.clone());
        self.places.insert(own, place);
        place
    }
}

/// A request and the grant that it came to, as bytes.
pub(super) fn pack(names: &mut Names, request: &Request, grant: Option<&Grant>) -> Box<[u8]> {
    let mut to = Writer {
        bytes: Vec::with_capacity(256),
        names,
        near: Near::to(request.id),
    };
    request.pack(&mut to);
    if let Some(grant) = grant {
        grant.pack(&mut to);
    }
    to.bytes.into()
}

/// What [`pack`] made of the request with this id. `None` for other bytes.
pub(super) fn unpack(
    state: &State,
    names: &Names,
    id: RequestId,
    bytes: &[u8],
) -> Option<(Request, Option<Grant>)> {
    let mut from = Reader {
        rest: bytes,
        names,
        state,
        near: Near::to(id),
    };
    let request = Request::unpack(&mut from)?;
    let grant = match from.rest {
        [] => None,
        _ => Some(Grant::unpack(&mut from)?),
    };
    from.rest.is_empty().then_some((request, grant))
}

/// What was written last of what comes again soon, so that only the difference is written.
#[derive(Clone, Copy)]
struct Near {
    request: RequestId,
    grant: GrantId,
    seq: u64,
    ms: i64,
}

impl Near {
    const fn to(request: RequestId) -> Self {
        Self {
            request,
            grant: GrantId::NIL,
            seq: 0,
            ms: 0,
        }
    }
}

struct Writer<'a> {
    bytes: Vec<u8>,
    names: &'a mut Names,
    near: Near,
}

struct Reader<'a> {
    rest: &'a [u8],
    names: &'a Names,
    state: &'a State,
    near: Near,
}

impl Writer<'_> {
    /// Seven bits a byte, the lowest first; a set eighth says that more follow (LEB128).
    fn number(&mut self, mut number: u64) {
        while number > 0x7f {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    /// Small numbers of either sign in few bytes.
    fn signed(&mut self, number: i64) {
        self.number((number << 1 ^ number >> 63) as u64);
    }
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }
}

trait Pack: Sized {
    fn pack(&self, to: &mut Writer<'_>);
    fn unpack(from: &mut Reader<'_>) -> Option<Self>;
}

/// Every field of a struct, in this order.
macro_rules! fields {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        impl Pack for $type {
            fn pack(&self, to: &mut Writer<'_>) {
                let Self { $($field),+ } = self;
                $($field.pack(to);)+
            }

            fn unpack(from: &mut Reader<'_>) -> Option<Self> {
                Some(Self { $($field: Pack::unpack(from)?),+ })
            }
        }
    };
}

/// Every word that there is, as a byte.
macro_rules! words {
    ($type:ident { $($word:ident = $byte:literal),+ $(,)? }) => {
        impl Pack for $type {
            fn pack(&self, to: &mut Writer<'_>) {
                to.bytes.push(match self { $(Self::$word => $byte),+ });
            }

            fn unpack(from: &mut Reader<'_>) -> Option<Self> {
                match from.byte()? {
                    $($byte => Some(Self::$word),)+
                    _ => None,
                }
            }
        }
    };
}

fields!(Request {
    id,
    submitted_seq,
    submitted_at,
    requester,
    mode,
    resource,
    policy,
    duration_s,
    urgency,
    reason,
    ticket,
    incident,
    start_at,
    statement_sha256,
    statement_stands,
    said_at,
    lapses_at,
    stage,
    stage_since,
    steps,
    viewed,
    ratified,
    state,
    closed_at,
    sign_offs,
    texts,
    extended,
    refused_more,
    grant,
    review,
    disclosures,
    erased,
});
fields!(SignOff {
    seq,
    at,
    person,
    on_behalf_of,
    stage,
    decision,
    note,
    lawful,
    void,
});
fields!(Reviewed {
    seq,
    at,
    person,
    verdict,
    findings,
    note,
});
fields!(Grant {
    id,
    request,
    holder,
    resource,
    connector,
    role,
    intended_seq,
    intended_at,
    opened_at,
    expires_at,
    ratify_by,
    extensions,
    extension_asked,
    extension_denied,
    state,
});
fields!(OpeningRef { seq, field });
fields!(Commitment { c, n });

words!(Mode {
    Ordinary = 0,
    Emergency = 1,
});
words!(Urgency {
    Sev1 = 1,
    Sev2 = 2,
    Sev3 = 3,
    Sev4 = 4,
});
words!(Decision {
    Approve = 0,
    Deny = 1,
});
words!(Verdict {
    Emergency = 0,
    Drill = 1,
    Misuse = 2,
});
words!(EndCause {
    Expired = 0,
    Returned = 1,
    Revoked = 2,
    Unratified = 3,
});
words!(Failure {
    Refused = 0,
    Unknown = 1,
    Interrupted = 2,
});
words!(Field {
    Reason = 0,
    Ticket = 1,
    Incident = 2,
    IdToken = 3,
    Note = 4,
    Findings = 5,
    Purpose = 6,
});
words!(RequestState {
    Submitted = 0,
    Approved = 1,
    Granted = 2,
    Denied = 3,
    Withdrawn = 4,
    Lapsed = 5,
});
words!(Connector { Postgresql = 0 });

impl Pack for GrantState {
    fn pack(&self, to: &mut Writer<'_>) {
        match self {
            Self::Intended => to.bytes.push(0),
            Self::Active { credential_shown } => {
                to.bytes.push(1);
                credential_shown.pack(to);
            }
            Self::Failed { failure } => {
                to.bytes.push(2);
                failure.pack(to);
            }
            Self::Ended {
                cause,
                at_ms,
                sessions_cut,
            } => {
                to.bytes.push(3);
                cause.pack(to);
                at_ms.pack(to);
                sessions_cut.pack(to);
            }
        }
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        Some(match from.byte()? {
            0 => Self::Intended,
            1 => Self::Active {
                credential_shown: Pack::unpack(from)?,
            },
            2 => Self::Failed {
                failure: Pack::unpack(from)?,
            },
            3 => Self::Ended {
                cause: Pack::unpack(from)?,
                at_ms: Pack::unpack(from)?,
                sessions_cut: Pack::unpack(from)?,
            },
            _ => return None,
        })
    }
}

impl Pack for bool {
    fn pack(&self, to: &mut Writer<'_>) {
        to.bytes.push(u8::from(*self));
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        match from.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Pack for u8 {
    fn pack(&self, to: &mut Writer<'_>) {
        to.bytes.push(*self);
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        from.byte()
    }
}

impl Pack for u32 {
    fn pack(&self, to: &mut Writer<'_>) {
        to.number(u64::from(*self));
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        from.number()?.try_into().ok()
    }
}

/// A place among few.
impl Pack for usize {
    fn pack(&self, to: &mut Writer<'_>) {
        to.number(*self as u64);
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        from.number()?.try_into().ok()
    }
}

/// An entry's place, from the one that was named before it on.
impl Pack for u64 {
    fn pack(&self, to: &mut Writer<'_>) {
        to.signed(self.wrapping_sub(to.near.seq) as i64);
        to.near.seq = *self;
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        let seq = from.near.seq.wrapping_add(from.signed()? as u64);
        from.near.seq = seq;
        Some(seq)
    }
}

/// A moment, from the one that was named before it on.
impl Pack for UnixMillis {
    fn pack(&self, to: &mut Writer<'_>) {
        to.signed(self.millis().wrapping_sub(to.near.ms));
        to.near.ms = self.millis();
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        let ms = from.near.ms.wrapping_add(from.signed()?);
        from.near.ms = ms;
        Some(Self::new(ms))
    }
}

impl<T: Pack> Pack for Option<T> {
    fn pack(&self, to: &mut Writer<'_>) {
        self.is_some().pack(to);
        if let Some(one) = self {
            one.pack(to);
        }
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        Some(match bool::unpack(from)? {
            true => Some(T::unpack(from)?),
            false => None,
        })
    }
}

impl<T: Pack> Pack for Vec<T> {
    fn pack(&self, to: &mut Writer<'_>) {
        self.len().pack(to);
        self.iter().for_each(|one| one.pack(to));
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        let count = usize::unpack(from)?;
        (0..count).map(|_| T::unpack(from)).collect()
    }
}

impl<A: Pack, B: Pack> Pack for (A, B) {
    fn pack(&self, to: &mut Writer<'_>) {
        self.0.pack(to);
        self.1.pack(to);
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        Some((A::unpack(from)?, B::unpack(from)?))
    }
}

impl Pack for Digest {
    fn pack(&self, to: &mut Writer<'_>) {
        to.bytes.extend(self.as_bytes());
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self::new(from.take(32)?.try_into().ok()?))
    }
}

/// Mostly the one that everything here is about.
impl Pack for RequestId {
    fn pack(&self, to: &mut Writer<'_>) {
        let other = (*self != to.near.request).then(|| self.uuid());
        other.pack(to);
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        let other = Option::<uuid::Uuid>::unpack(from)?;
        Some(other.map_or(from.near.request, Self::new))
    }
}

/// Mostly the one that was named before.
impl Pack for GrantId {
    fn pack(&self, to: &mut Writer<'_>) {
        let other = (*self != to.near.grant).then(|| self.uuid());
        other.pack(to);
        to.near.grant = *self;
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        let other = Option::<uuid::Uuid>::unpack(from)?;
        from.near.grant = other.map_or(from.near.grant, Self::new);
        Some(from.near.grant)
    }
}

impl Pack for uuid::Uuid {
    fn pack(&self, to: &mut Writer<'_>) {
        to.bytes.extend(self.as_bytes());
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self::from_bytes(from.take(16)?.try_into().ok()?))
    }
}

impl Pack for PersonId {
    fn pack(&self, to: &mut Writer<'_>) {
        to.names.people.place(self).pack(to);
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        let place = usize::unpack(from)?;
        from.names.people.all.get(place).copied()
    }
}

/// A name, by its place among all of them.
macro_rules! names {
    ($($type:ident)+) => {
        $(impl Pack for $type {
            fn pack(&self, to: &mut Writer<'_>) {
                to.names.texts.place(self.as_str()).pack(to);
            }

            fn unpack(from: &mut Reader<'_>) -> Option<Self> {
                let place = usize::unpack(from)?;
                from.names.texts.all.get(place)?.parse().ok()
            }
        })+
    };
}

names!(String ResourceName PolicyName);

/// A version by its name and number: the state holds it as long as the log.
impl Pack for Arc<PolicyVersion> {
    fn pack(&self, to: &mut Writer<'_>) {
        self.policy.name.pack(to);
        self.version.pack(to);
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        let (name, version) = (PolicyName::unpack(from)?, u32::unpack(from)?);
        from.state.policy_version(&name, version).cloned()
    }
}
