//! Sessions past their limits leave the database.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::Sessions;

/// How often. A session past its limits counts no longer anyway; this only keeps the tables small.
const EVERY: Duration = Duration::from_secs(300);

/// Deletes expired sessions until told to stop.
pub async fn sweep(sessions: Sessions, stop: CancellationToken) {
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        match sessions.index.sweep(sessions.limits).await {
            Ok(0) => {}
            Ok(deleted) => tracing::debug!(deleted, "expired sessions deleted"),
            Err(error) => tracing::warn!(%error, "expired sessions could not be deleted"),
        }
    }
}
