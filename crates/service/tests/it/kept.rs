//! Checking an archive with every checkpoint that it keeps, and a database against it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use ledger::{Checkpoint, Hash, SigningKey, VerifierKey};
use service::archive::ArchivedLog;
use service::fsck::{Fault, Folder, Remembered, Report, check_database, check_tiles};
use service::key;
use sqlx::PgPool;

use crate::archive::{caught_up, grow, in_folder};
use crate::stage::Stage;

/// A portal's log in an archive, and its key in the hands of a thief.
struct Archived {
    stage: Stage,
    folder: tempfile::TempDir,
    stolen: SigningKey,
    key: VerifierKey,
    size: u64,
}

impl Archived {
    async fn new(admin: &PgPool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage::with_archive(admin, Some(in_folder(folder.path()))).await;
        for _ in 0..3 {
            grow(&stage, 90).await;
            caught_up(&stage).await;
        }
        let size = caught_up(&stage).await;
        stage.stop();
        let origin = stage.portal.ledger().origin();
        let stolen = key::load(stage.data.path(), origin).unwrap();
        let key = stolen.verifier_key();
        Self {
            stage,
            folder,
            stolen,
            key,
            size,
        }
    }

    /// As the archive of the configuration, and as the folder that it is: the same is found.
    async fn check(&self) -> Report {
        let origin = self.stage.portal.ledger().origin();
        let log = ArchivedLog::at(&in_folder(self.folder.path()).place).unwrap();
        let report = check_tiles(&log, origin, &self.key).await.unwrap();
        let files = Folder(self.folder.path().to_owned());
        let same = check_tiles(&files, origin, &self.key).await.unwrap();
        assert_eq!(told(&same), told(&report));
        assert_eq!(same.checkpoints, report.checkpoints);
        report
    }

    fn signed(&self, size: u64, root: Hash) -> String {
        let origin = self.stage.portal.ledger().origin().clone();
        Checkpoint::new(origin, size, root)
            .unwrap()
            .sign(&self.stolen)
    }

    /// What is found with other bytes under this name; everything is as before after that.
    async fn with(&self, name: &str, bytes: &str) -> Report {
        let path = self.folder.path().join(name);
        let before = fs::read(&path).ok();
        put(&path, bytes.as_bytes());
        let report = self.check().await;
        match before {
            Some(before) => put(&path, &before),
            None => fs::remove_file(path).unwrap(),
        }
        report
    }

    fn kept(&self) -> Vec<u64> {
        let folder = self.folder.path().join("checkpoints");
        let mut sizes: Vec<u64> = fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .map(|name| name.parse().unwrap())
            .collect();
        sizes.sort_unstable();
        sizes
    }
}

fn put(path: &Path, bytes: &[u8]) {
    drop(fs::remove_file(path));
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o444)).unwrap();
}

fn told(report: &Report) -> String {
    let faults: Vec<_> = report.faults.iter().map(ToString::to_string).collect();
    faults.join("\n")
}

