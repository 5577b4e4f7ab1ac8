//! The evidence of one request, in one file.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::Context as _;
use ledger::evidence::MAX_LEN;
use verify::{LogKey, Report, evidence_bundle};

/// How every such file begins.
const BEGINS: &[u8] = br#"{"format":"breakglass.evidence/"#;

/// What a trust policy has to do with it.
pub(super) const NO_POLICY: &str = "An evidence bundle is not held against a trust policy: leave --policy out, or verify the whole log with it.";

/// What an earlier check has to do with it.
pub(super) const NO_MEMORY: &str = "An evidence bundle is not held against what was seen earlier: leave --remembered out, or verify the whole log with it.";

/// The file, where it is one.
pub(super) fn read(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    if !path.is_file() {
        return Ok(None);
    }
    let read = || -> io::Result<Option<Vec<u8>>> {
        let mut file = File::open(path)?;
        let mut bytes = Vec::new();
        let head = BEGINS.len() as u64;
        io::Read::by_ref(&mut file)
            .take(head)
            .read_to_end(&mut bytes)?;
        if bytes != BEGINS {
            return Ok(None);
        }
        // One byte too many tells that there are too many.
        let room = (MAX_LEN as u64 + 1).saturating_sub(head);
        file.take(room).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    };
    read().with_context(|| format!("{} cannot be read", path.display()))
}

pub(super) fn check(key: &LogKey, file: &[u8]) -> anyhow::Result<Report> {
    Ok(evidence_bundle::check(key, file)?)
}
