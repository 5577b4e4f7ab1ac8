//! The log as bytes: checkpoint, tiles, bundles. Nothing is re-serialised on the way out.

use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use ledger::policy::Policy;
use ledger::receipt::Receipt;
use ledger::rotation::KeyHistory;
use ledger::{Origin, SignedCheckpoint, TilePath, bundle};
use sqlx::PgPool;

use crate::cosign::{believed, with_good_lines};
use crate::error::Error;
use crate::proof;
use crate::store::{cosignature, ledger as store};

/// Entries in a full tile or bundle.
const TILE_WIDTH: u64 = 256;

/// Bundles read from the database for one piece of a stream.
const BUNDLES_A_PIECE: u64 = 8;

/// Leaf hashes read from the database for one piece of a stream: half a megabyte.
const HASHES_A_PIECE: u64 = 1 << 14;

/// Reads the log for those who check it.
#[derive(Debug, Clone)]
pub struct LedgerReader {
    pool: PgPool,
    origin: Origin,
    /// The newest last.
    keys: KeyHistory,
    trust: Option<Policy>,
}

impl LedgerReader {
    pub(crate) fn new(
        pool: PgPool,
        origin: Origin,
        keys: KeyHistory,
        trust: Option<Policy>,
    ) -> Self {
        Self {
            pool,
            origin,
            keys,
            trust,
        }
    }

    /// The log's name.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The key that signs, as a vkey. A claim: whoever checks must know it from elsewhere.
    pub fn vkey(&self) -> String {
        self.keys
            .keys()
            .last()
            .map(ToString::to_string)
            .unwrap_or_default()
    }

    /// The keys that sign or have signed the log, and which signs what.
    pub(crate) fn keys(&self) -> &KeyHistory {
        &self.keys
    }

    /// How many entries the newest signed checkpoint covers.
    ///
    /// # Errors
    /// [`Error::NotFound`] before the first; [`Error::Unavailable`] where the database does not
    /// answer.
    pub async fn size(&self) -> Result<u64, Error> {
        let newest = store::newest_checkpoint(&self.pool).await?;
        newest.map(|(size, _)| size).ok_or(Error::NotFound)
    }

    /// The newest signed checkpoint: its size and the note, with the cosignatures that have come.
    ///
    /// # Errors
    /// As [`size`](Self::size).
    pub async fn checkpoint(&self) -> Result<(u64, String), Error> {
        let newest = store::newest_checkpoint(&self.pool).await?;
        let (size, mut note) = newest.ok_or(Error::NotFound)?;
        if let Some(policy) = &self.trust {
            let lines = cosignature::of_size(&self.pool, size).await?;
            note = with_good_lines(note, lines, policy);
        }
        Ok((size, note))
    }

    /// The newest checkpoint that the portal's trust policy believes, with the cosignatures that make
    /// it so. On a busy log it is a little older than the newest of all.
    ///
    /// # Errors
    /// [`Error::NotFound`] before the first, or without a policy that asks for witnesses;
    /// [`Error::Unavailable`] where the database does not answer.
    pub async fn witnessed(&self) -> Result<String, Error> {
        let policy = self.trust.as_ref().ok_or(Error::NotFound)?;
        let note = cosignature::witnessed(&self.pool).await?;
        let note = note.ok_or(Error::NotFound)?;
        match believed(policy, &self.keys, &note) {
            Some(_) => Ok(note),
            None => Err(Error::NotFound),
        }
    }

    /// The receipt of one entry (C2SP tlog-proof), by the newest signed checkpoint. The entry is not in it.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the checkpoint does not cover it; [`Error::Unavailable`] where the database does not
    /// answer.
    pub async fn receipt(&self, seq: u64) -> Result<String, Error> {
        let (size, note) = self.checkpoint().await?;
        if seq >= size {
            return Err(Error::NotFound);
        }
        let mut connection = self.pool.acquire().await?;
        let proof = proof::inclusion(&mut connection, seq, size).await?;
        let checkpoint = SignedCheckpoint::parse(note.as_bytes());
        let checkpoint = checkpoint.map_err(|fault| Error::internal(&fault))?;
        let receipt = Receipt::new(seq, proof, checkpoint);
        let receipt = receipt.map_err(|fault| Error::internal(&fault))?;
        Ok(receipt.to_string())
    }

    /// A tile or bundle; `None` where the newest checkpoint does not cover it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the database does not answer.
    pub async fn tile(&self, path: &TilePath) -> Result<Option<Vec<u8>>, Error> {
        let size = self.size().await?;
        if !path.exists_in(size) {
            return Ok(None);
        }
        let (TilePath::Hashes { index, width, .. } | TilePath::Entries { index, width }) = *path;
        // A path that exists in a log of 2^63 entries has room for these.
        let from = index * TILE_WIDTH;
        let to = from + u64::from(width);
        let bytes = match path {
            TilePath::Entries { .. } => {
                let mut bytes = Vec::new();
                for entry in store::entries(&self.pool, from, to).await? {
                    bundle::push(&mut bytes, &entry.bytes)
                        .map_err(|fault| Error::internal(&fault))?;
                }
                bytes
            }
            TilePath::Hashes { level: 0, .. } => {
                concat(&store::leaf_hashes(&self.pool, from, to).await?)
            }
            TilePath::Hashes { level, .. } => {
                concat(&store::nodes(&self.pool, *level, from, to).await?)
            }
        };
        Ok(Some(bytes))
    }

    /// The entries `from..to` as bundles end to end, in pieces. The caller has checked `to` against
    /// the checkpoint; where the database holds fewer, the stream ends early and the reader sees it.
    pub fn stream(&self, from: u64, to: u64) -> BoxStream<'static, Result<Vec<u8>, Error>> {
        let pool = self.pool.clone();
        stream::try_unfold(from, move |at| {
            let pool = pool.clone();
            async move {
                if at >= to {
                    return Ok(None);
                }
                let until = to.min(at + TILE_WIDTH * BUNDLES_A_PIECE);
                let mut bytes = Vec::new();
                for entry in store::entries(&pool, at, until).await? {
                    bundle::push(&mut bytes, &entry.bytes)
                        .map_err(|fault| Error::internal(&fault))?;
                }
                Ok(Some((bytes, until)))
            }
        })
        .boxed()
    }

    /// The leaf hashes `from..to` end to end, in pieces, as [`stream`](Self::stream) gives the entries.
    pub fn leaf_hashes(&self, from: u64, to: u64) -> BoxStream<'static, Result<Vec<u8>, Error>> {
        let pool = self.pool.clone();
        stream::try_unfold(from, move |at| {
            let pool = pool.clone();
            async move {
                if at >= to {
                    return Ok(None);
                }
                let until = to.min(at + HASHES_A_PIECE);
                let hashes = store::leaf_hashes(&pool, at, until).await?;
                Ok(Some((concat(&hashes), until)))
            }
        })
        .boxed()
    }
}

fn concat(hashes: &[ledger::Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}
