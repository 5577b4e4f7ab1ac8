//! Signing keys on disk: 32 random bytes each, readable by their process's user only.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use ledger::{CosigningKey, Origin, SigningKey};
use targets::ssh::UserCa;
use zeroize::Zeroizing;

use crate::seal;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is a key already; a log has one key until it is rotated.
    #[error("{} is there already; a second key for the same log would split it (`breakglass rotate-key` lets another one follow)", .0.display())]
    Exists(PathBuf),
    /// The file is not there.
    #[error("{} is not there; make it with `breakglass keygen` (a witness's with `breakglass witness --init`, a submitter's with `breakglass keygen --submitter`)", .0.display())]
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
    #[error("the key cannot be used")]
    Unusable(#[source] ledger::KeyError),
    /// The operating system gave no random numbers.
    #[error("the operating system gave no random numbers")]
    NoRandomness,
}

/// Where a key lies. A witness's is never the same as a log's.
fn path(data_dir: &Path, name: &str) -> PathBuf {
    data_dir.join("keys").join(name)
}

/// What a key is made of, wiped when it is dropped.
pub(crate) type Seed = Zeroizing<[u8; SEED_LEN]>;

const SEED_LEN: usize = 32;

const LOG: &str = "log.seed";
const WITNESS: &str = "witness.seed";
const SUBMITTER: &str = "submitter.seed";
const VAULT: &str = "vault.seed";
const SSH_CA: &str = "ssh-ca.seed";

/// Makes the log's key. Never replaces one.
///
/// # Errors
/// [`KeyError`] where there is one already, or it cannot be kept.
pub fn generate(data_dir: &Path, origin: &Origin) -> Result<SigningKey, KeyError> {
    let seed = make_seed(path(data_dir, LOG))?;
    SigningKey::from_seed(origin.as_str(), *seed).map_err(KeyError::Unusable)
}

/// Reads the log's key.
///
/// # Errors
/// [`KeyError`] where there is none that may be used.
pub fn load(data_dir: &Path, origin: &Origin) -> Result<SigningKey, KeyError> {
    load_from(path(data_dir, LOG), origin)
}

/// Reads a key of the log from this file.
pub(crate) fn load_from(path: PathBuf, origin: &Origin) -> Result<SigningKey, KeyError> {
    SigningKey::from_seed(origin.as_str(), *read_seed(path)?).map_err(KeyError::Unusable)
}

/// Makes a key that may follow the log's: `log-<key id>.seed`.
pub(crate) fn generate_next(data_dir: &Path, origin: &Origin) -> Result<SigningKey, KeyError> {
    let seed = random_seed()?;
    let key = SigningKey::from_seed(origin.as_str(), *seed).map_err(KeyError::Unusable)?;
    let name = format!("log-{:08x}.seed", key.verifier_key().key_id());
    keep_seed(path(data_dir, &name), &seed)?;
    Ok(key)
}

/// Reads a witness's key, and makes it first where there is none.
///
/// # Errors
/// [`KeyError`] where it cannot be made, or may not be used.
pub fn load_or_generate_witness(data_dir: &Path, name: &str) -> Result<CosigningKey, KeyError> {
    let seed = read_or_make_seed(path(data_dir, WITNESS))?;
    CosigningKey::from_seed(name, *seed).map_err(KeyError::Unusable)
}

/// Reads the key with which a portal submits to its log's signer, and makes it first where there is
/// none. Its name is not the log's: what it signs is no checkpoint.
///
/// # Errors
/// [`KeyError`] where it cannot be made, or may not be used.
pub fn load_or_generate_submitter(
    data_dir: &Path,
    origin: &Origin,
) -> Result<SigningKey, KeyError> {
    let seed = read_or_make_seed(path(data_dir, SUBMITTER))?;
    submitter(origin, &seed)
}

/// Reads the key with which a portal submits.
///
/// # Errors
/// [`KeyError`] where there is none that may be used.
pub fn load_submitter(data_dir: &Path, origin: &Origin) -> Result<SigningKey, KeyError> {
    submitter(origin, &read_seed(path(data_dir, SUBMITTER))?)
}

fn submitter(origin: &Origin, seed: &Seed) -> Result<SigningKey, KeyError> {
    let name = format!("{origin}/submitter");
    SigningKey::from_seed(&name, **seed).map_err(KeyError::Unusable)
}

/// Reads a witness's key.
///
/// # Errors
/// [`KeyError`] where there is none that may be used.
pub fn load_witness(data_dir: &Path, name: &str) -> Result<CosigningKey, KeyError> {
    let seed = read_seed(path(data_dir, WITNESS))?;
    CosigningKey::from_seed(name, *seed).map_err(KeyError::Unusable)
}

/// Reads the key that connectors' secrets are kept under, and makes it first where there is none.
pub(crate) fn load_or_generate_vault(data_dir: &Path) -> Result<Seed, KeyError> {
    read_or_make_seed(path(data_dir, VAULT))
}

/// Other keys of the vault: those before the current one, and one that is about to follow it.
pub(crate) fn load_other_vaults(data_dir: &Path) -> Result<Vec<Seed>, KeyError> {
    let folder = data_dir.join("keys");
    let failed = |fault| KeyError::Io(folder.clone(), fault);
    let mut seeds = Vec::new();
    for file in fs::read_dir(&folder).map_err(failed)? {
        let path = file.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name.starts_with("vault-") && name.ends_with(".seed")) {
            seeds.push(read_seed(path)?);
        }
    }
    Ok(seeds)
}

