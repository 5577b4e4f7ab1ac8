//! The offline check, against every way of changing a stored log that a superuser has.

use std::path::Path;
use std::str::FromStr as _;

use access::event::SessionEnd;
use ledger::{TilePath, VerifierKey};
use service::fsck::{Fault, Folder, FsckError, Report, check_database, check_tiles};
use sqlx::PgPool;

use crate::stage::Stage;

/// More than a tile, so that there is a node above the leaves.
const ENTRIES: u64 = 260;

/// A log of some length whose triggers are off, as a superuser can have them.
async fn unguarded(admin: &PgPool) -> Stage {
    let stage = Stage::new(admin).await;
    let dana = stage.dana().await;
    let work: Vec<_> = (0..ENTRIES)
        .map(|_| {
            let (portal, dana) = (stage.portal.clone(), dana.clone());
            tokio::spawn(async move { portal.sign_out(&dana, SessionEnd::SignedOut).await })
        })
        .collect();
    for done in work {
        done.await.unwrap().unwrap();
    }
    let off = "alter event trigger ledger_guard disable; alter event trigger ledger_guard_drop disable;
         alter table ledger_entry disable trigger all; alter table ledger_head disable trigger all;
         alter table ledger_node disable trigger all; alter table ledger_checkpoint disable trigger all";
    sqlx::raw_sql(off).execute(admin).await.unwrap();
    stage
}

fn key(stage: &Stage) -> VerifierKey {
    VerifierKey::from_str(&stage.portal.ledger().vkey()).unwrap()
}

async fn check(stage: &Stage, memory: bool) -> Report {
    let mut connection = stage.admin.acquire().await.unwrap();
    let origin = stage.portal.ledger().origin();
    let data_dir = memory.then(|| stage.data.path());
    check_database(&mut connection, origin, &key(stage), data_dir, None)
        .await
        .unwrap()
}

async fn run(stage: &Stage, sql: &str) {
    let done = sqlx::raw_sql(sql).execute(&stage.admin).await.unwrap();
    assert!(done.rows_affected() > 0, "{sql}");
}

/// Makes a change, checks, and takes it back.
async fn with_change(stage: &Stage, change: &str, back: &str) -> Report {
    run(stage, change).await;
    let report = check(stage, false).await;
    run(stage, back).await;
    report
}

fn seqs(report: &Report) -> Vec<u64> {
    report.faults.iter().filter_map(Fault::seq).collect()
}

