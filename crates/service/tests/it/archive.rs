//! The archive in a folder, beside a portal that works.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ledger::{Checkpoint, Hash, SignedCheckpoint, TilePath, Tree, VerifierKey, bundle, leaf_hash};
use service::archive::{ArchiveStatus, FaultKind, Trouble};
use service::settings::{Archive, ArchivePlace};
use sqlx::PgPool;

use crate::stage::{Stage, eventually};
use crate::tampering::by_force;

const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn in_folder(folder: &Path) -> Archive {
    Archive {
        place: ArchivePlace::Folder(folder.to_owned()),
        every: Duration::from_millis(20),
        alarm_after: Duration::from_secs(300),
    }
}

async fn archiving(admin: &PgPool) -> (Stage, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::with_archive(admin, Some(in_folder(folder.path()))).await;
    (stage, folder)
}

pub(crate) fn status(stage: &Stage) -> ArchiveStatus {
    stage.portal.archive_status().unwrap()
}

/// Waits until everything published is in the archive; returns its size.
pub(crate) async fn caught_up(stage: &Stage) -> u64 {
    let size = stage.portal.ledger().checkpoint().await.unwrap().0;
    eventually(PATIENCE, || async {
        let status = status(stage);
        let passing = |trouble: &Trouble| trouble.kind == FaultKind::Unreachable;
        assert!(status.trouble.as_ref().is_none_or(passing), "{status:?}");
        status.checkpoint >= Some(size)
    })
    .await;
    size
}

/// Waits until the archive says that it cannot go on.
pub(crate) async fn in_trouble(stage: &Stage) -> (FaultKind, String) {
    eventually(PATIENCE, || async { status(stage).trouble.is_some() }).await;
    let trouble = status(stage).trouble.unwrap();
    (trouble.kind, trouble.text)
}

/// Adds so many entries at least.
pub(crate) async fn grow(stage: &Stage, entries: usize) {
    let people = (0..entries).map(|at| format!("person {at}"));
    let signing_in: Vec<String> = people.collect();
    for some in signing_in.chunks(64) {
        futures::future::join_all(
            some.iter()
                .map(|subject| stage.person(subject, &["oncall"])),
        )
        .await;
    }
}

/// Everything in the folder, by its path in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for file in fs::read_dir(next).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Reads the folder as a stranger's tlog-tiles client does: `checkpoint`, then what it names.
fn verify(folder: &Path, stage: &Stage) -> u64 {
    let reader = stage.portal.ledger();
    let key: VerifierKey = reader.vkey().parse().unwrap();
    let note = fs::read(folder.join("checkpoint")).unwrap();
    let checkpoint = SignedCheckpoint::parse(&note)
        .unwrap()
        .verify(&key, reader.origin())
        .unwrap();
    let size = checkpoint.size();
    let kept = folder.join(format!("checkpoints/{size:020}"));
    assert_eq!(fs::read(kept).unwrap(), note);
    let mut tree = Tree::new();
    let mut level: Vec<Hash> = Vec::new();
    for path in (0..).map_while(|index| TilePath::entries_in(size, index)) {
        for entry in bundle::split(&fs::read(folder.join(path.to_string())).unwrap()) {
            let leaf = leaf_hash(entry.unwrap());
            tree.push(leaf);
            level.push(leaf);
        }
    }
    assert_eq!((tree.size(), tree.root()), (size, checkpoint.root()));
    for at in 0.. {
        let tiles: Vec<u8> = (0..)
            .map_while(|index| TilePath::hashes_in(size, at, index))
            .flat_map(|path| fs::read(folder.join(path.to_string())).unwrap())
            .collect();
        let expected: Vec<u8> = level.iter().flat_map(|hash| *hash.as_bytes()).collect();
        assert_eq!(tiles, expected, "level {at}");
        level = level.chunks_exact(256).map(root_of).collect();
        if level.is_empty() {
            break;
        }
    }
    size
}

fn root_of(leaves: &[Hash]) -> Hash {
    let mut tree = Tree::new();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    tree.root()
}

/// Changes a read-only file, as whoever owns the disk can.
fn tamper(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let last = bytes.len() - 2;
    bytes[last] ^= 1;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(path, bytes).unwrap();
}