fn name(size: u64) -> String {
    format!("checkpoints/{size:020}")
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_kept_checkpoint_of_an_archive_is_checked(admin: PgPool) {
    let archived = Archived::new(&admin).await;
    let kept = archived.kept();
    assert!(kept.len() > 2 && kept.last() == Some(&archived.size));
    let sound = archived.check().await;
    assert_eq!(told(&sound), "");
    assert_eq!(sound.checkpoints, kept.len() as u64);
    let (before, early) = (kept[0], kept[1]);

    // Signed, and of another history.
    let other = archived.signed(early, Hash::of(b"another history"));
    let report = archived.with(&name(early), &other).await;
    assert!(
        matches!(report.faults[..], [Fault::OtherRoot { good, size, .. }] if (good, size) == (before, early)),
        "{}",
        told(&report)
    );
    assert_eq!(report.checkpoints, kept.len() as u64 - 1);

    // The checkpoint of one size under the name of another.
    let first = fs::read_to_string(archived.folder.path().join(name(before))).unwrap();
    for place in [early, archived.size + 1] {
        let report = archived.with(&name(place), &first).await;
        assert!(
            matches!(report.faults[..], [Fault::Misplaced { stored, size }] if (stored, size) == (place, before)),
            "{}",
            told(&report)
        );
    }

    // No checkpoint at all, or nobody's: older, and newer than everything. The rest is checked all the same.
    let key = SigningKey::from_seed(archived.key.name(), [9; 32]).unwrap();
    let origin = archived.stage.portal.ledger().origin().clone();
    for place in [early, archived.size + 1] {
        let foreign = Checkpoint::new(origin.clone(), place, Hash::of(b"x"))
            .unwrap()
            .sign(&key);
        for junk in ["junk", foreign.as_str()] {
            let report = archived.with(&name(place), junk).await;
            assert!(
                matches!(report.faults[..], [Fault::Checkpoint { .. }]),
                "{place}: {}",
                told(&report)
            );
            assert_eq!(report.signed, archived.size);
        }
    }
    assert_eq!(told(&archived.check().await), "", "all was put back");
}

/// The key signs a longer history than there is: the archive's newest checkpoint says that its end is cut off.
#[sqlx::test(migrations = "../../migrations")]
async fn an_archive_with_a_newer_checkpoint_than_entries_is_not_sound(admin: PgPool) {
    let archived = Archived::new(&admin).await;
    let longer = archived.signed(archived.size + 300, Hash::of(b"longer"));
    let path = name(archived.size + 300);
    put(&archived.folder.path().join(&path), longer.as_bytes());
    let files = Folder(archived.folder.path().to_owned());
    let origin = archived.stage.portal.ledger().origin();
    let report = check_tiles(&files, origin, &archived.key).await.unwrap();
    assert!(
        report
            .faults
            .iter()
            .any(|fault| matches!(fault, Fault::MissingFile { .. })),
        "{}",
        told(&report)
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_database_that_the_archive_contradicts_is_not_sound(admin: PgPool) {
    let archived = Archived::new(&admin).await;
    let origin = archived.stage.portal.ledger().origin();
    let report = archived.check().await;
    let mut connection = admin.acquire().await.unwrap();
    let held = |size, root| Remembered {
        by: "The archive",
        size,
        root,
    };
    for (held, found) in [
        (held(report.signed, report.root), ""),
        (held(report.signed, Hash::of(b"fork")), "with the root"),
        (held(report.signed + 5, report.root), "here are only"),
    ] {
        let checked = check_database(
            &mut connection,
            origin,
            &archived.key,
            Some(archived.stage.data.path()),
            Some(held),
        )
        .await
        .unwrap();
        let told = told(&checked);
        assert_eq!(told.is_empty(), found.is_empty(), "{told}");
        assert!(told.contains(found), "{told}");
        assert!(
            told.is_empty() || told.starts_with("The archive holds"),
            "{told}"
        );
    }
}

/// Blocks are written before the checkpoint that covers them: where a step broke off between, the
/// newest checkpoint lies further back, and the log up to it is whole.
#[sqlx::test(migrations = "../../migrations")]
async fn an_archive_whose_last_step_broke_off_is_sound_up_to_its_checkpoint(admin: PgPool) {
    let archived = Archived::new(&admin).await;
    let kept = archived.kept();
    let early = *kept.iter().rfind(|size| **size < 256).unwrap();
    assert!(archived.size > 256, "a full block lies ahead of it");
    for size in kept.into_iter().filter(|size| *size > early) {
        fs::remove_file(archived.folder.path().join(name(size))).unwrap();
    }
    fs::remove_file(archived.folder.path().join("checkpoint")).unwrap();
    let report = archived.check().await;
    assert_eq!(told(&report), "");
    assert_eq!(report.signed, early);
}
