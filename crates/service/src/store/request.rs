//! Requests, their sign-offs, reviews and stories, for pages.

use access::digest::Digest;
use access::ids::{PersonId, RequestId};
use access::time::UnixMillis;
use access::view::{RequestRow, ReviewView, SignOffView};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::{corrupt, opening, person, word};

/// Which requests.
#[derive(Debug, Default)]
pub(crate) struct Filter<'a> {
    /// These; all where `None`.
    pub(crate) ids: Option<&'a [RequestId]>,
    pub(crate) requester: Option<PersonId>,
    pub(crate) which: Which,
    /// The newest so many; all where `None`.
    pub(crate) limit: Option<i64>,
}

/// How far they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Which {
    #[default]
    All,
    /// Something may still come of them, or their access stands.
    GoingOn,
    /// All others.
    Over,
}

/// A row, without what the rules alone know of it, and what only the request's own page needs.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) row: RequestRow,
    pub(crate) policy_version: i32,
    pub(crate) statement_sha256: Digest,
    /// The entry whose texts it says now.
    pub(crate) said_seq: u64,
}

/// Requests, newest first.
pub(crate) async fn list(
    db: impl PgExecutor<'_>,
    filter: &Filter<'_>,
) -> Result<Vec<Found>, sqlx::Error> {
    let ids: Option<Vec<Uuid>> = filter
        .ids
        .map(|ids| ids.iter().copied().map(RequestId::uuid).collect());
    let goes_on = match filter.which {
        Which::All => None,
        Which::GoingOn => Some(true),
        Which::Over => Some(false),
    };
    let rows = sqlx::query!(
        r#"select request.id, request.mode, request.state, request.resource, request.policy,
                  request.policy_version, request.requester, request.urgency, request.duration_s,
                  request.statement, request.submitted_seq, request.submitted_ms,
                  request.lapses_ms, request.approvals,
                  name.bytes as "name?",
                  reason.salt as "reason_salt?", reason.bytes as "reason?", entry.bytes as entry,
                  request.said_seq, request.start_ms,
                  (select sum((stage ->> 'n')::int)
                   from jsonb_array_elements(policy_version.document::jsonb #> '{approval,stages}')
                        as t (stage)) as "needed!"
           from request
           join person on person.id = request.requester
           join ledger_entry entry on entry.seq = request.said_seq
           join policy_version on policy_version.name = request.policy
                and policy_version.version = request.policy_version
           left join opening name on name.seq = person.registered_seq and name.field = 'name'
           left join opening reason on reason.seq = request.said_seq
                and reason.field = 'reason'
           left join access_grant on access_grant.request = request.id
           where ($1::uuid[] is null or request.id = any ($1))
             and ($2::uuid is null or request.requester = $2)
             and ($3::bool is null or $3 = (request.state in ('submitted', 'approved')
                  or coalesce(access_grant.state in ('intended', 'active'), false)))
           order by request.submitted_seq desc
           limit $4"#,
        ids.as_deref(),
        filter.requester.map(PersonId::uuid),
        goes_on,
        filter.limit,
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Found {
                row: RequestRow {
                    id: RequestId::new(row.id),
                    mode: word::parse(&row.mode)?,
                    state: word::parse(&row.state)?,
                    resource: row.resource.parse().map_err(|_| corrupt("a resource"))?,
                    policy: row.policy.parse().map_err(|_| corrupt("a policy's name"))?,
                    requester: person::view(row.requester, row.name),
                    urgency: word::parse(&row.urgency)?,
                    duration_s: row
                        .duration_s
                        .try_into()
                        .map_err(|_| corrupt("a duration"))?,
                    reason: opening::opened(&row.entry, "reason", row.reason_salt, row.reason),
                    submitted_at_ms: UnixMillis::new(row.submitted_ms),
                    lapses_at_ms: UnixMillis::new(row.lapses_ms),
                    approvals: row.approvals.try_into().map_err(|_| corrupt("a count"))?,
                    needed: row.needed.try_into().map_err(|_| corrupt("a policy"))?,
                    start_at_ms: row.start_ms.map(UnixMillis::new),
                    ratification: None,
                },
                policy_version: row.policy_version,
                statement_sha256: Digest::new(
                    row.statement.try_into().map_err(|_| corrupt("a digest"))?,
                ),
                said_seq: row.said_seq.try_into().map_err(|_| corrupt("a place"))?,
            })
        })
        .collect()
}