/// Makes a key that may follow the vault's, and keeps it beside it.
pub(crate) fn generate_next_vault(
    data_dir: &Path,
    id: impl Fn(&Seed) -> u32,
) -> Result<Seed, KeyError> {
    let seed = random_seed()?;
    keep_seed(beside_vault(data_dir, id(&seed)), &seed)?;
    Ok(seed)
}

/// Lets the key of this id be the vault's. The one before stays beside it: an old copy of the database needs it.
pub(crate) fn replace_vault(data_dir: &Path, before: u32, next: u32) -> Result<(), KeyError> {
    let current = path(data_dir, VAULT);
    let replace = || {
        match fs::hard_link(&current, beside_vault(data_dir, before)) {
            // From a try that broke off.
            Err(fault) if fault.kind() != io::ErrorKind::AlreadyExists => return Err(fault),
            _ => {}
        }
        fs::rename(beside_vault(data_dir, next), &current)?;
        fs::File::open(data_dir.join("keys"))?.sync_all()
    };
    replace().map_err(|fault| KeyError::Io(current.clone(), fault))
}

fn beside_vault(data_dir: &Path, id: u32) -> PathBuf {
    path(data_dir, &format!("vault-{id:08x}.seed"))
}

/// Makes the key that SSH hosts are to trust. Never replaces one: hosts would refuse what another signs.
///
/// # Errors
/// [`KeyError`] where there is one already, or it cannot be kept.
pub fn generate_ssh_ca(data_dir: &Path, origin: &Origin) -> Result<UserCa, KeyError> {
    let seed = make_seed(path(data_dir, SSH_CA))?;
    Ok(UserCa::from_seed(origin.as_str(), &seed))
}

/// Reads the key that SSH hosts trust.
///
/// # Errors
/// [`KeyError`] where there is none that may be used.
pub fn load_ssh_ca(data_dir: &Path, origin: &Origin) -> Result<UserCa, KeyError> {
    let seed = read_seed(path(data_dir, SSH_CA))?;
    Ok(UserCa::from_seed(origin.as_str(), &seed))
}

fn read_or_make_seed(path: PathBuf) -> Result<Seed, KeyError> {
    match make_seed(path.clone()) {
        Err(KeyError::Exists(_)) => read_seed(path),
        made => made,
    }
}

fn make_seed(path: PathBuf) -> Result<Seed, KeyError> {
    let seed = random_seed()?;
    keep_seed(path, &seed)?;
    Ok(seed)
}

fn random_seed() -> Result<Seed, KeyError> {
    let random = seal::random().map_err(|_| KeyError::NoRandomness)?;
    Ok(Zeroizing::new(random))
}

fn keep_seed(path: PathBuf, seed: &Seed) -> Result<(), KeyError> {
    let write = || {
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        fs::create_dir_all(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        // Written beside and linked: a key is there whole, or not at all.
        let beside = path.with_extension(format!("new.{}", std::process::id()));
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&beside)?;
        file.write_all(&**seed)?;
        file.sync_all()?;
        let linked = fs::hard_link(&beside, &path);
        fs::remove_file(&beside)?;
        linked?;
        fs::File::open(folder)?.sync_all()
    };
    match write() {
        Ok(()) => Ok(()),
        Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => Err(KeyError::Exists(path)),
        Err(fault) => Err(KeyError::Io(path, fault)),
    }
}

fn read_seed(path: PathBuf) -> Result<Seed, KeyError> {
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
    if metadata.len() != SEED_LEN as u64 {
        return Err(KeyError::Malformed(path));
    }
    // Read to its place: no buffer is left behind that nobody wipes.
    let mut seed = Seed::default();
    fs::File::open(&path)
        .and_then(|mut file| file.read_exact(&mut *seed))
        .map_err(|fault| KeyError::Io(path, fault))?;
    Ok(seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_that_hosts_trust_is_made_once_and_kept_from_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let origin: Origin = "portal.test/log".parse().expect("an origin");
        let file = path(folder.path(), SSH_CA);
        assert!(matches!(
            load_ssh_ca(folder.path(), &origin),
            Err(KeyError::Missing(_))
        ));
        let made = generate_ssh_ca(folder.path(), &origin).expect("a key");
        let read = load_ssh_ca(folder.path(), &origin).expect("the key");
        assert_eq!(made.public_line(), read.public_line());
        assert!(matches!(
            generate_ssh_ca(folder.path(), &origin),
            Err(KeyError::Exists(_))
        ));
        for (mode, is_fine) in [(0o600, true), (0o640, false), (0o604, false), (0o400, true)] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("a mode");
            let read = load_ssh_ca(folder.path(), &origin);
            assert_eq!(read.is_ok(), is_fine, "{mode:o}: {read:?}");
        }
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("a mode");
        fs::write(&file, [7; 31]).expect("a file");
        assert!(matches!(
            load_ssh_ca(folder.path(), &origin),
            Err(KeyError::Malformed(_))
        ));
    }
}
