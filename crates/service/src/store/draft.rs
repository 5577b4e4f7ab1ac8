//! Policies that somebody at a shell wants proposed, on their way to the running portal.

use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// What became of one.
#[derive(Debug)]
pub(crate) enum Outcome {
    Waits,
    Proposed(u64),
    Refused(String),
}

pub(crate) async fn hand_in(
    db: impl PgExecutor<'_>,
    id: Uuid,
    document: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into policy_draft (id, document) values ($1, $2)",
        id,
        document
    )
    .execute(db)
    .await
    .map(drop)
}

/// One that waits, for this transaction alone: no other portal takes it before that ends.
pub(crate) async fn claim(
    transaction: &mut PgConnection,
) -> Result<Option<(Uuid, String)>, sqlx::Error> {
    let row = sqlx::query!(
        "select id, document from policy_draft where proposal_seq is null and refused is null
         limit 1 for update skip locked"
    )
    .fetch_optional(transaction)
    .await?;
    Ok(row.map(|row| (row.id, row.document)))
}

/// Takes one back that waits; whether it did. One that a portal is proposing stays.
pub(crate) async fn take_back(db: impl PgExecutor<'_>, id: Uuid) -> Result<bool, sqlx::Error> {
    let gone = sqlx::query!(
        "delete from policy_draft where id in (
             select id from policy_draft
             where id = $1 and proposal_seq is null and refused is null
             for update skip locked)",
        id
    )
    .execute(db)
    .await?;
    Ok(gone.rows_affected() > 0)
}

pub(crate) async fn settle(
    transaction: &mut PgConnection,
    id: Uuid,
    outcome: Result<i64, String>,
) -> Result<(), sqlx::Error> {
    let (seq, refused) = match outcome {
        Ok(seq) => (Some(seq), None),
        Err(refused) => (None, Some(refused)),
    };
    sqlx::query!(
        "update policy_draft set proposal_seq = $2, refused = $3 where id = $1",
        id,
        seq,
        refused,
    )
    .execute(transaction)
    .await
    .map(drop)
}

pub(crate) async fn outcome(db: impl PgExecutor<'_>, id: Uuid) -> Result<Outcome, sqlx::Error> {
    let row = sqlx::query!(
        "select proposal_seq, refused from policy_draft where id = $1",
        id
    )
    .fetch_one(db)
    .await?;
    Ok(match (row.proposal_seq.map(u64::try_from), row.refused) {
        (Some(Ok(seq)), _) => Outcome::Proposed(seq),
        (_, Some(refused)) => Outcome::Refused(refused),
        _ => Outcome::Waits,
    })
}

pub(crate) async fn forget(db: impl PgExecutor<'_>, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from policy_draft where id = $1", id)
        .execute(db)
        .await
        .map(drop)
}
