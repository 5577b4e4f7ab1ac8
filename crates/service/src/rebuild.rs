//! The projections held against the entries: what pages show is what the log says, or the rows that are not
//! are named.
//!
//! What was sealed, and which identity of the provider is whom, do not follow from the entries and are not
//! looked at: `fsck` holds openings against their commitments.

use access::event::Event;
use ledger::{Origin, leaf_hash};
use sqlx::PgConnection;

use crate::sequencer::{FoldError, Image};
use crate::store::ledger::{self as store, Addition};
use crate::store::{projection, rebuild};

/// Entries read at a time.
const CHUNK: u64 = 4096;

/// Rows of one table that are named at most, of each kind.
const MOST_NAMED: i64 = 20;

/// A row that is on one side only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// The table.
    pub table: &'static str,
    /// Whether the row is in the table although the entries do not say so; otherwise they do, and it is not.
    pub extra: bool,
    /// The row, as JSON.
    pub row: String,
}

/// What a rebuild found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// How many entries were read.
    pub entries: u64,
    /// Rows that are not what the entries say, at most 20 of each table and kind; none where the tables are the
    /// same.
    pub faults: Vec<RowFault>,
    /// Those of them that are so still: all, unless they were to be put right. People of whom no entry tells stay
    /// for somebody to look at, since the identities that are tied to them are not in the log.
    pub left: Vec<RowFault>,
}

/// Why the projections could not be made again.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The database did not answer as it must.
    #[error("the database did not answer as it must")]
    Database(#[from] sqlx::Error),
    /// The entries do not make a log.
    #[error("the log contradicts itself; run `breakglass fsck`")]
    Fold(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It is another log.
    #[error("the database holds the log {0}")]
    OtherLog(String),
}

impl From<FoldError> for RebuildError {
    fn from(fault: FoldError) -> Self {
        Self::Fold(fault.into())
    }
}

/// Makes every projection again from the entries, in a transaction that nobody else sees, and compares. With
/// `repair`, which takes a superuser, puts what was made in the place of what was there, and compares again.
///
/// # Errors
/// [`RebuildError`]; then nothing was changed.
pub async fn rebuild(
    connection: &mut PgConnection,
    origin: &Origin,
    repair: bool,
) -> Result<Rebuilt, RebuildError> {
    rebuild::begin(connection).await?;
    let head = store::head(&mut *connection).await?;
    if head.origin != origin.as_str() {
        return Err(RebuildError::OtherLog(head.origin));
    }
    let mut image = Image::empty(origin);
    while image.size() < head.size {
        project_some(connection, &mut image, head.size).await?;
    }
    let faults = differences(connection).await?;
    let mut left = faults.clone();
    if repair && !faults.is_empty() {
        rebuild::replace(connection).await?;
        left = differences(connection).await?;
        rebuild::keep(connection).await?;
    } else {
        rebuild::forget(connection).await?;
    }
    Ok(Rebuilt {
        entries: head.size,
        faults,
        left,
    })
}

async fn differences(connection: &mut PgConnection) -> Result<Vec<RowFault>, RebuildError> {
    let mut faults = Vec::new();
    for table in rebuild::TABLES {
        let found = rebuild::differences(connection, table, MOST_NAMED).await?;
        let fault = |extra| move |row| RowFault { table, extra, row };
        faults.extend(found.extra.into_iter().map(fault(true)));
        faults.extend(found.missing.into_iter().map(fault(false)));
    }
    Ok(faults)
}

async fn project_some(
    connection: &mut PgConnection,
    image: &mut Image,
    size: u64,
) -> Result<(), RebuildError> {
    let from = image.size();
    let entries = store::entries(&mut *connection, from, size.min(from + CHUNK)).await?;
    if entries.is_empty() {
        return Err(FoldError::Missing(from).into());
    }
    let mut stories = projection::Stories::default();
    for entry in &entries {
        if leaf_hash(&entry.bytes) != entry.leaf_hash {
            return Err(FoldError::Altered(entry.seq).into());
        }
        let (record, of) = image.take(&entry.bytes, &mut Addition::default())?;
        stories.add(record.seq, of);
        // What was erased is gone already, and is in no projection.
        if !matches!(record.event, Event::OpeningErased { .. }) {
            let at = (record.seq, record.time.millis());
            let lawful = image.was_lawful();
            projection::project(connection, at, &record.actor, &record.event, of, lawful).await?;
        }
    }
    Ok(stories.tell(connection).await?)
}
