//! Bounds and shapes of single values.

use std::path::PathBuf;
use std::time::Duration;

use openidconnect::core::CoreJwsSigningAlgorithm;
use url::{Host, Url};

use super::ConfigError;

/// For how long a sign-in counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Since the browser was last seen.
    pub idle: Duration,
    /// Since the sign-in.
    pub absolute: Duration,
}

impl SessionLimits {
    /// Checks both limits: a minute to four hours idle, a day at most altogether.
    ///
    /// # Errors
    /// Which one is out of range.
    pub fn new(idle_s: u64, absolute_s: u64) -> Result<Self, ConfigError> {
        if !(60..=14_400).contains(&idle_s) {
            return Err(ConfigError::IdleOutOfRange { seconds: idle_s });
        }
        if !(idle_s..=86_400).contains(&absolute_s) {
            return Err(ConfigError::AbsoluteOutOfRange {
                seconds: absolute_s,
            });
        }
        Ok(Self {
            idle: Duration::from_secs(idle_s),
            absolute: Duration::from_secs(absolute_s),
        })
    }
}

/// How long reads of one reader are gathered into one entry: a second to an hour.
pub(super) fn read_window(seconds: u64) -> Result<Duration, ConfigError> {
    if (1..=3_600).contains(&seconds) {
        Ok(Duration::from_secs(seconds))
    } else {
        Err(ConfigError::ReadWindowOutOfRange { seconds })
    }
}

/// Whether a URL names this machine, where plain http crosses no wire.
pub(crate) fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a URL names a service that others may not listen to or stand in for: over TLS or over no wire, nothing but
/// its address.
pub(super) fn is_service(url: &Url) -> bool {
    let safe = url.scheme() == "https" || (url.scheme() == "http" && is_this_machine(url));
    let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    safe && bare && url.has_host()
}

pub(super) fn issuer(text: &str) -> Result<Url, ConfigError> {
    let refused = || ConfigError::Issuer {
        issuer: text.to_owned(),
    };
    let url = Url::parse(text).map_err(|_| refused())?;
    if is_service(&url) {
        Ok(url)
    } else {
        Err(refused())
    }
}

/// The allow-list for token signatures. RFC 8725 §3.1: the verifier names the algorithms, never the token; §2.1: `none`
/// and a MAC keyed with the client secret are how forgeries are made.
pub(super) fn algorithms(names: &[String]) -> Result<Vec<CoreJwsSigningAlgorithm>, ConfigError> {
    use CoreJwsSigningAlgorithm as A;
    if names.is_empty() {
        return Err(ConfigError::NoAlgorithm);
    }
    names
        .iter()
        .map(|name| match name.as_str() {
            "RS256" => Ok(A::RsaSsaPkcs1V15Sha256),
            "RS384" => Ok(A::RsaSsaPkcs1V15Sha384),
            "RS512" => Ok(A::RsaSsaPkcs1V15Sha512),
            "PS256" => Ok(A::RsaSsaPssSha256),
            "PS384" => Ok(A::RsaSsaPssSha384),
            "PS512" => Ok(A::RsaSsaPssSha512),
            "ES256" => Ok(A::EcdsaP256Sha256),
            "ES384" => Ok(A::EcdsaP384Sha384),
            "EdDSA" => Ok(A::EdDsa),
            weak if weak.eq_ignore_ascii_case("none") || weak.starts_with("HS") => {
                Err(ConfigError::WeakAlgorithm {
                    name: weak.to_owned(),
                })
            }
            other => Err(ConfigError::UnknownAlgorithm {
                name: other.to_owned(),
            }),
        })
        .collect()
}

pub(super) fn seconds(
    key: &'static str,
    seconds: u64,
    least: u64,
    most: u64,
) -> Result<Duration, ConfigError> {
    if (least..=most).contains(&seconds) {
        Ok(Duration::from_secs(seconds))
    } else {
        Err(ConfigError::SecondsOutOfRange {
            key,
            seconds,
            least,
            most,
        })
    }
}

pub(super) fn directory(key: &'static str, path: PathBuf) -> Result<PathBuf, ConfigError> {
    if path.is_dir() {
        Ok(path)
    } else {
        Err(ConfigError::NotADirectory { key, path })
    }
}

pub(super) fn not_empty(key: &'static str, text: String) -> Result<String, ConfigError> {
    if text.trim().is_empty() {
        Err(ConfigError::Empty { key })
    } else {
        Ok(text)
    }
}
