//! The configuration: one TOML file, read once at start, refused as a whole or taken as a whole.
//!
//! Every error is one line that names the key and says the remedy. Secrets stand in files of their
//! own (`…_file`), which nobody but their owner and group may read.

mod archive;
mod error;
mod file;
mod gateway;
mod limits;
mod resources;
mod secret;
mod signer;
#[cfg(test)]
mod tests;
mod witnesses;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

pub use error::ConfigError;
pub use gateway::GatewayConfig;
pub use limits::SessionLimits;
pub(crate) use limits::is_this_machine;
use openidconnect::core::CoreJwsSigningAlgorithm;
use secrecy::SecretString;
use service::settings::{Resource, RoleGroups, Settings};
use url::Url;

/// Everything that `breakglass serve` is told, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// Under which origin browsers reach it.
    pub public_url: PublicUrl,
    /// Where the pages' files lie: `pkg/` and `verify/`.
    pub site_dir: PathBuf,
    /// The portal's own database.
    pub database_url: SecretString,
    /// Proxies whose `X-Forwarded-For` is believed. Of all others it is ignored.
    pub trusted_proxies: Vec<IpAddr>,
    /// The identity provider.
    pub oidc: OidcConfig,
    /// For how long a sign-in counts.
    pub session: SessionLimits,
    /// Who may see checkpoint and hash tiles.
    pub tiles: TileAccess,
    /// Where people's own clients come in, if they may.
    pub gateway: Option<GatewayConfig>,
    /// What the use cases are told.
    pub settings: Settings,
}

/// The origin of the portal: scheme, host and port, nothing more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Url);

/// Who may fetch checkpoint and hash tiles. Entry bundles always need the auditor's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TileAccess {
    /// Anybody who reaches the server: they hold hashes only.
    Public,
    /// Those who may read the log.
    Auditors,
}

/// The identity provider and this client of it.
#[derive(Debug, Clone)]
pub struct OidcConfig {
    /// Exactly as the provider writes it in discovery and in tokens.
    pub issuer: Url,
    /// The issuer's text, which tokens must repeat byte for byte.
    pub issuer_text: String,
    /// This client's id.
    pub client_id: String,
    /// This client's secret.
    pub client_secret: SecretString,
    /// Signature algorithms that tokens may use: asymmetric ones only.
    pub algorithms: Vec<CoreJwsSigningAlgorithm>,
    /// The ID token's claim that holds the groups.
    pub groups_claim: String,
    /// Scopes beside `openid`.
    pub scopes: Vec<String>,
}

/// Reads a secret from a file that only its owner and group can read.
///
/// # Errors
/// What is wrong with the file.
pub fn secret_file(key: &'static str, path: &Path) -> Result<SecretString, ConfigError> {
    secret::read(key, path)
}

impl Config {
    /// Reads and checks the file.
    ///
    /// # Errors
    /// One line: what is wrong, and what to do about it.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        let file = file::parse(path, &text)?;
        if let Some(url) = &file.database_url {
            secret::inline_password_needs_private_file(path, url)?;
        }
        if let Some(archive) = &file.archive {
            archive::inline_secret_needs_private_file(path, archive)?;
        }
        Self::check(file)
    }

    fn check(file: file::File) -> Result<Self, ConfigError> {
        let database_url =
            secret::either("database_url", file.database_url, file.database_url_file)?;
        let issuer = limits::issuer(&file.oidc.issuer)?;
        let client_secret = secret::read("oidc.client_secret_file", &file.oidc.client_secret_file)?;
        secret::long_enough(&file.oidc.client_secret_file, &client_secret)?;
        let origin = file.log.origin.parse().map_err(|_| ConfigError::Origin {
            origin: file.log.origin.clone(),
        })?;
        let resources: Vec<Resource> = resources::resources(file.resource)?;
        resources::policies_fit(&file.policy, &resources)?;
        let signer = file
            .signer
            .map(|signer| signer::signer(signer, &origin))
            .transpose()?;
        let gateway = file.gateway.map(gateway::gateway).transpose()?;
        Ok(Self {
            listen: file.listen,
            public_url: PublicUrl::new(file.public_url)?,
            site_dir: limits::directory("site_dir", file.site_dir)?,
            database_url,
            trusted_proxies: file.trusted_proxies,
            oidc: OidcConfig {
                issuer_text: file.oidc.issuer,
                issuer,
                client_id: limits::not_empty("oidc.client_id", file.oidc.client_id)?,
                client_secret,
                algorithms: limits::algorithms(&file.oidc.algorithms)?,
                groups_claim: limits::not_empty("oidc.groups_claim", file.oidc.groups_claim)?,
                scopes: file.oidc.scopes,
            },
            session: SessionLimits::new(file.session.idle_s, file.session.absolute_s)?,
            tiles: if file.log.public_tiles {
                TileAccess::Public
            } else {
                TileAccess::Auditors
            },
            gateway: gateway.clone(),
            settings: Settings {
                origin,
                signer,
                data_dir: limits::directory("data_dir", file.data_dir)?,
                roles: RoleGroups {
                    auditor: file.roles.auditor,
                    operator: file.roles.operator,
                    custodian: file.roles.custodian,
                    author: file.roles.author,
                },
                read_window: limits::read_window(file.log.read_window_s)?,
                resources,
                seed_policies: file.policy,
                archive: file.archive.map(archive::archive).transpose()?,
                trust: file.witnesses.as_ref().map(witnesses::trust).transpose()?,
                // It lies beside the program, not in its configuration.
                gateway: gateway.as_ref().map(|gateway| gateway.told.clone()),
                verifier: None,
            },
        })
    }
}

impl PublicUrl {
    /// Checks that it is an origin, and https unless it is this machine.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(url: Url) -> Result<Self, ConfigError> {
        let plain = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty();
        match url.scheme() {
            _ if !plain || !url.has_host() => Err(ConfigError::PublicUrlNotAnOrigin { url }),
            "https" => Ok(Self(url)),
            "http" if is_this_machine(&url) => Ok(Self(url)),
            _ => Err(ConfigError::PublicUrlNotHttps { url }),
        }
    }

    /// `scheme://host[:port]`, as browsers write it in `Origin`.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Whether browsers come by TLS.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The absolute URL of a path of ours.
    ///
    /// # Panics
    /// Never for paths that begin with one slash.
    pub fn join(&self, path: &'static str) -> Url {
        self.0.join(path).expect("a constant path joins any origin")
    }
}
