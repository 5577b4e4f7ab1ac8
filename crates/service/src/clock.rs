//! The only place where the use cases read the time.

use access::time::UnixMillis;
use time::OffsetDateTime;

/// Now, by this machine's clock. Entries never run backwards all the same: the sequencer takes the
/// later of this and the newest entry's time.
pub(crate) fn now() -> UnixMillis {
    let millis = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
    UnixMillis::new(i64::try_from(millis).unwrap_or(i64::MAX))
}
