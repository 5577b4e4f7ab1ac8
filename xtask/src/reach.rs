//! PostgreSQL refuses to run as root: as whom it runs then, and which folders that one can reach.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::repo::Repo;

/// A user without rights beyond their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlainUser {
    pub(crate) name: String,
    uid: u32,
    gid: u32,
}

/// As whom PostgreSQL's programs run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RunAs {
    /// As whoever called; nothing to switch.
    Caller,
    /// The caller is root: as somebody else.
    Plain(PlainUser),
}

impl RunAs {
    /// The caller; for root the owner of the repository, else `postgres`, else `nobody`.
    pub(crate) fn find(repo: &Repo) -> Result<RunAs> {
        if !is_root() {
            return Ok(RunAs::Caller);
        }
        let owner = fs::metadata(&repo.root)
            .context("cannot read the repository's folder")?
            .uid();
        let users = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
        let found = (owner != 0)
            .then(|| passwd(&users, |user| user.uid == owner))
            .flatten()
            .or_else(|| passwd(&users, |user| user.name == "postgres"))
            .or_else(|| passwd(&users, |user| user.name == "nobody"));
        match found {
            Some(user) => Ok(RunAs::Plain(user)),
            None => bail!(
                "PostgreSQL does not run as root: run this as an ordinary user, or `useradd --system postgres`"
            ),
        }
    }

    /// Let the command run as this user, in a folder that this user can be in.
    pub(crate) fn apply(&self, command: &mut Command) {
        if let RunAs::Plain(user) = self {
            command
                .uid(user.uid)
                .gid(user.gid)
                .current_dir("/")
                .env("HOME", "/");
        }
    }

    /// Make the folder, if need be, and give it to this user alone.
    pub(crate) fn own_folder(&self, folder: &Path) -> Result<()> {
        let failed = || format!("cannot make the folder {}", folder.display());
        fs::create_dir_all(folder).with_context(failed)?;
        if let RunAs::Plain(user) = self {
            std::os::unix::fs::chown(folder, Some(user.uid), Some(user.gid))
                .with_context(failed)?;
        }
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).with_context(failed)
    }

    /// Give a file to this user alone.
    pub(crate) fn own_file(&self, file: &Path) -> Result<()> {
        let failed = || format!("cannot hand over {}", file.display());
        if let RunAs::Plain(user) = self {
            std::os::unix::fs::chown(file, Some(user.uid), Some(user.gid)).with_context(failed)?;
        }
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).with_context(failed)
    }

    /// Can this user get to the folder? (The folder itself need not exist yet.)
    fn reaches(&self, folder: &Path) -> bool {
        let RunAs::Plain(user) = self else {
            return true;
        };
        folder.ancestors().skip(1).all(|ancestor| {
            let Ok(found) = fs::metadata(ancestor) else {
                return true;
            };
            let needed = if found.uid() == user.uid {
                0o100
            } else if found.gid() == user.gid {
                0o010
            } else {
                0o001
            };
            found.mode() & needed != 0
        })
    }
}

/// The wished folder, or one with a name made from it under /var/tmp where the user who runs
/// PostgreSQL cannot get to it (a clone under /root).
pub(crate) fn reachable(wished: &Path, run_as: &RunAs) -> PathBuf {
    if run_as.reaches(wished) {
        wished.to_owned()
    } else {
        Path::new("/var/tmp").join(format!("breakglass-{}", short_name(wished)))
    }
}

/// Eight hexadecimal digits that stand for a path.
pub(crate) fn short_name(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    digest
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Is this program run by root?
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The first user of a passwd file (name:password:uid:gid:…) that fits.
fn passwd(text: &str, fits: impl Fn(&PlainUser) -> bool) -> Option<PlainUser> {
    text.lines()
        .filter_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?.to_owned();
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            Some(PlainUser { name, uid, gid })
        })
        .find(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_name() {
        let text =
            "root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104::/var/lib/postgresql:/bin/bash\n";
        let user = passwd(text, |user| user.name == "postgres").expect("the line is there");
        assert_eq!(
            user,
            PlainUser {
                name: "postgres".to_owned(),
                uid: 101,
                gid: 104
            }
        );
    }

    #[test]
    fn a_private_home_is_not_reachable_for_others() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let closed = dir.path().join("closed");
        fs::create_dir(&closed).expect("a folder in it");
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).expect("our own folder");
        let stranger = RunAs::Plain(PlainUser {
            name: "stranger".to_owned(),
            uid: 4_000_000,
            gid: 4_000_000,
        });
        let wished = closed.join("data");
        assert_eq!(reachable(&wished, &RunAs::Caller), wished);
        assert!(reachable(&wished, &stranger).starts_with("/var/tmp"));
    }
}
