//! The portal's configuration for the demo, and how its programs are called.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::data::{Data, write_private};
use super::databases::Databases;
use super::port;
use crate::dist::Built;
use crate::run;

/// The ports, on 127.0.0.1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Addresses {
    pub(crate) portal: u16,
    pub(crate) idp: u16,
    pub(crate) witness: u16,
}

impl Addresses {
    /// Refuse ports in use.
    pub(crate) fn check_free(self) -> Result<()> {
        port::check_free(self.portal, "--port")?;
        port::check_free(self.idp, "--idp-port")?;
        port::check_free(self.witness, "--witness-port")
    }

    /// Where a browser goes.
    pub(crate) fn portal_url(self) -> String {
        format!("http://localhost:{}", self.portal)
    }
}

/// Write `server.toml`, anew at each start: it follows the ports and places of this run.
pub(crate) fn write(
    data: &Data,
    databases: &Databases,
    built: &Built,
    addresses: Addresses,
) -> Result<()> {
    data.secret("idp-client-secret")?;
    write_private(
        &data.secret_file("portal-service-url"),
        &databases.service.url(),
    )?;
    write_private(
        &data.secret_file("orders-connector-url"),
        &databases.connector.url(),
    )?;
    let psql = quoted(&databases.postgres.folder().join("psql"));
    let command = format!(
        "{psql} 'host={} dbname=orders user={{account}}'",
        databases.target_host
    );
    let text = TEMPLATE
        .replace("@LISTEN_PORT@", &addresses.portal.to_string())
        .replace("@IDP_PORT@", &addresses.idp.to_string())
        .replace("@PUBLIC_URL@", &addresses.portal_url())
        .replace("@DATA_DIR@", &literal(&data.folder))
        .replace("@SITE_DIR@", &literal(&built.site))
        .replace(
            "@DATABASE_URL_FILE@",
            &literal(&data.secret_file("portal-service-url")),
        )
        .replace(
            "@CLIENT_SECRET_FILE@",
            &literal(&data.secret_file("idp-client-secret")),
        )
        .replace(
            "@ADMIN_URL_FILE@",
            &literal(&data.secret_file("orders-connector-url")),
        )
        .replace("@TRUST_POLICY@", &literal(&data.folder.join(TRUST)))
        .replace("@COMMAND@", &literal(Path::new(&command)));
    write_private(&data.folder.join("server.toml"), &text)
}

/// `breakglass serve`
pub(crate) fn portal_command(data: &Data, built: &Built) -> Command {
    let mut command = Command::new(&built.program);
    command
        .arg("serve")
        .arg("--config")
        .arg(data.folder.join("server.toml"));
    command.env_remove("DATABASE_URL");
    command
}

/// `breakglass demo-idp`
pub(crate) fn idp_command(data: &Data, built: &Built, addresses: Addresses) -> Command {
    let mut command = Command::new(&built.program);
    command
        .arg("demo-idp")
        .args(["--listen", &format!("127.0.0.1:{}", addresses.idp)])
        .args(["--portal", &addresses.portal_url()])
        .arg("--client-secret-file")
        .arg(data.secret_file("idp-client-secret"));
    command
}

/// The demo's trust policy: the log, and the witness that cosigns it.
const TRUST: &str = "trust.policy";

/// Make the witness's key at first use, and write the policy that names it.
pub(crate) fn write_trust(
    data: &Data,
    built: &Built,
    log_key: &str,
    addresses: Addresses,
) -> Result<()> {
    let mut init = witness(data, built);
    let said = run::quietly(init.arg("--init")).context("the witness's key cannot be made")?;
    let text = format!(
        "log {}\nwitness demo {} http://127.0.0.1:{}\nquorum demo\n",
        log_key.trim(),
        said.trim(),
        addresses.witness
    );
    write_private(&data.folder.join(TRUST), &text)
}

/// `breakglass witness`: on this machine for the demo; in earnest on somebody else's.
pub(crate) fn witness_command(
    data: &Data,
    built: &Built,
    log_key: &str,
    addresses: Addresses,
) -> Command {
    let mut command = witness(data, built);
    command
        .args(["--log", log_key.trim()])
        .args(["--listen", &format!("127.0.0.1:{}", addresses.witness)]);
    command
}

fn witness(data: &Data, built: &Built) -> Command {
    let mut command = Command::new(&built.program);
    command
        .args(["witness", "--name", "witness.demo", "--data-dir"])
        .arg(data.folder.join("witness"));
    command
}

/// A TOML string.
fn literal(path: &Path) -> String {
    format!("{:?}", path.to_string_lossy())
}

/// A word for a shell: as it is, unless something in it needs quotes.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    if on_path("psql") {
        "psql".to_owned()
    } else if text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
    {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

fn on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).exists())
    })
}

const TEMPLATE: &str = include_str!("server.toml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_strings_of_toml() {
        assert_eq!(literal(Path::new("/home/\"me\"/x")), r#""/home/\"me\"/x""#);
    }
}
