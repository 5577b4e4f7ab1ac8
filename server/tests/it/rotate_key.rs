//! `breakglass rotate-key` as an operator runs it, and `breakglass fsck` by somebody who holds the old key.

use std::process::{Command, Output};

use ledger::VerifierKey;
use service::{DataLock, Portal};
use sqlx::{ConnectOptions as _, PgPool};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::stage::bare;

const ORIGIN: &str = "rotated.example/log";

const CONFIG: &str = r#"
listen = "127.0.0.1:8080"
public_url = "http://localhost:8080"
data_dir = "DIR"
site_dir = "DIR"
database_url_file = "DIR/database_url"
[log]
origin = "rotated.example/log"
[oidc]
issuer = "http://127.0.0.1:8081"
client_id = "breakglass"
client_secret_file = "DIR/client_secret"
algorithms = ["RS256"]
"#;

fn private(folder: &TempDir, name: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;

    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn breakglass(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_breakglass"))
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

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
    private(&data, "database_url", &url);
    private(
        &data,
        "client_secret",
        "a-client-secret-that-is-long-enough",
    );
    let config = CONFIG.replace("DIR", data.path().to_str().unwrap());
    private(&data, "server.toml", &config);
    let config = data.path().join("server.toml");
    let rotate = ["rotate-key", "--config", config.to_str().unwrap()];

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
