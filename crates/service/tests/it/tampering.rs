//! A superuser who means it, against the memory outside of the database.

use access::event::EndCause;
use service::Error;
use sqlx::PgPool;

use crate::another_hand::{hex, rewritten_from};
use crate::stage::{Stage, form};

/// Past every trigger, as a superuser can.
pub(crate) async fn by_force(admin: &PgPool, statement: &str) {
    let sql = format!(
        "begin;
         alter event trigger ledger_guard disable; alter event trigger ledger_guard_drop disable;
         alter table ledger_entry disable trigger all; alter table ledger_head disable trigger all;
         {statement};
         alter table ledger_head enable always trigger ledger_head_stays;
         alter table ledger_head enable always trigger ledger_head_forward;
         alter table ledger_entry enable always trigger ledger_entry_append_only;
         alter event trigger ledger_guard enable; alter event trigger ledger_guard_drop enable;
         commit"
    );
    sqlx::raw_sql(&sql).execute(admin).await.unwrap();
}

async fn grants_nothing(stage: &Stage) {
    let fault = stage
        .portal
        .register_sign_in(service::Identity {
            issuer: "https://idp.example".into(),
            subject: "somebody new".into(),
            name: "Somebody".into(),
            groups: Vec::new(),
            auth_time_s: None,
        })
        .await
        .unwrap_err();
    assert!(matches!(fault, Error::Unavailable { .. }), "{fault}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_altered_entry_halts_the_next_start_and_is_named(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    stage.dana().await;
    by_force(
        &admin,
        "update ledger_entry set bytes = overlay(bytes placing 'X'::bytea from 200) where seq = 2",
    )
    .await;
    stage.restart().await;
    let reason = stage.portal.halted().unwrap();
    assert!(reason.contains("entry 2"), "{reason}");
    grants_nothing(&stage).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_entry_altered_with_its_hash_halts_too(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    stage.dana().await;
    by_force(
        &admin,
        "update ledger_entry set bytes = b, leaf_hash = sha256('\\x00'::bytea || b)
         from (select overlay(bytes placing 'X'::bytea from 200) as b
               from ledger_entry where seq = 2) as altered where seq = 2",
    )
    .await;
    stage.restart().await;
    assert!(stage.portal.halted().is_some());
    grants_nothing(&stage).await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_cut_tail_or_an_old_backup_halts(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let (root, frontier, time_ms): (Vec<u8>, Vec<u8>, i64) =
        sqlx::query_as("select root, frontier, time_ms from ledger_head")
            .fetch_one(&admin)
            .await
            .unwrap();
    stage.dana().await;
    // Consistent in itself, as a restored backup is: only the memory outside knows better.
    by_force(
        &admin,
        &format!(
            "delete from ledger_entry where seq >= 4;
             update ledger_head set size = 4, root = '\\x{}', frontier = '\\x{}', time_ms = {time_ms}",
            hex(&root),
            hex(&frontier)
        ),
    )
    .await;
    stage.restart().await;
    let reason = stage.portal.halted().unwrap();
    assert!(reason.contains("holds 4 entries"), "{reason}");
    grants_nothing(&stage).await;
}

/// A new data folder remembers nothing: the checkpoint that was left in the database is remembered.
#[sqlx::test(migrations = "../../migrations")]
async fn a_server_without_a_memory_signs_nothing_else_than_what_lies_signed(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    stage.dana().await;
    let (size, _) = stage.portal.ledger().checkpoint().await.unwrap();
    stage.stop();
    forget(&stage);
    stage.restart().await;
    assert_eq!(
        stage.portal.halted(),
        None,
        "a log that only grew is gone on with"
    );
    stage.stop();

    // The whole of it rewritten, or cut, and the server's folder lost.
    let rewritten = rewritten_from(&admin, 2).await;
    by_force(&admin, &rewritten).await;
    forget(&stage);
    stage.restart().await;
    let reason = stage.portal.halted().unwrap();
    assert!(
        reason.contains("another root than the one that was signed"),
        "{reason}"
    );
    grants_nothing(&stage).await;
    stage.stop();
    let (root, frontier): (Vec<u8>, Vec<u8>) = {
        let mut tree = ledger::Tree::new();
        let leaves: Vec<Vec<u8>> =
            sqlx::query_scalar("select leaf_hash from ledger_entry where seq < 3 order by seq")
                .fetch_all(&admin)
                .await
                .unwrap();
        for leaf in leaves {
            tree.push(ledger::Hash::new(leaf.try_into().unwrap()));
        }
        let frontier = tree.frontier().iter().flat_map(|hash| *hash.as_bytes());
        (tree.root().as_bytes().to_vec(), frontier.collect())
    };
    by_force(
        &admin,
        &format!(
            "delete from ledger_entry where seq >= 3;
             update ledger_head set size = 3, root = '\\x{}', frontier = '\\x{}'",
            hex(&root),
            hex(&frontier)
        ),
    )
    .await;
    forget(&stage);
    stage.restart().await;
    let reason = stage.portal.halted().unwrap();
    assert!(reason.contains("holds 3 entries"), "{reason}");
    let shown = stage.portal.ledger().checkpoint().await.unwrap();
    assert!(shown.0 >= size, "nothing smaller was signed");
}

/// All that the server knows besides its keys.
fn forget(stage: &Stage) {
    std::fs::remove_dir_all(stage.data.path().join("state")).unwrap();
}

/// Every hash, every link and the head agree, as whoever owns the database can make them.
#[sqlx::test(migrations = "../../migrations")]
async fn a_history_rewritten_in_one_piece_is_not_signed(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    stage.dana().await;
    let signed = stage.portal.ledger().checkpoint().await.unwrap();
    by_force(&admin, &rewritten_from(&admin, 2).await).await;
    stage.restart().await;
    let reason = stage.portal.halted().unwrap();
    assert!(
        reason.contains("another root than the one that was signed"),
        "{reason}"
    );
    grants_nothing(&stage).await;
    let shown = stage.portal.ledger().checkpoint().await.unwrap();
    assert_eq!(shown, signed, "no second checkpoint for one size");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_running_server_sees_its_database_go_back(admin: PgPool) {
    let stage = Stage::new(&admin).await;
    let dana = stage.dana().await;
    by_force(&admin, "update ledger_head set size = size - 1").await;
    let fault = stage
        .portal
        .submit(&dana, form("orders-read"))
        .await
        .unwrap_err();
    assert!(matches!(fault, Error::Unavailable { .. }), "{fault}");
    assert!(stage.portal.halted().is_some());
}

#[sqlx::test(migrations = "../../migrations")]
async fn revocation_works_while_the_log_is_halted(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    let (dana, ari) = (stage.dana().await, stage.ari().await);
    let (request, grant) = stage.break_glass(&dana, 60).await;
    by_force(
        &admin,
        "update ledger_entry set bytes = overlay(bytes placing 'X'::bytea from 200) where seq = 2",
    )
    .await;
    stage.restart().await;
    assert!(stage.portal.halted().is_some());
    assert!(stage.account_stands(grant).await);
    let offered = |view: access::view::RequestView| view.actions;
    let hers = offered(stage.portal.request(&dana, request).await.unwrap());
    assert_eq!(hers, [access::view::Action::Return]);
    let his = offered(stage.portal.request(&ari, request).await.unwrap());
    assert_eq!(his, [access::view::Action::Revoke]);
    assert_eq!(stage.portal.inbox(&ari).await.unwrap().open.len(), 1);
    let stranger = stage.portal.end(&dana, grant, EndCause::Revoked).await;
    assert!(stranger.is_err());
    stage
        .portal
        .end(&ari, grant, EndCause::Revoked)
        .await
        .unwrap();
    assert!(!stage.account_stands(grant).await);
    let journal = stage
        .data
        .path()
        .join("state/endings")
        .join(format!("{grant}.json"));
    assert!(
        journal.exists(),
        "what the log did not take is written down"
    );
}
