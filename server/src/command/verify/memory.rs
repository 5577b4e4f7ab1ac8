//! What was seen of each log, kept in a file between checks, as a browser keeps it.
//!
//! ```text
//! {"format":"breakglass.remembered/1","logs":{"<log>":{"size":9,"root":"…","at":"<UTC>","note":"…"}}}
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use verify::{CheckpointFacts, Remembered};

const FORMAT: &str = "breakglass.remembered/1";

/// The file and what stands in it.
#[derive(Debug)]
pub(super) struct Memory {
    path: PathBuf,
    kept: Kept,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    format: String,
    logs: BTreeMap<String, Seen>,
}

/// The newest checkpoint of a log that was found whole.
#[derive(Debug, Serialize, Deserialize)]
struct Seen {
    size: u64,
    root: String,
    at: String,
    /// The signed note: two of them that contradict each other convict whoever holds the key.
    note: String,
}

impl Memory {
    /// What was kept; nothing where there is no file yet. A file that cannot be read is not taken for none: a memory
    /// that is lost quietly protects nobody.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let kept = match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).ok().filter(Kept::is_sound).with_context(|| {
                format!("What {shown} remembers cannot be read. Put it back from a copy, or move it away to begin anew.")
            })?,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Kept {
                format: FORMAT.to_owned(),
                logs: BTreeMap::new(),
            },
            Err(fault) => {
                return Err(fault).with_context(|| format!("{shown} cannot be read"));
            }
        };
        // Its folder is synced later, so it has to have a name.
        let path = std::path::absolute(path).with_context(|| format!("{shown} names no file"))?;
        Ok(Self { path, kept })
    }

    /// What was seen of the log.
    pub(super) fn of(&self, log: &str) -> Vec<Remembered> {
        let seen = self.kept.logs.get(log).into_iter();
        let remembered = seen.filter_map(|seen| {
            Some(Remembered {
                size: seen.size,
                root: seen.root.parse().ok()?,
                at: seen.at.clone(),
                note: seen.note.clone(),
            })
        });
        remembered.collect()
    }

    /// Keeps a checkpoint that may be remembered.
    pub(super) fn keep(&mut self, log: &str, checkpoint: &CheckpointFacts) -> anyhow::Result<()> {
        let now = OffsetDateTime::now_utc().replace_nanosecond(0)?;
        let seen = Seen {
            size: checkpoint.size,
            root: checkpoint.root.to_string(),
            at: now.format(&Rfc3339)?,
            note: checkpoint.note.clone(),
        };
        self.kept.logs.insert(log.to_owned(), seen);
        let mut bytes = serde_json::to_vec(&self.kept)?;
        bytes.push(b'\n');
        service::durable::replace(&self.path, &bytes).with_context(|| {
            format!(
                "{} cannot be written, so what was seen is not remembered; the check itself was made. Name a file in a folder that you may write to, and verify again",
                self.path.display()
            )
        })
    }
}

impl Kept {
    fn is_sound(&self) -> bool {
        let mut seen = self.logs.values();
        self.format == FORMAT && seen.all(|seen| seen.root.parse::<ledger::Hash>().is_ok())
    }
}
