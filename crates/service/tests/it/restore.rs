//! A database made anew from the archive.

use access::event::{Decision, EndCause};
use ledger::VerifierKey;
use service::Portal;
use service::archive::ArchivedLog;
use service::fsck::{check_database, check_tiles};
use service::restore::{RestoreError, restore};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio_util::sync::CancellationToken;

use crate::archive::{caught_up, grow, in_folder};
use crate::erasing::erase;
use crate::stage::{Stage, service_pool, verified_entries};

/// What follows from the entries, table by table.
const FOLLOWS: [&str; 7] = [
    "person",
    "policy_version",
    "request",
    "sign_off",
    "access_grant",
    "review",
    "request_entry",
];

/// Another database of the same server, migrated and empty.
pub(crate) async fn empty_database(admin: &PgPool) -> PgPool {
    let name = format!("restored_{}", uuid::Uuid::new_v4().simple());
    sqlx::raw_sql(&format!("create database {name}"))
        .execute(admin)
        .await
        .unwrap();
    let options: PgConnectOptions = (*admin.connect_options()).clone();
    let pool = PgPoolOptions::new()
        .max_connections(4)
        .connect_with(options.database(&name))
        .await
        .unwrap();
    service::migrate(&pool, None).await.unwrap();
    pool
}

pub(crate) async fn dropped(admin: &PgPool, database: PgPool) {
    let name = database
        .connect_options()
        .get_database()
        .unwrap()
        .to_owned();
    database.close().await;
    sqlx::raw_sql(&format!("drop database {name} with (force)"))
        .execute(admin)
        .await
        .unwrap();
}

async fn rows(pool: &PgPool, table: &str) -> Vec<String> {
    sqlx::query_scalar(&format!("select t::text from {table} as t order by 1"))
        .fetch_all(pool)
        .await
        .unwrap()
}

