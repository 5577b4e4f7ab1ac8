//! Enough witnesses on one checkpoint: what is served of it, and who waits for it.

use std::time::Duration;

use access::event::{EndCause, Mode, SessionEnd};
use access::ids::RequestId;
use access::view::GrantState;
use ledger::SignedCheckpoint;
use ledger::policy::Policy;
use service::Error;
use service::cosign::Witnessed;
use service::settings::AnswerWhen;
use sqlx::PgPool;

use crate::cosign::{with_witnesses, witness, witness_of};
use crate::stage::{PATIENCE, Stage, eventually, form};

const WAIT: AnswerWhen = AnswerWhen::Witnessed {
    within: Duration::from_secs(1),
};

/// The checkpoint that is served as witnessed, by an auditor's own judgement.
async fn served(stage: &Stage, policy: &Policy) -> u64 {
    let note = stage.portal.ledger().witnessed().await.unwrap();
    let signed = SignedCheckpoint::parse(note.as_bytes()).unwrap();
    policy.verify(signed).unwrap().0.size()
}

/// Two witnesses that are slower than the log grows: they sign the same checkpoints all the same, and
/// far fewer than there are.
#[sqlx::test(migrations = "../../migrations")]
async fn a_busy_log_is_witnessed_in_rounds(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut ask = Vec::new();
    for (folder, name, takes_ms) in [(&folders[0], "w1", 20), (&folders[1], "w2", 55)] {
        let takes = Duration::from_millis(takes_ms);
        ask.push(witness_of(&stage, folder.path(), name, takes).await);
    }
    let policy = with_witnesses(&mut stage, ask, AnswerWhen::Signed).await;
    let dana = stage.dana().await;
    eventually(PATIENCE, || async { stage.portal.witnessed().is_some() }).await;
    let mut sizes = vec![served(&stage, &policy).await];
    let before = stage.portal.ledger().size().await.unwrap();
    for _ in 0..150 {
        stage
            .portal
            .sign_out(&dana, SessionEnd::SignedOut)
            .await
            .unwrap();
        sizes.push(served(&stage, &policy).await);
    }
    assert!(sizes.is_sorted());
    sizes.dedup();
    assert!(
        (3..120).contains(&sizes.len()),
        "while 150 entries came, {} checkpoints were witnessed",
        sizes.len()
    );
    eventually(PATIENCE, || async {
        served(&stage, &policy).await == before + 150
    })
    .await;
    let Some(Witnessed { size, .. }) = stage.portal.witnessed() else {
        panic!("it is served");
    };
    assert_eq!(size, before + 150);
    // What was signed on the way is not kept.
    let kept: i64 = sqlx::query_scalar("select count(*) from ledger_cosignature")
        .fetch_one(&admin)
        .await
        .unwrap();
    assert!(kept <= 4, "{kept} cosignatures are kept");
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_gives_access_waits_for_the_witnesses(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let folder = tempfile::tempdir().unwrap();
    let witness = witness(&stage, folder.path()).await;
    let policy = with_witnesses(&mut stage, vec![witness], WAIT).await;
    let dana = stage.dana().await;
    for _ in 0..5 {
        let request = stage.ask(&dana, "orders-read").await;
        let covered = served(&stage, &policy).await;
        let asked = seq_of(&admin, request).await;
        assert!(
            covered > asked,
            "{covered} are witnessed, {asked} is answered"
        );
    }
    let (_, grant) = stage.break_glass(&dana, 60).await;
    assert!(stage.account_stands(grant).await);
    assert_eq!(
        served(&stage, &policy).await,
        stage.portal.ledger().size().await.unwrap()
    );
}

/// The operator chose so: without witnesses nothing opens, and nobody is told otherwise. Who is there
/// already gets out.
#[sqlx::test(migrations = "../../migrations")]
async fn without_witnesses_nothing_opens_and_everything_ends(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let folder = tempfile::tempdir().unwrap();
    let witness = witness(&stage, folder.path()).await;
    with_witnesses(&mut stage, vec![witness.clone()], WAIT).await;
    let dana = stage.dana().await;
    let (_, open) = stage.break_glass(&dana, 60).await;

    let mut away = witness;
    away.url = "http://127.0.0.1:1".into();
    with_witnesses(&mut stage, vec![away], WAIT).await;
    let dana = stage.person("dana", &["oncall"]).await;
    let before = stage.portal.ledger().size().await.unwrap();
    let start = std::time::Instant::now();
    let mut asked = form("orders-admin");
    asked.mode = Mode::Emergency;
    let request = asked.request;
    let told = stage.portal.submit(&dana, asked).await.unwrap_err();
    let Error::Unavailable { message } = told else {
        panic!("{told}");
    };
    assert!(message.starts_with("This is in the log now"), "{message}");
    // A second for the witnesses; the log itself would be waited for for half a minute.
    assert!((1..20).contains(&start.elapsed().as_secs()));
    assert!(stage.portal.ledger().size().await.unwrap() > before);
    // It stands as what it is: asked for, and not open.
    let view = stage.portal.request(&dana, request).await.unwrap();
    let intended = view.grant.unwrap();
    assert_eq!(intended.state, GrantState::Intended);
    assert!(!stage.account_stands(intended.id).await);
    assert_eq!(stage.portal.halted(), None);

    let start = std::time::Instant::now();
    stage
        .portal
        .end(&dana, open, EndCause::Returned)
        .await
        .unwrap();
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "ending waits for nobody"
    );
    assert!(!stage.account_stands(open).await);
}

/// The place of the first entry of a request.
async fn seq_of(admin: &PgPool, request: RequestId) -> u64 {
    let seq: i64 = sqlx::query_scalar("select submitted_seq from request where id = $1")
        .bind(request.uuid())
        .fetch_one(admin)
        .await
        .unwrap();
    u64::try_from(seq).unwrap()
}

/// Whoever can write to the database cannot make an old or made-up checkpoint pass for a witnessed one.
#[sqlx::test(migrations = "../../migrations")]
async fn a_witnessed_checkpoint_planted_in_the_database_is_not_served(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let folder = tempfile::tempdir().unwrap();
    let witness = witness(&stage, folder.path()).await;
    let policy = with_witnesses(&mut stage, vec![witness], AnswerWhen::Signed).await;
    eventually(PATIENCE, || async { stage.portal.witnessed().is_some() }).await;
    served(&stage, &policy).await;
    stage.stop();
    let (_, unsigned) = stage.portal.ledger().checkpoint().await.unwrap();
    let ours = unsigned.split_inclusive('\n').take(5).collect::<String>();
    sqlx::query("update ledger_witnessed set note = $1")
        .bind(ours)
        .execute(&admin)
        .await
        .unwrap();
    let found = stage.portal.ledger().witnessed().await;
    assert!(matches!(found, Err(Error::NotFound)), "{found:?}");
}
