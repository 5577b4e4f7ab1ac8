//! `breakglass run`: a command on this host, on a terminal that is recorded in the portal's log.
//!
//! The order is the promise: the command line is in the log before the command starts (with `--buffer-offline`: on this
//! disk), and what is typed and shown is on this disk until the log has it. A portal that is away is waited for meanwhile;
//! one that says no ends the command, and so does a disk that takes no more.

mod cast;
mod client;
mod flush;
mod pump;
mod sender;
mod spool;
mod terminal;

use std::ffi::OsString;
use std::io::{ErrorKind, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus};
use std::time::{Duration, Instant};

use access::event::ActionOutcome;
use access::ids::GrantId;
use anyhow::Context as _;
use tokio::sync::Notify;
use url::Url;
use uuid::Uuid;

use self::cast::Cast;
use self::client::Client;
use self::pump::{Cut, Pump, Pumped};
use self::sender::{SendFault, Sender};
use self::spool::{Head, Spool};
use self::terminal::Raw;

/// The exit code where the command was not run, as `env` and `docker run` have it.
pub(super) const NOT_RUN: u8 = 125;

/// And where there is no such command, or it cannot be started.
const NOT_FOUND: u8 = 127;
const NOT_STARTED: u8 = 126;

/// Runs a command on this host, recorded: the command line before it starts, what is typed and what it shows.
///
/// The exit code is the command's; 125 where it was not run.
#[derive(Debug, clap::Args)]
pub struct Run {
    /// The portal's address.
    #[arg(long, env = "BREAKGLASS_PORTAL")]
    portal: Url,
    /// The grant by which it is done.
    #[arg(long, env = "BREAKGLASS_GRANT")]
    grant: GrantId,
    /// A file with the grant's token, which only you can read.
    #[arg(long)]
    token_file: PathBuf,
    /// A folder for what the portal does not have yet. Otherwise breakglass/spool in the folder for programs' state.
    #[arg(long)]
    spool: Option<PathBuf>,
    /// Start although the portal is away: the command line is then kept on this disk alone, until it is back.
    #[arg(long)]
    buffer_offline: bool,
    /// A portal that does not answer is asked for so long: to take the command line, and after the command what is left.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    wait: u64,
    /// Send what is left of earlier runs by this grant, and run nothing.
    #[arg(long, conflicts_with_all = ["command", "buffer_offline"])]
    flush: bool,
    /// The command and its arguments.
    #[arg(last = true, required_unless_present = "flush", value_name = "COMMAND")]
    command: Vec<OsString>,
}

impl Run {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let token = super::secret("--token-file", &self.token_file)?;
        let client = Client::new(&self.portal, self.grant, token)?;
        let portal = self.portal.origin().ascii_serialization();
        let root = match &self.spool {
            Some(folder) => folder.clone(),
            None => usual_spool()?,
        };
        if self.flush {
            flush::flush(&root, &portal, self.grant, &client).await?;
            return Ok(ExitCode::SUCCESS);
        }
        let head = Head {
            portal,
            grant: self.grant,
            recording: Uuid::new_v4(),
        };
        let unwritten = || {
            let shown = root.display();
            format!("nothing was run: {shown} does not take what is to be recorded")
        };
        let mut spool = Spool::begin(&root, &head).with_context(unwritten)?;
        let line = command_line(&self.command);
        let action = spool
            .intend(unix_ms(), line.clone())
            .with_context(unwritten)?;
        let mut sender = Sender::of_new(&client, spool.folder())?;
        self.begin(&mut sender, &mut spool, action).await?;