/// Who has signed, oldest first.
pub(crate) async fn sign_offs(
    db: impl PgExecutor<'_>,
    request: RequestId,
) -> Result<Vec<SignOffView>, sqlx::Error> {
    sqlx::query!(
        r#"select sign_off.person, sign_off.decision, sign_off.at_ms, sign_off.seq, sign_off.stage,
                  sign_off.void, sign_off.on_behalf_of, absent.bytes as "absent?",
                  name.bytes as "name?", note.bytes as "note?"
           from sign_off
           join person on person.id = sign_off.person
           left join person away on away.id = sign_off.on_behalf_of
           left join opening absent on absent.seq = away.registered_seq and absent.field = 'name'
           left join opening name on name.seq = person.registered_seq and name.field = 'name'
           left join opening note on note.seq = sign_off.seq and note.field = 'note'
           where sign_off.request = $1
           order by sign_off.seq"#,
        request.uuid(),
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|row| {
        Ok(SignOffView {
            person: person::view(row.person, row.name),
            on_behalf_of: row.on_behalf_of.map(|away| person::view(away, row.absent)),
            seq: row.seq.try_into().map_err(|_| corrupt("a place"))?,
            stage: row.stage.try_into().map_err(|_| corrupt("a stage"))?,
            void: row.void,
            decision: word::parse(&row.decision)?,
            note: row
                .note
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
            at_ms: UnixMillis::new(row.at_ms),
        })
    })
    .collect()
}

/// Requests that somebody has said yes or no to since a moment, in milliseconds since 1970. Looks at the newest
/// sign-offs only: their times never fall.
pub(crate) async fn signed_since(
    db: impl PgExecutor<'_>,
    since_ms: i64,
) -> Result<Vec<RequestId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "select distinct request from sign_off
         where not void and seq > coalesce(
             (select older.seq from sign_off older where older.at_ms < $1
              order by older.seq desc limit 1), -1)",
        since_ms,
    )
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(RequestId::new).collect())
}

/// The review, if there is one.
pub(crate) async fn review(
    db: impl PgExecutor<'_>,
    request: RequestId,
) -> Result<Option<ReviewView>, sqlx::Error> {
    sqlx::query!(
        r#"select review.person, review.verdict, review.at_ms,
                  name.bytes as "name?", note.bytes as "note?"
           from review
           join person on person.id = review.person
           left join opening name on name.seq = person.registered_seq and name.field = 'name'
           left join opening note on note.seq = review.seq and note.field = 'note'
           where review.request = $1"#,
        request.uuid(),
    )
    .fetch_optional(db)
    .await?
    .map(|row| {
        Ok(ReviewView {
            person: person::view(row.person, row.name),
            verdict: word::parse(&row.verdict)?,
            findings: None,
            note: row
                .note
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
            at_ms: UnixMillis::new(row.at_ms),
        })
    })
    .transpose()
}

/// The entries that tell a request's story, oldest first: place and bytes.
pub(crate) async fn story(
    db: impl PgExecutor<'_>,
    request: RequestId,
) -> Result<Vec<(u64, Vec<u8>)>, sqlx::Error> {
    sqlx::query!(
        "select ledger_entry.seq, ledger_entry.bytes
         from request_entry join ledger_entry on ledger_entry.seq = request_entry.seq
         where request_entry.request = $1 order by ledger_entry.seq",
        request.uuid(),
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|row| {
        Ok((
            row.seq.try_into().map_err(|_| corrupt("a place"))?,
            row.bytes,
        ))
    })
    .collect()
}

/// Undecided or unopened requests whose time has passed.
pub(crate) async fn overdue(
    db: impl PgExecutor<'_>,
    now: UnixMillis,
) -> Result<Vec<RequestId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "select id from request where state in ('submitted', 'approved') and lapses_ms <= $1
         order by lapses_ms limit 200",
        now.millis(),
    )
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(RequestId::new).collect())
}
