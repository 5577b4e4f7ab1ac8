//! The file as written: the shape of the TOML, nothing checked but its types.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use access::ids::{GroupName, ResourceName};
use access::policy::{Labels, Network, Policy};
use serde::Deserialize;
use url::Url;

use super::ConfigError;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) listen: SocketAddr,
    pub(super) public_url: Url,
    pub(super) data_dir: PathBuf,
    pub(super) site_dir: PathBuf,
    pub(super) database_url: Option<String>,
    pub(super) database_url_file: Option<PathBuf>,
    #[serde(default)]
    pub(super) trusted_proxies: Vec<IpAddr>,
    pub(super) log: Log,
    pub(super) oidc: Oidc,
    #[serde(default)]
    pub(super) session: Session,
    #[serde(default)]
    pub(super) roles: Roles,
    #[serde(default)]
    pub(super) resource: Vec<Resource>,
    #[serde(default)]
    pub(super) policy: Vec<Policy>,
    pub(super) archive: Option<Archive>,
    pub(super) signer: Option<Signer>,
    pub(super) witnesses: Option<Witnesses>,
    pub(super) gateway: Option<Gateway>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gateway {
    pub(super) listen: SocketAddr,
    pub(super) public_host: Option<String>,
    pub(super) public_port: Option<u16>,
    pub(super) certificate_file: Option<PathBuf>,
    pub(super) key_file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Signer {
    pub(super) url: Url,
    pub(super) vkey: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Witnesses {
    pub(super) policy_file: PathBuf,
    #[serde(default)]
    pub(super) answer_when: AnswerWhen,
    #[serde(default = "ten_seconds")]
    pub(super) answer_within_s: u64,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub(super) enum AnswerWhen {
    #[default]
    Signed,
    Witnessed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Archive {
    pub(super) folder: Option<PathBuf>,
    pub(super) s3: Option<S3>,
    #[serde(default = "ten_seconds")]
    pub(super) every_s: u64,
    #[serde(default = "five_minutes")]
    pub(super) alarm_after_s: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct S3 {
    pub(super) endpoint: Url,
    pub(super) region: String,
    pub(super) bucket: String,
    #[serde(default)]
    pub(super) prefix: String,
    pub(super) access_key_id: String,
    pub(super) secret_access_key: Option<String>,
    pub(super) secret_access_key_file: Option<PathBuf>,
    pub(super) min_retention_days: u32,
    #[serde(default)]
    pub(super) path_style: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Log {
    pub(super) origin: String,
    #[serde(default = "yes")]
    pub(super) public_tiles: bool,
    #[serde(default = "five_minutes")]
    pub(super) read_window_s: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Oidc {
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) client_secret_file: PathBuf,
    pub(super) algorithms: Vec<String>,
    #[serde(default = "groups")]
    pub(super) groups_claim: String,
    #[serde(default = "profile")]
    pub(super) scopes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Session {
    pub(super) idle_s: u64,
    pub(super) absolute_s: u64,
}

impl Default for Session {
    /// Half an hour and a working day: NIST SP 800-63B §4.2.3 (AAL2) has 30 minutes and 12 hours as its outer bounds.
    fn default() -> Self {
        Self {
            idle_s: 1_800,
            absolute_s: 28_800,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Roles {
    pub(super) auditor: Vec<GroupName>,
    pub(super) operator: Vec<GroupName>,
    pub(super) custodian: Vec<GroupName>,
    pub(super) author: Vec<GroupName>,
}

// What is not known is refused by the connector's own table, which takes what is left.
#[derive(Deserialize)]
pub(super) struct Resource {
    pub(super) name: ResourceName,
    pub(super) description: String,
    #[serde(default)]
    pub(super) labels: Labels,
    #[serde(flatten)]
    pub(super) reach: Reach,
}

/// How a resource is reached, by its connector.
#[derive(Deserialize)]
#[serde(tag = "connector", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Reach {
    Postgresql {
        admin_url: Option<String>,
        admin_url_file: Option<PathBuf>,
        command: String,
    },
    Ssh {
        host: String,
        #[serde(default = "ssh_port")]
        port: u16,
        host_keys_file: PathBuf,
        ends_by: Option<String>,
    },
    Webhook {
        url: Url,
        secret_file: PathBuf,
        previous_secret_file: Option<PathBuf>,
        #[serde(default)]
        allow_private: Vec<Network>,
    },
}

/// Reads the text. The parser's own message can span lines and quote the line at fault, which may hold a
/// password: only the line's number and the bare message go on.
pub(super) fn parse(path: &Path, text: &str) -> Result<File, ConfigError> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start).min(text.len());
        ConfigError::Syntax {
            path: path.to_owned(),
            line: text.as_bytes()[..at]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count()
                + 1,
            message: error.message().replace('\n', " "),
        }
    })
}

fn ssh_port() -> u16 {
    22
}

fn ten_seconds() -> u64 {
    10
}

fn five_minutes() -> u64 {
    300
}

fn yes() -> bool {
    true
}

fn groups() -> String {
    "groups".to_owned()
}

fn profile() -> Vec<String> {
    vec!["profile".to_owned()]
}
