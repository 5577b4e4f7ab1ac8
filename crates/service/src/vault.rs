//! Where connectors' secrets are safe from whoever reads the database: sealed under a key in the data folder.
//!
//! XChaCha20-Poly1305, with the connector's name, its version and the field's name as associated data: what is sealed
//! opens in its place alone, not under another name, and not as a later version of itself.
//!
//! ```text
//! 01 | key id, 4 bytes | nonce, 24 bytes | ciphertext | tag, 16 bytes
//! ```
//!
//! Every server of one log needs the same keys. A rotation makes a new one, seals everything again and then lets it be
//! the current one; the one before stays in the folder, for copies of the database from before.

use std::fmt;
use std::path::Path;

use access::ids::ResourceName;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::key::{self, KeyError, Seed};
use crate::seal;

/// The form of what is sealed.
const FORM: u8 = 1;

const KEY_ID_LEN: usize = 4;

/// Long enough to be taken at random, as often as one likes.
const NONCE_LEN: usize = 24;

const TAG_LEN: usize = 16;

/// Where a secret belongs.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The connector, by the resource that it opens.
    pub connector: &'a ResourceName,
    /// Its version.
    pub version: u32,
    /// What of it is secret, such as `admin_url`.
    pub field: &'a str,
}

/// Why a secret cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// It was sealed by another server, or before a key was lost.
    #[error(
        "it is sealed under the key {0:08x}, which is not in this data folder; copy `keys/vault*.seed` from the server that has it, or enter the secret again"
    )]
    UnknownKey(u32),
    /// Somebody changed it, or moved it.
    #[error(
        "what the database holds is not what was sealed there: it was changed, moved or cut; enter the secret again, and find out who writes to the database"
    )]
    NotAsSealed,
    /// It is in no form that this version knows.
    #[error("it is sealed in a form that this version does not know")]
    UnknownForm,
    /// The operating system gave no random numbers.
    #[error("the operating system gave no random numbers")]
    NoRandomness,
}

/// A key with the name that sealed texts bear.
struct Key {
    id: u32,
    seed: Seed,
}

/// The keys of a data folder.
pub struct Vault {
    current: Key,
    others: Vec<Key>,
}

impl Vault {
    /// Reads the data folder's keys, and makes one first where there is none.
    ///
    /// # Errors
    /// [`KeyError`] where one cannot be made, or may not be used.
    pub fn open(data_dir: &Path) -> Result<Self, KeyError> {
        let current = Key::new(key::load_or_generate_vault(data_dir)?);
        let others = key::load_other_vaults(data_dir)?;
        Ok(Self {
            current,
            others: others.into_iter().map(Key::new).collect(),
        })
    }

    /// Seals a secret for its place.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn seal(&self, place: Place<'_>, secret: &SecretString) -> Result<Vec<u8>, VaultError> {
        self.current.seal(place, secret)
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// [`VaultError`] where it is something else.
    pub fn unseal(&self, place: Place<'_>, sealed: &[u8]) -> Result<SecretString, VaultError> {
        if sealed.first().is_some_and(|form| *form != FORM) {
            return Err(VaultError::UnknownForm);
        }
        let (id, rest) = sealed
            .get(1..)
            .and_then(|rest| rest.split_first_chunk::<KEY_ID_LEN>())
            .ok_or(VaultError::NotAsSealed)?;
        let id = u32::from_be_bytes(*id);
        std::iter::once(&self.current)
            .chain(&self.others)
            .find(|key| key.id == id)
            .ok_or(VaultError::UnknownKey(id))?
            .unseal(place, rest)
    }

    /// A new key beside the current one, and a vault that seals with it. [`Vault::become_current`] comes after all is
    /// sealed again.
    pub(crate) fn next(data_dir: &Path) -> Result<Self, KeyError> {
        let before = Self::open(data_dir)?;
        let seed = key::generate_next_vault(data_dir, key_id)?;
        Ok(Self {
            current: Key::new(seed),
            others: [before.current].into_iter().chain(before.others).collect(),
        })
    }

    /// Lets the key that this vault seals with be the data folder's.
    pub(crate) fn become_current(&self, data_dir: &Path) -> Result<(), KeyError> {
        let before = Key::new(key::load_or_generate_vault(data_dir)?);
        key::replace_vault(data_dir, before.id, self.current.id)
    }
}

impl Key {
    fn new(seed: Seed) -> Self {
        Self {
            id: key_id(&seed),
            seed,
        }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.seed).into())
    }

    fn seal(&self, place: Place<'_>, secret: &SecretString) -> Result<Vec<u8>, VaultError> {
        let nonce: [u8; NONCE_LEN] = seal::random().map_err(|_| VaultError::NoRandomness)?;
        let payload = Payload {
            msg: secret.expose_secret().as_bytes(),
            aad: &associated(place, self.id),
        };
        let ciphertext = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a secret is shorter than 256 GiB");
        Ok([&[FORM], &self.id.to_be_bytes()[..], &nonce, &ciphertext].concat())
    }

    fn unseal(&self, place: Place<'_>, sealed: &[u8]) -> Result<SecretString, VaultError> {
        let (nonce, ciphertext) = sealed
            .split_first_chunk::<NONCE_LEN>()
            .filter(|(_, ciphertext)| ciphertext.len() >= TAG_LEN)
            .ok_or(VaultError::NotAsSealed)?;
        let payload = Payload {
            msg: ciphertext,
            aad: &associated(place, self.id),
        };
        let bytes = self
            .cipher()
            .decrypt(&XNonce::from(*nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| VaultError::NotAsSealed)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| VaultError::NotAsSealed)?;
        Ok(text.into())
    }
}

