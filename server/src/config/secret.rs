//! Secrets from files that only their owner and group can read.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::ConfigError;

/// Everybody's permission bits. Group read stays possible: a service account often reads root's files by its group.
pub(super) const OTHERS: u32 = 0o007;

/// The shortest client secret that is taken, in characters: 96 bits even in base64.
const LEAST_CLIENT_SECRET: usize = 16;

/// Reads a secret file: one line, readable by owner and group only.
pub(super) fn read(key: &'static str, path: &Path) -> Result<SecretString, ConfigError> {
    let unreadable = |source| ConfigError::SecretUnreadable {
        key,
        path: path.to_owned(),
        source,
    };
    let mode = std::fs::metadata(path)
        .map_err(unreadable)?
        .permissions()
        .mode()
        & 0o7777;
    if mode & OTHERS != 0 {
        return Err(ConfigError::SecretOpen {
            key,
            path: path.to_owned(),
            mode,
        });
    }
    let text = SecretString::from(std::fs::read_to_string(path).map_err(unreadable)?);
    let line = text.expose_secret().trim();
    if line.is_empty() || line.contains('\n') {
        return Err(ConfigError::SecretMalformed {
            key,
            path: path.to_owned(),
        });
    }
    Ok(SecretString::from(line))
}

/// A secret written in the configuration itself or in a file of its own; exactly one of the two.
pub(super) fn either(
    key: &'static str,
    inline: Option<String>,
    file: Option<PathBuf>,
) -> Result<SecretString, ConfigError> {
    match (inline, file) {
        (Some(text), None) => Ok(SecretString::from(text)),
        (None, Some(path)) => read(key, &path),
        (Some(_), Some(_)) => Err(ConfigError::SecretTwice { key }),
        (None, None) => Err(ConfigError::SecretMissing { key }),
    }
}

/// Refuses a client secret that could be guessed.
pub(super) fn long_enough(path: &Path, secret: &SecretString) -> Result<(), ConfigError> {
    if secret.expose_secret().chars().count() < LEAST_CLIENT_SECRET {
        return Err(ConfigError::SecretShort {
            path: path.to_owned(),
            least: LEAST_CLIENT_SECRET,
        });
    }
    Ok(())
}

/// Refuses a password in a configuration that everybody on the machine can read.
pub(super) fn inline_password_needs_private_file(
    path: &Path,
    url: &str,
) -> Result<(), ConfigError> {
    let has_password = Url::parse(url).is_ok_and(|url| {
        url.password().is_some() || url.query_pairs().any(|(key, _)| key == "password")
    });
    let mode = mode(path)?;
    if has_password && mode & OTHERS != 0 {
        return Err(ConfigError::PasswordInOpenFile {
            path: path.to_owned(),
            mode,
        });
    }
    Ok(())
}

/// The permission bits of the configuration.
pub(super) fn mode(path: &Path) -> Result<u32, ConfigError> {
    std::fs::metadata(path)
        .map(|found| found.permissions().mode() & 0o7777)
        .map_err(|source| ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        })
}
