//! The state, or one request of it, in few bytes. The form is this program's own, and of this version only.

use core::borrow::Borrow;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use crate::digest::Digest;
use crate::ids::{GrantId, GroupName, PersonId, PolicyName, RecordingId, RequestId, ResourceName};
use crate::policy::PolicyVersion;
use crate::state::settled::Case;
use crate::state::{Grant, Request, State};
use crate::time::UnixMillis;

mod log;
mod whole;

/// What many requests name: each once, known by its place.
#[derive(Debug, Default)]
pub(crate) struct Names {
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

/// All versions of each policy.
type Versions = BTreeMap<PolicyName, Vec<Arc<PolicyVersion>>>;

impl Names {
    /// A request with all that belongs to it, as bytes.
    pub(crate) fn pack(&mut self, case: &Case) -> Box<[u8]> {
        let Case {
            request,
            grant,
            recordings,
        } = case;
        let mut to = self.writer();
        to.near.request = request.id;
        request.pack(&mut to);
        grant.is_some().pack(&mut to);
        if let Some(grant) = grant {
            grant.pack(&mut to);
        }
        recordings.iter().for_each(|one| one.pack(&mut to));
        to.bytes.into()
    }

    /// What [`Names::pack`] made of the request with this id. `None` for other bytes.
    pub(crate) fn unpack(&self, state: &State, id: RequestId, bytes: &[u8]) -> Option<Case> {
        let mut from = self.reader(bytes, &state.policies);
        from.near.request = id;
        let request = Box::new(Request::unpack(&mut from)?);
        let grant = Option::<Box<Grant>>::unpack(&mut from)?;
        let mut recordings = Vec::new();
        while !from.rest.is_empty() {
            recordings.push(Pack::unpack(&mut from)?);
        }
        Some(Case {
            request,
            grant,
            recordings,
        })
    }

    /// The ids of the grant and of the recordings that lie packed with the request.
    pub(crate) fn known_as(
        &self,
        id: RequestId,
        bytes: &[u8],
    ) -> Option<(Option<GrantId>, Vec<RecordingId>)> {
        let policies = Versions::new();
        let mut from = self.reader(bytes, &policies);
        from.near.request = id;
        // The first three fields.
        RequestId::unpack(&mut from)?;
        Some((Pack::unpack(&mut from)?, Pack::unpack(&mut from)?))
    }

    fn writer(&mut self) -> Writer<'_> {
        Writer {
            bytes: Vec::with_capacity(256),
            names: self,
            near: Near::NOTHING,
        }
    }

    fn reader<'a>(&'a self, bytes: &'a [u8], policies: &'a Versions) -> Reader<'a> {
        Reader {
            rest: bytes,
            names: self,
            policies: Cow::Borrowed(policies),
            near: Near::NOTHING,
        }
    }
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
    const NOTHING: Self = Self {
        request: RequestId::NIL,
        grant: GrantId::NIL,
        seq: 0,
        ms: 0,
    };
}

struct Writer<'a> {
    bytes: Vec<u8>,
    names: &'a mut Names,
    near: Near,
}

struct Reader<'a> {
    rest: &'a [u8],
    names: &'a Names,
    policies: Cow<'a, Versions>,
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

/// A struct's fields, all of them, in this order.
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
use fields;

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

impl Pack for i64 {
    fn pack(&self, to: &mut Writer<'_>) {
        to.signed(*self);
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        from.signed()
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

impl<K: Pack + Ord, V: Pack> Pack for BTreeMap<K, V> {
    fn pack(&self, to: &mut Writer<'_>) {
        self.len().pack(to);
        for (key, value) in self {
            key.pack(to);
            value.pack(to);
        }
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        // One by one: to collect them is to sort them first, which is a lot of code for each kind of map.
        let mut map = Self::new();
        for _ in 0..usize::unpack(from)? {
            map.insert(K::unpack(from)?, V::unpack(from)?);
        }
        Some(map)
    }
}

impl<T: Pack + Ord> Pack for BTreeSet<T> {
    fn pack(&self, to: &mut Writer<'_>) {
        self.len().pack(to);
        self.iter().for_each(|one| one.pack(to));
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        let mut set = Self::new();
        for _ in 0..usize::unpack(from)? {
            set.insert(T::unpack(from)?);
        }
        Some(set)
    }
}

impl<T: Pack> Pack for Box<T> {
    fn pack(&self, to: &mut Writer<'_>) {
        T::pack(self, to);
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        T::unpack(from).map(Box::new)
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

/// Mostly the one that was named before.
impl Pack for RequestId {
    fn pack(&self, to: &mut Writer<'_>) {
        let other = (*self != to.near.request).then(|| self.uuid());
        other.pack(to);
        to.near.request = *self;
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        let other = Option::<Uuid>::unpack(from)?;
        from.near.request = other.map_or(from.near.request, Self::new);
        Some(from.near.request)
    }
}

/// The same.
impl Pack for GrantId {
    fn pack(&self, to: &mut Writer<'_>) {
        let other = (*self != to.near.grant).then(|| self.uuid());
        other.pack(to);
        to.near.grant = *self;
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        let other = Option::<Uuid>::unpack(from)?;
        from.near.grant = other.map_or(from.near.grant, Self::new);
        Some(from.near.grant)
    }
}

impl Pack for RecordingId {
    fn pack(&self, to: &mut Writer<'_>) {
        self.uuid().pack(to);
    }

    fn unpack(from: &mut Reader<'_>) -> Option<Self> {
        Uuid::unpack(from).map(Self::new)
    }
}

impl Pack for Uuid {
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

names!(String GroupName ResourceName PolicyName);
