//! Reading the log is an entry of the log.

use std::time::Duration;

use access::view::Viewer;
use serde_json::Value;
use service::{Error, LogQuery};
use sqlx::PgPool;

use crate::stage::{PATIENCE, Stage, eventually};
use crate::tampering::by_force;

/// A portal that gathers reads for so long.
async fn gathering(admin: &PgPool, window: Duration) -> Stage {
    let mut stage = Stage::new(admin).await;
    stage.settings.read_window = window;
    stage.restart().await;
    stage
}

/// Who read what, by the verified log.
async fn reads(stage: &Stage) -> Vec<(Value, u64, u64)> {
    let entries = stage.verified_entries().await;
    entries
        .into_iter()
        .filter(|(kind, _)| kind == "ledger.read")
        .map(|(_, entry)| {
            let number = |name: &str| entry["body"][name].as_u64().unwrap();
            let (from, to) = (number("from"), number("to"));
            (entry["actor"]["person"].clone(), from, to)
        })
        .collect()
}

fn newest(limit: u16) -> LogQuery {
    LogQuery {
        before: None,
        kind: None,
        limit,
    }
}

fn is(viewer: &Viewer) -> Value {
    viewer.person.to_string().into()
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_one_reads_together_is_one_entry(admin: PgPool) {
    let window = Duration::from_secs(6);
    let stage = gathering(&admin, window).await;
    let (dana, quinn) = (stage.dana().await, stage.quinn().await);
    let size = stage.portal.ledger().size().await.unwrap();
    // By stream, by page, page after page, and all of it again.
    stage.portal.read(&quinn, 0, 3).await.unwrap();
    let page = stage.portal.log(&quinn, newest(4)).await.unwrap();
    let query = LogQuery {
        before: page.older,
        ..newest(200)
    };
    stage.portal.log(&quinn, query).await.unwrap();
    for _ in 0..50 {
        stage.portal.read(&quinn, 0, size).await.unwrap();
    }
    assert!(matches!(
        stage.portal.read(&dana, 0, size).await,
        Err(Error::Forbidden)
    ));
    assert_eq!(reads(&stage).await, []);
    eventually(PATIENCE, || async { !reads(&stage).await.is_empty() }).await;
    // And nothing more comes once another window is over.
    tokio::time::sleep(window + Duration::from_secs(1)).await;
    let told = reads(&stage).await;
    // The first read, and the page from the other end until the two met.
    assert!(told.len() <= 2, "{told:?}");
    assert!(told.contains(&(is(&quinn), 0, size)), "{told:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_read_outlives_the_process_that_served_it(admin: PgPool) {
    let mut stage = gathering(&admin, Duration::from_secs(3_600)).await;
    let quinn = stage.quinn().await;
    stage.portal.read(&quinn, 0, 2).await.unwrap();
    stage.restart().await;
    eventually(PATIENCE, || async {
        reads(&stage).await == [(is(&quinn), 0, 2)]
    })
    .await;
    // Once.
    stage.restart().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(reads(&stage).await.len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_clean_stop_tells_what_was_read(admin: PgPool) {
    let mut stage = gathering(&admin, Duration::from_secs(3_600)).await;
    let quinn = stage.quinn().await;
    stage.portal.read(&quinn, 0, 2).await.unwrap();
    stage.stop();
    stage.portal.close().await;
    assert_eq!(reads(&stage).await, [(is(&quinn), 0, 2)]);
    stage.restart().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(reads(&stage).await.len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_read_whose_answer_was_lost_stands_once(admin: PgPool) {
    let mut stage = gathering(&admin, Duration::from_secs(3_600)).await;
    let quinn = stage.quinn().await;
    stage.portal.read(&quinn, 0, 2).await.unwrap();
    let folder = stage.data.path().join("state").join("reads");
    let note = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap();
    let noted = std::fs::read(note.path()).unwrap();
    stage.portal.close().await;
    assert_eq!(reads(&stage).await.len(), 1);
    // The entry is there, and whoever waited for it never heard.
    std::fs::write(note.path(), noted).unwrap();
    stage.restart().await;
    eventually(PATIENCE, || async { !note.path().exists() }).await;
    assert_eq!(reads(&stage).await.len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_bad_note_keeps_no_read_out_of_the_log_and_is_told(admin: PgPool) {
    let stage = gathering(&admin, Duration::from_secs(1)).await;
    assert_eq!(stage.portal.reads_waiting().count, 0);
    let quinn = stage.quinn().await;
    stage.portal.read(&quinn, 0, 2).await.unwrap();
    let folder = stage.data.path().join("state").join("reads");
    std::fs::write(folder.join("0.json"), "torn").unwrap();
    eventually(PATIENCE, || async {
        reads(&stage).await == [(is(&quinn), 0, 2)]
    })
    .await;
    eventually(PATIENCE, || async {
        let waiting = stage.portal.reads_waiting();
        waiting.count == 1 && (1..60).contains(&waiting.oldest_s)
    })
    .await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_halted_log_is_read_and_says_so_when_it_goes_on(admin: PgPool) {
    let mut stage = gathering(&admin, Duration::from_secs(1)).await;
    let quinn = stage.quinn().await;
    let bytes: Vec<u8> = sqlx::query_scalar("select bytes from ledger_entry where seq = 2")
        .fetch_one(&admin)
        .await
        .unwrap();
    by_force(
        &admin,
        "update ledger_entry set bytes = overlay(bytes placing 'X'::bytea from 150) where seq = 2",
    )
    .await;
    stage.restart().await;
    assert!(stage.portal.halted().is_some());
    let page = stage.portal.log(&quinn, newest(200)).await.unwrap();
    assert_eq!(page.rows.len() as u64, page.size);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(stage.portal.ledger().size().await.unwrap(), page.size);

    let back: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    by_force(
        &admin,
        &format!("update ledger_entry set bytes = decode('{back}', 'hex') where seq = 2"),
    )
    .await;
    stage.restart().await;
    assert_eq!(stage.portal.halted(), None);
    eventually(PATIENCE, || async {
        reads(&stage).await == [(is(&quinn), 0, page.size)]
    })
    .await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_disk_that_takes_no_note_lets_nobody_read(admin: PgPool) {
    let stage = gathering(&admin, Duration::from_secs(60)).await;
    let quinn = stage.quinn().await;
    std::fs::write(stage.data.path().join("state").join("reads"), "in the way").unwrap();
    let refused = stage.portal.read(&quinn, 0, 1).await.unwrap_err();
    assert!(matches!(refused, Error::Unavailable { .. }), "{refused}");
    let refused = stage.portal.log(&quinn, newest(5)).await.unwrap_err();
    assert!(matches!(refused, Error::Unavailable { .. }), "{refused}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_log_says_who_holds_which_role(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    stage.restart().await;
    let roles = |entries: Vec<(String, Value)>| -> Vec<Value> {
        entries
            .into_iter()
            .filter(|(kind, _)| kind == "roles.configured")
            .map(|(_, entry)| entry["body"]["roles"]["auditor"].clone())
            .collect()
    };
    let said = roles(stage.verified_entries().await);
    assert_eq!(said, [serde_json::json!(["auditors"])]);
    let before = stage.quinn().await;
    stage.settings.roles.auditor = vec!["inspectors".parse().unwrap()];
    stage.restart().await;
    let said = roles(stage.verified_entries().await);
    assert_eq!(said[1..], [serde_json::json!(["inspectors"])]);
    // Neither one who signs in now, nor one who did with the role.
    for quinn in [stage.quinn().await, before] {
        assert!(matches!(
            stage.portal.read(&quinn, 0, 1).await,
            Err(Error::Forbidden)
        ));
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn whoever_lost_the_role_at_the_provider_reads_on_in_no_browser(admin: PgPool) {
    let stage = gathering(&admin, Duration::from_secs(1)).await;
    let quinn = stage.quinn().await;
    stage.portal.read(&quinn, 0, 1).await.unwrap();
    let elsewhere = stage.person("quinn", &["oncall"]).await;
    assert_eq!(elsewhere.person, quinn.person);
    let refused = stage.portal.read(&quinn, 0, 2).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    let refused = stage.portal.log(&quinn, newest(5)).await.map(drop);
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    // What was read before is told all the same, and nothing else.
    eventually(PATIENCE, || async {
        reads(&stage).await == [(is(&quinn), 0, 1)]
    })
    .await;
}
