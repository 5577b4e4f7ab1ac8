//! `breakglass fsck --config` and `breakglass restore` as an operator runs them, with an archive.

use std::time::{Duration, Instant};

use service::settings::{Archive, ArchivePlace, Settings};
use service::{Identity, Portal};
use sqlx::{ConnectOptions as _, PgPool};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::command::{breakglass, configured, text};
use crate::stage::bare;

const ORIGIN: &str = "archived.example/log";

/// A portal's life, all of it archived; returns its key.
async fn archived(pool: &PgPool, data: &TempDir, archive: &TempDir) -> String {
    let settings = Settings {
        archive: Some(Archive {
            place: ArchivePlace::Folder(archive.path().to_owned()),
            every: Duration::from_millis(20),
            alarm_after: Duration::from_secs(300),
        }),
        ..bare(ORIGIN, data.path())
    };
    let stop = CancellationToken::new();
    let portal = Portal::start(settings, pool.clone(), stop.clone())
        .await
        .unwrap();
    for person in 0..20 {
        let identity = Identity {
            issuer: "https://idp.example".into(),
            subject: format!("person {person}"),
            name: "Dana".into(),
            groups: Vec::new(),
            auth_time_s: Some(1_700_000_000),
        };
        portal.register_sign_in(identity).await.unwrap();
    }
    let size = portal.ledger().size().await.unwrap();
    let start = Instant::now();
    while portal.archive_status().unwrap().checkpoint != Some(size) {
        assert!(start.elapsed() < Duration::from_secs(20), "not archived");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let vkey = portal.ledger().vkey();
    stop.cancel();
    vkey
}

#[sqlx::test(migrations = "../migrations")]
async fn database_and_archive_are_checked_and_one_restored_from_the_other(pool: PgPool) {
    let (data, archive) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    service::key::generate(data.path(), &ORIGIN.parse().unwrap()).unwrap();
    let vkey = archived(&pool, &data, &archive).await;
    let url = pool.connect_options().to_url_lossy().to_string();
    let more = format!("[archive]\nfolder = {:?}\n", archive.path());
    let config = configured(&data, ORIGIN, &url, &more);
    let fsck = ["fsck", "--config", &config, "--vkey", &vkey];

    let sound = breakglass(&fsck);
    let (out, errors) = (text(&sound.stdout), text(&sound.stderr));
    assert_eq!(sound.status.code(), Some(0), "{out}{errors}");
    for place in ["archive", "database"] {
        let verdict = format!("{ORIGIN}, {place}: sound.");
        assert!(out.contains(&verdict), "{out}");
    }

    // Another database: empty, then restored, then the portal's own again.
    let other = format!("restored_{}", uuid::Uuid::new_v4().simple());
    let statement = format!("create database {other}");
    sqlx::raw_sql(&statement).execute(&pool).await.unwrap();
    let options = (*pool.connect_options()).clone().database(&other);
    let restored = PgPool::connect_with(options.clone()).await.unwrap();
    service::migrate(&restored, None).await.unwrap();
    configured(&data, ORIGIN, options.to_url_lossy().as_str(), &more);
    let empty = breakglass(&fsck);
    let out = text(&empty.stdout);
    assert_eq!(empty.status.code(), Some(1), "{out}");
    assert!(out.contains("The archive holds"), "{out}");
    assert!(out.contains(&format!("{ORIGIN}, archive: sound.")), "{out}");

    let restore = ["restore", "--config", &config, "--vkey", &vkey];
    let done = breakglass(&restore);
    let (out, errors) = (text(&done.stdout), text(&done.stderr));
    assert!(done.status.success(), "{out}{errors}");
    assert!(out.contains("entries restored"), "{out}");
    let again = breakglass(&fsck);
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stdout));

    // One bit in the archive: found, named, and nothing is restored from it.
    let partial = std::fs::read_dir(archive.path().join("tile/entries/000.p")).unwrap();
    let width = |path: &std::path::PathBuf| -> u8 {
        path.file_name().unwrap().to_str().unwrap().parse().unwrap()
    };
    let partial = partial.map(|file| file.unwrap().path());
    let path = partial.max_by_key(width).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100] ^= 1;
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, bytes).unwrap();
    for arguments in [fsck, restore] {
        let refused = breakglass(&arguments[..]);
        assert_ne!(refused.status.code(), Some(0), "{}", arguments[0]);
    }
    restored.close().await;
    let statement = format!("drop database {other} with (force)");
    sqlx::raw_sql(&statement).execute(&pool).await.unwrap();
}
