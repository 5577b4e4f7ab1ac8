//! `GET /events`: a page learns that something it may see has changed, and asks again. Nothing else crosses here.

use std::collections::HashSet;
use std::convert::Infallible;
use std::time::Duration;

use access::ids::RequestId;
use access::view::Role;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use serde::Deserialize;
use serde_json::json;
use service::Change;
use tokio::sync::broadcast;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::Problem;
use super::state::AppState;
use crate::session::Current;

/// How often a stream asks whether its session still counts. Another replica may have ended it; this process's own
/// endings arrive at once.
const CHECK_EVERY: Duration = Duration::from_secs(15);

/// A comment this often keeps proxies from closing a quiet stream; many give up after 30 s or 60 s.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// Requests whose visibility is remembered by one stream.
const MAX_REMEMBERED: usize = 1_000;

#[derive(Deserialize)]
pub(super) struct Wanted {
    request: Option<RequestId>,
}

/// Opens the stream. It ends when the session does.
pub(super) async fn events(
    State(state): State<AppState>,
    Extension(current): Extension<Option<Current>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let Ok(Query(wanted)) = wanted else {
        return Err(Problem::malformed("That is not the id of a request."));
    };
    let current = current.ok_or_else(Problem::sign_in)?;
    if let Some(request) = wanted.request {
        state.portal.request(&current.viewer, request).await?;
    }
    let mut check = interval_at(Instant::now() + CHECK_EVERY, CHECK_EVERY);
    check.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let watcher = Watcher {
        changes: state.portal.subscribe(),
        endings: state.sessions.endings(),
        only: wanted.request,
        seen: HashSet::new(),
        check,
        current,
        state,
    };
    let stream = futures::stream::unfold(watcher, |mut watcher| async {
        let event = watcher.next().await?;
        Some((Ok(event), watcher))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// One open stream.
struct Watcher {
    state: AppState,
    current: Current,
    changes: broadcast::Receiver<Change>,
    endings: broadcast::Receiver<String>,
    check: Interval,
    only: Option<RequestId>,
    seen: HashSet<RequestId>,
}

/// What woke a stream.
enum Woken {
    Change(Result<Change, broadcast::error::RecvError>),
    Ending(Result<String, broadcast::error::RecvError>),
    Check,
    Stop,
}

impl Watcher {
    /// The next thing to say; `None` when there is nothing more to say to this browser.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let woken = tokio::select! {
                change = self.changes.recv() => Woken::Change(change),
                ending = self.endings.recv() => Woken::Ending(ending),
                _ = self.check.tick() => Woken::Check,
                () = self.state.stop.cancelled() => Woken::Stop,
            };
            match woken {
                Woken::Change(Ok(change)) if self.may_hear_of(change).await => {
                    return Some(told(change.request, change.size.saturating_sub(1)));
                }
                Woken::Change(Ok(_)) => {}
                // Too many to keep up with: the page looks again, at everything it shows.
                Woken::Change(Err(broadcast::error::RecvError::Lagged(_))) => {
                    return Some(told(self.only, 0));
                }
                Woken::Ending(Ok(id)) if id != self.current.id => {}
                Woken::Ending(Ok(_)) | Woken::Stop => return None,
                Woken::Change(Err(broadcast::error::RecvError::Closed)) => return None,
                // Endings were missed, or it is time: ask.
                Woken::Ending(Err(_)) | Woken::Check => {
                    if !matches!(
                        self.state.sessions.is_live(&self.current.id).await,
                        Ok(true)
                    ) {
                        return None;
                    }
                }
            }
        }
    }

    /// Changes of a request go to those who may see it, all others to those who may read the log: even that something
    /// happened is not everybody's to know.
    async fn may_hear_of(&mut self, change: Change) -> bool {
        let Some(request) = change.request else {
            return self.only.is_none() && self.current.viewer.roles.contains(&Role::Auditor);
        };
        if self.only.is_some() || self.seen.contains(&request) {
            return self.only.is_none_or(|only| only == request);
        }
        let visible = matches!(
            self.state
                .portal
                .concerns(&self.current.viewer, request)
                .await,
            Ok(true)
        );
        if visible && self.seen.len() < MAX_REMEMBERED {
            self.seen.insert(request);
        }
        visible
    }
}

fn told(request: Option<RequestId>, seq: u64) -> Event {
    Event::default()
        .event("change")
        .data(json!({ "request": request, "seq": seq }).to_string())
}
