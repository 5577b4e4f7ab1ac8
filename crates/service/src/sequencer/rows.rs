//! What a batch writes beside its entries, in their transaction: openings, projections, identities.

use sqlx::PgConnection;

use super::batch::BatchEntry;
use super::{Appended, Outcome, Pending};
use crate::store::{opening, projection};

pub(super) async fn project(
    connection: &mut PgConnection,
    batch: &[Pending],
    entries: &[BatchEntry],
) -> Result<(), sqlx::Error> {
    let mut stories = projection::Stories::default();
    for entry in entries {
        let made = &entry.made;
        let actor = &batch[entry.place].proposal.actor;
        // What is written here was decided by the rules.
        let at = (made.seq, entry.time.millis());
        projection::project(connection, at, actor, &made.event, made.of, true).await?;
        stories.add(made.seq, made.of);
    }
    stories.tell(connection).await
}

pub(super) async fn seal_openings(
    connection: &mut PgConnection,
    batch: &[Pending],
    outcomes: &[Outcome],
) -> Result<(), sqlx::Error> {
    let mut sealed = Vec::new();
    for (pending, outcome) in batch.iter().zip(outcomes) {
        if let Ok(Appended { entries }) = outcome
            && let Some((seq, _)) = entries.first()
        {
            let openings = pending.proposal.openings.iter();
            sealed.extend(openings.map(|(field, open)| (*seq, *field, open)));
        }
    }
    opening::insert(connection, &sealed).await
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
