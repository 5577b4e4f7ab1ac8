//! What the database refuses, whoever asks short of a superuser who means it.

use sqlx::PgPool;

use crate::stage::{Stage, service_pool};

async fn refused(pool: &PgPool, statement: &str) {
    refused_as("42501", pool, statement).await;
}

async fn refused_as(expected: &str, pool: &PgPool, statement: &str) {
    let mut tx = pool.begin().await.unwrap();
    let outcome = sqlx::raw_sql(statement).execute(&mut *tx).await;
    let fault = outcome.expect_err(statement);
    let code = fault
        .as_database_error()
        .and_then(|fault| fault.code())
        .unwrap()
        .into_owned();
    assert_eq!(code, expected, "{statement}: {fault}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_service_cannot_change_the_log(admin: PgPool) {
    let _stage = Stage::new(&admin).await;
    let service = service_pool(&admin).await;
    for statement in [
        "update ledger_entry set bytes = bytes",
        "delete from ledger_entry",
        "truncate ledger_entry",
        "insert into ledger_entry (seq, id, leaf_hash, bytes) values (99, gen_random_uuid(), sha256(''), 'x')",
        "update ledger_head set size = 0",
        "delete from ledger_head",
        "update ledger_checkpoint set note = ''",
        "delete from ledger_node",
        "drop table ledger_entry",
        "alter table ledger_entry disable trigger all",
        "delete from opening",
        "delete from request",
        "update sign_off set decision = 'approve'",
        "create table mine (n int)",
    ] {
        refused(&service, statement).await;
    }
}

/// A row beyond the end would stand before all that come after it.
#[sqlx::test(migrations = "../../migrations")]
async fn nothing_is_kept_as_signed_beyond_the_end(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let end = stage.portal.ledger().size().await.unwrap();
    let service = service_pool(&admin).await;
    for size in [end + 1, 1 << 62] {
        for statement in [
            format!("select ledger_publish({size}, 'x')"),
            format!("select ledger_cosign('w1', {size}, 1, 'x')"),
            format!("select ledger_keep_witnessed({size}, 'x')"),
        ] {
            refused_as("23514", &service, &statement).await;
        }
    }
    let kept = format!("select ledger_keep_witnessed({end}, 'x')");
    sqlx::raw_sql(&kept).execute(&service).await.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn even_a_superuser_must_mean_it(admin: PgPool) {
    let _stage = Stage::new(&admin).await;
    for statement in [
        "update ledger_entry set bytes = bytes where seq = 0",
        "delete from ledger_entry where seq = 0",
        "truncate ledger_entry",
        "set local session_replication_role = replica; delete from ledger_entry",
        "alter table ledger_entry disable trigger all",
        "drop trigger ledger_entry_append_only on ledger_entry",
        "drop table ledger_entry",
        "drop function ledger_append",
        "update ledger_head set size = size - 1",
        "update ledger_head set origin = 'another', size = size + 1",
    ] {
        refused(&admin, statement).await;
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn migrating_twice_changes_nothing(admin: PgPool) {
    service::migrate(&admin, None).await.unwrap();
    let password = "a password with ' in it".to_owned().into();
    service::migrate(&admin, Some(&password)).await.unwrap();
    let service = service_pool(&admin).await;
    let refused = service::migrate(&service, None).await.unwrap_err();
    assert!(
        matches!(refused, service::MigrateError::NotSuperuser),
        "{refused}"
    );
}
