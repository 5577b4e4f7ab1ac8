//! A portal whose log is signed by another process: one that comes and goes, is silent, or remembers better.

use std::time::{Duration, Instant};

use access::command::Seen;
use access::event::{Mode, SessionEnd, Urgency};
use access::ids::RequestId;
use access::view::Viewer;
use ledger::SignedCheckpoint;
use service::settings::Settings;
use service::{Error, Identity, Portal, Submit, Words};
use sqlx::PgPool;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::{Machines, ORIGIN, PATIENCE};
use crate::stage::{bare, settings};

/// Less than what waits for the log's answer would take: half a minute.
const IN_TIME: Duration = Duration::from_secs(20);

async fn sign_in(portal: &Portal) -> Viewer {
    sign_in_as(portal, "dana", "oncall").await
}

async fn sign_in_as(portal: &Portal, subject: &str, group: &str) -> Viewer {
    let identity = Identity {
        issuer: "https://idp.example".into(),
        subject: subject.into(),
        name: subject.into(),
        groups: vec![group.parse().unwrap()],
        auth_time_s: Some(1_700_000_000),
    };
    portal.register_sign_in(identity).await.unwrap()
}

async fn newest(machines: &Machines, portal: &Portal) -> u64 {
    let (size, note) = portal.ledger().checkpoint().await.unwrap();
    let signed = SignedCheckpoint::parse(note.as_bytes()).unwrap();
    assert_eq!(signed.note().signatures().len(), 1, "{note}");
    let verified = signed.verify(&machines.vkey, portal.ledger().origin());
    assert_eq!(verified.unwrap().size(), size);
    size
}

async fn eventually<F: Future<Output = bool>>(mut done: impl FnMut() -> F) {
    let start = Instant::now();
    while !done().await {
        assert!(start.elapsed() < PATIENCE, "it did not happen");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The signer is killed again and again under load: it is waited for, and everything answered is in
/// the log and signed.
#[sqlx::test(migrations = "../migrations")]
async fn a_signer_that_comes_and_goes_is_waited_for(pool: PgPool) {
    let machines = Machines::new();
    let mut signer = machines.start();
    let stop = CancellationToken::new();
    let portal = machines.portal(&pool, &stop).await;
    let dana = sign_in(&portal).await;
    let before = newest(&machines, &portal).await;
    let enough = CancellationToken::new();
    let callers: Vec<_> = (0..4)
        .map(|_| {
            let (portal, dana, enough) = (portal.clone(), dana.clone(), enough.clone());
            tokio::spawn(async move {
                let mut answered = 0;
                while !enough.is_cancelled() {
                    portal.sign_out(&dana, SessionEnd::SignedOut).await.unwrap();
                    answered += 1;
                }
                answered
            })
        })
        .collect();
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(40)).await;
        drop(signer);
        tokio::time::sleep(Duration::from_millis(20)).await;
        let held = newest(&machines, &portal).await;
        signer = machines.start();
        // It goes on from where it was killed.
        eventually(|| async { newest(&machines, &portal).await > held }).await;
    }
    enough.cancel();
    let mut answered = 0;
    for caller in callers {
        answered += caller.await.unwrap();
    }
    assert_eq!(portal.halted(), None);
    assert_eq!(newest(&machines, &portal).await, before + answered);
    stop.cancel();
}

/// Silent for long: nothing new is taken, that is said, and all goes on when it is back.
#[sqlx::test(migrations = "../migrations")]
async fn while_the_signer_is_silent_nothing_is_taken(pool: PgPool) {
    let machines = Machines::new();
    let signer = machines.start();
    let stop = CancellationToken::new();
    let portal = machines.portal(&pool, &stop).await;
    let dana = sign_in(&portal).await;
    assert_eq!(portal.signer().unwrap().waiting_s, None);
    drop(signer);
    let (waits, who) = (portal.clone(), dana.clone());
    let waiting = tokio::spawn(async move { waits.sign_out(&who, SessionEnd::SignedOut).await });
    eventually(|| async { portal.signer().unwrap().stalled }).await;
    let state = portal.signer().unwrap();
    assert!(state.fault.unwrap().contains("cannot be reached"));
    let held = portal.ledger().size().await.unwrap();
    let told = portal.sign_out(&dana, SessionEnd::SignedOut).await;
    let Err(Error::Unavailable { message }) = told else {
        panic!("{told:?}");
    };
    assert!(message.contains("signer does not answer"), "{message}");
    assert_eq!(portal.halted(), None);

    // A server that is restarted meanwhile comes up, to end what is open.
    stop.cancel();
    let stop = CancellationToken::new();
    let start = Instant::now();
    let restarted = machines.portal(&pool, &stop).await;
    assert!(start.elapsed() < IN_TIME);
    let _signer = machines.start();
    waiting.await.unwrap().unwrap();
    eventually(|| async { restarted.signer().unwrap().waiting_s.is_none() }).await;
    eventually(|| async { newest(&machines, &restarted).await > held + 1 }).await;
    sign_in(&restarted).await;
    stop.cancel();
}

