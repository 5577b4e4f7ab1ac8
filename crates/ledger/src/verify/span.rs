//! Reading a log in stretches, each on a core of its own, and joining what they come to.
//!
//! This proves that nothing is wrong; it does not say what is. Where a stretch or a join raises a
//! [`Doubt`], [`LogVerifier`](super::LogVerifier) reads the log again, in order, and names everything.
//! So it keeps a few hashes a stretch and eight bytes an entry, however long the log is.

use alloc::vec::Vec;

use super::ids::{self, Ids};
use crate::entry::{Entry, KnownPrev, Name, parse_with};
use crate::hash::{HASH_TEXT_LEN, Hash};
use crate::tree::{LeafRange, Tree};
use crate::{HashedEntry, Origin, Timestamp, rotation};

/// The most bytes of announcements of keys, in a stretch and in all of them: far more than a log has.
const MAX_ANNOUNCED: usize = 1 << 20;

/// Spreads the bits of half an id: 2^64 divided by the golden ratio.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// Something does not fit, at this place or before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// An entry is not what has to stand in its place.
    #[error("something does not fit at entry {0}")]
    Entry(u64),
    /// Two ids may be the same: eight bytes made of each are.
    #[error("two entries may have one id")]
    Ids,
}

/// What a stretch of entries comes to, each of which fits the one before it. It travels as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    leaves: LeafRange,
    /// The hash that the first entry names as the one before it.
    prev: Hash,
    /// The leaf hash of the last entry.
    last: Hash,
    first_time: Timestamp,
    last_time: Timestamp,
    /// The leaves up to places that somebody asked for.
    marks: Vec<LeafRange>,
    /// A number made of each id, sorted.
    ids: Vec<u64>,
    /// Entries that announce a key.
    announced: Vec<Vec<u8>>,
}

/// Reads stretches; it keeps nothing from one to the next but memory.
#[derive(Debug, Clone, Default)]
pub struct SpanReader {
    names: Vec<Name>,
}

impl SpanReader {
    /// A reader.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads entries in a row, the first of which has the number `first`. `marks` are the sizes, rising, at
    /// which [`Spans::root_at`] will be asked for the root.
    ///
    /// # Errors
    /// The first place at which something does not fit. No entries do not fit either.
    pub fn read(&mut self, first: u64, entries: &[&[u8]], marks: &[u64]) -> Result<Span, Doubt> {
        let hashed: Vec<HashedEntry<'_>> = HashedEntry::of_each(entries).collect();
        let doubt = |seq| Doubt::Entry(seq);
        let (head, tail) = hashed.split_first().ok_or(doubt(first))?;
        let entry = self.parse(head.bytes(), None);
        let entry = entry
            .filter(|entry| entry.seq() == first)
            .ok_or(doubt(first))?;
        let mut read = Read::from(&entry, entries.len());
        read.note(&entry, head).ok_or(doubt(first))?;
        let mut previous = head.leaf();
        for (hashed, seq) in tail.iter().zip(first.saturating_add(1)..) {
            let text = previous.to_text();
            let entry = self.parse(hashed.bytes(), Some((previous, &text)));
            let fits = |entry: &Entry<'_>| {
                entry.seq() == seq && entry.prev() == previous && entry.time() >= read.time
            };
            let entry = entry.filter(fits).ok_or(doubt(seq))?;
            read.note(&entry, hashed).ok_or(doubt(seq))?;
            previous = hashed.leaf();
        }
        let leaves: Vec<Hash> = hashed.iter().map(HashedEntry::leaf).collect();
        let (leaves, marks) = grown(first, &leaves, marks).ok_or(doubt(first))?;
        ids::sort(&mut read.ids);
        Ok(Span {
            leaves,
            prev: entry.prev(),
            last: previous,
            first_time: entry.time(),
            last_time: read.time,
            marks,
            ids: read.ids,
            announced: read.announced,
        })
    }

    fn parse<'a>(
        &mut self,
        bytes: &'a [u8],
        known: Option<(Hash, &[u8; HASH_TEXT_LEN])>,
    ) -> Option<Entry<'a>> {
        let known = known.map(|(hash, text)| KnownPrev { hash, text });
        parse_with(bytes, known.as_ref(), &mut self.names).ok()
    }
}

/// What is kept of the entries of a stretch while it is read.
struct Read {
    time: Timestamp,
    ids: Vec<u64>,
    announced: Vec<Vec<u8>>,
    announced_len: usize,
}

impl Read {
    fn from(first: &Entry<'_>, count: usize) -> Self {
        Self {
            time: first.time(),
            ids: Vec::with_capacity(count),
            announced: Vec::new(),
            announced_len: 0,
        }
    }

