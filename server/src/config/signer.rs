//! The log's signer, where it is not in the portal's own process.

use ledger::{KeyKind, Origin, VerifierKey};
use service::settings::RemoteSigner;

use super::{ConfigError, file, limits};

/// Checks the signer's address, and that the key is one of this log.
pub(super) fn signer(written: file::Signer, origin: &Origin) -> Result<RemoteSigner, ConfigError> {
    if !limits::is_service(&written.url) {
        return Err(ConfigError::SignerUrl);
    }
    let key: Option<VerifierKey> = written.vkey.parse().ok();
    let vkey = key
        .filter(|key| key.kind() == KeyKind::Ed25519 && key.name() == origin.as_str())
        .ok_or_else(|| ConfigError::SignerKey {
            origin: origin.as_str().to_owned(),
        })?;
    Ok(RemoteSigner {
        url: written.url.into(),
        vkey,
    })
}