/// Pages that only read are shown all the while: before it is known that the signer is silent, with more written
/// than may wait to be signed, and after. What somebody saw meanwhile is noted when the signer is back.
#[sqlx::test(migrations = "../migrations")]
async fn while_the_signer_is_silent_pages_are_shown(pool: PgPool) {
    let machines = Machines::new();
    let signer = machines.start();
    let stop = CancellationToken::new();
    let mut told = Settings {
        origin: ORIGIN.parse().unwrap(),
        ..settings(&machines.portal)
    };
    told.seed_policies[0].approval.delegation = true;
    let portal = machines.portal_by(told, &pool, &stop).await;
    let dana = sign_in(&portal).await;
    let ari = sign_in_as(&portal, "ari", "leads").await;
    let rae = sign_in_as(&portal, "rae", "reviewers").await;
    let request = portal.submit(&dana, asked()).await.unwrap();
    drop(signer);

    // One batch in the publisher's hand, four that wait for it, and one that finds no room.
    let mut writes = Vec::new();
    for _ in 0..6 {
        let before = committed(&pool).await;
        let (portal, dana) = (portal.clone(), dana.clone());
        writes.push(tokio::spawn(async move {
            portal.sign_out(&dana, SessionEnd::SignedOut).await
        }));
        eventually(|| async { committed(&pool).await > before }).await;
    }
    shown(&portal, &[&dana, &ari, &rae], request).await;
    eventually(|| async { portal.signer().unwrap().stalled }).await;
    shown(&portal, &[&dana, &ari, &rae], request).await;
    assert_eq!(portal.halted(), None);
    let refused = portal.submit(&dana, asked()).await;
    assert!(matches!(refused, Err(Error::Unavailable { .. })));

    let _signer = machines.start();
    for write in writes {
        write.await.unwrap().unwrap();
    }
    eventually(|| async {
        let page = portal.request(&dana, request).await.unwrap();
        let mut story = page.timeline.iter();
        story.any(|item| item.kind == "request.viewed")
    })
    .await;
    stop.cancel();
}

/// Everything that these people read without writing, far sooner than an answer of the log is given up.
async fn shown(portal: &Portal, people: &[&Viewer], request: RequestId) {
    for viewer in people {
        let start = Instant::now();
        let page = portal.request(viewer, request).await.unwrap();
        assert_eq!(page.row.id, request);
        portal.home(viewer).await.unwrap();
        portal.inbox(viewer).await.unwrap();
        portal.waiting_count(viewer).await.unwrap();
        assert!(start.elapsed() < IN_TIME, "{:?}", start.elapsed());
    }
}

/// How many entries are written, signed or not.
async fn committed(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from ledger_entry")
        .fetch_one(pool)
        .await
        .unwrap()
}

fn asked() -> Submit {
    Submit {
        request: RequestId::new(uuid::Uuid::new_v4()),
        mode: Mode::Ordinary,
        resource: "orders-db".parse().unwrap(),
        policy: "orders-read".parse().unwrap(),
        words: Words {
            duration_s: 60,
            urgency: Urgency::Sev2,
            reason: "Orders are stuck and customers wait.".into(),
            ticket: None,
            incident: None,
            start_at_ms: None,
            seen: Seen::default(),
        },
        confirmed: true,
    }
}

async fn run(pool: &PgPool, sql: &str) {
    sqlx::raw_sql(sql).execute(pool).await.unwrap();
}

const TABLES: [&str; 6] = [
    "ledger_entry",
    "ledger_head",
    "ledger_node",
    "ledger_checkpoint",
    "person",
    "person_identity",
];

async fn put_back(pool: &PgPool) {
    run(
        pool,
        "alter event trigger ledger_guard disable; alter event trigger ledger_guard_drop disable",
    )
    .await;
    for table in TABLES {
        run(
            pool,
            &format!(
                "alter table {table} disable trigger all; delete from {table};
                 insert into {table} select * from old_{table}"
            ),
        )
        .await;
    }
}

