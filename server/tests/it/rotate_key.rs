//! `breakglass rotate-key` as an operator runs it, and `breakglass fsck` by somebody who holds the old key.

use ledger::VerifierKey;
use service::{DataLock, Portal};
use sqlx::{ConnectOptions as _, PgPool};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::command::{breakglass, configured, text};
use crate::stage::bare;

const ORIGIN: &str = "rotated.example/log";

/// One process of the portal, from its first entries to its end.
async fn run_portal(pool: &PgPool, data: &TempDir) -> VerifierKey {
    let settings = bare(ORIGIN, data.path());
    let stop = CancellationToken::new();
    let portal = Portal::start(settings, pool.clone(), stop.clone())
        .await
        .unwrap();
    assert_eq!(portal.halted(), None);
    let vkey = portal.ledger().vkey().parse().unwrap();
    stop.cancel();
    vkey
}

#[sqlx::test(migrations = "../migrations")]
async fn a_rotation_is_followed_from_the_old_key(pool: PgPool) {
    let data = TempDir::new().unwrap();
    let old = service::key::generate(data.path(), &ORIGIN.parse().unwrap()).unwrap();
    let url = pool.connect_options().to_url_lossy().to_string();
    let config = configured(&data, ORIGIN, &url, "");
    let rotate = ["rotate-key", "--config", &config];

    let empty = breakglass(&rotate);
    assert!(!empty.status.success());
    assert!(
        text(&empty.stderr).contains("start the portal once"),
        "{}",
        text(&empty.stderr)
    );

    assert_eq!(run_portal(&pool, &data).await, old.verifier_key());
    let running = DataLock::take(data.path()).unwrap();
    let beside = breakglass(&rotate);
    assert!(!beside.status.success(), "a server runs");
    assert!(text(&beside.stderr).contains("another process works with"));
    drop(running);

    let rotated = breakglass(&rotate);
    assert!(rotated.status.success(), "{}", text(&rotated.stderr));
    let said = text(&rotated.stdout);
    let new: VerifierKey = said.lines().next().unwrap().parse().unwrap();
    assert!(
        said.contains("operators put the new key in the old one's place, with --log"),
        "{said}"
    );
    assert_eq!(
        run_portal(&pool, &data).await,
        new,
        "it starts with the new key"
    );

    for key in [old.verifier_key(), new] {
        let key = key.to_string();
        let data = data.path().to_str().unwrap();
        let checked = breakglass(&["fsck", &url, "--vkey", &key, "--data-dir", data]);
        let (out, errors) = (text(&checked.stdout), text(&checked.stderr));
        assert_eq!(checked.status.code(), Some(0), "{key}: {out}{errors}");
    }
}
