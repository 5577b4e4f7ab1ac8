//! Child processes: started, waited for, and their failure put in one line.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::interrupt;
use crate::repo::Repo;
use crate::say;
use crate::setup::Toolchain;

/// How often a waiting parent looks at its child and at Ctrl-C.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// Set by cargo for the program that it runs. A cargo called from here must not see them: build
/// scripts watch some, and everything above them would be built again.
const LEAKS: [&str; 6] = [
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_BIN_",
    "CARGO_CRATE_",
    "CARGO_PRIMARY_",
    "OUT_DIR",
];

/// Cargo in the repository, under the toolchain that builds both sides, free of this run's variables.
pub(crate) fn cargo(repo: &Repo, toolchain: &Toolchain) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(&repo.root);
    without_leaks(&mut command);
    toolchain.choose(&mut command);
    // SQL is checked against the committed `.sqlx`, whatever database the person's shell points to.
    command
        .env("SQLX_OFFLINE", "true")
        .env_remove("DATABASE_URL");
    // Results of one run belong beside the next one's, wherever cargo is called from.
    command.env("CARGO_TARGET_DIR", &repo.target);
    command
}

/// Remove what cargo told this program about itself.
pub(crate) fn without_leaks(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        if text == "CARGO" || LEAKS.iter().any(|leak| text.starts_with(leak)) {
            command.env_remove(&name);
        }
    }
}

/// Run to the end, output to the terminal. A failure names the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    if !status.success() {
        bail!("`{}` failed ({status})", shown(command));
    }
    Ok(())
}

/// Run to the end, output to the terminal.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    let mut child = spawn(command)?;
    wait(&mut child)
}

/// Run to the end without a word; on failure the error carries the last lines of what was said.
pub(crate) fn quietly(command: &mut Command) -> Result<String> {
    let output = output(command)?;
    if !output.status.success() {
        bail!(
            "`{}` failed ({}): {}",
            shown(command),
            output.status,
            last_lines(&output, 5)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Run to the end and keep everything that was said.
pub(crate) fn output(command: &mut Command) -> Result<Output> {
    command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start `{}`", shown(command)))
}

/// Run to the end with `input` on its standard input; keeps everything that was said.
pub(crate) fn with_input(command: &mut Command, input: &str) -> Result<Output> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{}`", shown(command)))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin
            .write_all(input.as_bytes())
            .with_context(|| format!("`{}` reads no input", shown(command)))?;
    }
    child
        .wait_with_output()
        .with_context(|| format!("cannot wait for `{}`", shown(command)))
}

/// Run to the end, output to the terminal, and return the lines too.
pub(crate) fn tee(command: &mut Command) -> Result<(ExitStatus, Vec<String>)> {
    let mut child = spawn(
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped()),
    )?;
    let lines = Arc::new(Mutex::new(Vec::new()));
    let readers = [
        child
            .stdout
            .take()
            .map(|pipe| follow(pipe, Arc::clone(&lines))),
        child
            .stderr
            .take()
            .map(|pipe| follow(pipe, Arc::clone(&lines))),
    ];
    let status = wait(&mut child);
    for reader in readers.into_iter().flatten() {
        drop(reader.join());
    }
    let lines = lines
        .lock()
        .map(|mut lines| std::mem::take(&mut *lines))
        .unwrap_or_default();
    Ok((status?, lines))
}

/// Ask a process to end.
pub(crate) fn terminate(child: &Child) {
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // It may have ended by itself between the look and the signal.
        kill_process(pid, Signal::TERM).ok();
    }
}

/// The command as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|part| part.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The last lines of what a program said, errors first, on one line.
pub(crate) fn last_lines(output: &Output, count: usize) -> String {
    let said = if output.stderr.trim_ascii().is_empty() {
        &output.stdout
    } else {
        &output.stderr
    };
    let text = String::from_utf8_lossy(said);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(count)..].join(" / ")
}

fn spawn(command: &mut Command) -> Result<Child> {
    interrupt::check()?;
    command
        .spawn()
        .with_context(|| format!("cannot start `{}`", shown(command)))
}

/// Wait for the child. When the end is asked for, it is asked of the child too, and waited for.
fn wait(child: &mut Child) -> Result<ExitStatus> {
    let mut asked = false;
    loop {
        if let Some(status) = child
            .try_wait()
            .context("cannot wait for a child process")?
        {
            interrupt::check()?;
            return Ok(status);
        }
        if interrupt::requested() && !asked {
            terminate(child);
            asked = true;
        }
        thread::sleep(LOOK_EVERY);
    }
}

fn follow(
    pipe: impl Read + Send + 'static,
    lines: Arc<Mutex<Vec<String>>>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            say::line(&line);
            if let Ok(mut lines) = lines.lock() {
                lines.push(line);
            }
        }
    })
}
