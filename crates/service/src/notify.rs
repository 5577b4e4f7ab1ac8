//! Word of change, from the replica that wrote it to every page on every replica: NOTIFY after the
//! commit, LISTEN in every process, a broadcast to the open pages.

use access::ids::RequestId;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use std::time::Duration;
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

use crate::line::{Line, timely};
use crate::store::ledger as store;

/// The channel's name in PostgreSQL.
const CHANNEL: &str = "breakglass";

/// Requests named in one message; PostgreSQL takes 8,000 bytes and an id has 36.
const MOST_NAMED: usize = 200;

/// Changes that a page may be behind before it is told to look at everything.
const BACKLOG: usize = 1024;

/// Something changed; pages that show it may want to look again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Which request; `None` where the log grew by entries that belong to none.
    pub request: Option<RequestId>,
    /// How many entries the log has now.
    pub size: u64,
}

pub(crate) fn channel() -> broadcast::Sender<Change> {
    broadcast::channel(BACKLOG).0
}

/// What one batch changed: these requests, in a log that now has `size` entries.
#[derive(Debug)]
pub(crate) struct Changed {
    pub(crate) requests: Vec<RequestId>,
    pub(crate) size: u64,
}

/// Tells every replica what was published, until nobody publishes any more. What comes while one
/// message is under way goes into the next. Failing is logged only: the entries stand, and pages
/// reload by themselves when their stream ends.
pub(crate) async fn tell(pool: PgPool, mut published: mpsc::UnboundedReceiver<Changed>) {
    let mut line = Line::new(pool);
    let mut waiting = Vec::new();
    while published.recv_many(&mut waiting, MOST_NAMED).await > 0 {
        for payload in payloads(waiting.drain(..)) {
            if let Err(fault) = send(&mut line, &payload).await {
                line.cut();
                tracing::warn!(%fault, "the pages were not told of a change");
            }
        }
    }
}

async fn send(line: &mut Line, payload: &str) -> Result<(), sqlx::Error> {
    timely(store::notify(line.get().await?, payload)).await
}

/// The newest size and all requests, in as many messages as they need; one where there are none.
fn payloads(changes: impl Iterator<Item = Changed>) -> Vec<String> {
    let mut size = 0;
    let mut requests = Vec::new();
    for changed in changes {
        size = size.max(changed.size);
        requests.extend(changed.requests);
    }
    requests.sort_unstable();
    requests.dedup();
    if requests.is_empty() {
        return vec![size.to_string()];
    }
    requests
        .chunks(MOST_NAMED)
        .map(|named| {
            named.iter().fold(size.to_string(), |payload, request| {
                format!("{payload} {request}")
            })
        })
        .collect()
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
    use uuid::Uuid;

    use super::*;

    #[test]
    fn every_request_is_told_once_with_the_newest_size() {
        let requests: Vec<RequestId> = (0..450).map(|_| RequestId::new(Uuid::new_v4())).collect();
        let changed = |requests: &[RequestId], size| Changed {
            requests: requests.to_vec(),
            size,
        };
        let published = [changed(&requests, 9), changed(&requests[..10], 8)];
        let told = payloads(published.into_iter());
        assert!(told.iter().all(|payload| payload.len() < 8000));
        let mut named: Vec<_> = told.iter().flat_map(|payload| parse(payload)).collect();
        assert!(named.iter().all(|change| change.size == 9));
        named.sort_unstable_by_key(|change| change.request);
        let mut sorted = requests;
        sorted.sort_unstable();
        let named: Vec<_> = named.iter().filter_map(|change| change.request).collect();
        assert_eq!(named, sorted);
        assert_eq!(payloads([changed(&[], 7)].into_iter()), ["7"]);
    }

    #[test]
    fn a_message_names_its_requests_or_none() {
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
