//! Each wrong configuration, and that its message says the remedy in one line.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop right there"
)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use secrecy::ExposeSecret as _;
use tempfile::TempDir;

use super::{Config, ConfigError};

mod archive;
mod trust;

const GOOD: &str = r#"
listen = "127.0.0.1:8080"
public_url = "http://localhost:8080"
data_dir = "DIR"
site_dir = "DIR"
database_url_file = "DIR/database_url"
[log]
origin = "breakglass.demo/log"
[oidc]
issuer = "http://127.0.0.1:8081"
client_id = "breakglass"
client_secret_file = "DIR/client_secret"
algorithms = ["RS256", "ES256"]
[session]
idle_s = 1800
absolute_s = 28800
[roles]
auditor = ["auditors"]
[[resource]]
name = "orders-db"
description = "Orders, production database"
connector = "postgresql"
admin_url_file = "DIR/admin_url"
command = "psql 'host=db dbname=orders user={account}'"
"#;

/// A folder with a good configuration's secrets.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in [
        (
            "database_url",
            "postgres://breakglass_service:secret@localhost/portal\n",
        ),
        ("client_secret", "a-client-secret-that-is-long-enough\n"),
        ("admin_url", "postgres://admin:secret@localhost/orders\n"),
        ("short_secret", "secret\n"),
        ("empty_secret", "\n"),
        ("open_secret", "a-client-secret-that-is-long-enough\n"),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let mode = if name == "open_secret" { 0o644 } else { 0o600 };
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    }
    folder
}

/// Loads the good configuration with these replacements, from a file of this mode.
fn load(mode: u32, changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let folder = folder();
    let mut text = GOOD.to_owned();
    for (old, new) in changes {
        assert!(text.contains(old), "{old} is not there to be replaced");
        text = text.replacen(old, new, 1);
    }
    let path = folder.path().join("server.toml");
    fs::write(&path, text.replace("DIR", folder.path().to_str().unwrap())).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    Config::load(&path)
}

#[test]
fn a_good_configuration_is_taken() {
    let config = load(0o644, &[]).unwrap();
    assert_eq!(config.public_url.origin(), "http://localhost:8080");
    assert_eq!(config.oidc.groups_claim, "groups");
    assert_eq!(config.oidc.algorithms.len(), 2);
    assert_eq!(
        config.oidc.client_secret.expose_secret(),
        "a-client-secret-that-is-long-enough"
    );
    assert_eq!(config.settings.resources.len(), 1);
    assert_eq!(config.settings.roles.auditor.len(), 1);
    assert!(config.settings.roles.custodian.is_empty());
    assert_eq!(config.settings.read_window.as_secs(), 300);
    let https = load(
        0o644,
        &[("http://localhost:8080", "https://glass.example:8443")],
    )
    .unwrap();
    assert_eq!(https.public_url.origin(), "https://glass.example:8443");
    assert!(https.public_url.is_https());
}

