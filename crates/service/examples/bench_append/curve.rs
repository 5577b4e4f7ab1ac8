//! What an append costs, what the server holds in memory, and how long it takes to start, as the log
//! grows.

use std::time::{Duration, Instant};

use access::command::Seen;
use access::event::{Mode, SessionEnd, Urgency};
use access::ids::RequestId;
use access::policy::Policy;
use access::view::Viewer;
use service::{Portal, Submit, Words};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{measure, sign_in, start, tell};

/// The smallest log; each next one is ten times as long.
const SMALLEST: u64 = 10_000;

/// Callers while it grows, and while it is measured.
const GROWING: usize = 512;
const MEASURED: usize = 16;

/// How long it is measured at each size.
const RUN: Duration = Duration::from_secs(5);

/// One entry of so many asks for access; the others end sessions.
const REQUEST_EACH: u64 = 10;

/// Something to ask for.
pub(crate) fn policy() -> Policy {
    let json = serde_json::json!({
        "name": "read", "description": "A policy.", "resources": ["db"], "eligible": ["everybody"],
        "duration": {"default_s": 60, "max_s": 600},
        // Longer than any run: requests that lapse would be entries that nobody here asked for.
        "approval": {"within_s": 604_800, "stages": [{"n": 1, "groups": ["leads"]}]},
        "review": {"groups": ["reviewers"], "within_s": 86400},
        "grant": {"connector": "postgresql", "role": "reader"},
    });
    serde_json::from_value(json).unwrap()
}

pub(crate) async fn run(pool: &PgPool, largest: u64) {
    let data = tempfile::tempdir().unwrap();
    service::key::generate(data.path(), &crate::origin()).unwrap();
    let mut size = SMALLEST;
    while size <= largest {
        let shutdown = CancellationToken::new();
        let portal = start(pool, data.path(), &shutdown).await;
        grow(&portal, size).await;
        drop(portal);
        shutdown.cancel();

        // A new start, so that nothing of the growing is counted.
        let shutdown = CancellationToken::new();
        let begun = Instant::now();
        let portal = start(pool, data.path(), &shutdown).await;
        let started = begun.elapsed().as_secs_f64();
        let viewer = sign_in(&portal).await;
        let (rate, p99, _) = measure(&portal, &viewer, MEASURED, RUN).await;
        let at = format!("at_{size}_entries");
        tell(&format!("cost_{at}"), (1e6 / rate, "us an entry"), None);
        tell(&format!("p99_{at}"), (p99, "ms"), None);
        tell(&format!("start_{at}"), (started, "s"), None);
        tell(&format!("memory_{at}"), (resident_mb(), "MB"), None);
        shutdown.cancel();
        size *= 10;
    }
}

/// Grows the log to this size.
async fn grow(portal: &Portal, size: u64) {
    let viewer = sign_in(portal).await;
    let have = portal.ledger().checkpoint().await.unwrap().0;
    let each = size.saturating_sub(have).div_ceil(GROWING as u64);
    let work: Vec<_> = (0..GROWING)
        .map(|_| tokio::spawn(add(portal.clone(), viewer.clone(), each)))
        .collect();
    for done in work {
        done.await.unwrap();
    }
}

async fn add(portal: Portal, viewer: Viewer, entries: u64) {
    for entry in 0..entries {
        if entry % REQUEST_EACH == 0 {
            portal.submit(&viewer, form()).await.unwrap();
        } else {
            portal
                .sign_out(&viewer, SessionEnd::SignedOut)
                .await
                .unwrap();
        }
    }
}

fn form() -> Submit {
    Submit {
        request: RequestId::new(Uuid::new_v4()),
        mode: Mode::Ordinary,
        resource: "db".parse().unwrap(),
        policy: "read".parse().unwrap(),
        words: Words {
            duration_s: 60,
            urgency: Urgency::Sev3,
            reason: "A reason of ordinary length for this.".into(),
            ticket: None,
            incident: None,
            start_at_ms: None,
            seen: Seen::default(),
        },
        confirmed: true,
    }
}

/// What this process holds, this server within it; 0 where the system does not say it in `/proc`.
fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().split(' ').next()?.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}
