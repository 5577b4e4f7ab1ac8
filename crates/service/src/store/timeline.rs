//! Which history of writes PostgreSQL follows.

use sqlx::PgConnection;

use super::corrupt;

/// The cluster's identifier, and the timeline that it writes. A server in recovery has none yet: then
/// PostgreSQL answers with an error that passes.
pub(crate) async fn current(connection: &mut PgConnection) -> Result<(i64, u32), sqlx::Error> {
    // The control file names a new timeline only after a checkpoint; the name of the segment that is
    // written now, at once.
    let row = sqlx::query!(
        r#"select system_identifier as "system!", pg_walfile_name(pg_current_wal_lsn()) as "segment!"
           from pg_control_system()"#
    )
    .fetch_one(connection)
    .await?;
    let timeline = row.segment.get(..8);
    let timeline = timeline.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    Ok((row.system, timeline.ok_or_else(|| corrupt("a timeline"))?))
}