/// What a key is called: it says nothing about the key.
fn key_id(seed: &Seed) -> u32 {
    let digest = Sha256::new()
        .chain_update("breakglass vault key id\n")
        .chain_update(**seed)
        .finalize();
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

/// The place in bytes. No name has a line feed in it; the field's comes last.
fn associated(place: Place<'_>, key_id: u32) -> Vec<u8> {
    let Place {
        connector,
        version,
        field,
    } = place;
    format!("breakglass connector secret\n{FORM}\n{key_id:08x}\n{connector}\n{version}\n{field}")
        .into_bytes()
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({:08x})", self.current.id)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    fn name(text: &str) -> ResourceName {
        text.parse().unwrap()
    }

    fn place<'a>(connector: &'a ResourceName, version: u32, field: &'a str) -> Place<'a> {
        Place {
            connector,
            version,
            field,
        }
    }

    #[test]
    fn a_secret_opens_in_its_place_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path()).unwrap();
        let (orders, users) = (name("orders-db"), name("users-db"));
        let here = place(&orders, 3, "admin_url");
        let secret = SecretString::from("postgres://admin:canary@db/orders");
        let sealed = vault.seal(here, &secret).unwrap();
        assert_ne!(
            sealed,
            vault.seal(here, &secret).unwrap(),
            "never twice alike"
        );
        let again = Vault::open(folder.path()).unwrap();
        let opened = again.unseal(here, &sealed).unwrap();
        assert_eq!(opened.expose_secret(), secret.expose_secret());
        for elsewhere in [
            place(&users, 3, "admin_url"),
            place(&orders, 2, "admin_url"),
            place(&orders, 4, "admin_url"),
            place(&orders, 3, "password"),
        ] {
            let refused = vault.unseal(elsewhere, &sealed).unwrap_err();
            assert_eq!(refused, VaultError::NotAsSealed, "{elsewhere:?}");
        }
    }

    #[test]
    fn any_bit_that_is_flipped_and_any_cut_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path()).unwrap();
        let orders = name("orders-db");
        let here = place(&orders, 1, "admin_url");
        let sealed = vault.seal(here, &"canary".into()).unwrap();
        assert_eq!(sealed.len(), 1 + KEY_ID_LEN + NONCE_LEN + 6 + TAG_LEN);
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            vault.unseal(here, &changed).unwrap_err();
        }
        for length in 0..sealed.len() {
            vault.unseal(here, &sealed[..length]).unwrap_err();
        }
        vault
            .unseal(here, &[&sealed[..], &[0]].concat())
            .unwrap_err();
    }

    #[test]
    fn the_key_lies_where_its_user_alone_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        Vault::open(folder.path()).unwrap();
        let key = folder.path().join("keys/vault.seed");
        let found = std::fs::metadata(&key).unwrap();
        assert_eq!(found.permissions().mode() & 0o777, 0o600);
        assert_eq!(found.len(), 32);
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
        let refused = Vault::open(folder.path()).unwrap_err();
        assert!(matches!(refused, KeyError::Exposed(_)), "{refused}");
    }

    #[test]
    fn another_folders_secret_names_the_key_that_it_wants() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let orders = name("orders-db");
        let here = place(&orders, 1, "admin_url");
        let vault = Vault::open(one.path()).unwrap();
        let sealed = vault.seal(here, &"canary".into()).unwrap();
        let stranger = Vault::open(two.path()).unwrap();
        let refused = stranger.unseal(here, &sealed).unwrap_err();
        assert_eq!(refused, VaultError::UnknownKey(vault.current.id));
    }

    /// Wherever it breaks off, what was sealed under either key opens, and another try goes through.
    #[test]
    fn a_key_follows_another_and_a_crash_in_between_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let orders = name("orders-db");
        let here = place(&orders, 1, "admin_url");
        let first = Vault::open(folder.path()).unwrap();
        let old = first.seal(here, &"canary".into()).unwrap();
        let broken_off = Vault::next(folder.path()).unwrap();
        let between = broken_off.seal(here, &"canary".into()).unwrap();
        let opens = |vault: &Vault, sealed: &[u8]| {
            vault.unseal(here, sealed).unwrap().expose_secret() == "canary"
        };
        let after_crash = Vault::open(folder.path()).unwrap();
        assert_eq!(after_crash.current.id, first.current.id);
        assert!(opens(&after_crash, &old) && opens(&after_crash, &between));

        let next = Vault::next(folder.path()).unwrap();
        assert!(opens(&next, &old) && opens(&next, &between));
        let new = next.seal(here, &"canary".into()).unwrap();
        next.become_current(folder.path()).unwrap();
        let rotated = Vault::open(folder.path()).unwrap();
        assert_eq!(rotated.current.id, next.current.id);
        assert_ne!(rotated.current.id, first.current.id);
        for sealed in [&old, &between, &new] {
            assert!(opens(&rotated, sealed));
        }
        assert!(first.unseal(here, &new).is_err());
    }

    #[test]
    fn neither_key_nor_secret_is_printed() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(folder.path()).unwrap();
        let orders = name("orders-db");
        let here = place(&orders, 1, "admin_url");
        let sealed = vault.seal(here, &"canary".into()).unwrap();
        assert!(!sealed.windows(6).any(|bytes| bytes == b"canary"));
        let opened = vault.unseal(here, &sealed).unwrap();
        let hex: String = vault
            .current
            .seed
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let printed = format!("{vault:?} {vault:#?} {opened:?} {here:?}");
        assert!(printed.starts_with("Vault("));
        assert!(!printed.contains("canary") && !printed.contains(&hex));
        let numbers = format!("{:?}", &vault.current.seed[..4]);
        assert!(!printed.contains(numbers.trim_matches(['[', ']'])));
    }
}