#[test]
fn each_wrong_value_has_a_message_with_its_remedy() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (
            &[("listen = \"127.0.0.1:8080\"", "listen = \"everywhere\"")],
            "line 2: ",
        ),
        (
            &[(
                "origin = \"breakglass.demo/log\"",
                "origin = \"breakglass.demo/log\"\nread_window_s = 0",
            )],
            "log.read_window_s is 0; write 1 to 3600",
        ),
        (
            &[("[log]", "colour = \"red\"\n[log]")],
            "unknown field `colour`",
        ),
        (
            &[("idle_s", "idle_seconds")],
            "unknown field `idle_seconds`",
        ),
        (
            &[("http://localhost:8080", "http://glass.example")],
            "is not https",
        ),
        (
            &[("http://localhost:8080", "https://glass.example/portal")],
            "scheme, host and port only",
        ),
        (
            &[("http://localhost:8080", "https://me@glass.example")],
            "scheme, host and port only",
        ),
        (
            &[("http://127.0.0.1:8081", "http://idp.example")],
            "oidc.issuer",
        ),
        (
            &[("http://127.0.0.1:8081", "https://idp.example?x")],
            "oidc.issuer",
        ),
        (&[("http://127.0.0.1:8081", "idp")], "oidc.issuer"),
        (
            &[("[\"RS256\", \"ES256\"]", "[]")],
            "oidc.algorithms is empty",
        ),
        (&[("\"ES256\"", "\"HS256\"")], "could forge tokens"),
        (&[("\"ES256\"", "\"none\"")], "could forge tokens"),
        (&[("\"ES256\"", "\"RS257\"")], "not known here"),
        (
            &[("client_id = \"breakglass\"", "client_id = \" \"")],
            "oidc.client_id is empty",
        ),
        (&[("DIR/client_secret", "DIR/nothing")], "create that file"),
        (&[("DIR/client_secret", "DIR/open_secret")], "run chmod 600"),
        (&[("DIR/client_secret", "DIR/empty_secret")], "only line"),
        (
            &[("DIR/client_secret", "DIR/short_secret")],
            "fewer than 16 characters",
        ),
        (
            &[("database_url_file = \"DIR/database_url\"", "")],
            "database_url is missing",
        ),
        (
            &[(
                "database_url_file",
                "database_url = \"postgres:///x\"\ndatabase_url_file",
            )],
            "keep database_url_file",
        ),
        (
            &[(
                "database_url_file = \"DIR/database_url\"",
                "database_url = \"postgres://a:b@c/d\"",
            )],
            "use database_url_file",
        ),
        (&[("breakglass.demo/log", "two words")], "log.origin"),
        (
            &[("site_dir = \"DIR\"", "site_dir = \"DIR/nothing\"")],
            "site_dir",
        ),
        (&[("idle_s = 1800", "idle_s = 5")], "session.idle_s"),
        (
            &[("absolute_s = 28800", "absolute_s = 60")],
            "session.absolute_s",
        ),
        (
            &[("absolute_s = 28800", "absolute_s = 1000000")],
            "session.absolute_s",
        ),
        (
            &[("connector = \"postgresql\"", "connector = \"oracle\"")],
            "expected one of `postgresql`, `ssh`, `webhook`",
        ),
        (&[("user={account}", "user=me")], "{account}"),
        (&[("[roles]", "[archive]\n[roles]")], "needs one place"),
        (
            &[("[roles]", "[archive]\nfolder = \"DIR/nothing\"\n[roles]")],
            "archive.folder",
        ),
        (
            &[(
                "[roles]",
                "[archive]\nfolder = \"DIR\"\nevery_s = 0\n[roles]",
            )],
            "use 1 to 3600 seconds",
        ),
        (
            &[("name = \"orders-db\"", "name = \"Orders DB\"")],
            "1 to 64 characters out of a-z",
        ),
    ];
    for (changes, expected) in cases {
        let message = load(0o644, changes).err().unwrap().to_string();
        assert!(message.contains(expected), "{changes:?}: {message}");
        assert!(!message.contains('\n'), "{message}");
        assert!(!message.contains("a-client-secret"), "{message}");
    }
}

#[test]
fn a_password_may_stand_in_a_private_file_only() {
    let inline = [(
        "database_url_file = \"DIR/database_url\"",
        "database_url = \"postgres://a:b@c/d\"",
    )];
    assert!(load(0o600, &inline).is_ok());
    assert!(load(0o640, &inline).is_ok());
    assert!(matches!(
        load(0o604, &inline),
        Err(ConfigError::PasswordInOpenFile { .. })
    ));
    let without = [(
        "database_url_file = \"DIR/database_url\"",
        "database_url = \"postgres:///d?host=/run\"",
    )];
    assert!(load(0o644, &without).is_ok());
}

#[test]
fn policies_open_what_is_configured() {
    let policy = |resource: &str| {
        format!(
            "[[policy]]\nname = \"orders-read\"\ndescription = \"d\"\nresources = [\"{resource}\"]\n\
             eligible = [\"oncall\"]\nduration = {{ default_s = 60, max_s = 60 }}\n\
             approval = {{ within_s = 60, stages = [{{ n = 1, groups = [\"leads\"] }}] }}\nreview = {{ groups = [\"leads\"], within_s = 60 }}\n\
             grant = {{ connector = \"postgresql\", role = \"r\" }}\n"
        )
    };
    let with = |text: &str| {
        load(
            0o644,
            &[
                ("[roles]\n", "[roles]\noperator = []\n"),
                (
                    "user={account}'\"\n",
                    &format!("user={{account}}'\"\n{text}"),
                ),
            ],
        )
    };
    assert_eq!(
        with(&policy("orders-db"))
            .unwrap()
            .settings
            .seed_policies
            .len(),
        1
    );
    assert!(matches!(
        with(&policy("other-db")),
        Err(ConfigError::UnknownResource { .. })
    ));
    let twice = format!("{0}{0}", policy("orders-db"));
    assert!(matches!(with(&twice), Err(ConfigError::PolicyTwice { .. })));
}

#[test]
fn a_missing_configuration_says_where_it_was_looked_for() {
    let message = Config::load(std::path::Path::new("/nowhere/server.toml"))
        .err()
        .unwrap()
        .to_string();
    assert!(
        message.contains("/nowhere/server.toml") && message.contains("--config"),
        "{message}"
    );
}
