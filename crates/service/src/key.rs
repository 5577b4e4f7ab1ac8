//! The log's signing key on disk: 32 random bytes, readable by the portal's user only.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use ledger::{Origin, SigningKey};

use crate::seal;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is a key already; a log has one key until it is rotated.
    #[error("{} is there already; a second key for the same log would split it", .0.display())]
    Exists(PathBuf),
    /// The file is not there.
    #[error("{} is not there; make it with `breakglass keygen`", .0.display())]
    Missing(PathBuf),
    /// Others can read it.
    #[error("{} can be read by others; `chmod 600` it, and think about who may have read it", .0.display())]
    Exposed(PathBuf),
    /// It does not hold a key.
    #[error("{} does not hold 32 bytes", .0.display())]
    Malformed(PathBuf),
    /// The disk said no.
    #[error("{}", .0.display())]
    Io(PathBuf, #[source] io::Error),
    /// The bytes do not make a key that may sign.
    #[error("the log's key cannot be used")]
    Unusable(#[source] ledger::KeyError),
    /// The operating system gave no random numbers.
    #[error("the operating system gave no random numbers")]
    NoRandomness,
}

/// Where the key lies.
fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("keys").join("log.seed")
}

/// Makes the log's key. Never replaces one.
pub fn generate(data_dir: &Path, origin: &Origin) -> Result<SigningKey, KeyError> {
    let path = path(data_dir);
    let seed: [u8; 32] = seal::random().map_err(|_| KeyError::NoRandomness)?;
    let write = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        }
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        file.write_all(&seed)?;
        file.sync_all()
    };
    match write() {
        Ok(()) => SigningKey::from_seed(origin.as_str(), seed).map_err(KeyError::Unusable),
        Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => Err(KeyError::Exists(path)),
        Err(fault) => Err(KeyError::Io(path, fault)),
    }
}

/// Reads the log's key.
pub fn load(data_dir: &Path, origin: &Origin) -> Result<SigningKey, KeyError> {
    let path = path(data_dir);
    let metadata = match fs::metadata(&path) {
        Ok(metadata) => metadata,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
            return Err(KeyError::Missing(path));
        }
        Err(fault) => return Err(KeyError::Io(path, fault)),
    };
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(KeyError::Exposed(path));
    }
    let bytes = fs::read(&path).map_err(|fault| KeyError::Io(path.clone(), fault))?;
    let seed = bytes.try_into().map_err(|_| KeyError::Malformed(path))?;
    SigningKey::from_seed(origin.as_str(), seed).map_err(KeyError::Unusable)
}
