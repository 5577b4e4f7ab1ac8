//! Every step of an append, broken before it happened and after, and what can follow.
#![allow(
    clippy::print_stdout,
    reason = "the trials are counted where people see it"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use access::ids::RequestId;
use ledger::{Entry, Origin, VerifierKey};
use service::fsck::{Report, check_database};
use service::{Error, Submit};
use sqlx::PgPool;

use crate::another_hand::stored;
use crate::faults::cut_connections;
use crate::proxy::{Moment, Proxy};
use crate::stage::{Stage, form};

/// What the caller does after the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    SameAgain,
    SomethingElse,
    Restart,
}

/// Whether the portal's connections were in use just before, with their statements prepared, or died.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lines {
    Warm,
    Dead,
}

/// What an append of a request cannot do without.
const STEPS: [&str; 10] = [
    "connect",
    "fence",
    "insert, prepared",
    "insert",
    "project the request",
    "tell the request",
    "openings",
    "commit",
    "read",
    "publish",
];

/// The log as the database holds it is sound, by the offline check, with or without a server's memory.
pub async fn sound(
    admin: &PgPool,
    origin: &Origin,
    key: &VerifierKey,
    data_dir: Option<&Path>,
) -> Report {
    let mut connection = admin.acquire().await.unwrap();
    let report = check_database(&mut connection, origin, key, data_dir, None)
        .await
        .unwrap();
    let faults: Vec<_> = report.faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults, [""; 0]);
    report
}

/// What the log says was asked for, and in how many entries each.
pub async fn asked_for(admin: &PgPool) -> BTreeMap<RequestId, usize> {
    let mut found = BTreeMap::new();
    for bytes in stored(admin).await {
        let entry = Entry::parse(&bytes).unwrap();
        if entry.kind() == "request.submitted" {
            let body: serde_json::Value = serde_json::from_str(entry.body()).unwrap();
            let request = body["request"].as_str().unwrap().parse().unwrap();
            *found.entry(request).or_default() += 1;
        }
    }
    found
}

/// How many entries say that this was asked for.
pub async fn entries_of(admin: &PgPool, request: RequestId) -> usize {
    let found = asked_for(admin).await;
    found.get(&request).copied().unwrap_or_default()
}

/// An answer that says whether the entry is there, and is true.
async fn answer_is_true(admin: &PgPool, request: RequestId, answer: &Result<RequestId, Error>) {
    let found = entries_of(admin, request).await;
    match answer {
        Ok(_) => assert_eq!(found, 1, "it was acknowledged"),
        Err(Error::Unavailable { message }) if message.contains("othing was changed") => {
            assert_eq!(found, 0, "{message}");
        }
        Err(fault) => panic!("{fault}"),
    }
}

/// One trial; `None` where an append has fewer steps than that.
async fn trial(
    stage: &mut Stage,
    proxy: &Proxy,
    (next, moment, lines, nth): (Next, Moment, Lines, usize),
) -> Option<String> {
    let admin = stage.admin.clone();
    let dana = stage.dana().await;
    stage.ask(&dana, "orders-read").await;
    if lines == Lines::Dead {
        assert!(cut_connections(&admin).await > 0);
    }
    let wanted: Submit = form("orders-read");
    proxy.break_at(None, nth, moment, || {});
    let answer = stage.portal.submit(&dana, wanted.clone()).await;
    let broken = proxy.broken()?;
    answer_is_true(&admin, wanted.request, &answer).await;
    match next {
        Next::SameAgain => {}
        Next::SomethingElse => {
            let other = stage.ask(&dana, "orders-read").await;
            assert_eq!(entries_of(&admin, other).await, 1);
            answer_is_true(&admin, wanted.request, &answer).await;
        }
        Next::Restart => {
            stage.restart().await;
            answer_is_true(&admin, wanted.request, &answer).await;
        }
    }
    // Whatever came between: the same again finds itself, or is done now.
    stage.portal.submit(&dana, wanted.clone()).await.unwrap();
    assert_eq!(entries_of(&admin, wanted.request).await, 1);
    assert_eq!(stage.portal.halted(), None);
    let key = stage.portal.ledger().vkey().parse().unwrap();
    let origin = stage.portal.ledger().origin();
    let report = sound(&admin, origin, &key, Some(stage.data.path())).await;
    assert_eq!(report.signed, report.size, "all of it is signed");
    Some(broken)
}

/// Each way to break an append, once.
async fn round(stage: &mut Stage, proxy: &Proxy, trials: &mut BTreeMap<String, usize>) {
    for next in [Next::SameAgain, Next::SomethingElse, Next::Restart] {
        for moment in [Moment::Before, Moment::During, Moment::After] {
            for lines in [Lines::Warm, Lines::Dead] {
                if next == Next::SomethingElse && lines == Lines::Dead {
                    // What the other two show of dead lines, this would show again.
                    continue;
                }
                for nth in 1.. {
                    let case = (next, moment, lines, nth);
                    let done = trial(stage, proxy, case);
                    let Ok(done) = tokio::time::timeout(Duration::from_secs(60), done).await else {
                        panic!("{case:?} did not end");
                    };
                    let Some(step) = done else { break };
                    *trials.entry(step).or_default() += 1;
                }
            }
        }
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_append_broken_at_any_step_tells_the_truth_and_the_log_goes_on(admin: PgPool) {
    let proxy = Proxy::to(&admin.connect_options());
    let mut stage = Stage::by_way(&admin, None, proxy.options()).await;
    let mut trials = BTreeMap::<String, usize>::new();
    let few = |trials: &BTreeMap<String, usize>| {
        let times = |step: &str| trials.get(step).copied().unwrap_or_default();
        STEPS.into_iter().find(|step| times(step) < 3)
    };
    // Which of an append's steps find their statement prepared is for the pool to say, not for us: a round may
    // miss one of them.
    for _ in 0..4 {
        round(&mut stage, &proxy, &mut trials).await;
        if few(&trials).is_none() {
            break;
        }
    }
    let count: usize = trials.values().sum();
    println!("{count} appends were broken, at {trials:?}");
    assert_eq!(few(&trials), None, "was broken too seldom: {trials:?}");
}

/// The caller is gone before the answer: whatever became of it, asking again finds it or does it, once.
#[sqlx::test(migrations = "../../migrations")]
async fn a_caller_that_goes_away_at_any_step_can_ask_again(admin: PgPool) {
    let proxy = Proxy::to(&admin.connect_options());
    let stage = Stage::by_way(&admin, None, proxy.options()).await;
    let dana = stage.dana().await;
    let mut trials = 0;
    for nth in 1.. {
        let wanted = form("orders-read");
        let (portal, who, form) = (stage.portal.clone(), dana.clone(), wanted.clone());
        let call = tokio::spawn(async move { portal.submit(&who, form).await });
        let gone = call.abort_handle();
        proxy.break_at(None, nth, Moment::After, move || gone.abort());
        let ended = call.await;
        if proxy.broken().is_none() {
            break;
        }
        assert!(ended.is_err_and(|ended| ended.is_cancelled()));
        stage.portal.submit(&dana, wanted.clone()).await.unwrap();
        assert_eq!(entries_of(&admin, wanted.request).await, 1);
        trials += 1;
    }
    println!("{trials} callers went away");
    assert!(trials >= 7, "{trials}");
    let key = stage.portal.ledger().vkey().parse().unwrap();
    sound(
        &admin,
        stage.portal.ledger().origin(),
        &key,
        Some(stage.data.path()),
    )
    .await;
}