    /// `None` where so many keys are announced that no log would.
    fn note(&mut self, entry: &Entry<'_>, hashed: &HashedEntry<'_>) -> Option<()> {
        self.time = entry.time();
        let (high, low) = entry.id().as_u64_pair();
        // Equal ids give equal numbers. The other way round is not so: the reader in order says.
        self.ids.push(high.wrapping_mul(MIX) ^ low);
        if entry.kind() == rotation::KIND {
            self.announced_len += hashed.bytes().len();
            self.announced.push(hashed.bytes().to_vec());
        }
        (self.announced_len <= MAX_ANNOUNCED).then_some(())
    }
}

/// The range over the leaves, and the ranges up to those marks that lie in it.
fn grown(first: u64, leaves: &[Hash], marks: &[u64]) -> Option<(LeafRange, Vec<LeafRange>)> {
    let end = first.checked_add(leaves.len() as u64)?;
    let mut range = LeafRange::at(first);
    let mut marked = Vec::new();
    let mut taken = 0;
    for mark in marks.iter().filter(|mark| (first + 1..=end).contains(mark)) {
        let to = usize::try_from(mark - first).ok()?;
        range.extend(leaves.get(taken..to)?);
        marked.push(range.clone());
        taken = to;
    }
    range.extend(leaves.get(taken..)?);
    Some((range, marked))
}

/// Joins what stretches come to, in the log's order.
#[derive(Debug, Clone)]
pub struct Spans {
    leaves: LeafRange,
    previous: Hash,
    time: Option<Timestamp>,
    roots: Vec<(u64, Hash)>,
    ids: Ids,
    announced: Vec<Vec<u8>>,
}

impl Spans {
    /// Before the log's first entry.
    pub fn new(origin: &Origin) -> Self {
        Self {
            leaves: LeafRange::at(0),
            previous: origin.genesis(),
            time: None,
            roots: Vec::new(),
            ids: Ids::default(),
            announced: Vec::new(),
        }
    }

    /// Takes the next stretch.
    ///
    /// # Errors
    /// Where it does not fit what was taken before.
    pub fn push(&mut self, span: Span) -> Result<(), Doubt> {
        let doubt = Doubt::Entry(self.size());
        let links = span.prev == self.previous;
        if !links || self.time.is_some_and(|time| span.first_time < time) {
            return Err(doubt);
        }
        for mark in &span.marks {
            let mut leaves = self.leaves.clone();
            leaves.append(mark).map_err(|_| doubt)?;
            let tree = leaves.tree().ok_or(doubt)?;
            self.roots.push((tree.size(), tree.root()));
        }
        let announced = self.announced.iter().chain(&span.announced);
        if announced.map(Vec::len).sum::<usize>() > MAX_ANNOUNCED {
            return Err(doubt);
        }
        self.leaves.append(&span.leaves).map_err(|_| doubt)?;
        self.previous = span.last;
        self.time = Some(span.last_time);
        self.ids.push(span.ids);
        self.announced.extend(span.announced);
        Ok(())
    }

    /// How many entries there are so far.
    pub fn size(&self) -> u64 {
        self.leaves.end()
    }

    /// The tree over all entries so far.
    pub fn tree(&self) -> Tree {
        // It begins at the first leaf.
        self.leaves.tree().unwrap_or_default()
    }

    /// The root at a size that was a mark.
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        let marked = self.roots.iter().find(|(mark, _)| *mark == size);
        marked.map(|(_, root)| *root)
    }

    /// The newest entry's time.
    pub fn newest(&self) -> Option<Timestamp> {
        self.time
    }

    /// The entries that announce a key, in their order.
    pub fn announced(&self) -> &[Vec<u8>] {
        &self.announced
    }

    /// The bytes that [`from_bytes`](Self::from_bytes) of the same program reads: whoever keeps them goes on after the
    /// last stretch another time. 8 bytes an entry, and some.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1024 + 8 * self.ids.len());
        put_range(&mut out, &self.leaves);
        out.extend_from_slice(self.previous.as_bytes());
        put(&mut out, u64::from(self.time.is_some()));
        let time = self.time.map_or(0, Timestamp::unix_millis);
        out.extend_from_slice(&time.to_be_bytes());
        put(&mut out, self.roots.len() as u64);
        for (size, root) in &self.roots {
            put(&mut out, *size);
            out.extend_from_slice(root.as_bytes());
        }
        put_each(&mut out, &self.announced);
        put(&mut out, self.ids.stretches().len() as u64);
        let stretches = self.ids.stretches().iter();
        stretches.for_each(|ids| put_ids(&mut out, ids));
        out
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; `None` where the bytes are not that. The root over all entries
    /// so far is among those that [`root_at`](Self::root_at) tells.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let from = &mut rest;
        let leaves = take_range(from)?;
        let previous = take_hash(from)?;
        let (timed, time) = (take(from)?, take_time(from)?);
        let root = |from: &mut &[u8]| Some((take(from)?, take_hash(from)?));
        let mut roots = take_each(from, root)?;
        let tree = leaves.tree()?;
        roots.push((tree.size(), tree.root()));
        let spans = Self {
            leaves,
            previous,
            time: (timed == 1).then_some(time),
            roots,
            announced: take_each(from, take_bytes)?,
            ids: Ids::of(take_each(from, take_ids)?),
        };
        (rest.is_empty() && spans.ids.len() as u64 == spans.size()).then_some(spans)
    }

    /// All stretches were taken.
    ///
    /// # Errors
    /// Where two entries may have one id.
    pub fn finish(&self) -> Result<(), Doubt> {
        let twice = self.ids.one_stands_twice();
        if twice { Err(Doubt::Ids) } else { Ok(()) }
    }
}