fn told(report: &Report) -> String {
    let lines: Vec<_> = report.faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_sound_log_is_sound(admin: PgPool) {
    let stage = unguarded(&admin).await;
    let report = check(&stage, true).await;
    assert_eq!(told(&report), "");
    let (size, note) = stage.portal.ledger().checkpoint().await.unwrap();
    assert_eq!((report.size, report.signed), (size, size));
    assert!(note.contains(&report.root.to_string()));
    assert!(size > ENTRIES);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_bit_flipped_in_any_column_is_found_with_its_seq(admin: PgPool) {
    let stage = unguarded(&admin).await;
    let last = stage.portal.ledger().checkpoint().await.unwrap().0 - 1;
    for seq in [0, 1, 4, 200, 255, 256, last] {
        let length: i32 =
            sqlx::query_scalar("select octet_length(bytes) from ledger_entry where seq = $1")
                .bind(i64::try_from(seq).unwrap())
                .fetch_one(&admin)
                .await
                .unwrap();
        // A prime step, so that every part of an entry and every bit of a byte has its turn.
        for bit in (0..length * 8).step_by(211) {
            let flip = format!(
                "update ledger_entry set bytes = set_bit(bytes, {bit}, 1 - get_bit(bytes, {bit})) where seq = {seq}"
            );
            let report = with_change(&stage, &flip, &flip).await;
            assert!(
                seqs(&report).contains(&seq),
                "{seq} bit {bit}: {}",
                told(&report)
            );
        }
        for bit in (0..256).step_by(37) {
            let flip = format!(
                "update ledger_entry set leaf_hash = set_bit(leaf_hash, {bit}, 1 - get_bit(leaf_hash, {bit})) where seq = {seq}"
            );
            let report = with_change(&stage, &flip, &flip).await;
            assert_eq!(seqs(&report), [seq], "{}", told(&report));
        }
        let id = "update ledger_entry set id = overlay(id::text placing (case substr(id::text, 36) when '0' then '1' else '0' end) from 36)::uuid";
        let kept: uuid::Uuid = sqlx::query_scalar("select id from ledger_entry where seq = $1")
            .bind(i64::try_from(seq).unwrap())
            .fetch_one(&admin)
            .await
            .unwrap();
        let back = format!("update ledger_entry set id = '{kept}' where seq = {seq}");
        let report = with_change(&stage, &format!("{id} where seq = {seq}"), &back).await;
        assert_eq!(seqs(&report), [seq], "{}", told(&report));
    }
    assert_eq!(told(&check(&stage, true).await), "", "all was taken back");
}

/// What was sealed is no column of the log: each text is held against its entry.
#[sqlx::test(migrations = "../../migrations")]
async fn a_text_that_is_not_what_was_sealed_is_found(admin: PgPool) {
    let stage = unguarded(&admin).await;
    let dana = stage.dana().await;
    stage.ask(&dana, "orders-read").await;
    let sealed: Vec<(i64, String)> = sqlx::query_as(
        "select seq, field from opening where field in ('reason', 'ticket', 'name')",
    )
    .fetch_all(&admin)
    .await
    .unwrap();
    assert!(sealed.len() > 2);
    for (seq, field) in sealed.iter().rev().take(5) {
        let of = format!("where seq = {seq} and field = '{field}'");
        for column in ["salt", "bytes"] {
            let flip = format!(
                "update opening set {column} = set_bit({column}, 7, 1 - get_bit({column}, 7)) {of}"
            );
            let report = with_change(&stage, &flip, &flip).await;
            assert_eq!(seqs(&report), [u64::try_from(*seq).unwrap()], "{of}");
        }
        let moved = format!("update opening set field = 'other' {of}");
        let back =
            format!("update opening set field = '{field}' where seq = {seq} and field = 'other'");
        let report = with_change(&stage, &moved, &back).await;
        assert_eq!(seqs(&report), [u64::try_from(*seq).unwrap()], "{of}");
    }
    // One that was erased, or is not there after a restore, is no fault.
    run(
        &stage,
        "update opening set salt = null, bytes = null where field = 'ticket'",
    )
    .await;
    run(&stage, "delete from opening where field = 'reason'").await;
    assert_eq!(told(&check(&stage, true).await), "");
}

/// Whoever changes an entry's bytes and the hash beside them leaves the links and the checkpoints.
#[sqlx::test(migrations = "../../migrations")]
async fn an_entry_changed_with_its_hash_is_named(admin: PgPool) {
    let stage = unguarded(&admin).await;
    let last = stage.portal.ledger().checkpoint().await.unwrap().0 - 1;
    let changed = |seq: u64| {
        format!(
            "update ledger_entry set bytes = b, leaf_hash = sha256('\\x00'::bytea || b)
             from (select set_bit(bytes, 1700, 1 - get_bit(bytes, 1700)) as b
                   from ledger_entry where seq = {seq}) as altered where seq = {seq}"
        )
    };
    for seq in [0, 7, 255, last - 1] {
        let report = with_change(&stage, &changed(seq), &changed(seq)).await;
        assert!(seqs(&report).contains(&seq), "{seq}: {}", told(&report));
    }
    // Nothing links to the newest: which of the newest batch it is, nobody can tell.
    let report = with_change(&stage, &changed(last), &changed(last)).await;
    let within = |fault: &Fault| matches!(fault, Fault::OtherRoot { good, size, .. } if (*good..*size).contains(&last));
    assert!(report.faults.iter().any(within), "{}", told(&report));
}

#[sqlx::test(migrations = "../../migrations")]
async fn rows_removed_inserted_or_swapped_are_found(admin: PgPool) {
    let stage = unguarded(&admin).await;
    let size = stage.portal.ledger().checkpoint().await.unwrap().0;
    run(&stage, "create table kept as select * from ledger_entry").await;
    let back = "truncate ledger_entry; insert into ledger_entry select * from kept";
    let last = size - 1;
    for (change, expected) in [
        ("delete from ledger_entry where seq = 9".to_owned(), 9),
        (format!("delete from ledger_entry where seq = {last}"), last),
        (
            format!("delete from ledger_entry where seq >= {}", size - 5),
            size - 5,
        ),
        (
            format!(
                "insert into ledger_entry select {size}, gen_random_uuid(), leaf_hash, bytes from kept where seq = 3"
            ),
            size,
        ),
        (
            "update ledger_entry set seq = 100000 where seq = 20;
             update ledger_entry set seq = 20 where seq = 21;
             update ledger_entry set seq = 21 where seq = 100000"
                .to_owned(),
            20,
        ),
    ] {
        let report = with_change(&stage, &change, back).await;
        assert!(
            seqs(&report).contains(&expected),
            "{change}: {}",
            told(&report)
        );
    }
    assert_eq!(told(&check(&stage, true).await), "", "all was taken back");
}

#[sqlx::test(migrations = "../../migrations")]
async fn head_nodes_and_checkpoints_are_checked(admin: PgPool) {
    let stage = unguarded(&admin).await;
    run(
        &stage,
        "create table kept_head as select * from ledger_head",
    )
    .await;
    run(
        &stage,
        "create table kept_node as select * from ledger_node",
    )
    .await;
    run(
        &stage,
        "create table kept_note as select * from ledger_checkpoint",
    )
    .await;
    let head = "delete from ledger_head; insert into ledger_head select * from kept_head";
    let node = "truncate ledger_node; insert into ledger_node select * from kept_node";
    let note = "truncate ledger_checkpoint; insert into ledger_checkpoint select * from kept_note";
    for (change, back, word) in [
        ("update ledger_head set size = size - 1", head, "size"),
        ("update ledger_head set root = sha256('x')", head, "root"),
        (
            "update ledger_head set frontier = sha256('x')",
            head,
            "frontier",
        ),
        (
            "update ledger_head set time_ms = time_ms + 1",
            head,
            "time_ms",
        ),
        ("update ledger_head set origin = 'x'", head, "origin"),
        ("delete from ledger_head", head, "row"),
        (
            "update ledger_node set hash = sha256('x')",
            node,
            "not what",
        ),
        ("delete from ledger_node", node, "missing"),
        (
            "insert into ledger_node select 2, 0, hash from kept_node",
            node,
            "more than",
        ),
        (
            "update ledger_checkpoint set note = replace(note, E'\\n\\n', E'\\nx\\n\\n') where size = 4",
            note,
            "of size 4",
        ),
        ("delete from ledger_checkpoint", note, "no checkpoint"),
        (
            "update ledger_checkpoint set size = 100000 where size = (select max(size) from kept_note)",
            note,
            "is stored as",
        ),
    ] {
        let report = with_change(&stage, change, back).await;
        assert!(told(&report).contains(word), "{change}: {}", told(&report));
    }
    assert_eq!(told(&check(&stage, true).await), "", "all was taken back");
}

/// The whole of it put back to an earlier moment: sound in itself, found in the memory alone.
#[sqlx::test(migrations = "../../migrations")]
async fn a_restored_backup_is_found_in_the_memory(admin: PgPool) {
    let mut stage = unguarded(&admin).await;
    for table in [
        "ledger_entry",
        "ledger_head",
        "ledger_node",
        "ledger_checkpoint",
    ] {
        run(
            &stage,
            &format!("create table backup_{table} as select * from {table}"),
        )
        .await;
    }
    stage.restart().await;
    let now = stage.portal.ledger().checkpoint().await.unwrap().0;
    for table in [
        "ledger_entry",
        "ledger_head",
        "ledger_node",
        "ledger_checkpoint",
    ] {
        let restore = format!("truncate {table}; insert into {table} select * from backup_{table}");
        run(&stage, &restore).await;
    }
    assert_eq!(told(&check(&stage, false).await), "");
    let report = check(&stage, true).await;
    assert!(
        matches!(report.faults[..], [Fault::Forgotten { size, .. }] if size == now),
        "{}",
        told(&report)
    );
}

/// Another folder's silence is no agreement.
#[sqlx::test(migrations = "../../migrations")]
async fn a_data_folder_without_a_memory_is_an_error(admin: PgPool) {
    let stage = unguarded(&admin).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let mut connection = admin.acquire().await.unwrap();
    let origin = stage.portal.ledger().origin();
    let checked = check_database(
        &mut connection,
        origin,
        &key(&stage),
        Some(elsewhere.path()),
        None,
    )
    .await;
    assert!(matches!(checked, Err(FsckError::Memory(_))));
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_key_is_not_believed(admin: PgPool) {
    let stage = unguarded(&admin).await;
    let reader = stage.portal.ledger();
    let other = ledger::SigningKey::from_seed(reader.origin().as_str(), [9; 32]).unwrap();
    let mut connection = admin.acquire().await.unwrap();
    let report = check_database(
        &mut connection,
        reader.origin(),
        &other.verifier_key(),
        None,
        None,
    )
    .await
    .unwrap();
    assert!(matches!(report.faults[0], Fault::Checkpoint { .. }));
    assert_eq!(report.signed, 0);
}

/// Writes the log as files, as any static host would have them.
async fn write_tiles(stage: &Stage, folder: &Path) -> Vec<String> {
    let reader = stage.portal.ledger();
    let (size, note) = reader.checkpoint().await.unwrap();
    let mut names = vec!["checkpoint".to_owned()];
    std::fs::write(folder.join("checkpoint"), note).unwrap();
    let bundles = (0..).map_while(|index| TilePath::entries_in(size, index));
    let tiles = (0..8)
        .flat_map(|level| (0..).map_while(move |index| TilePath::hashes_in(size, level, index)));
    for path in bundles.chain(tiles) {
        let bytes = reader.tile(&path).await.unwrap().unwrap();
        let file = folder.join(path.to_string());
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
        names.push(path.to_string());
    }
    names
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_folder_of_tiles_is_checked_to_the_last_bit(admin: PgPool) {
    let stage = unguarded(&admin).await;
    let (origin, key) = (stage.portal.ledger().origin(), key(&stage));
    let folder = tempfile::tempdir().unwrap();
    let names = write_tiles(&stage, folder.path()).await;
    assert_eq!(names.len(), 1 + 2 + 2 + 1);
    let files = Folder(folder.path().to_owned());
    let sound = check_tiles(&files, origin, &key).await.unwrap();
    assert_eq!(told(&sound), "");
    for name in names {
        let path = folder.path().join(&name);
        let bytes = std::fs::read(&path).unwrap();
        for at in (0..bytes.len()).step_by(1 + bytes.len() / 40) {
            let mut bent = bytes.clone();
            bent[at] ^= 1 << (at % 8);
            std::fs::write(&path, bent).unwrap();
            let report = check_tiles(&files, origin, &key).await.unwrap();
            assert!(!report.faults.is_empty(), "{name}, byte {at}");
        }
        std::fs::remove_file(&path).unwrap();
        let report = check_tiles(&files, origin, &key).await.unwrap();
        assert!(!report.faults.is_empty(), "{name} removed");
        std::fs::write(&path, bytes).unwrap();
    }
    let sound = check_tiles(&files, origin, &key).await.unwrap();
    assert_eq!(told(&sound), "", "all was taken back");
}
