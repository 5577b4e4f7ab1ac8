//! The gateway for people's own clients.

use std::fs;
use std::net::SocketAddr;

use secrecy::SecretString;
use service::settings::Gateway;

use super::{ConfigError, file, secret};

/// Where the gateway listens, and by which certificate it is known.
#[derive(Debug, Clone)]
pub struct GatewayConfig {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Its certificates and their key, in PEM; `None` on this machine only.
    pub tls: Option<(Vec<u8>, SecretString)>,
    /// What people are told.
    pub told: Gateway,
}

/// Checks it, and reads certificate and key.
pub(super) fn gateway(written: file::Gateway) -> Result<GatewayConfig, ConfigError> {
    let tls = match (written.certificate_file, written.key_file) {
        (Some(certificate), Some(key)) => {
            let bytes = fs::read(&certificate).map_err(|source| ConfigError::Unreadable {
                path: certificate,
                source,
            })?;
            Some((bytes, secret::read("gateway.key_file", &key)?))
        }
        (None, None) if written.listen.ip().is_loopback() => None,
        _ => return Err(ConfigError::GatewayWithoutTls),
    };
    let told = Gateway {
        host: written
            .public_host
            .unwrap_or_else(|| written.listen.ip().to_string()),
        port: written.public_port.unwrap_or(written.listen.port()),
        sslmode: if tls.is_some() {
            "verify-full"
        } else {
            "disable"
        },
    };
    Ok(GatewayConfig {
        listen: written.listen,
        tls,
        told,
    })
}
