//! What stands for the portal in the agent's own tests: it keeps what it gets, by the rules of the API, and behaves as it
//! is told.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use access::ids::GrantId;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use server::reported::{Ended, Expected, Item, LONGEST_REPORT, MOST_ITEMS, Report};
use tokio::net::TcpListener;
use uuid::Uuid;

/// How one report is met. What is not told is taken.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mood {
    Takes,
    /// It takes it, and the answer breaks off.
    LosesAnswer,
    /// It takes it, and says that something went wrong.
    TakesAndFails,
    /// Nothing is taken.
    Says(StatusCode),
    /// Nothing is taken; come back after so many seconds.
    Busy(u64),
    /// What it took is gone: an old backup was restored.
    Forgets,
}

/// What it has, and how it will behave.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) recording: Option<Uuid>,
    pub(super) actions: Vec<Item>,
    pub(super) finished: Vec<Item>,
    pub(super) chunks: Vec<String>,
    pub(super) ended: Option<Ended>,
    /// Items that came although they were there.
    pub(super) twice: usize,
    /// When each request came.
    pub(super) asked: Vec<Instant>,
    /// When the first action was there, in nanoseconds since 1970.
    pub(super) intended_at: Option<i128>,
    pub(super) moods: VecDeque<Mood>,
    /// After those.
    pub(super) then: Option<Mood>,
}

#[derive(Debug, Clone)]
pub(super) struct Portal {
    pub(super) at: SocketAddr,
    pub(super) kept: Arc<Mutex<Kept>>,
    pub(super) grant: GrantId,
}

pub(super) const TOKEN: &str = "canary-token-of-the-grant";

impl Portal {
    pub(super) async fn start() -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), GrantId::new(Uuid::new_v4())).await
    }

    pub(super) async fn start_at(at: SocketAddr, grant: GrantId) -> Self {
        let listener = TcpListener::bind(at).await.unwrap();
        let portal = Self {
            at: listener.local_addr().unwrap(),
            kept: Arc::default(),
            grant,
        };
        let router = Router::new()
            .route("/api/v1/grants/{grant}/actions", post(report))
            .with_state(portal.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        portal
    }

    pub(super) fn behave(&self, moods: &[Mood]) {
        self.kept.lock().unwrap().moods = moods.iter().copied().collect();
    }

    pub(super) fn then(&self, mood: Mood) {
        self.kept.lock().unwrap().then = Some(mood);
    }

    /// Waits until it has what is asked for.
    pub(super) async fn until(&self, has: impl Fn(&Kept) -> bool) {
        let begun = Instant::now();
        while !has(&self.kept.lock().unwrap()) {
            assert!(begun.elapsed().as_secs() < 60, "{:?}", self.kept);
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
}

impl Kept {
    fn expected(&self) -> Expected {
        Expected {
            next_action: u32::try_from(self.actions.len()).unwrap(),
            next_chunk: u32::try_from(self.chunks.len()).unwrap(),
        }
    }

    /// Takes all of it, or nothing because numbers are missing.
    fn take(&mut self, report: Report) -> Result<(), ()> {
        let mut ahead = self.expected();
        for item in &report.items {
            let (number, next) = match item {
                Item::Intended { number, .. } => (number, &mut ahead.next_action),
                Item::Chunk { number, .. } => (number, &mut ahead.next_chunk),
                Item::Finished { number, .. } if *number < ahead.next_action => continue,
                Item::Finished { .. } => return Err(()),
            };
            if *number > *next {
                return Err(());
            }
            *next = (*next).max(number + 1);
        }
        for item in report.items {
            let stands = self.expected();
            match item {
                Item::Intended { number, .. } if number < stands.next_action => self.twice += 1,
                Item::Chunk { number, .. } if number < stands.next_chunk => self.twice += 1,
                Item::Finished { .. } if self.finished.contains(&item) => {}
                Item::Intended { .. } => {
                    let now = time::OffsetDateTime::now_utc().unix_timestamp_nanos();
                    self.intended_at.get_or_insert(now);
                    self.actions.push(item);
                }
                Item::Finished { .. } => self.finished.push(item),
                Item::Chunk { lines, .. } => self.chunks.push(lines),
            }
        }
        if let Some(ended) = report.ended {
            let stands = self.expected();
            assert_eq!(
                (ended.actions, ended.chunks),
                (stands.next_action, stands.next_chunk)
            );
            self.ended = Some(ended);
        }
        Ok(())
    }
}

async fn report(
    State(portal): State<Portal>,
    Path(grant): Path<GrantId>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    assert_eq!(grant, portal.grant);
    if headers["authorization"] != format!("Bearer {TOKEN}") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    assert!(body.len() <= LONGEST_REPORT, "{} bytes", body.len());
    let report: Report = serde_json::from_slice(&body).unwrap();
    assert!(report.items.len() <= MOST_ITEMS);
    let mut kept = portal.kept.lock().unwrap();
    kept.asked.push(Instant::now());
    let then = kept.then.unwrap_or(Mood::Takes);
    let mood = kept.moods.pop_front().unwrap_or(then);
    match mood {
        Mood::Says(status) => return status.into_response(),
        Mood::Busy(seconds) => {
            let header = [("retry-after", seconds.to_string())];
            return (StatusCode::TOO_MANY_REQUESTS, header).into_response();
        }
        Mood::Forgets => {
            kept.actions.clear();
            kept.finished.clear();
            kept.chunks.clear();
        }
        Mood::Takes | Mood::LosesAnswer | Mood::TakesAndFails => {}
    }
    assert_eq!(
        *kept.recording.get_or_insert(report.recording),
        report.recording
    );
    let status = match kept.take(report) {
        Ok(()) => StatusCode::OK,
        Err(()) => StatusCode::CONFLICT,
    };
    match mood {
        Mood::TakesAndFails => StatusCode::BAD_GATEWAY.into_response(),
        Mood::LosesAnswer => {
            let broken = futures::stream::once(async { Err::<Bytes, _>("broken off") });
            (status, Body::from_stream(broken)).into_response()
        }
        _ => (status, Json(kept.expected())).into_response(),
    }
}
