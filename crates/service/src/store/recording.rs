//! Recordings of what is done while access is open.

use access::event::{RecordingEnd, Way};
use access::ids::{GrantId, RecordingId, RequestId};
use access::time::UnixMillis;
use sqlx::{PgConnection, PgExecutor};

use super::ledger::signed;
use super::{corrupt, word};

/// Notes that a recording began, at this place and time.
pub(super) async fn start(
    connection: &mut PgConnection,
    recording: RecordingId,
    (grant, request): (GrantId, RequestId),
    way: Way,
    (seq, time_ms): (i64, i64),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into recording (id, access_grant, request, way, started_seq, started_ms)
         values ($1, $2, $3, $4, $5, $6)",
        recording.uuid(),
        grant.uuid(),
        request.uuid(),
        word::of(way),
        seq,
        time_ms,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes that a recording is over, and how much there is of it.
pub(super) async fn end(
    connection: &mut PgConnection,
    recording: RecordingId,
    cause: RecordingEnd,
    (actions, chunks): (u32, u32),
    (seq, time_ms): (i64, i64),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update recording
         set ended_seq = $2, ended_ms = $3, end_cause = $4, actions = $5, chunks = $6
         where id = $1",
        recording.uuid(),
        seq,
        time_ms,
        word::of(cause),
        i64::from(actions),
        i64::from(chunks),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A recording as the tables have it.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) id: RecordingId,
    pub(crate) grant: GrantId,
    pub(crate) request: RequestId,
    pub(crate) way: Way,
    pub(crate) started_seq: u64,
    pub(crate) started_at: UnixMillis,
    /// When it ended and why; `None` while it goes on.
    pub(crate) ended: Option<Ended>,
}

/// The end of a recording.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    pub(crate) seq: u64,
    pub(crate) at: UnixMillis,
    pub(crate) cause: RecordingEnd,
}

/// Which recordings.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which {
    /// This one.
    One(RecordingId),
    /// All of a request, the first begun first.
    OfRequest(RequestId),
}

/// Recordings, the first begun first.
pub(crate) async fn list(db: impl PgExecutor<'_>, which: Which) -> Result<Vec<Found>, sqlx::Error> {
    let (one, of_request) = match which {
        Which::One(id) => (Some(id.uuid()), None),
        Which::OfRequest(request) => (None, Some(request.uuid())),
    };
    sqlx::query!(
        "select id, access_grant, request, way, started_seq, started_ms, ended_seq, ended_ms, end_cause
         from recording
         where ($1::uuid is null or id = $1) and ($2::uuid is null or request = $2)
         order by started_seq",
        one,
        of_request,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|row| {
        let ended = match (row.ended_seq, row.ended_ms, row.end_cause) {
            (Some(seq), Some(at), Some(cause)) => Some(Ended {
                seq: seq.try_into().map_err(|_| corrupt("a place"))?,
                at: UnixMillis::new(at),
                cause: word::parse(&cause)?,
            }),
            _ => None,
        };
        Ok(Found {
            id: RecordingId::new(row.id),
            grant: GrantId::new(row.access_grant),
            request: RequestId::new(row.request),
            way: word::parse(&row.way)?,
            started_seq: row.started_seq.try_into().map_err(|_| corrupt("a place"))?,
            started_at: UnixMillis::new(row.started_ms),
            ended,
        })
    })
    .collect()
}

/// Entries of a request's recordings before a place, that are no part of its story: recording, place and bytes, in
/// the order of the log, at most so many.
pub(crate) async fn of_request(
    db: impl PgExecutor<'_>,
    request: RequestId,
    before: u64,
    most: u32,
) -> Result<Vec<(RecordingId, u64, Vec<u8>)>, sqlx::Error> {
    sqlx::query!(
        "select recording.id, ledger_entry.seq, ledger_entry.bytes
         from recording
         join recording_entry on recording_entry.recording = recording.id
         join ledger_entry on ledger_entry.seq = recording_entry.seq
         where recording.request = $1 and ledger_entry.seq < $2
           and not exists (
               select from request_entry story
               where story.request = $1 and story.seq = ledger_entry.seq)
         order by ledger_entry.seq limit $3",
        request.uuid(),
        signed(before),
        i64::from(most),
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|row| {
        let seq = row.seq.try_into().map_err(|_| corrupt("a place"))?;
        Ok((RecordingId::new(row.id), seq, row.bytes))
    })
    .collect()
}

/// Entries of a recording from a place in the log on, at most so many, in order: place and bytes.
pub(crate) async fn entries(
    db: impl PgExecutor<'_>,
    recording: RecordingId,
    from: u64,
    most: u32,
) -> Result<Vec<(u64, Vec<u8>)>, sqlx::Error> {
    sqlx::query!(
        "select ledger_entry.seq, ledger_entry.bytes
         from recording_entry join ledger_entry on ledger_entry.seq = recording_entry.seq
         where recording_entry.recording = $1 and recording_entry.seq >= $2
         order by recording_entry.seq limit $3",
        recording.uuid(),
        signed(from),
        i64::from(most),
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|row| {
        let seq = row.seq.try_into().map_err(|_| corrupt("a place"))?;
        Ok((seq, row.bytes))
    })
    .collect()
}
