//! Witnesses over HTTP, and what they make impossible.

use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::{get, post};
use ledger::policy::Policy;
use ledger::{SignedCheckpoint, VerifierKey};
use service::cosign::WitnessToAsk;
use service::settings::{AnswerWhen, Trust};
use service::witness::Witness;
use sqlx::PgPool;

use crate::stage::{PATIENCE, Stage, eventually};

/// A witness on loopback that follows the stage's log.
pub async fn witness(stage: &Stage, folder: &Path) -> WitnessToAsk {
    witness_of(stage, folder, "w1", Duration::ZERO).await
}

/// One with this name, which takes so long for an answer.
pub async fn witness_of(stage: &Stage, folder: &Path, name: &str, takes: Duration) -> WitnessToAsk {
    let log = VerifierKey::from_str(&stage.portal.ledger().vkey()).unwrap();
    let mut seed = [8; 32];
    seed[..name.len()].copy_from_slice(name.as_bytes());
    let key = ledger::CosigningKey::from_seed("witness.example", seed).unwrap();
    let witness = Arc::new(Witness::open(folder, key, [log]).unwrap());
    let (asked, shown) = (witness.clone(), witness.clone());
    let routes = Router::new()
        .route(
            "/add-checkpoint",
            post(move |body: Bytes| async move {
                tokio::time::sleep(takes).await;
                let now_s = time::OffsetDateTime::now_utc().unix_timestamp();
                let answer = asked.add_checkpoint(&body, u64::try_from(now_s).unwrap());
                let status = StatusCode::from_u16(answer.status).unwrap();
                (status, [("content-type", answer.content_type)], answer.body)
            }),
        )
        .route(
            "/{log}/checkpoint",
            get(move |path: axum::extract::Path<String>| async move {
                let name = format!("{}/checkpoint", path.0);
                shown.checkpoint(&name).ok_or(StatusCode::NOT_FOUND)
            }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    WitnessToAsk {
        name: name.into(),
        key: witness.vkey(),
        url,
    }
}

/// The policy that asks for all of these.
pub fn trust(stage: &Stage, witnesses: &[WitnessToAsk]) -> Policy {
    let mut policy = format!("log {}\n", stage.portal.ledger().vkey());
    let mut names = String::new();
    for WitnessToAsk { name, key, .. } in witnesses {
        policy += &format!("witness {name} {key}\n");
        names += &format!(" {name}");
    }
    policy += &format!("group enough all{names}\nquorum enough\n");
    Policy::parse(policy.as_bytes()).unwrap()
}

/// Starts the portal again with these witnesses, all of which are to sign.
pub async fn with_witnesses(
    stage: &mut Stage,
    ask: Vec<WitnessToAsk>,
    answer: AnswerWhen,
) -> Policy {
    let policy = trust(stage, &ask);
    stage.settings.trust = Some(Trust {
        policy: policy.clone(),
        ask,
        answer,
    });
    stage.restart().await;
    policy
}

/// The size of the newest checkpoint that the policy believes.
async fn believed(stage: &Stage, policy: &Policy) -> Option<u64> {
    let (_, note) = stage.portal.ledger().checkpoint().await.unwrap();
    let signed = SignedCheckpoint::parse(note.as_bytes()).unwrap();
    let (checkpoint, _) = policy.verify(signed).ok()?;
    Some(checkpoint.size())
}

async fn cosigned(stage: &Stage, policy: &Policy) {
    eventually(PATIENCE, || async {
        believed(stage, policy).await.is_some()
    })
    .await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_checkpoint_is_cosigned_as_the_log_grows(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let folder = tempfile::tempdir().unwrap();
    let witness = witness(&stage, folder.path()).await;
    cosigned_as_the_log_grows(&mut stage, witness).await;
}

/// Whoever wrote the witness.
pub(crate) async fn cosigned_as_the_log_grows(stage: &mut Stage, witness: WitnessToAsk) {
    let policy = trust(stage, std::slice::from_ref(&witness));
    assert_eq!(believed(stage, &policy).await, None);
    with_witnesses(stage, vec![witness], AnswerWhen::Signed).await;
    for person in ["dana", "ari", "sam"] {
        stage.person(person, &["oncall"]).await;
        cosigned(stage, &policy).await;
    }
    let (size, _) = stage.portal.ledger().checkpoint().await.unwrap();
    let state = stage.portal.witnesses().pop().unwrap();
    assert_eq!((state.name.as_str(), state.size), ("w1", size));
    assert!(state.at_s.is_some() && state.fault.is_none() && !state.silent);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_witness_that_is_away_keeps_nobody_waiting_and_is_told(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let folder = tempfile::tempdir().unwrap();
    let mut away = witness(&stage, folder.path()).await;
    away.url = "http://127.0.0.1:1".into();
    with_witnesses(&mut stage, vec![away], AnswerWhen::Signed).await;
    stage.dana().await;
    eventually(PATIENCE, || async {
        let state = stage.portal.witnesses().pop().unwrap();
        state.size == 0
            && state
                .fault
                .is_some_and(|fault| fault.contains("cannot be reached"))
    })
    .await;
    assert_eq!(stage.portal.halted(), None);
}

/// A witness that sends the portal from one size to another for ever gets two questions a try.
#[sqlx::test(migrations = "../../migrations")]
async fn a_witness_that_lies_about_where_it_stands_is_not_asked_without_end(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let folder = tempfile::tempdir().unwrap();
    let mut liar = witness(&stage, folder.path()).await;
    let asked = Arc::new(AtomicU64::new(0));
    let counted = asked.clone();
    let routes = Router::new().route(
        "/add-checkpoint",
        post(move || async move {
            let size = 1 + counted.fetch_add(1, Ordering::SeqCst) % 2;
            let kind = [("content-type", "text/x.tlog.size")];
            (StatusCode::CONFLICT, kind, format!("{size}\n"))
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    liar.url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    with_witnesses(&mut stage, vec![liar], AnswerWhen::Signed).await;
    eventually(PATIENCE, || async {
        stage.portal.witnesses().pop().unwrap().fault.is_some()
    })
    .await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let asked = asked.load(Ordering::SeqCst);
    // Tries after 0, 50, 150, 350, 750 ms and so on, for each of the few publications at the start.
    assert!((2..60).contains(&asked), "asked {asked} times in a second");
    assert_eq!(stage.portal.halted(), None, "and it halts nothing");
}

/// One that only names sizes, be it one that this log has reached since it was asked, has signed nothing.
#[sqlx::test(migrations = "../../migrations")]
async fn a_witness_that_only_says_where_it_stands_is_no_good_one(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let folder = tempfile::tempdir().unwrap();
    let mut liar = witness(&stage, folder.path()).await;
    // Until this is set, it names the size that it is asked from; then one more than it is asked for.
    let reached = Arc::new(AtomicU64::new(0));
    let overtaken = Arc::new(AtomicU64::new(0));
    let (newest, told) = (reached.clone(), overtaken.clone());
    let answer = move |body: String| async move {
        let lines: Vec<&str> = body.lines().collect();
        let note = lines.iter().position(|line| line.is_empty()).unwrap() + 1;
        let mut says: u64 = lines[0].strip_prefix("old ").unwrap().parse().unwrap();
        if newest.load(Ordering::SeqCst) > 0 {
            says = lines[note + 1].parse::<u64>().unwrap() + 1;
            while newest.load(Ordering::SeqCst) < says {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            told.fetch_add(1, Ordering::SeqCst);
        }
        let kind = [("content-type", "text/x.tlog.size")];
        (StatusCode::CONFLICT, kind, format!("{says}\n"))
    };
    let routes = Router::new().route("/add-checkpoint", post(answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    liar.url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    with_witnesses(&mut stage, vec![liar], AnswerWhen::Signed).await;
    let fault = || stage.portal.witnesses().pop().unwrap().fault;
    eventually(PATIENCE, || async { fault().is_some() }).await;
    let first = fault().unwrap();
    assert!(first.contains("takes no proof from there"), "{first}");

    reached.store(1, Ordering::SeqCst);
    stage.dana().await;
    stage.ari().await;
    let (size, _) = stage.portal.ledger().checkpoint().await.unwrap();
    reached.store(size, Ordering::SeqCst);
    eventually(PATIENCE, || async { overtaken.load(Ordering::SeqCst) > 0 }).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(fault(), Some(first), "it is no better than before");
    assert_eq!(stage.portal.halted(), None);
}

/// A bad line under a known key makes readers refuse the whole checkpoint: it is not served.
#[sqlx::test(migrations = "../../migrations")]
async fn a_cosignature_planted_in_the_database_is_not_served(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let folder = tempfile::tempdir().unwrap();
    let witness = witness(&stage, folder.path()).await;
    let policy = with_witnesses(&mut stage, vec![witness], AnswerWhen::Signed).await;
    cosigned(&stage, &policy).await;
    let changed = sqlx::query(
        "update ledger_cosignature set line = replace(line, substr(line, 40, 4), 'AAAA')",
    )
    .execute(&admin)
    .await
    .unwrap();
    assert!(changed.rows_affected() > 0);
    let (_, note) = stage.portal.ledger().checkpoint().await.unwrap();
    let signed = SignedCheckpoint::parse(note.as_bytes()).unwrap();
    assert_eq!(signed.note().signatures().len(), 1, "{note}");
    assert!(policy.evaluate(&signed).is_ok());
}

const TABLES: [&str; 6] = [
    "ledger_entry",
    "ledger_head",
    "ledger_node",
    "ledger_checkpoint",
    "person",
    "person_identity",
];

async fn run(admin: &PgPool, sql: &str) {
    sqlx::raw_sql(sql).execute(admin).await.unwrap();
}

/// Copies the log and the people.
async fn put_aside(admin: &PgPool) {
    for table in TABLES {
        let copy = format!("create table old_{table} as select * from {table}");
        run(admin, &copy).await;
    }
}

/// Puts the copies back, and the server's memory with them.
async fn put_back(stage: &Stage) {
    run(
        &stage.admin,
        "alter event trigger ledger_guard disable; alter event trigger ledger_guard_drop disable",
    )
    .await;
    for table in TABLES {
        run(
            &stage.admin,
            &format!(
                "alter table {table} disable trigger all; delete from {table};
                 insert into {table} select * from old_{table}"
            ),
        )
        .await;
    }
    std::fs::remove_file(stage.data.path().join("state/memory")).unwrap();
}

/// The operator puts an old copy of everything back, the server's memory with it. Everything at home
/// agrees; only the witness knows better, and it can show our own signature.
#[sqlx::test(migrations = "../../migrations")]
async fn a_log_that_was_put_back_is_halted_by_what_the_witness_holds(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let folder = tempfile::tempdir().unwrap();
    let witness = witness(&stage, folder.path()).await;
    halted_when_put_back(&mut stage, witness).await;
}

/// Whoever wrote the witness.
pub(crate) async fn halted_when_put_back(stage: &mut Stage, witness: WitnessToAsk) {
    let signed = cosigned_then_put_back(stage, witness).await;
    stage.restart().await;
    halted_by_our_signature_over(stage, signed).await;
}

/// Put back, and gone on another way until it is longer than what the witness signed.
#[sqlx::test(migrations = "../../migrations")]
async fn a_log_that_went_another_way_is_halted_by_what_the_witness_holds(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let folder = tempfile::tempdir().unwrap();
    let witness = witness(&stage, folder.path()).await;
    halted_when_forked(&mut stage, witness).await;
}

/// Whoever wrote the witness.
pub(crate) async fn halted_when_forked(stage: &mut Stage, witness: WitnessToAsk) {
    let signed = cosigned_then_put_back(stage, witness).await;
    let trust = stage.settings.trust.take();
    stage.restart().await;
    for person in ["sam", "quinn", "riley", "noor"] {
        stage.person(person, &["oncall"]).await;
    }
    let (size, _) = stage.portal.ledger().checkpoint().await.unwrap();
    assert!(size > signed, "{size} entries are not past {signed}");
    stage.settings.trust = trust;
    stage.restart().await;
    halted_by_our_signature_over(stage, signed).await;
}

/// Returns how many entries the witness had signed.
async fn cosigned_then_put_back(stage: &mut Stage, witness: WitnessToAsk) -> u64 {
    let policy = with_witnesses(stage, vec![witness], AnswerWhen::Signed).await;
    cosigned(stage, &policy).await;
    put_aside(&stage.admin).await;
    stage.dana().await;
    stage.ari().await;
    cosigned(stage, &policy).await;
    let signed = believed(stage, &policy).await.unwrap();
    stage.stop();
    put_back(stage).await;
    signed
}

async fn halted_by_our_signature_over(stage: &Stage, size: u64) {
    let expected = format!("holds our signature over {size} entries");
    eventually(PATIENCE, || async {
        stage
            .portal
            .halted()
            .is_some_and(|reason| reason.contains(&expected))
    })
    .await;
}
