//! A log that an older version wrote.

use std::path::Path;

use access::event::Event;
use sqlx::PgPool;
use sqlx::migrate::Migrator;

use crate::another_hand::{append, stored};
use crate::settings::prepared;
use crate::stage::{Stage, service_pool};
use crate::sweep::sound;

/// The last migration of the first version with a log.
const FIRST: i64 = 4;

async fn head(admin: &PgPool) -> (i64, Vec<u8>, Vec<u8>) {
    sqlx::query_as("select size, root, frontier from ledger_head")
        .fetch_one(admin)
        .await
        .unwrap()
}

#[sqlx::test(migrations = false)]
async fn a_migration_leaves_every_entry_and_the_root(admin: PgPool) {
    let mut first = Migrator::new(Path::new("../../migrations")).await.unwrap();
    first.migrations.to_mut().retain(|one| one.version <= FIRST);
    first.run(&admin).await.unwrap();
    let (data, settings) = prepared(&admin).await;
    let key = service::key::load(data.path(), &settings.origin)
        .unwrap()
        .verifier_key();
    let service = service_pool(&admin).await;
    sqlx::query("select ledger_open($1)")
        .bind(settings.origin.as_str())
        .execute(&service)
        .await
        .unwrap();
    let opened = Event::LedgerOpened {
        origin: settings.origin.as_str().into(),
        vkey: key.to_string(),
    };
    append(&service, &settings.origin, &opened, 1_700_000_000_000).await;
    for version in ["0.0.1", "0.0.2", "0.0.3"] {
        let started = Event::ServerStarted {
            version: version.into(),
            verifier: None,
        };
        append(&service, &settings.origin, &started, 1_700_000_000_001).await;
    }
    let before = (stored(&admin).await, head(&admin).await);

    service::migrate(&admin, None).await.unwrap();
    assert_eq!((stored(&admin).await, head(&admin).await), before);
    let stage = Stage::on(
        &admin,
        None,
        (*admin.connect_options()).clone(),
        (data, settings),
    )
    .await;
    assert_eq!(stage.portal.halted(), None);
    stage.dana().await;
    let report = sound(&admin, stage.portal.ledger().origin(), &key, None).await;
    assert!(report.size > 4 && report.signed == report.size);
    assert_eq!(stored(&admin).await[..4], before.0);
}