/// Whoever owns the portal's machine puts an old database back, and the portal's own memory with it.
/// The signer remembers: nothing more is signed, be it at once or after the log has grown anew.
#[sqlx::test(migrations = "../migrations")]
async fn a_log_that_was_put_back_is_refused_by_its_signer(pool: PgPool) {
    let machines = Machines::new();
    let _signer = machines.start();
    let stop = CancellationToken::new();
    let portal = machines.portal(&pool, &stop).await;
    for table in TABLES {
        run(
            &pool,
            &format!("create table old_{table} as select * from {table}"),
        )
        .await;
    }
    let dana = sign_in(&portal).await;
    for _ in 0..5 {
        portal.sign_out(&dana, SessionEnd::SignedOut).await.unwrap();
    }
    let signed = newest(&machines, &portal).await;
    stop.cancel();
    drop(portal);
    tokio::time::sleep(Duration::from_millis(200)).await;

    put_back(&pool).await;
    std::fs::remove_file(machines.portal.path().join("state/memory")).unwrap();
    let stop = CancellationToken::new();
    let portal = machines.portal(&pool, &stop).await;
    let reason = portal.halted().unwrap();
    assert!(
        reason.contains(&format!("the log's signer has signed {signed}")),
        "{reason}"
    );
    stop.cancel();
}

/// The same, and as many new entries as are needed to pass what was signed.
#[sqlx::test(migrations = "../migrations")]
async fn a_log_that_was_rewritten_is_refused_by_its_signer(pool: PgPool) {
    let machines = Machines::new();
    let _signer = machines.start();
    let stop = CancellationToken::new();
    let portal = machines.portal(&pool, &stop).await;
    let dana = sign_in(&portal).await;
    for _ in 0..5 {
        portal.sign_out(&dana, SessionEnd::SignedOut).await.unwrap();
    }
    let signed = newest(&machines, &portal).await;
    stop.cancel();
    drop(portal);

    // Another history, made by a server with the same name and a key in its own folder.
    let other = TempDir::new().unwrap();
    service::key::generate(other.path(), &ORIGIN.parse().unwrap()).unwrap();
    forget(&pool).await;
    let stop = CancellationToken::new();
    let settings = bare(ORIGIN, other.path());
    let forger = Portal::start(settings, pool.clone(), stop.clone())
        .await
        .unwrap();
    let dana = sign_in(&forger).await;
    for _ in 0..8 {
        forger.sign_out(&dana, SessionEnd::SignedOut).await.unwrap();
    }
    assert!(forger.ledger().size().await.unwrap() > signed);
    stop.cancel();
    drop(forger);

    std::fs::remove_file(machines.portal.path().join("state/memory")).unwrap();
    let stop = CancellationToken::new();
    let portal = machines.portal(&pool, &stop).await;
    let reason = portal.halted().unwrap();
    assert!(reason.contains("it answered 422"), "{reason}");
    stop.cancel();
}

async fn forget(pool: &PgPool) {
    run(
        pool,
        "alter event trigger ledger_guard disable; alter event trigger ledger_guard_drop disable",
    )
    .await;
    for table in ["opening", "person_identity", "person"]
        .iter()
        .chain(&TABLES[..4])
    {
        run(
            pool,
            &format!("alter table {table} disable trigger all; delete from {table};"),
        )
        .await;
    }
}

/// Two portals with one signer: each entry is answered, and there is one history.
#[sqlx::test(migrations = "../migrations")]
async fn two_portals_share_one_signer(pool: PgPool) {
    let machines = Machines::new();
    let _signer = machines.start();
    let stop = CancellationToken::new();
    let one = machines.portal(&pool, &stop).await;
    let twin = TempDir::new().unwrap();
    let keys = twin.path().join("keys");
    std::fs::create_dir(&keys).unwrap();
    std::fs::copy(
        machines.portal.path().join("keys/submitter.seed"),
        keys.join("submitter.seed"),
    )
    .unwrap();
    let second = Machines {
        portal: twin,
        signer: TempDir::new().unwrap(),
        vkey: machines.vkey.clone(),
        submitter: machines.submitter.clone(),
        port: machines.port,
    };
    let other = second.portal(&pool, &stop).await;
    let dana = sign_in(&one).await;
    let before = newest(&machines, &one).await;
    let work: Vec<_> = [&one, &other, &one, &other]
        .into_iter()
        .map(|portal| {
            let (portal, dana) = (portal.clone(), dana.clone());
            tokio::spawn(async move {
                for _ in 0..25 {
                    portal.sign_out(&dana, SessionEnd::SignedOut).await.unwrap();
                }
            })
        })
        .collect();
    for done in work {
        done.await.unwrap();
    }
    assert_eq!((one.halted(), other.halted()), (None, None));
    assert_eq!(newest(&machines, &one).await, before + 100);
    stop.cancel();
}
