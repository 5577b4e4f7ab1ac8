//! The archive in a bucket with Object Lock, on a real server that enforces the lock.
//!
//! `cargo xtask test --only archive` brings and starts the server and says where it is. Without it
//! these tests are ignored; asked for all the same, they fail.

use ledger::TilePath;
use reqwest::Response;
use rusty_s3::actions::{DeleteObject, GetObject};
use service::archive::{ArchivedLog, FaultKind};
use service::fsck::{Fault, Files as _, check_tiles};
use service::restore::restore;
use sqlx::PgPool;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::archive::{caught_up, grow, in_trouble, status};
use crate::owner::{Owner, PREFIX};
use crate::restore::{dropped, empty_database};
use crate::stage::{PATIENCE, Stage, eventually, service_pool};

/// What a bucket must have at least, as the tests' portal wants it.
const LOCKED: &str = "<Mode>COMPLIANCE</Mode><Days>30</Days>";

fn header(response: &Response, name: &str) -> String {
    let value = response.headers().get(name);
    value
        .unwrap_or_else(|| panic!("no {name}"))
        .to_str()
        .unwrap()
        .to_owned()
}

#[ignore = "needs an S3 server: cargo xtask test --only archive"]
#[sqlx::test(migrations = "../../migrations")]
async fn what_is_in_the_bucket_stays(admin: PgPool) {
    let owner = Owner::new(Some(LOCKED)).await;
    let stage = Stage::with_archive(&admin, Some(owner.archive())).await;
    grow(&stage, 300).await;
    let size = caught_up(&stage).await;
    owner
        .verify(&stage, status(&stage).checkpoint.unwrap())
        .await;
    assert!(status(&stage).entries >= size);

    let checkpoint = format!(
        "{PREFIX}checkpoints/{:020}",
        status(&stage).checkpoint.unwrap()
    );
    for key in ["tile/entries/000", "tile/0/000"].map(|key| format!("{PREFIX}{key}")) {
        held(&owner, &key).await;
    }
    held(&owner, &checkpoint).await;
}

/// One object has the bucket's retention, and nothing takes it away.
async fn held(owner: &Owner, key: &str) {
    let found = owner.get(key, &[]).await;
    assert_eq!(header(&found, "x-amz-object-lock-mode"), "COMPLIANCE");
    let until = header(&found, "x-amz-object-lock-retain-until-date");
    let until = OffsetDateTime::parse(&until, &Rfc3339).unwrap();
    let left = until - OffsetDateTime::now_utc();
    assert!(left > time::Duration::days(29), "{left}");
    let version = header(&found, "x-amz-version-id");
    let bytes = found.bytes().await.unwrap();

    // Deleting that version, also with the right that passes by GOVERNANCE.
    for headers in [&[][..], &[("x-amz-bypass-governance-retention", "true")]] {
        let delete = DeleteObject::new(&owner.bucket, Some(&owner.credentials), key);
        let refused = owner
            .send(delete, &[("versionId", &version)], headers, "")
            .await;
        assert_eq!(refused.status(), 403, "{key}");
    }
    // Shortening its retention, or weakening it.
    let soon = OffsetDateTime::now_utc() + time::Duration::minutes(1);
    let later = OffsetDateTime::now_utc() + time::Duration::days(60);
    for (mode, until) in [("COMPLIANCE", soon), ("GOVERNANCE", later)] {
        let until = until.format(&Rfc3339).unwrap();
        let xml = format!(
            r#"<Retention xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Mode>{mode}</Mode><RetainUntilDate>{until}</RetainUntilDate></Retention>"#
        );
        let query = [("retention", ""), ("versionId", version.as_str())];
        let headers = [("x-amz-bypass-governance-retention", "true")];
        assert_eq!(owner.put(key, &query, &headers, &xml).await, 403, "{key}");
    }
    // Another object under its key, in the way that the portal writes.
    let overwritten = owner
        .put(key, &[], &[("if-none-match", "*")], "other")
        .await;
    assert_eq!(overwritten, 412, "{key}");
    let still = owner.get(key, &[]).await;
    assert_eq!(header(&still, "x-amz-version-id"), version);
    assert_eq!(still.bytes().await.unwrap(), bytes);
}

#[ignore = "needs an S3 server: cargo xtask test --only archive"]
#[sqlx::test(migrations = "../../migrations")]
async fn a_restart_goes_on_and_finds_what_was_put_over(admin: PgPool) {
    let owner = Owner::new(Some(LOCKED)).await;
    let mut stage = Stage::with_archive(&admin, Some(owner.archive())).await;
    grow(&stage, 260).await;
    caught_up(&stage).await;
    stage.restart().await;
    grow(&stage, 5).await;
    caught_up(&stage).await;
    let size = status(&stage).checkpoint.unwrap();
    owner.verify(&stage, size).await;

    // Whoever has more rights than the portal puts another version over a file.
    stage.stop();
    let bundle = format!(
        "{PREFIX}{}",
        TilePath::entries_in(size, size / 256).unwrap()
    );
    assert_eq!(owner.put(&bundle, &[], &[], "another history").await, 200);
    stage.restart().await;
    let (kind, text) = in_trouble(&stage).await;
    assert_eq!(kind, FaultKind::Contradiction, "{text}");
    assert_eq!(
        owner.get(&bundle, &[]).await.bytes().await.unwrap(),
        "another history"
    );
}

