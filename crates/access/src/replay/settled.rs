//! What nothing is expected of any more, put away in little memory, and taken out when an entry names it.
//!
//! Most requests of a long log are settled. The rules ask about a request only where an entry names it, or its grant,
//! or where somebody has yet to answer for it; so those that are settled need not lie about as they are.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::event::Event;
use crate::ids::{GrantId, RecordingId, RequestId};
use crate::state::packed::Names;
use crate::state::settled::Case;
use crate::state::{Request, State};

/// Requests that were put away, with their grants and their recordings.
#[derive(Debug, Default)]
pub(super) struct Settled {
    names: Names,
    requests: BTreeMap<RequestId, Box<[u8]>>,
    grants: BTreeMap<GrantId, RequestId>,
    recordings: BTreeMap<RecordingId, RequestId>,
    /// How many texts of these requests were erased.
    erased: u64,
    /// How many actions there are in these recordings.
    actions: u64,
}

/// How much may have been said of a request that is put away: what an entry takes out is small, however often
/// somebody names it.
const MOST_SAID: usize = 200;

impl Settled {
    /// Takes out what the event names, so that the rules find it in the state.
    pub(super) fn take_out(&mut self, state: &mut State, event: &Event) {
        if let Some(recording) = event.recording()
            && state.recording(recording).is_none()
            && let Some(id) = self.recordings.get(&recording)
        {
            self.take(state, *id);
        }
        let holds = event.grant().and_then(|grant| match state.grant(grant) {
            Some(grant) => Some(grant.request),
            None => self.grants.get(&grant).copied(),
        });
        for id in [event.request(), holds].into_iter().flatten() {
            if state.request(id).is_none() {
                self.take(state, id);
            }
        }
    }

    /// Puts away what the event named, if nothing is expected of it any more.
    pub(super) fn put_away(&mut self, state: &mut State, event: &Event) {
        let recording = event.recording().and_then(|id| state.recording(id));
        // As long as one goes on, its request is not settled: most entries are about such.
        let recorded = recording.filter(|recording| recording.is_over());
        let recorded = recorded.map(|recording| recording.request);
        let holds = event.grant().and_then(|grant| state.grant(grant));
        let holds = holds.map(|grant| grant.request);
        for id in [event.request(), holds, recorded].into_iter().flatten() {
            self.put(state, id);
        }
    }

    /// All of it and the state it belongs to, as bytes that [`Settled::resume`] reads.
    pub(super) fn save(&mut self, state: &State) -> Vec<u8> {
        // First the state: it may name what nobody has named before.
        let state = state.pack(&mut self.names);
        let names = self.names.to_bytes();
        let room: usize = self.requests.values().map(|bytes| bytes.len() + 24).sum();
        let mut out = Vec::with_capacity(names.len() + state.len() + room + 32);
        for part in [&names, &state] {
            put_bytes(&mut out, part);
        }
        for count in [self.erased, self.actions] {
            out.extend_from_slice(&count.to_be_bytes());
        }
        for (id, bytes) in &self.requests {
            out.extend_from_slice(id.uuid().as_bytes());
            put_bytes(&mut out, bytes);
        }
        out
    }

    /// What [`Settled::save`] wrote. `None` for other bytes.
    pub(super) fn resume(bytes: &[u8]) -> Option<(Self, State)> {
        let mut rest = bytes;
        let from = &mut rest;
        let names = Names::from_bytes(take_bytes(from)?)?;
        let state = State::unpack(&names, take_bytes(from)?)?;
        let erased = u64::from_be_bytes(*take_some(from)?);
        let actions = u64::from_be_bytes(*take_some(from)?);
        let (mut requests, mut grants) = (BTreeMap::new(), BTreeMap::new());
        let mut recordings = BTreeMap::new();
        while !from.is_empty() {
            let id = RequestId::new(Uuid::from_bytes(*take_some(from)?));
            let bytes = take_bytes(from)?;
            let (grant, recorded) = names.known_as(id, bytes)?;
            if let Some(grant) = grant {
                grants.insert(grant, id);
            }
            for recording in recorded {
                recordings.insert(recording, id);
            }
            requests.insert(id, bytes.into());
        }
        let settled = Self {
            names,
            requests,
            grants,
            recordings,
            erased,
            actions,
        };
        Some((settled, state))
    }

    /// Takes everything out.
    pub(super) fn take_out_all(&mut self, state: &mut State) {
        let all: Vec<_> = self.requests.keys().copied().collect();
        all.into_iter().for_each(|id| self.take(state, id));
    }

    /// How many requests are put away.
    pub(super) fn requests(&self) -> u64 {
        self.requests.len() as u64
    }

    /// How many grants.
    pub(super) fn grants(&self) -> u64 {
        self.grants.len() as u64
    }

    /// How many recordings.
    pub(super) fn recordings(&self) -> u64 {
        self.recordings.len() as u64
    }

    /// How many actions there are in them.
    pub(super) fn actions(&self) -> u64 {
        self.actions
    }

    /// How many of their texts were erased.
    pub(super) fn erased(&self) -> u64 {
        self.erased
    }

    fn take(&mut self, state: &mut State, id: RequestId) {
        let Some(bytes) = self.requests.get(&id) else {
            return;
        };
        let Some(case) = self.names.unpack(state, id, bytes) else {
            return;
        };
        self.erased -= case.request.erased.len() as u64;
        self.actions -= actions(&case);
        self.requests.remove(&id);
        if let Some(grant) = &case.grant {
            self.grants.remove(&grant.id);
        }
        for recording in &case.recordings {
            self.recordings.remove(&recording.id);
        }
        state.put_back(case);
    }

    fn put(&mut self, state: &mut State, id: RequestId) {
        let Some(case) = state.take_settled(id, |request| said(request) <= MOST_SAID) else {
            return;
        };
        let bytes = self.names.pack(&case);
        self.erased += case.request.erased.len() as u64;
        self.actions += actions(&case);
        if let Some(grant) = case.grant {
            self.grants.insert(grant.id, id);
        }
        for recording in case.recordings {
            self.recordings.insert(recording.id, id);
        }
        self.requests.insert(id, bytes);
    }
}

fn actions(case: &Case) -> u64 {
    let recordings = case.recordings.iter();
    recordings.map(|one| u64::from(one.actions)).sum()
}

/// How much was said of a request beside what everyone's says.
fn said(request: &Request) -> usize {
    let Request {
        viewed,
        sign_offs,
        recordings,
        texts,
        extended,
        refused_more,
        disclosures,
        erased,
        ..
    } = request;
    viewed.len()
        + sign_offs.len()
        + recordings.len()
        + texts.len()
        + extended.len()
        + refused_more.len()
        + disclosures.len()
        + erased.len()
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
    out.extend_from_slice(bytes);
}

fn take_bytes<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u64::from_be_bytes(*take_some(from)?).try_into().ok()?;
    let (bytes, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(bytes)
}

fn take_some<'a, const N: usize>(from: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (some, rest) = from.split_first_chunk()?;
    *from = rest;
    Some(some)
}
