//! The keys of one log in a data folder: `log.seed`, and `log-<key id>.seed` for each that followed it.
//! Which of them signs is said by the log itself.

use std::fs;
use std::path::Path;

use ledger::rotation::KeyHistory;
use ledger::{Origin, SigningKey, VerifierKey};

use crate::key::{self, KeyError};

/// The keys that this process can sign with.
#[derive(Debug)]
pub(crate) struct Keyring {
    first: SigningKey,
    later: Vec<SigningKey>,
}

impl Keyring {
    /// Reads all that there are.
    pub(crate) fn load(data_dir: &Path, origin: &Origin) -> Result<Self, KeyError> {
        let first = key::load(data_dir, origin)?;
        let folder = data_dir.join("keys");
        let io = |fault| KeyError::Io(folder.clone(), fault);
        let mut later = Vec::new();
        for file in fs::read_dir(&folder).map_err(io)? {
            let path = file.map_err(io)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("log-") && name.ends_with(".seed") {
                later.push(key::load_from(path, origin)?);
            }
        }
        Ok(Self { first, later })
    }

    /// The key that the log began with, as far as this folder knows.
    pub(crate) fn first(&self) -> VerifierKey {
        self.first.verifier_key()
    }

    /// All keys in the folder, whether the log knows them or not.
    pub(crate) fn all(&self) -> impl Iterator<Item = VerifierKey> {
        let all = std::iter::once(&self.first).chain(&self.later);
        all.map(SigningKey::verifier_key)
    }

    pub(crate) fn find(&self, vkey: &VerifierKey) -> Option<&SigningKey> {
        let mut all = std::iter::once(&self.first).chain(&self.later);
        all.find(|key| key.verifier_key() == *vkey)
    }

    /// A key that the log does not know: one that was made and never announced, or a new one.
    pub(crate) fn next(
        &mut self,
        history: &KeyHistory,
        data_dir: &Path,
        origin: &Origin,
    ) -> Result<VerifierKey, KeyError> {
        let later = self.later.iter().map(SigningKey::verifier_key);
        if let Some(unused) = later.into_iter().find(|key| !history.knows(key)) {
            return Ok(unused);
        }
        let made = key::generate_next(data_dir, origin)?;
        let vkey = made.verifier_key();
        self.later.push(made);
        Ok(vkey)
    }
}