/// A log with some of everything, in an archive.
async fn lived(admin: &PgPool, folder: &std::path::Path) -> Stage {
    let stage = Stage::with_archive(admin, Some(in_folder(folder))).await;
    let (dana, ari, sam) = (stage.dana().await, stage.ari().await, stage.sam().await);
    let (_, grant) = stage.break_glass(&dana, 60).await;
    stage
        .portal
        .end(&dana, grant, EndCause::Returned)
        .await
        .unwrap();
    let request = stage.ask(&dana, "orders-admin").await;
    stage.sign(&ari, request, Decision::Approve).await.unwrap();
    stage.sign(&sam, request, Decision::Deny).await.unwrap();
    erase(&stage, request).await;
    stage.break_glass(&dana, 300).await;
    grow(&stage, 150).await;
    caught_up(&stage).await;
    stage
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_restored_database_is_the_one_that_was_archived(admin: PgPool) {
    let folder = tempfile::tempdir().unwrap();
    let stage = lived(&admin, folder.path()).await;
    let reader = stage.portal.ledger();
    let (size, note) = reader.checkpoint().await.unwrap();
    let key: VerifierKey = reader.vkey().parse().unwrap();
    let log = ArchivedLog::at(&in_folder(folder.path()).place).unwrap();
    let archived = check_tiles(&log, reader.origin(), &key).await.unwrap();
    assert!(archived.faults.is_empty(), "{:?}", archived.faults);

    let database = empty_database(&admin).await;
    let portal_role = service_pool(&database).await;
    for _ in 0..2 {
        // The second time finds everything there.
        let restored = restore(&portal_role, &log, reader.origin(), &key)
            .await
            .unwrap();
        assert_eq!((restored.size, restored.root), (size, archived.root));
    }
    let mut connection = database.acquire().await.unwrap();
    let checked = check_database(&mut connection, reader.origin(), &key, None, None)
        .await
        .unwrap();
    assert!(checked.faults.is_empty(), "{:?}", checked.faults);
    assert_eq!((checked.size, checked.signed), (size, size));
    drop(connection);
    for table in FOLLOWS {
        assert_eq!(
            rows(&database, table).await,
            rows(&admin, table).await,
            "{table}"
        );
    }
    for table in ["ledger_entry", "ledger_node", "ledger_head"] {
        assert_eq!(
            rows(&database, table).await,
            rows(&admin, table).await,
            "{table}"
        );
    }

    // A portal goes on from there, with the key and a data folder of its own.
    let data = tempfile::tempdir().unwrap();
    std::fs::create_dir(data.path().join("keys")).unwrap();
    std::fs::copy(
        stage.data.path().join("keys/log.seed"),
        data.path().join("keys/log.seed"),
    )
    .unwrap();
    let mut settings = stage.settings.clone();
    settings.archive = None;
    settings.data_dir = data.path().to_owned();
    let shutdown = CancellationToken::new();
    let portal = Portal::start(settings, portal_role, shutdown.clone())
        .await
        .unwrap();
    assert_eq!(portal.halted(), None);
    let entries = verified_entries(&portal).await;
    assert_eq!(entries.len() as u64, size + 1, "server.started");
    assert!(note.starts_with(reader.origin().as_str()));
    shutdown.cancel();
    drop(portal);
    dropped(&admin, database).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_restore_that_broke_off_goes_on_and_another_log_is_left_alone(admin: PgPool) {
    let folder = tempfile::tempdir().unwrap();
    let stage = lived(&admin, folder.path()).await;
    let reader = stage.portal.ledger();
    let key: VerifierKey = reader.vkey().parse().unwrap();
    let log = ArchivedLog::at(&in_folder(folder.path()).place).unwrap();
    let (database, other) = (empty_database(&admin).await, empty_database(&admin).await);

    // It breaks off at the second bundle: there is a row in its way.
    let portal_role = service_pool(&database).await;
    sqlx::raw_sql(
        "create function in_the_way() returns trigger language plpgsql as
           $$ begin if new.seq >= 256 then raise exception 'in the way'; end if; return new; end $$;
         alter event trigger ledger_guard disable;
         create trigger in_the_way before insert on ledger_entry
           for each row execute function in_the_way()",
    )
    .execute(&database)
    .await
    .unwrap();
    let broke_off = restore(&portal_role, &log, reader.origin(), &key).await;
    assert!(
        matches!(broke_off, Err(RestoreError::Database(_))),
        "{broke_off:?}"
    );
    sqlx::raw_sql(
        "create or replace function in_the_way() returns trigger language plpgsql as
           $$ begin return new; end $$",
    )
    .execute(&database)
    .await
    .unwrap();
    let restored = restore(&portal_role, &log, reader.origin(), &key)
        .await
        .unwrap();
    let mut connection = database.acquire().await.unwrap();
    let checked = check_database(&mut connection, reader.origin(), &key, None, None)
        .await
        .unwrap();
    assert!(checked.faults.is_empty(), "{:?}", checked.faults);
    assert_eq!(checked.size, restored.size);
    drop(connection);

    // Another log's database is not touched.
    let settings = crate::settings::settings(&other, stage.data.path(), "other.example/log");
    let data = tempfile::tempdir().unwrap();
    service::key::generate(data.path(), &settings.origin).unwrap();
    let shutdown = CancellationToken::new();
    let settings = service::settings::Settings {
        data_dir: data.path().to_owned(),
        ..settings
    };
    let other_role = service_pool(&other).await;
    let portal = Portal::start(settings, other_role.clone(), shutdown.clone())
        .await
        .unwrap();
    let before = rows(&other, "ledger_head").await;
    let refused = restore(&other_role, &log, reader.origin(), &key).await;
    assert!(
        matches!(refused, Err(RestoreError::OtherLog(_))),
        "{refused:?}"
    );
    assert_eq!(rows(&other, "ledger_head").await, before);
    shutdown.cancel();
    drop(portal);

    // Nor is anything restored from a copy that was changed.
    let bundle = folder.path().join("tile/entries/000");
    let mut bytes = std::fs::read(&bundle).unwrap();
    bytes[300] ^= 1;
    std::fs::remove_file(&bundle).unwrap();
    std::fs::write(&bundle, bytes).unwrap();
    let refused = restore(&portal_role, &log, reader.origin(), &key).await;
    assert!(
        matches!(refused, Err(RestoreError::NotSound(_))),
        "{refused:?}"
    );
    dropped(&admin, database).await;
    dropped(&admin, other).await;
}