        let began = Instant::now();
        let (code, outcome, cut) = match self.work(&mut sender, &mut spool, &line).await {
            Ok(Pumped { status, cut }) => (code(status), outcome(status, cut.as_ref()), cut),
            Err(fault) => {
                let code = match fault.kind() {
                    ErrorKind::NotFound => NOT_FOUND,
                    _ => NOT_STARTED,
                };
                say(&format!("{line} was not run: {fault}"));
                (code, ActionOutcome::Failed, None)
            }
        };
        let duration_ms = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
        match &cut {
            None => {}
            Some(Cut::Refused) => {
                say("The portal takes nothing more by this grant, so the command was ended.");
            }
            Some(Cut::Unrecorded(fault)) => say(&format!(
                "What happens cannot be written down any more ({fault}), so the command was ended."
            )),
        }
        match spool.end(action, outcome, duration_ms) {
            Ok(()) => self.send_rest(sender, &root).await,
            Err(fault) => say(&format!("The end could not be written down: {fault}")),
        }
        Ok(ExitCode::from(code))
    }

    /// The intent is in the log before the command starts, or it does not start.
    async fn begin(
        &self,
        sender: &mut Sender<'_>,
        spool: &mut Spool,
        action: u32,
    ) -> anyhow::Result<()> {
        let until = self.until();
        // Who may start without it does not wait for a portal that is away.
        let sent = match self.buffer_offline {
            true => sender.send().await,
            false => sender.send_until(Some(until)).await,
        };
        match sent {
            Ok(_) => Ok(()),
            Err(SendFault::Report(fault)) if self.buffer_offline && fault.may_pass() => {
                say(&format!(
                    "{fault}; what happens is kept in {}.",
                    spool.folder().display()
                ));
                Ok(())
            }
            Err(fault) if sender.may_stand => {
                // The log may say that it was intended; it shall say too that nothing came of it.
                spool.end(action, ActionOutcome::Cancelled, 0)?;
                Err(fault).context("nothing was run. Whether the log has the command line is not known; `breakglass run --flush` settles that")
            }
            Err(fault) => {
                std::fs::remove_dir_all(spool.folder())?;
                Err(fault).context("nothing was run, because it could not be recorded")
            }
        }
    }

    /// Runs the command while its recording is sent.
    async fn work(
        &self,
        sender: &mut Sender<'_>,
        spool: &mut Spool,
        line: &str,
    ) -> std::io::Result<Pumped> {
        let (program, arguments) = self.command.split_first().ok_or(ErrorKind::InvalidInput)?;
        let size = terminal::size();
        let (pty, inner) = pty_process::open().map_err(std::io::Error::other)?;
        pty.resize(pump::pty_size(size))
            .map_err(std::io::Error::other)?;
        let child = pty_process::Command::new(program)
            .args(arguments)
            .spawn(inner);
        let child = child.map_err(|fault| match fault {
            pty_process::Error::Io(fault) => fault,
            other => std::io::Error::other(other),
        })?;
        let (spooled, refused) = (Notify::new(), Notify::new());
        let _raw = Raw::begin()?;
        let pump = Pump {
            child,
            cast: Cast::begin(size, Instant::now(), unix_ms() / 1_000, line),
            spool,
            spooled: &spooled,
            refused: &refused,
        };
        let sending = async {
            while sender.send_until(None).await.is_ok() {
                spooled.notified().await;
            }
            refused.notify_one();
            std::future::pending().await
        };
        tokio::select! {
            pumped = pump.run(pty) => pumped,
            never = sending => never,
        }
    }

    fn until(&self) -> tokio::time::Instant {
        tokio::time::Instant::now() + Duration::from_secs(self.wait)
    }

    async fn send_rest(&self, mut sender: Sender<'_>, root: &std::path::Path) {
        let left = match sender.send_until(Some(self.until())).await {
            Ok(_) => sender.forget().map_err(anyhow::Error::from),
            Err(fault) => Err(fault.into()),
        };
        if let Err(fault) = left {
            say(&format!(
                "A part of the recording is not in the log yet ({fault:#}). It stays in {}: send it with `breakglass run --flush`.",
                root.display()
            ));
        }
    }
}

fn usual_spool() -> anyhow::Result<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    let state = state.filter(|path| path.is_absolute()).or_else(home);
    let state =
        state.context("there is no HOME to keep a recording in; name a folder with --spool")?;
    Ok(state.join("breakglass/spool"))
}

/// The command as one would type it.
fn command_line(command: &[OsString]) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    let words = command.iter().map(|word| {
        let word = word.to_string_lossy();
        match !word.is_empty() && word.chars().all(plain) {
            true => word.into_owned(),
            false => format!("'{}'", word.replace('\'', r"'\''")),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// What a shell would say of it.
fn code(status: ExitStatus) -> u8 {
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok())
        .unwrap_or(u8::MAX)
}

fn outcome(status: ExitStatus, cut: Option<&Cut>) -> ActionOutcome {
    match (cut, status.success()) {
        (Some(_), _) => ActionOutcome::Cut,
        (None, true) => ActionOutcome::Done,
        (None, false) => ActionOutcome::Failed,
    }
}

fn unix_ms() -> i64 {
    let now = time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
    i64::try_from(now).unwrap_or(i64::MAX)
}

/// To the person, beside what the command shows.
fn say(line: &str) {
    // Without anybody to read it, nothing is lost.
    let _ = writeln!(std::io::stderr(), "breakglass: {line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_can_be_typed_again() {
        let line =
            |words: &[&str]| command_line(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(line(&["ls", "-la", "/tmp"]), "ls -la /tmp");
        assert_eq!(
            line(&["sh", "-c", "echo 'a' $X"]),
            r"sh -c 'echo '\''a'\'' $X'"
        );
        assert_eq!(line(&["", "grün"]), "'' 'grün'");
    }
}
