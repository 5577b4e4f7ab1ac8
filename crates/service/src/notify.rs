//! Word of change, from the replica that wrote it to every page on every replica: NOTIFY after the
//! commit, LISTEN in every process, a broadcast to the open pages.

use access::ids::RequestId;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::store::ledger as store;

/// The channel's name in PostgreSQL.
const CHANNEL: &str = "breakglass";

/// Requests named in one message; PostgreSQL takes 8,000 bytes and an id has 36. More change
/// "anything".
const MOST_NAMED: usize = 200;

/// Changes that a page may be behind before it is told to look at everything.
const BACKLOG: usize = 1024;

/// Something changed; pages that show it may want to look again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Which request; `None` for anything.
    pub request: Option<RequestId>,
    /// How many entries the log has now.
    pub size: u64,
}

pub(crate) fn channel() -> broadcast::Sender<Change> {
    broadcast::channel(BACKLOG).0
}

/// Tells every replica. Failing is logged only: the entries stand, and pages reload by themselves
/// when their stream ends.
pub(crate) async fn tell(pool: &PgPool, requests: &[RequestId], size: u64) {
    let mut payload = size.to_string();
    if requests.len() <= MOST_NAMED {
        for request in requests {
            payload.push(' ');
            payload.push_str(&request.to_string());
        }
    }
    if let Err(fault) = store::notify(pool, &payload).await {
        tracing::warn!(%fault, "the pages were not told of a change");
    }
}

/// Passes on what any replica tells, until `shutdown`. Reconnects by itself.
pub(crate) async fn listen(
    pool: PgPool,
    changes: broadcast::Sender<Change>,
    shutdown: CancellationToken,
) {
    let work = async {
        loop {
            if let Err(fault) = pass_on(&pool, &changes).await {
                tracing::warn!(%fault, "listening for changes failed; trying again");
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = work => {}
    }
}

async fn pass_on(pool: &PgPool, changes: &broadcast::Sender<Change>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        let notification = listener.recv().await?;
        for change in parse(notification.payload()) {
            // Nobody may be looking.
            let _ = changes.send(change);
        }
    }
}

fn parse(payload: &str) -> Vec<Change> {
    let mut words = payload.split(' ');
    let Some(size) = words.next().and_then(|word| word.parse().ok()) else {
        return Vec::new();
    };
    let requests: Vec<RequestId> = words.filter_map(|word| word.parse().ok()).collect();
    if requests.is_empty() {
        return vec![Change {
            request: None,
            size,
        }];
    }
    requests
        .into_iter()
        .map(|request| Change {
            request: Some(request),
            size,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_its_requests_or_anything() {
        let id = "0b0e1f5c-7f5e-4a0c-8d7e-0a1b2c3d4e5f";
        assert_eq!(
            parse("7"),
            [Change {
                request: None,
                size: 7
            }]
        );
        assert_eq!(
            parse(&format!("8 {id}")),
            [Change {
                request: Some(id.parse().expect("a UUID")),
                size: 8
            }]
        );
        assert_eq!(parse("nonsense"), []);
    }
}
