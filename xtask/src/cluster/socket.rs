//! Where a cluster's socket lies. A socket's path is short by law (107 bytes on Linux, 103 on macOS).

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::PORT;
use crate::reach;

/// Bytes that a socket's path may have everywhere, with some left over.
const LONGEST: usize = 100;

/// The wished folder, or one with a short name under /tmp where the wished one is too long.
pub(crate) fn folder(wished: &Path) -> Result<PathBuf> {
    let file = format!("/.s.PGSQL.{PORT}");
    if wished.as_os_str().len() + file.len() < LONGEST {
        return Ok(wished.to_owned());
    }
    let short = Path::new("/tmp").join(format!("breakglass-{}", reach::short_name(wished)));
    refuse_strangers(&short)?;
    Ok(short)
}

/// /tmp is everybody's: a folder of this name that is open to others was made by somebody else.
fn refuse_strangers(folder: &Path) -> Result<()> {
    match fs::symlink_metadata(folder) {
        Ok(found) if !found.is_dir() || found.mode() & 0o077 != 0 => {
            bail!(
                "{} is not a private folder: remove it and run this again",
                folder.display()
            )
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_gets_a_short_one() {
        let long = PathBuf::from(format!("/home/{}/run", "long".repeat(30)));
        let short = folder(&long).expect("nobody else makes such a folder");
        assert!(short.starts_with("/tmp"), "{short:?}");
        assert_eq!(
            folder(Path::new("/home/me/run")).expect("short enough"),
            Path::new("/home/me/run")
        );
    }
}
