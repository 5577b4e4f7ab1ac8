//! A folder with the files of one log, as an archive or a static log keeps them.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use axum::body::Bytes;
use ledger::SignedCheckpoint;
use verify::{Purpose, Request};

use super::files::{self, Files, LONGEST_FILE};
use super::place::{Answer, range};

/// The newest checkpoint of a static log.
const CHECKPOINT: &str = "checkpoint";

/// Where an archive keeps each checkpoint under its size.
const CHECKPOINTS: &str = "checkpoints";

/// The folder.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(super) fn new(root: &Path) -> Self {
        let root = root.to_owned();
        Self { root }
    }

    pub(super) fn ask(&self, request: &Request, size: u64) -> anyhow::Result<Option<Answer<'_>>> {
        let whole = match request.purpose {
            Purpose::Checkpoint => Some(self.checkpoint()?),
            Purpose::Witnessed | Purpose::Locate => self.get(&request.path)?,
            Purpose::Stream | Purpose::Show => {
                let Some((from, to)) = range(&request.path) else {
                    return Ok(None);
                };
                return Ok(Some(files::stream(self, from, to, size)));
            }
        };
        Ok(whole.map(|bytes| -> Answer<'_> { Box::new(std::iter::once(Ok(bytes))) }))
    }

    /// The newest one there is, by what it says: whether it is to be believed, the check finds out.
    fn checkpoint(&self) -> anyhow::Result<Bytes> {
        let named = self.get(CHECKPOINT)?;
        let kept = match self.newest_kept()? {
            Some(name) => self.get(&format!("{CHECKPOINTS}/{name}"))?,
            None => None,
        };
        match (named, kept) {
            (Some(named), Some(kept)) => Ok(if claimed(&kept) > claimed(&named) {
                kept
            } else {
                named
            }),
            (Some(one), None) | (None, Some(one)) => Ok(one),
            (None, None) => anyhow::bail!(
                "There is no checkpoint in {}, so nothing was judged. Name the folder that the log's checkpoint and its tiles lie in.",
                self.root.display()
            ),
        }
    }

    fn newest_kept(&self) -> anyhow::Result<Option<String>> {
        let folder = self.root.join(CHECKPOINTS);
        let listed = match fs::read_dir(&folder) {
            Ok(listed) => listed,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(fault) => return Err(unreadable(&folder, fault)),
        };
        let mut newest: Option<String> = None;
        for file in listed {
            let file = file.map_err(|fault| unreadable(&folder, fault))?;
            // All of one length, so they sort as their numbers do.
            let name = file.file_name().to_string_lossy().into_owned();
            if name.len() == 20 && name.bytes().all(|byte| byte.is_ascii_digit()) {
                newest = newest.max(Some(name));
            }
        }
        Ok(newest)
    }
}

impl Files for Folder {
    fn get(&self, name: &str) -> anyhow::Result<Option<Bytes>> {
        let path = self.root.join(name);
        // Opening a pipe would wait for somebody who writes into it.
        if fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
            anyhow::bail!(
                "{} is no file, so nothing was judged. Look at what lies there.",
                path.display()
            );
        }
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(fault) => return Err(unreadable(&path, fault)),
        };
        let mut bytes = Vec::new();
        // One byte more tells that there are too many.
        file.take(LONGEST_FILE as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|fault| unreadable(&path, fault))?;
        anyhow::ensure!(
            bytes.len() <= LONGEST_FILE,
            "{} is longer than any file of a log, so nothing was judged. Look at what lies there.",
            path.display()
        );
        Ok(Some(bytes.into()))
    }
}

fn unreadable(path: &Path, fault: io::Error) -> anyhow::Error {
    let sentence = format!(
        "{} cannot be read, so nothing was judged. See to it that you may read the folder, and verify again",
        path.display()
    );
    anyhow::Error::new(fault).context(sentence)
}

/// How many entries a checkpoint says that it covers.
fn claimed(note: &[u8]) -> Option<u64> {
    let signed = SignedCheckpoint::parse(note).ok()?;
    Some(signed.claimed().size())
}