#[ignore = "needs an S3 server: cargo xtask test --only archive"]
#[sqlx::test(migrations = "../../migrations")]
async fn a_bucket_that_does_not_lock_is_refused(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    for (retention, remedy) in [
        (None, "Object Lock enabled"),
        (Some(""), "no default retention"),
        (
            Some("<Mode>GOVERNANCE</Mode><Days>30</Days>"),
            "mode GOVERNANCE",
        ),
        (
            Some("<Mode>COMPLIANCE</Mode><Days>29</Days>"),
            "lengthen it",
        ),
    ] {
        let owner = Owner::new(retention).await;
        stage.settings.archive = Some(owner.archive());
        stage.restart().await;
        let (kind, text) = in_trouble(&stage).await;
        assert_eq!(kind, FaultKind::Unsuitable, "{text}");
        assert!(text.contains(remedy), "{text}");
        let origin = GetObject::new(&owner.bucket, Some(&owner.credentials), "breakglass/origin");
        assert_eq!(owner.send(origin, &[], &[], "").await.status(), 404);
        // Access does not wait for it.
        stage.dana().await;
    }
}

#[ignore = "needs an S3 server: cargo xtask test --only archive"]
#[sqlx::test(migrations = "../../migrations")]
async fn wrong_credentials_are_named_without_being_shown(admin: PgPool) {
    let mut owner = Owner::new(Some(LOCKED)).await;
    owner.settings.secret_access_key = "not-the-secret".into();
    let stage = Stage::with_archive(&admin, Some(owner.archive())).await;
    let (kind, text) = in_trouble(&stage).await;
    assert_eq!(kind, FaultKind::Unsuitable, "{text}");
    assert!(text.contains("403"), "{text}");
    for secret in [
        "not-the-secret",
        &owner.settings.access_key_id,
        "X-Amz-Signature",
    ] {
        assert!(!text.contains(secret), "{text}");
    }
    let shown = format!("{:?}", stage.settings);
    assert!(!shown.contains("not-the-secret"), "{shown}");
    eventually(PATIENCE, || async { status(&stage).behind_entries > 0 }).await;
}

/// Blocks of keys in an answer to a list are 1,000 long.
#[ignore = "needs an S3 server: cargo xtask test --only archive"]
#[sqlx::test(migrations = "../../migrations")]
async fn a_bucket_is_checked_whole_and_restored_from(admin: PgPool) {
    let owner = Owner::new(Some(LOCKED)).await;
    let stage = Stage::with_archive(&admin, Some(owner.archive())).await;
    for _ in 0..3 {
        grow(&stage, 100).await;
        caught_up(&stage).await;
    }
    let size = caught_up(&stage).await;
    stage.stop();
    let reader = stage.portal.ledger();
    let (origin, key) = (reader.origin(), reader.vkey().parse().unwrap());
    let log = ArchivedLog::at(&owner.archive().place).unwrap();
    let kept = log.kept().await.unwrap();
    assert!(kept.len() > 2 && kept.contains(&size), "{kept:?}");
    let sound = check_tiles(&log, origin, &key).await.unwrap();
    assert!(sound.faults.is_empty(), "{:?}", sound.faults);
    assert_eq!((sound.size, sound.checkpoints), (size, kept.len() as u64));

    let database = empty_database(&admin).await;
    let restored = restore(&service_pool(&database).await, &log, origin, &key)
        .await
        .unwrap();
    assert_eq!((restored.size, restored.root), (size, sound.root));
    dropped(&admin, database).await;

    // Whoever has more rights than the portal puts other versions over what is there.
    let bundle = format!("{PREFIX}{}", TilePath::entries_in(size, 0).unwrap());
    assert_eq!(owner.put(&bundle, &[], &[], "another history").await, 200);
    let found = check_tiles(&log, origin, &key).await.unwrap();
    let wrong = |fault: &Fault| matches!(fault, Fault::Tile { seq: 0, .. });
    assert!(found.faults.iter().any(wrong), "{:?}", found.faults);

    let more = (0..1100).map(|at| format!("{PREFIX}checkpoints/{:020}", 1_000_000 + at));
    for some in more.collect::<Vec<_>>().chunks(50) {
        let put = some.iter().map(|key| owner.put(key, &[], &[], "x"));
        futures::future::join_all(put).await;
    }
    assert_eq!(log.kept().await.unwrap().len(), kept.len() + 1100);
}
