//! `GET /recordings/{id}/live`: a session that runs, as its entries tell it, wherever it lives.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use access::ids::RecordingId;
use access::time::UnixMillis;
use access::view::{Recorded, RecordedWhat};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use serde_json::{Value, json};
use service::Change;
use tokio::sync::broadcast;
use tokio::time::Instant;

use super::recording;
use crate::session::Current;
use crate::web::Problem;
use crate::web::state::AppState;

/// A look without word of a change: one may have been lost.
const LOOK: Duration = Duration::from_secs(2);

/// Between two looks at least.
const PAUSE: Duration = Duration::from_millis(80);

/// How often a stream asks whether its session still counts.
const CHECK_EVERY: Duration = Duration::from_secs(15);

/// A comment this often keeps proxies from closing a quiet stream.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// Opens the stream. It ends with the recording, or with the session of whoever watches.
pub(super) async fn live(
    State(state): State<AppState>,
    Extension(current): Extension<Option<Current>>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let current = current.ok_or_else(Problem::sign_in)?;
    let id = recording(&id)?;
    let view = state.portal.recording(&current.viewer, id).await?;
    let watcher = Watcher {
        changes: state.portal.subscribe(),
        endings: state.sessions.endings(),
        request: view.request,
        grant: view.grant,
        expires_at: None,
        id,
        from: 0,
        waiting: VecDeque::new(),
        over: false,
        checked: Instant::now(),
        current,
        state,
    };
    let stream = futures::stream::unfold(watcher, |mut watcher| async {
        let told = watcher.next().await?;
        Some((Ok(Event::default().data(told.to_string())), watcher))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

struct Watcher {
    state: AppState,
    current: Current,
    changes: broadcast::Receiver<Change>,
    endings: broadcast::Receiver<String>,
    id: RecordingId,
    request: access::ids::RequestId,
    grant: access::ids::GrantId,
    expires_at: Option<UnixMillis>,
    /// The place of the next entry to look at.
    from: u64,
    waiting: VecDeque<Value>,
    over: bool,
    checked: Instant,
}

impl Watcher {
    /// The next thing to say; `None` when there is nothing more to say to this browser.
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(told) = self.waiting.pop_front() {
                return Some(told);
            }
            if self.over || !self.may_go_on().await {
                return None;
            }
            if self.look().await? {
                continue;
            }
            let change = tokio::select! {
                change = tokio::time::timeout(LOOK, self.changes.recv()) => change,
                ending = self.endings.recv() => match ending {
                    Ok(id) if id != self.current.id => continue,
                    Ok(_) => return None,
                    // Some were missed: ask.
                    Err(_) if self.is_live().await => continue,
                    Err(_) => return None,
                },
                () = self.state.stop.cancelled() => return None,
            };
            if matches!(change, Ok(Err(broadcast::error::RecvError::Closed))) {
                return None;
            }
            tokio::time::sleep(PAUSE).await;
            while self.changes.try_recv().is_ok() {}
        }
    }

    /// Whether there was something new. `None` where it may no longer be shown.
    async fn look(&mut self) -> Option<bool> {
        let portal = &self.state.portal;
        let viewer = &self.current.viewer;
        let some = portal.recorded(viewer, self.id, self.from).await;
        let some = some
            .inspect_err(|fault| tracing::warn!(%fault, "a live view broke off"))
            .ok()?;
        let expires_at = portal.expiry(viewer, self.request, self.grant).await.ok()?;
        if expires_at != self.expires_at {
            self.expires_at = expires_at;
            self.waiting
                .push_back(json!({ "type": "expires", "expires_at_ms": expires_at }));
        }
        for entry in some {
            self.from = entry.seq + 1;
            self.over |= matches!(entry.what, RecordedWhat::Ended { .. });
            told(entry, &mut self.waiting);
        }
        Some(!self.waiting.is_empty())
    }

    async fn may_go_on(&mut self) -> bool {
        if self.checked.elapsed() < CHECK_EVERY {
            return true;
        }
        self.is_live().await
    }

    async fn is_live(&mut self) -> bool {
        self.checked = Instant::now();
        let live = self.state.sessions.is_live(&self.current.id).await;
        matches!(live, Ok(true))
    }
}

/// An entry as the page reads it.
fn told(entry: Recorded, to: &mut VecDeque<Value>) {
    let at_ms = entry.at_ms;
    match entry.what {
        RecordedWhat::Intended {
            number,
            classes,
            statement,
        } => to.push_back(json!({
            "type": "action", "number": number, "at_ms": at_ms, "text": statement, "classes": classes,
        })),
        RecordedWhat::Refused {
            number,
            class,
            statement,
        } => to.push_back(json!({
            "type": "action", "number": number, "at_ms": at_ms, "text": statement,
            "classes": [class], "refused": class,
        })),
        RecordedWhat::Finished {
            number,
            outcome,
            rows,
            duration_ms,
        } => to.push_back(json!({
            "type": "finished", "number": number, "outcome": outcome, "rows": rows,
            "duration_ms": duration_ms,
        })),
        RecordedWhat::Chunk { number, lines, .. } => {
            let lines = lines.unwrap_or_default();
            // Whoever works decides what stands in them: nothing of it may pass for the portal's own word.
            let read = |(at, line): (usize, &str)| {
                let value: Value = serde_json::from_str(line).ok()?;
                let is_event = value.as_array().is_some_and(|event| {
                    matches!(event.as_slice(), [Value::Number(_), Value::String(_), Value::String(_)])
                });
                let is_header = number == 0 && at == 0 && value["version"] == 2;
                (is_event || (is_header && value.get("type").is_none())).then_some(value)
            };
            to.extend(lines.lines().enumerate().filter_map(read));
        }
        RecordedWhat::Gap { .. } => {}
        RecordedWhat::Ended { cause, chunks } => {
            to.push_back(json!({ "type": "ended", "cause": cause, "chunks": chunks }));
        }
    }
}
