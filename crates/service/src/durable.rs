//! Files that are there after the power fails: written beside, synced, renamed, folder synced.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

/// Replaces `path`, a file in a named folder, by `bytes`: after this returns, a crash leaves the new bytes; before, the old.
///
/// # Errors
/// Where the disk or the folder does not take it; then the old bytes stand, or the new ones.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder)?;
    let beside = path.with_extension("new");
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    File::open(folder)?.sync_all()
}
