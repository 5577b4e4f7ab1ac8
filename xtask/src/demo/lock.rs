//! One demo at a time: who runs it holds a lock on a file that names it.
//!
//! The lock is the kernel's, so it ends with its holder, however that one ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use super::data::Data;

/// How long an orderly stop may take: sessions are cut, PostgreSQL writes what it has.
const PATIENCE: Duration = Duration::from_secs(60);

/// Held while the demo runs.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Take it, or say who has it.
    pub(crate) fn take(data: &Data) -> Result<Lock> {
        data.create()?;
        let path = path(data);
        let failed = || format!("cannot lock {}", path.display());
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(failed)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0).with_context(failed)?;
                write!(file, "{}", std::process::id()).with_context(failed)?;
                Ok(Lock { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                bail!(
                    "the demo is running already: use it, or stop it with `cargo xtask demo --stop`"
                )
            }
            Err(TryLockError::Error(error)) => Err(error).with_context(failed),
        }
    }
}

/// The process that runs the demo now.
pub(crate) fn holder(data: &Data) -> Option<Pid> {
    let path = path(data);
    let file = File::open(&path).ok()?;
    if file.try_lock_shared().is_ok() {
        return None;
    }
    fs::read_to_string(&path)
        .ok()?
        .trim()
        .parse()
        .ok()
        .and_then(Pid::from_raw)
}

/// Ask the holder to stop, and wait until it has.
pub(crate) fn end(data: &Data, pid: Pid) -> Result<()> {
    kill_process(pid, Signal::TERM)
        .context("the demo cannot be asked to stop (another user runs it)")?;
    let begun = Instant::now();
    while holder(data).is_some() {
        if begun.elapsed() > PATIENCE {
            bail!(
                "the demo does not stop: end process {} and run `cargo xtask demo --stop` again",
                pid.as_raw_nonzero()
            );
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn path(data: &Data) -> PathBuf {
    data.run().join("demo.lock")
}
