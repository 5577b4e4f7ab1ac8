//! Bytes between the person's terminal and the command's, and a copy of all of them.
//!
//! A line that is typed is on disk before the command sees its end. Single keys, and what is shown, are there within
//! [`SPOOL_EVERY`].

use std::os::fd::{AsFd as _, OwnedFd};
use std::process::ExitStatus;
use std::time::Duration;

use pty_process::{OwnedWritePty, Pty};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Child;
use tokio::signal::unix::{Signal as Signals, SignalKind, signal};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::cast::{Cast, Size};
use super::spool::Spool;
use super::terminal;

/// What is shown is on disk within this time.
const SPOOL_EVERY: Duration = Duration::from_millis(250);

/// Or as soon as it is so much, in bytes.
const PIECE: usize = 32 * 1024;

/// Input that the command has not taken. Beyond that nothing is read.
const MOST_PENDING: usize = 64 * 1024;

/// After the command, what it left behind may still write for so long.
const AFTERWARDS: Duration = Duration::from_millis(200);

/// A command that is to end gets so long to do it by itself.
const GRACE: Duration = Duration::from_secs(2);

/// The end of input, as a terminal says it: ^D.
const END_OF_INPUT: u8 = 4;

/// What makes a command act on a line: return, line feed, ^C, ^D.
const ENDS_A_LINE: [u8; 4] = [b'\r', b'\n', 3, END_OF_INPUT];

/// The command at work.
#[derive(Debug)]
pub(super) struct Pump<'a> {
    pub(super) child: Child,
    pub(super) cast: Cast,
    pub(super) spool: &'a mut Spool,
    /// Said whenever something new is in the spool.
    pub(super) spooled: &'a tokio::sync::Notify,
    /// Said when the portal takes no more: access is over.
    pub(super) refused: &'a tokio::sync::Notify,
}

/// How it came out.
#[derive(Debug)]
pub(super) struct Pumped {
    pub(super) status: ExitStatus,
    /// Why it was made to end, where it was.
    pub(super) cut: Option<Cut>,
}

/// Why a command was made to end.
#[derive(Debug)]
pub(super) enum Cut {
    /// The portal takes no more of it.
    Refused,
    /// The disk takes no more of it.
    Unrecorded(std::io::Error),
}

/// What asks the agent to end goes to the command: the agent ends with it.
struct Ends {
    interrupt: Signals,
    terminate: Signals,
    hang_up: Signals,
}

/// What was typed and not taken yet.
#[derive(Default)]
struct Input {
    pending: Vec<u8>,
    last: u8,
    over: bool,
}

