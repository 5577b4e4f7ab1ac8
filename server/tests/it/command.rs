//! The binary, as an operator runs it.

use std::process::{Command, Output};

use tempfile::TempDir;

const CONFIG: &str = r#"
listen = "127.0.0.1:8080"
public_url = "http://localhost:8080"
data_dir = "DIR"
site_dir = "DIR"
database_url_file = "DIR/database_url"
[log]
origin = "ORIGIN"
[oidc]
issuer = "http://127.0.0.1:8081"
client_id = "breakglass"
client_secret_file = "DIR/client_secret"
algorithms = ["RS256"]
"#;

/// A configuration in a data folder, for a log in the database behind `url`; returns its path.
pub(crate) fn configured(data: &TempDir, origin: &str, url: &str, more: &str) -> String {
    private(data, "database_url", url);
    private(data, "client_secret", "a-client-secret-that-is-long-enough");
    let config = CONFIG.replace("DIR", data.path().to_str().unwrap());
    let config = config.replace("ORIGIN", origin) + more;
    private(data, "server.toml", &config);
    let path = data.path().join("server.toml");
    path.to_str().unwrap().to_owned()
}

fn private(folder: &TempDir, name: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;

    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

pub(crate) fn breakglass(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_breakglass"))
        .args(arguments)
        .output()
        .unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}
