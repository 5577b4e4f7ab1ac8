//! The log folded into memory: the rules' state, the tree, and what the next entry needs.

use access::event::{Actor, Event};
use access::ids::{GrantId, RequestId};
use access::time::UnixMillis;
use access::{Record, State, Violation};
use ledger::{Draft, Entry, Hash, Origin, Timestamp, Tree, encode, leaf_hash};
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

use crate::store::ledger::{self as store, Addition, Node, StoredEntry};

/// Hashes in a full tile: the tiles' format fixes it.
const TILE_WIDTH: u64 = 256;

/// Violations of the rules that are kept; the server's own log has all of them.
const MOST_UNLAWFUL: usize = 100;

/// Entries read from the database at a time while catching up.
const CHUNK: u64 = 4096;

/// The log up to some size, folded.
#[derive(Debug)]
pub(crate) struct Image {
    state: State,
    tree: Tree,
    /// Per tile level, the tree over the newest, unfinished tile and the index of that tile.
    tiles: Vec<(Tree, u64)>,
    prev: Hash,
    time: UnixMillis,
    requests: HashMap<GrantId, RequestId>,
    unlawful: Vec<Violation>,
    /// Whether the rules allowed the last entry.
    lawful: bool,
}

/// The stored log contradicts itself.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FoldError {
    #[error("the database does not answer")]
    Database(#[from] sqlx::Error),
    #[error("entry {0} is missing from the database")]
    Missing(u64),
    #[error("entry {0} was altered: its bytes no longer hash to what was stored")]
    Altered(u64),
    #[error("entry {0} does not continue the chain")]
    Broken(u64),
    #[error("entry {0} is not in the log's format")]
    Malformed(u64),
}

/// An entry made in memory, not yet stored.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) seq: u64,
    pub(crate) event: Event,
    /// The request it belongs to, if to one.
    pub(crate) request: Option<RequestId>,
}

impl Image {
    pub(crate) fn empty(origin: &Origin) -> Self {
        Self {
            state: State::default(),
            tree: Tree::new(),
            tiles: Vec::new(),
            prev: origin.genesis(),
            time: UnixMillis::new(0),
            requests: HashMap::new(),
            unlawful: Vec::new(),
            lawful: true,
        }
    }

    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    pub(crate) fn size(&self) -> u64 {
        self.tree.size()
    }

    pub(crate) fn root(&self) -> Hash {
        self.tree.root()
    }

    pub(crate) fn frontier(&self) -> &[Hash] {
        self.tree.frontier()
    }

    pub(crate) fn time(&self) -> UnixMillis {
        self.time
    }

    /// Whether the rules allowed the entry that was taken or made last.
    pub(crate) fn was_lawful(&self) -> bool {
        self.lawful
    }

    /// Entries that break the rules, the first ones.
    pub(crate) fn unlawful(&self) -> &[Violation] {
        &self.unlawful
    }

    /// Folds stored entries up to `size`, checking hash, chain and format of each.
    pub(crate) async fn catch_up(
        &mut self,
        connection: &mut PgConnection,
        size: u64,
    ) -> Result<(), FoldError> {
        while self.size() < size {
            let from = self.size();
            let entries = store::entries(&mut *connection, from, size.min(from + CHUNK)).await?;
            if entries.is_empty() {
                return Err(FoldError::Missing(from));
            }
            for entry in &entries {
                self.fold(entry)?;
            }
        }
        Ok(())
    }

    fn fold(&mut self, stored: &StoredEntry) -> Result<(), FoldError> {
        let seq = self.size();
        if stored.seq != seq {
            return Err(FoldError::Missing(seq));
        }
        if leaf_hash(&stored.bytes) != stored.leaf_hash {
            return Err(FoldError::Altered(seq));
        }
        self.take(&stored.bytes, &mut Addition::default())?;
        Ok(())
    }