impl Pump<'_> {
    /// Works until the command is over, and what it wrote was shown.
    pub(super) async fn run(mut self, pty: Pty) -> std::io::Result<Pumped> {
        let line = pty.as_fd().try_clone_to_owned()?;
        let (mut from, mut to) = pty.into_split();
        let mut ends = Ends::begin()?;
        let mut resized = signal(SignalKind::window_change())?;
        let mut typed = terminal::typed();
        let mut input = Input::default();
        let mut tick = interval(SPOOL_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut shown = tokio::io::stdout();
        let (mut status, mut cut, mut kill_at, mut leave_at) = (None, None, None, None);
        let mut piece = [0; 8 * 1024];
        let group = self
            .child
            .id()
            .and_then(|id| Pid::from_raw(id.cast_signed()));
        let tell = |signal| {
            if let Some(group) = group {
                // It may be gone already.
                let _ = kill_process_group(group, signal);
            }
        };
        loop {
            let done = tokio::select! {
                read = from.read(&mut piece) => match read {
                    // Linux says EIO when the last one has closed the other side.
                    Ok(0) | Err(_) => break,
                    Ok(length) => {
                        self.cast.shown(&piece[..length]);
                        // Somebody who does not look any more does not end the command.
                        let _ = shown.write_all(&piece[..length]).await;
                        let _ = shown.flush().await;
                        if self.cast.len() >= PIECE { self.keep() } else { Ok(()) }
                    }
                },
                more = typed.recv(), if !input.over && input.pending.len() < MOST_PENDING => {
                    self.take(&mut input, more, &line)
                }
                taken = to.write(&input.pending), if !input.pending.is_empty() => {
                    input.pending.drain(..taken.unwrap_or(input.pending.len()));
                    Ok(())
                }
                _ = tick.tick() => self.keep(),
                _ = resized.recv() => self.resize(&to),
                signal = ends.next() => { tell(signal); Ok(()) }
                ended = self.child.wait(), if status.is_none() => {
                    status = Some(ended?);
                    leave_at = Some(Instant::now() + AFTERWARDS);
                    Ok(())
                }
                () = self.refused.notified(), if cut.is_none() => {
                    cut = Some(Cut::Refused);
                    tell(Signal::HUP);
                    kill_at = Some(Instant::now() + GRACE);
                    Ok(())
                }
                () = at(kill_at) => { kill_at = None; tell(Signal::KILL); Ok(()) }
                () = at(leave_at) => break,
            };
            if let Err(fault) = done
                && cut.is_none()
            {
                cut = Some(Cut::Unrecorded(fault));
                tell(Signal::HUP);
                kill_at = Some(Instant::now() + GRACE);
            }
        }
        let status = match status {
            Some(status) => status,
            None => self.wait(kill_at, tell).await?,
        };
        if let Some(lines) = self.cast.take_last()
            && let Err(fault) = self.spool.chunk(lines)
        {
            cut = cut.or(Some(Cut::Unrecorded(fault)));
        }
        Ok(Pumped { status, cut })
    }

    /// The terminal is closed, the command is not over.
    async fn wait(
        &mut self,
        kill_at: Option<Instant>,
        tell: impl Fn(Signal),
    ) -> std::io::Result<ExitStatus> {
        tokio::select! {
            status = self.child.wait() => return status,
            () = at(kill_at) => tell(Signal::KILL),
        }
        self.child.wait().await
    }

    /// Notes what was typed. A line is written down before its end is passed on.
    fn take(
        &mut self,
        input: &mut Input,
        more: Option<Vec<u8>>,
        line: &OwnedFd,
    ) -> std::io::Result<()> {
        let Some(bytes) = more else {
            input.over = true;
            if terminal::takes_lines(line) {
                // In the middle of a line the first one only ends the line.
                let times = if matches!(input.last, 0 | b'\n') {
                    1
                } else {
                    2
                };
                input.pending.extend(vec![END_OF_INPUT; times]);
            }
            return Ok(());
        };
        match terminal::hides_lines(line) {
            true => self.cast.typed_without_echo(),
            false => self.cast.typed(&bytes),
        }
        if bytes.iter().any(|byte| ENDS_A_LINE.contains(byte)) {
            self.keep()?;
        }
        input.last = bytes.last().copied().unwrap_or(input.last);
        input.pending.extend(bytes);
        Ok(())
    }

    fn keep(&mut self) -> std::io::Result<()> {
        if let Some(lines) = self.cast.take() {
            self.spool.chunk(lines)?;
            self.spooled.notify_one();
        }
        Ok(())
    }

    fn resize(&mut self, to: &OwnedWritePty) -> std::io::Result<()> {
        let size = terminal::size();
        self.cast.resized(size);
        to.resize(pty_size(size)).map_err(std::io::Error::other)
    }
}

/// As the crate of the pseudo-terminal has it.
pub(super) fn pty_size(size: Size) -> pty_process::Size {
    pty_process::Size::new(size.rows, size.columns)
}

impl Ends {
    fn begin() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::INT,
            _ = self.terminate.recv() => Signal::TERM,
            _ = self.hang_up.recv() => Signal::HUP,
        }
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
