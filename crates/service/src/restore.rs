//! The portal's database made anew from a copy of the log: its entries byte for byte, its tree, its
//! newest checkpoint, and the tables that follow from the entries.
//!
//! What was sealed is not in the log: reasons, notes and proofs are gone, and so is which identity of
//! the provider is whom. Who signs in again is a new person.

use ledger::{Origin, TilePath, VerifierKey, bundle};
use sqlx::{PgConnection, PgPool};

use crate::fsck::{Files, FsckError, ReadError, Report, check_tiles};
use crate::sequencer::{FoldError, Image};
use crate::store::ledger::{self as store, Addition};
use crate::store::projection;

/// Why a database was not restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The copy is not what was signed; the report says where.
    #[error("the copy is not sound: {} faults; run `breakglass fsck` on it", .0.faults.len())]
    NotSound(Box<Report>),
    /// The copy could not be checked.
    #[error(transparent)]
    Check(#[from] FsckError),
    /// The copy could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The database did not answer as it must.
    #[error("the database did not take it; is it one that `breakglass migrate` made?")]
    Database(#[from] sqlx::Error),
    /// An entry of the copy is none.
    #[error("the copy's entries do not make a log")]
    Fold(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There is something else in the database already.
    #[error(
        "the database holds {0} entries that are not a beginning of the copy: restore into an empty one"
    )]
    OtherLog(u64),
}

impl From<FoldError> for RestoreError {
    fn from(fault: FoldError) -> Self {
        Self::Fold(fault.into())
    }
}

/// Restores the log below `files`, which is checked first, into the database behind `pool`. Signs in
/// as the portal's own role, and does nothing that the portal may not. Where it broke off, it goes on.
/// Returns what the check found: how many entries, under which root.
///
/// # Errors
/// [`RestoreError`]; what was restored by then is a beginning of the log.
pub async fn restore(
    pool: &PgPool,
    files: &impl Files,
    origin: &Origin,
    key: &VerifierKey,
) -> Result<Report, RestoreError> {
    let report = check_tiles(files, origin, key).await?;
    if !report.faults.is_empty() {
        return Err(RestoreError::NotSound(report.into()));
    }
    store::open(pool, origin.as_str()).await?;
    // Its own: a fault leaves it within a transaction.
    let mut connection = pool.acquire().await?.detach();
    let there = store::head(&mut connection).await?;
    if there.origin != origin.as_str() {
        return Err(RestoreError::OtherLog(there.size));
    }
    let mut image = Image::empty(origin);
    if there.size == 0 {
        check_beginning(&image, &there)?;
    }
    let mut index = 0;
    while let Some(path) = TilePath::entries_in(report.size, index) {
        index += 1;
        let entries = bundle_at(files, &path).await?;
        restore_bundle(&mut connection, &mut image, &entries, &there).await?;
    }
    if image.size() < there.size {
        return Err(RestoreError::OtherLog(there.size));
    }
    if let Some(note) = &report.newest {
        store::publish(&mut connection, report.signed, note).await?;
    }
    Ok(report)
}

/// A bundle of the copy, which was read and found sound a moment ago.
async fn bundle_at(files: &impl Files, path: &TilePath) -> Result<Vec<Vec<u8>>, RestoreError> {
    let name = path.to_string();
    let gone = || ReadError {
        name: name.clone(),
        source: "it was there when it was checked".into(),
    };
    let bytes = files.get(&name).await?.ok_or_else(gone)?;
    bundle::split(&bytes)
        .map(|entry| entry.map(<[u8]>::to_vec))
        .collect::<Result<_, _>>()
        .map_err(|fault| RestoreError::Fold(fault.into()))
}

/// Folds one bundle, and adds to the database what of it is not there yet, in one transaction.
async fn restore_bundle(
    connection: &mut PgConnection,
    image: &mut Image,
    entries: &[Vec<u8>],
    there: &store::Head,
) -> Result<(), RestoreError> {
    let mut entries = entries.iter();
    for entry in entries
        .by_ref()
        .take(usize::try_from(there.size.saturating_sub(image.size())).unwrap_or(usize::MAX))
    {
        image.take(entry, &mut Addition::default())?;
        check_beginning(image, there)?;
    }
    if entries.len() == 0 {
        return Ok(());
    }
    let head = store::begin_at_head(connection).await?;
    if head.size != image.size() || head.root != image.root() {
        return Err(RestoreError::OtherLog(head.size));
    }
    let mut addition = Addition::default();
    let mut stories = projection::Stories::default();
    let mut records = Vec::new();
    for entry in entries {
        let (record, of) = image.take(entry, &mut addition)?;
        stories.add(record.seq, of);
        records.push((record, of, image.was_lawful()));
    }
    store::append(
        connection,
        &head,
        &image.root(),
        image.frontier(),
        &addition,
    )
    .await?;
    for (record, of, lawful) in &records {
        let at = (record.seq, record.time.millis());
        projection::project(connection, at, &record.actor, &record.event, *of, *lawful).await?;
    }
    stories.tell(connection).await?;
    Ok(store::commit(connection).await?)
}

/// What is in the database already must be a beginning of the copy.
fn check_beginning(image: &Image, there: &store::Head) -> Result<(), RestoreError> {
    if image.size() == there.size && image.root() != there.root {
        return Err(RestoreError::OtherLog(there.size));
    }
    Ok(())
}