    /// Folds the next entry as it was written once, and says what a database needs to hold it.
    pub(crate) fn take(
        &mut self,
        bytes: &[u8],
        addition: &mut Addition,
    ) -> Result<(Record, Option<RequestId>), FoldError> {
        let seq = self.size();
        let hash = leaf_hash(bytes);
        let entry = Entry::parse(bytes).map_err(|_| FoldError::Malformed(seq))?;
        if entry.prev() != self.prev || entry.seq() != seq {
            return Err(FoldError::Broken(seq));
        }
        let time = UnixMillis::new(entry.time().unix_millis());
        let record = Record::parse(seq, time, entry.kind(), entry.actor(), entry.body())
            .map_err(|_| FoldError::Malformed(seq))?;
        self.apply(&record);
        self.grow(hash, &mut addition.nodes);
        self.time = time;
        addition.ids.push(entry.id());
        addition.leaf_hashes.push(hash.as_bytes().to_vec());
        addition.bytes.push(bytes.to_vec());
        addition.time_ms = time.millis();
        let request = self.request_of(&record.event);
        Ok((record, request))
    }

    /// Makes one entry and folds it in.
    pub(crate) fn make(
        &mut self,
        id: Uuid,
        now: UnixMillis,
        actor: &Actor,
        event: Event,
        addition: &mut Addition,
    ) -> Result<Made, ledger::EncodeError> {
        let seq = self.size();
        let actor_json = actor.json();
        let body_json = event.body_json();
        let draft = Draft {
            id,
            kind: event.kind(),
            actor: &actor_json,
            body: &body_json,
        };
        let bytes = encode(&self.prev, seq, Timestamp::new(now.millis()), &draft)?;
        let hash = leaf_hash(&bytes);
        let record = Record {
            seq,
            time: now,
            actor: actor.clone(),
            event,
        };
        self.apply(&record);
        self.grow(hash, &mut addition.nodes);
        self.time = now;
        addition.ids.push(id);
        addition.leaf_hashes.push(hash.as_bytes().to_vec());
        addition.bytes.push(bytes);
        addition.time_ms = now.millis();
        let request = self.request_of(&record.event);
        Ok(Made {
            seq,
            event: record.event,
            request,
        })
    }

    /// An unlawful entry cannot be taken out of an append-only log: it is told, loudly, and every
    /// verifier finds it; the portal goes on.
    fn apply(&mut self, record: &Record) {
        if let Event::GrantIntended { grant, request, .. } = &record.event {
            self.requests.insert(*grant, *request);
        }
        let applied = access::apply(&mut self.state, record);
        self.lawful = applied.is_ok();
        if let Err(violation) = applied {
            tracing::error!(%violation, "an entry breaks the rules");
            if self.unlawful.len() < MOST_UNLAWFUL {
                self.unlawful.push(violation);
            }
        }
    }

    /// Events of a grant name the grant only, and those of a recording the recording.
    fn request_of(&self, event: &Event) -> Option<RequestId> {
        let of_grant = |grant| self.requests.get(&grant).copied();
        let of_recording = |id| self.state.recording(id).map(|found| found.request);
        event
            .request()
            .or_else(|| event.grant().and_then(of_grant))
            .or_else(|| event.recording().and_then(of_recording))
    }

    /// Adds a leaf to the tree, and to `nodes` the root of each tile that it fills.
    fn grow(&mut self, leaf: Hash, nodes: &mut Vec<Node>) {
        self.prev = leaf;
        self.tree.push(leaf);
        let mut hash = leaf;
        for level in 0_u8.. {
            let at = usize::from(level);
            if self.tiles.len() == at {
                self.tiles.push((Tree::new(), 0));
            }
            let (tile, idx) = &mut self.tiles[at];
            tile.push(hash);
            if tile.size() < TILE_WIDTH {
                break;
            }
            hash = tile.root();
            nodes.push(Node {
                level: level + 1,
                idx: *idx,
                hash,
            });
            *tile = Tree::new();
            *idx += 1;
        }
    }
}
