//! The log's key gives way to another, on a real database: who holds the old one is led to the new.

use ledger::rotation::{KIND, KeyRotation};
use ledger::{SignedCheckpoint, VerifierKey};
use service::fsck::{Fault, Report, check_database};
use service::rotate::rotate;
use service::settings::AnswerWhen;
use sqlx::PgPool;

use crate::cosign::{with_witnesses, witness};
use crate::stage::{Stage, eventually, service_pool};

async fn fsck(stage: &Stage, key: &VerifierKey) -> Report {
    let mut connection = stage.admin.acquire().await.unwrap();
    check_database(
        &mut connection,
        &stage.settings.origin,
        key,
        Some(stage.data.path()),
        None,
    )
    .await
    .unwrap()
}

async fn rotated(stage: &mut Stage) -> service::rotate::Rotated {
    stage.stop();
    let pool = service_pool(&stage.admin).await;
    let rotated = rotate(&stage.settings, &pool).await.unwrap();
    stage.restart().await;
    rotated
}

fn vkey(stage: &Stage) -> VerifierKey {
    stage.portal.ledger().vkey().parse().unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_old_key_leads_to_the_new_one(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    stage.dana().await;
    let first = vkey(&stage);
    let before = stage.portal.ledger().size().await.unwrap();
    let done = rotated(&mut stage).await;
    assert_eq!((&done.old, done.from), (&first, before + 1));
    assert_eq!(vkey(&stage), done.new);
    assert_eq!(stage.portal.halted(), None);

    // The checkpoint right after bears both signatures.
    let note: String = sqlx::query_scalar("select note from ledger_checkpoint where size = $1")
        .bind(i64::try_from(done.from).unwrap())
        .fetch_one(&admin)
        .await
        .unwrap();
    let bridge = SignedCheckpoint::parse(note.as_bytes()).unwrap();
    let origin = &stage.settings.origin;
    for key in [&first, &done.new] {
        bridge.clone().verify(key, origin).unwrap();
    }
    stage.ari().await;
    let entries = stage.verified_entries().await;
    assert!(entries.iter().any(|(kind, _)| kind == KIND));

    // A second time, and both old keys still lead to the end.
    let again = rotated(&mut stage).await;
    assert_eq!(again.old, done.new);
    stage.sam().await;
    for key in [&first, &done.new, &again.new] {
        let report = fsck(&stage, key).await;
        assert!(report.faults.is_empty(), "{key}: {:?}", report.faults);
        assert_eq!(report.signed, report.size);
    }
}

/// The old key is in the wrong hands, which is why it was retired: what it signs now counts for nothing.
#[sqlx::test(migrations = "../../migrations")]
async fn what_a_retired_key_signs_counts_for_nothing(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let folder = tempfile::tempdir().unwrap();
    let witness = witness(&stage, folder.path()).await;
    stage.dana().await;
    let stolen = service::key::load(stage.data.path(), &stage.settings.origin).unwrap();
    let retired = vkey(&stage);
    rotated(&mut stage).await;
    stage.ari().await;

    // A history of the thief's, longer than the log, which the witness has cosigned by the old key.
    let size = stage.portal.ledger().size().await.unwrap() + 5;
    let origin = stage.settings.origin.clone();
    let forged = ledger::Checkpoint::new(origin, size, ledger::Hash::of(b"forged"));
    let note = forged.unwrap().sign(&stolen);
    let asked = reqwest::Client::new()
        .post(format!(
            "{}/add-checkpoint",
            witness.url.trim_end_matches('/')
        ))
        .body(format!("old 0\n\n{note}"))
        .send()
        .await
        .unwrap();
    assert_eq!(asked.status(), 200, "the witness still trusts it");
    with_witnesses(&mut stage, vec![witness], AnswerWhen::Signed).await;
    eventually(std::time::Duration::from_secs(20), || async {
        stage.portal.witnesses()[0].fault.is_some()
    })
    .await;
    stage.sam().await;
    assert_eq!(stage.portal.halted(), None, "a thief halts nothing with it");

    // A witness does not take both keys.
    let key = ledger::CosigningKey::from_seed("witness.example", [9; 32]).unwrap();
    let both = service::witness::Witness::open(folder.path(), key, [retired, vkey(&stage)]);
    let refused = both.unwrap_err().to_string();
    assert!(refused.starts_with("two keys of the log"), "{refused}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_key_that_nobody_announced_is_found(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    stage.dana().await;
    let first = vkey(&stage);
    stage.stop();
    // Whoever owns the machine puts another key in the place of the log's.
    let seed = stage.data.path().join("keys/log.seed");
    std::fs::remove_file(&seed).unwrap();
    let other = service::key::generate(stage.data.path(), &stage.settings.origin).unwrap();
    stage.restart().await;
    stage.ari().await;
    let report = fsck(&stage, &first).await;
    let by_other = |fault: &Fault| matches!(fault, Fault::Checkpoint { .. });
    assert!(report.faults.iter().any(by_other), "{:?}", report.faults);
    let report = fsck(&stage, &other.verifier_key()).await;
    assert!(report.faults.iter().any(by_other), "{:?}", report.faults);
}

/// An announcement that the log's key did not sign halts the portal and is named by its entry.
#[sqlx::test(migrations = "../../migrations")]
async fn an_announcement_that_the_old_key_did_not_sign_is_found(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    stage.dana().await;
    let first = vkey(&stage);
    let done = rotated(&mut stage).await;
    stage.stop();
    let seq = i64::try_from(done.from - 1).unwrap();
    let entry: Vec<u8> = sqlx::query_scalar("select bytes from ledger_entry where seq = $1")
        .bind(seq)
        .fetch_one(&admin)
        .await
        .unwrap();
    let text = String::from_utf8(entry).unwrap();
    let body = ledger::Entry::parse(text.as_bytes())
        .unwrap()
        .body()
        .to_owned();
    KeyRotation::parse(&body).unwrap();
    // Another size, which the signature covers.
    let bent = body.replace(
        &format!(r#""from":{}"#, done.from),
        &format!(r#""from":{}"#, done.from + 1),
    );
    let bytes = text.replace(&body, &bent).into_bytes();
    let changed = sqlx::raw_sql(
        "alter event trigger ledger_guard disable; alter table ledger_entry disable trigger all",
    );
    changed.execute(&admin).await.unwrap();
    sqlx::query("update ledger_entry set bytes = $1, leaf_hash = $2 where seq = $3")
        .bind(&bytes)
        .bind(ledger::leaf_hash(&bytes).as_bytes().as_slice())
        .bind(seq)
        .execute(&admin)
        .await
        .unwrap();
    let report = fsck(&stage, &first).await;
    let named = |fault: &Fault| matches!(fault, Fault::Key { seq, .. } if *seq == done.from - 1);
    assert!(report.faults.iter().any(named), "{:?}", report.faults);
}

/// A witness believes the new key when its operator says so; the portal says what is to be done.
#[sqlx::test(migrations = "../../migrations")]
async fn a_witness_that_lacks_the_new_key_is_told_of(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let folder = tempfile::tempdir().unwrap();
    let witness = witness(&stage, folder.path()).await;
    with_witnesses(&mut stage, vec![witness], AnswerWhen::Signed).await;
    let patience = std::time::Duration::from_secs(10);
    eventually(patience, || async { stage.portal.witnessed().is_some() }).await;
    let done = rotated(&mut stage).await;
    stage.dana().await;
    stage.ari().await;
    eventually(patience, || async {
        let state = stage.portal.witnesses().pop().unwrap();
        let wanted = format!("--log {}", done.new);
        state.fault.is_some_and(|fault| fault.contains(&wanted))
    })
    .await;
    assert_eq!(stage.portal.halted(), None);
    // What it signed before stands, and is served.
    stage.portal.ledger().witnessed().await.unwrap();
}