/// The newest partial bundle and the newest checkpoint of a small log.
fn newest(folder: &Path, size: u64) -> [PathBuf; 2] {
    let bundle = TilePath::entries_in(size, size / 256).unwrap();
    [
        folder.join(bundle.to_string()),
        folder.join(format!("checkpoints/{size:020}")),
    ]
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_folder_is_a_log_by_itself(admin: PgPool) {
    let (stage, folder) = archiving(&admin).await;
    let first = caught_up(&stage).await;
    assert_eq!(verify(folder.path(), &stage), first);
    grow(&stage, 600).await;
    let size = caught_up(&stage).await;
    assert!(size > 600);
    assert!(verify(folder.path(), &stage) >= size);
    eventually(PATIENCE, || async { status(&stage).behind_entries == 0 }).await;
    assert_eq!(status(&stage).behind_s, 0);
    for file in files(folder.path()) {
        let mode = fs::metadata(folder.path().join(&file))
            .unwrap()
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o444, "{}", file.display());
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_restart_goes_on_where_it_was(admin: PgPool) {
    let (mut stage, folder) = archiving(&admin).await;
    grow(&stage, 300).await;
    caught_up(&stage).await;
    let before = files(folder.path());
    stage.restart().await;
    grow(&stage, 10).await;
    caught_up(&stage).await;
    verify(folder.path(), &stage);
    let after = files(folder.path());
    assert!(before.iter().all(|file| after.contains(file)));
    assert!(after.len() > before.len());
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_archive_begun_late_catches_up(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    grow(&stage, 520).await;
    assert_eq!(stage.portal.archive_status(), None);
    let folder = tempfile::tempdir().unwrap();
    stage.settings.archive = Some(in_folder(folder.path()));
    stage.restart().await;
    let size = caught_up(&stage).await;
    assert!(verify(folder.path(), &stage) >= size);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_crash_anywhere_in_a_step_is_made_good(admin: PgPool) {
    let (mut stage, folder) = archiving(&admin).await;
    grow(&stage, 270).await;
    let size = caught_up(&stage).await;
    stage.stop();
    // What a crash leaves: the files of a step up to some point, in the order of writing.
    let last: [&str; 6] = [
        &format!("checkpoints/{size:020}"),
        &TilePath::hashes_in(size, 1, 0).unwrap().to_string(),
        &TilePath::hashes_in(size, 0, 1).unwrap().to_string(),
        &TilePath::entries_in(size, 1).unwrap().to_string(),
        "tile/0/000",
        "tile/entries/000",
    ];
    for cut in 1..=last.len() {
        stage.stop();
        for file in fs::read_dir(folder.path().join("checkpoints")).unwrap() {
            fs::remove_file(file.unwrap().path()).unwrap();
        }
        for file in &last[..cut] {
            drop(fs::remove_file(folder.path().join(file)));
        }
        stage.restart().await;
        caught_up(&stage).await;
        verify(folder.path(), &stage);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_was_changed_in_the_archive_is_told_and_left(admin: PgPool) {
    let (mut stage, folder) = archiving(&admin).await;
    let size = caught_up(&stage).await;
    for path in newest(folder.path(), size) {
        stage.stop();
        let kept = fs::read(&path).unwrap();
        tamper(&path);
        let tampered = fs::read(&path).unwrap();
        stage.restart().await;
        let (kind, text) = in_trouble(&stage).await;
        assert_eq!(kind, FaultKind::Contradiction, "{text}");
        // People get in all the same, and the lag shows.
        stage.dana().await;
        eventually(PATIENCE, || async { status(&stage).behind_entries > 0 }).await;
        assert_eq!(fs::read(&path).unwrap(), tampered);
        fs::write(&path, kept).unwrap();
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_log_that_was_set_back_is_not_archived_over(admin: PgPool) {
    let (mut stage, folder) = archiving(&admin).await;
    let size = caught_up(&stage).await;
    stage.stop();
    let ahead = folder.path().join(format!("checkpoints/{:020}", size + 40));
    // Anybody may have written that: people get in all the same.
    fs::write(&ahead, "another history").unwrap();
    stage.restart().await;
    let (kind, text) = in_trouble(&stage).await;
    assert_eq!(kind, FaultKind::Contradiction);
    assert!(text.contains("find out who wrote it"), "{text}");
    assert_eq!(stage.portal.halted(), None);
    stage.dana().await;

    // That only the log's own key can have signed.
    stage.stop();
    let origin = stage.portal.ledger().origin().clone();
    let key = service::key::load(stage.data.path(), &origin).unwrap();
    let longer = Checkpoint::new(origin, size + 40, Hash::of(b"lost")).unwrap();
    fs::write(&ahead, longer.sign(&key)).unwrap();
    stage.restart().await;
    let (kind, text) = in_trouble(&stage).await;
    assert_eq!(kind, FaultKind::Contradiction);
    assert!(text.contains("was set back"), "{text}");
    eventually(PATIENCE, || async { stage.portal.halted().is_some() }).await;
    assert!(stage.portal.halted().unwrap().contains("was set back"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn nothing_altered_gets_into_the_archive(admin: PgPool) {
    let mut stage = Stage::new(&admin).await;
    grow(&stage, 300).await;
    let folder = tempfile::tempdir().unwrap();
    stage.settings.archive = Some(in_folder(folder.path()));
    by_force(
        &admin,
        "update ledger_entry set bytes = b, leaf_hash = sha256('\\x00'::bytea || b)
         from (select overlay(bytes placing 'X'::bytea from 200) as b
               from ledger_entry where seq = 2) as altered where seq = 2",
    )
    .await;
    stage.restart().await;
    let (kind, text) = in_trouble(&stage).await;
    assert_eq!(kind, FaultKind::LogAltered, "{text}");
    assert_eq!(files(folder.path()), [Path::new("origin")]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_logs_archive_is_refused(admin: PgPool) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("origin"), "other.example/log\n").unwrap();
    let stage = Stage::with_archive(&admin, Some(in_folder(folder.path()))).await;
    let (kind, text) = in_trouble(&stage).await;
    assert_eq!(kind, FaultKind::Contradiction);
    assert!(text.contains("origin"), "{text}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_lag_is_seen_and_an_alarm(admin: PgPool) {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive {
        alarm_after: Duration::from_millis(50),
        ..in_folder(&folder.path().join("not-mounted"))
    };
    let stage = Stage::with_archive(&admin, Some(archive)).await;
    let (kind, _) = in_trouble(&stage).await;
    assert_eq!(kind, FaultKind::Unreachable);
    eventually(PATIENCE, || async { status(&stage).late }).await;
    assert!(status(&stage).behind_entries > 0);
    fs::create_dir(folder.path().join("not-mounted")).unwrap();
    eventually(PATIENCE, || async { !status(&stage).late }).await;
    assert_eq!(status(&stage).trouble, None);
}
