//! Policies that somebody at a shell wants proposed, on their way to the running portal.

use sqlx::PgExecutor;
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

/// Those that wait, at most 20.
pub(crate) async fn waiting(db: impl PgExecutor<'_>) -> Result<Vec<(Uuid, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        "select id, document from policy_draft where proposal_seq is null and refused is null limit 20"
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.document)).collect())
}

pub(crate) async fn settle(
    db: impl PgExecutor<'_>,
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
    .execute(db)
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