impl Span {
    /// The bytes that [`from_bytes`](Self::from_bytes) reads: for another worker of the same program, and
    /// for nobody else.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1024 + 8 * self.ids.len());
        put_range(&mut out, &self.leaves);
        out.extend_from_slice(self.prev.as_bytes());
        out.extend_from_slice(self.last.as_bytes());
        for time in [self.first_time, self.last_time] {
            out.extend_from_slice(&time.unix_millis().to_be_bytes());
        }
        put(&mut out, self.marks.len() as u64);
        self.marks.iter().for_each(|mark| put_range(&mut out, mark));
        put_ids(&mut out, &self.ids);
        put_each(&mut out, &self.announced);
        out
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; `None` where the bytes are not that.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let from = &mut rest;
        let span = Self {
            leaves: take_range(from)?,
            prev: take_hash(from)?,
            last: take_hash(from)?,
            first_time: take_time(from)?,
            last_time: take_time(from)?,
            marks: take_each(from, take_range)?,
            ids: take_ids(from)?,
            announced: take_each(from, take_bytes)?,
        };
        rest.is_empty().then_some(span)
    }
}

fn put(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(&number.to_be_bytes());
}

/// Most of what there is to write, so it is written in one go.
fn put_ids(out: &mut Vec<u8>, ids: &[u64]) {
    put(out, ids.len() as u64);
    let at = out.len();
    out.resize(at + 8 * ids.len(), 0);
    for (to, id) in out[at..].as_chunks_mut().0.iter_mut().zip(ids) {
        *to = id.to_be_bytes();
    }
}

fn take_ids(from: &mut &[u8]) -> Option<Vec<u64>> {
    let length = usize::try_from(take(from)?).ok()?.checked_mul(8)?;
    let (bytes, rest) = from.split_at_checked(length)?;
    *from = rest;
    let ids = bytes.as_chunks().0.iter();
    Some(ids.map(|id| u64::from_be_bytes(*id)).collect())
}

fn put_each(out: &mut Vec<u8>, all: &[Vec<u8>]) {
    put(out, all.len() as u64);
    for bytes in all {
        put(out, bytes.len() as u64);
        out.extend_from_slice(bytes);
    }
}

fn put_range(out: &mut Vec<u8>, range: &LeafRange) {
    put(out, range.begin());
    put(out, range.end());
    put(out, range.roots().count() as u64);
    for root in range.roots() {
        out.extend_from_slice(root.as_bytes());
    }
}

fn take(from: &mut &[u8]) -> Option<u64> {
    let (number, rest) = from.split_first_chunk()?;
    *from = rest;
    Some(u64::from_be_bytes(*number))
}

fn take_hash(from: &mut &[u8]) -> Option<Hash> {
    let (hash, rest) = from.split_first_chunk()?;
    *from = rest;
    Some(Hash::new(*hash))
}

fn take_time(from: &mut &[u8]) -> Option<Timestamp> {
    take(from).map(|number| Timestamp::new(number.cast_signed()))
}

fn take_bytes(from: &mut &[u8]) -> Option<Vec<u8>> {
    let length = usize::try_from(take(from)?).ok()?;
    let (bytes, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(bytes.to_vec())
}

fn take_range(from: &mut &[u8]) -> Option<LeafRange> {
    let (begin, end) = (take(from)?, take(from)?);
    let roots = take_each(from, take_hash)?;
    LeafRange::from_parts(begin, end, &roots)
}

/// As many as a number says, which comes first; memory is taken as they come.
fn take_each<T>(from: &mut &[u8], one: fn(&mut &[u8]) -> Option<T>) -> Option<Vec<T>> {
    (0..take(from)?).map(|_| one(from)).collect()
}
