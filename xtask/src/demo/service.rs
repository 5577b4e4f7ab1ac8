//! A program of the demo: started into a process group of its own, so that Ctrl-C in the terminal reaches
//! only this one, which then stops all of them in order.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process};

use super::data::Data;
use crate::run;

/// The portal's name, in its log and its file of the process id.
pub(crate) const PORTAL: &str = "portal";

/// The demo identity provider's.
pub(crate) const IDP: &str = "idp";

/// The witness's.
pub(crate) const WITNESS: &str = "witness";

/// How long a program may take to end before it is ended.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running program.
#[derive(Debug)]
pub(crate) struct Service {
    name: &'static str,
    child: Child,
    log: PathBuf,
    pid_file: PathBuf,
}

impl Service {
    /// Start it; what it says goes to `<name>.log` in the data folder.
    pub(crate) fn start(data: &Data, name: &'static str, command: &mut Command) -> Result<Service> {
        let log = data.folder.join(format!("{name}.log"));
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let errors = file.try_clone().context("cannot write the log")?;
        run::without_leaks(command);
        let child = command
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(errors)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start `{}`", run::shown(command)))?;
        let pid_file = pid_file(data, name);
        let service = Service {
            name,
            child,
            log,
            pid_file,
        };
        fs::write(&service.pid_file, service.child.id().to_string())
            .context("cannot note the process id")?;
        Ok(service)
    }

    /// An error, with the log's last words, once it has ended by itself.
    pub(crate) fn check(&mut self) -> Result<()> {
        let Some(status) = self
            .child
            .try_wait()
            .context("cannot look at a child process")?
        else {
            return Ok(());
        };
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().filter(|line| !line.trim().is_empty()).collect();
        let last = lines[lines.len().saturating_sub(3)..].join(" / ");
        bail!(
            "the {} ended ({status}); its log {} ends: {last}",
            self.name,
            self.log.display()
        )
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let begun = Instant::now();
        let mut asked = false;
        while self.child.try_wait().is_ok_and(|status| status.is_none()) {
            let Some(group) = group else { break };
            if !asked {
                kill_process_group(group, Signal::TERM).ok();
                asked = true;
            } else if begun.elapsed() > PATIENCE {
                kill_process_group(group, Signal::KILL).ok();
            }
            thread::sleep(Duration::from_millis(20));
        }
        fs::remove_file(&self.pid_file).ok();
    }
}

/// Stop a program that an earlier run left behind (it was killed and could not); says whether there was one.
pub(crate) fn stop_by_file(data: &Data, name: &str) -> Result<bool> {
    let file = pid_file(data, name);
    let Ok(text) = fs::read_to_string(&file) else {
        return Ok(false);
    };
    let left = text
        .trim()
        .parse()
        .ok()
        .and_then(Pid::from_raw)
        .filter(|pid| is_ours(*pid));
    if let Some(pid) = left {
        kill_process_group(pid, Signal::TERM).ok();
        let begun = Instant::now();
        while test_kill_process(pid).is_ok() {
            if begun.elapsed() > PATIENCE {
                kill_process_group(pid, Signal::KILL).ok();
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
    fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
    Ok(left.is_some())
}

/// Does the process of this id still run our program? Ids are given again to others.
fn is_ours(pid: Pid) -> bool {
    let id = pid.as_raw_nonzero();
    let command = fs::read(Path::new("/proc").join(id.to_string()).join("cmdline")).map_or_else(
        |_| {
            run::quietly(Command::new("ps").args(["-o", "command=", "-p", &id.to_string()]))
                .unwrap_or_default()
        },
        |bytes| String::from_utf8_lossy(&bytes).into_owned(),
    );
    command
        .split(['\0', ' '])
        .next()
        .is_some_and(|program| program.ends_with("/breakglass"))
}

fn pid_file(data: &Data, name: &str) -> PathBuf {
    data.run().join(format!("{name}.pid"))
}
