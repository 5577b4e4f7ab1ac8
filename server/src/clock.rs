//! The one place where this crate asks what time it is.

use time::OffsetDateTime;

/// Seconds since 1970.
pub(crate) fn now_s() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}
