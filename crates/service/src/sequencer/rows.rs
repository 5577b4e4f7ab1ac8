//! What a batch writes beside its entries, in their transaction: openings, projections, identities.

use sqlx::PgConnection;

use super::batch::BatchEntry;
use super::{Appended, Outcome, Pending};
use crate::store::ledger as store;
use crate::store::{opening, projection};

pub(super) async fn project(
    connection: &mut PgConnection,
    batch: &[Pending],
    entries: &[BatchEntry],
) -> Result<(), sqlx::Error> {
    let (mut requests, mut seqs) = (Vec::new(), Vec::new());
    for entry in entries {
        let made = &entry.made;
        let actor = &batch[entry.place].proposal.actor;
        // What is written here was decided by the rules.
        let at = (made.seq, entry.time.millis());
        projection::project(connection, at, actor, &made.event, true).await?;
        if let Some(request) = made.request {
            requests.push(request.uuid());
            seqs.push(store::signed(made.seq));
        }
    }
    projection::tell(connection, &requests, &seqs).await
}

pub(super) async fn seal_openings(
    connection: &mut PgConnection,
    batch: &[Pending],
    outcomes: &[Outcome],
) -> Result<(), sqlx::Error> {
    for (pending, outcome) in batch.iter().zip(outcomes) {
        let Ok(Appended { entries }) = outcome else {
            continue;
        };
        let Some((seq, _)) = entries.first() else {
            continue;
        };
        for (field, open) in &pending.proposal.openings {
            opening::insert(connection, *seq, field, open).await?;
        }
    }
    Ok(())
}

pub(super) async fn tie_identities(
    connection: &mut PgConnection,
    batch: &[Pending],
    outcomes: &[Outcome],
) -> Result<(), sqlx::Error> {
    for (pending, outcome) in batch.iter().zip(outcomes) {
        if let (Some(tied), Ok(Appended { .. })) = (&pending.proposal.identity, outcome) {
            projection::tie_identity(connection, &tied.issuer, &tied.subject, tied.person).await?;
        }
    }
    Ok(())
}
