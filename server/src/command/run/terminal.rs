//! The terminal of whoever runs the agent, if they have one.

use std::io::{IsTerminal as _, Read as _};
use std::os::fd::AsFd;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use tokio::sync::mpsc;

use super::cast::Size;

/// Where there is no terminal to ask.
const USUAL: Size = Size {
    columns: 80,
    rows: 24,
};

/// Bytes that are read at once.
const PIECE: usize = 8 * 1024;

/// How large the terminal is.
pub(super) fn size() -> Size {
    let size = tcgetwinsize(std::io::stdin()).ok();
    size.filter(|size| size.ws_col > 0 && size.ws_row > 0)
        .map_or(USUAL, |size| Size {
            columns: size.ws_col,
            rows: size.ws_row,
        })
}

/// Each key goes to the command at once, until this is dropped.
#[derive(Debug)]
pub(super) struct Raw(Option<Termios>);

impl Raw {
    /// Does nothing where standard input is no terminal.
    pub(super) fn begin() -> std::io::Result<Self> {
        let stdin = std::io::stdin();
        if !stdin.is_terminal() {
            return Ok(Self(None));
        }
        let before = tcgetattr(&stdin)?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(&stdin, OptionalActions::Drain, &raw)?;
        Ok(Self(Some(before)))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            // There is nobody left to tell.
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Drain, before);
        }
    }
}

/// What is typed, until the end of it: then the channel closes. The thread waits for keys that may never come, so
/// nothing waits for the thread.
pub(super) fn typed() -> mpsc::Receiver<Vec<u8>> {
    let (send, receive) = mpsc::channel(4);
    std::thread::spawn(move || {
        let mut piece = [0; PIECE];
        while let Ok(length) = std::io::stdin().lock().read(&mut piece) {
            if length == 0 || send.blocking_send(piece[..length].to_vec()).is_err() {
                return;
            }
        }
    });
    receive
}

/// Whether the command's terminal takes lines without showing them: a password is asked for.
pub(super) fn hides_lines(terminal: impl AsFd) -> bool {
    tcgetattr(terminal).is_ok_and(|modes| {
        modes.local_modes.contains(LocalModes::ICANON)
            && !modes.local_modes.contains(LocalModes::ECHO)
    })
}

/// Whether it takes lines at all: then ^D at the begin of one is the end.
pub(super) fn takes_lines(terminal: impl AsFd) -> bool {
    tcgetattr(terminal).is_ok_and(|modes| modes.local_modes.contains(LocalModes::ICANON))
}
