//! What was sealed, against the commitments in the entries. A text that is not there is no fault: it may
//! have been erased, or the database restored from the log alone.

use std::collections::BTreeMap;

use ledger::{Entry, Opening, SealedField};
use serde_json::value::RawValue;
use sqlx::PgConnection;

use super::{CHUNK, unsigned};
use crate::fsck::{Fault, Faults, FsckError};
use crate::store::inspect::{self, OpeningRow};

/// Checks every text that is kept, where the role may read them.
pub(super) async fn check(
    connection: &mut PgConnection,
    faults: &mut Faults,
) -> Result<(), FsckError> {
    if !inspect::may_read_openings(connection).await? {
        return Ok(());
    }
    let mut after = (i64::MIN, String::new());
    loop {
        let rows = inspect::openings(connection, (after.0, &after.1), CHUNK).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = (last.seq, last.field.clone());
        for row in rows {
            if !agrees(&row) {
                faults.add(Fault::Opening {
                    seq: unsigned(row.seq),
                    field: row.field,
                });
            }
        }
    }
}

/// Whether the entry has a commitment of that name, and the text, if it is there, is what was sealed.
fn agrees(row: &OpeningRow) -> bool {
    let Some(sealed) = row
        .entry
        .as_deref()
        .and_then(|entry| sealed(entry, &row.field))
    else {
        return false;
    };
    match (&row.salt, &row.bytes) {
        (Some(salt), Some(bytes)) => <[u8; 32]>::try_from(salt.as_slice())
            .is_ok_and(|salt| Opening::new(salt, bytes.clone()).matches(&sealed)),
        (salt, bytes) => salt.is_none() && bytes.is_none(),
    }
}

fn sealed(entry: &[u8], field: &str) -> Option<SealedField> {
    let entry = Entry::parse(entry).ok()?;
    let members: BTreeMap<&str, &RawValue> = serde_json::from_str(entry.body()).ok()?;
    serde_json::from_str(members.get(field)?.get()).ok()
}
