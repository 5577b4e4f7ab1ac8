//! A terminal on a host, for somebody who is given no credential, and recorded before it happens.
//!
//! The portal signs in by itself: with a key that lies in memory for as long as that takes, and a certificate that is
//! over a minute later. What somebody types is durable in the log before the host sees it. What the host shows is shown
//! at once, and recorded within 250 ms and 16 KiB of it; where the log is slower, nothing more is shown until it has
//! caught up, and where it fails, the session ends.
//!
//! Invariant: no byte of input goes to the host but through the one place that has just seen its chunk recorded
//! (`pump`).

mod entrance;
mod pump;
mod tape;

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::cast::Size;
pub use entrance::{Entrance, TerminalError};
use tape::Live;
pub use tape::Watching;

/// The most that is taken at once, in bytes of text. More comes in pieces.
const PIECE: usize = 16 * 1024;

/// Pieces that wait to be recorded before whoever types has to wait.
const INPUTS: usize = 16;

/// Pieces of output that a slow browser may leave lying before the host has to wait.
const OUTPUTS: usize = 16;

/// A running session. Clones are the same session.
#[derive(Debug, Clone)]
pub struct Terminal {
    inputs: mpsc::Sender<Input>,
    cut: watch::Sender<Option<Cut>>,
    live: Arc<Live>,
    ended: watch::Receiver<Option<Ended>>,
}

/// What the session shows to its holder, in order. Dropping it ends the session.
#[derive(Debug)]
pub struct Screen(mpsc::Receiver<bytes::Bytes>);

/// Who types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hands {
    /// Whoever the session was opened for.
    Holder,
    /// Somebody who has taken over, by what the recording is to call them.
    Other(String),
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndCause {
    /// Its holder left, or the shell is over.
    Closed,
    /// Access is over.
    AccessEnded,
    /// Somebody who may has cut it.
    Cut,
    /// The recorder or the host is lost.
    Lost,
}

/// How a session ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Why.
    pub cause: EndCause,
    /// What was lost, in words for the server's log.
    pub lost: Option<String>,
    /// What the shell returned, where it got that far.
    pub exit_status: Option<u32>,
    /// Chunks that the recorder has confirmed, the header's among them.
    pub chunks: u32,
}

/// The session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the session is over")]
pub struct Over;

#[derive(Debug)]
enum Input {
    Typed(Hands, String),
    Resized(Size),
    TakenOver(String),
    GivenBack,
}

#[derive(Debug, Clone)]
struct Cut {
    cause: EndCause,
    words: String,
}

impl Screen {
    /// The next bytes; `None` after the last.
    pub async fn next(&mut self) -> Option<bytes::Bytes> {
        self.0.recv().await
    }
}

impl Terminal {
    /// Somebody types. It is recorded and sent in this order, behind what was typed before; what is typed by hands that
    /// do not have the keyboard is dropped.
    ///
    /// # Errors
    /// [`Over`]
    pub async fn type_text(&self, hands: Hands, text: &str) -> Result<(), Over> {
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE));
            self.tell(Input::Typed(hands.clone(), piece.to_owned()))
                .await?;
            rest = after;
        }
        Ok(())
    }

    /// The holder's window has another size.
    ///
    /// # Errors
    /// [`Over`]
    pub async fn resize(&self, size: Size) -> Result<(), Over> {
        self.tell(Input::Resized(size)).await
    }

    /// Somebody takes the keyboard from whoever has it. The recording says who types from here on.
    ///
    /// # Errors
    /// [`Over`]
    pub async fn take_over(&self, who: &str) -> Result<(), Over> {
        self.tell(Input::TakenOver(who.to_owned())).await
    }

    /// The holder gets the keyboard back.
    ///
    /// # Errors
    /// [`Over`]
    pub async fn give_back(&self) -> Result<(), Over> {
        self.tell(Input::GivenBack).await
    }

    /// What has been on the terminal lately, and everything from now on.
    pub fn watch(&self) -> Watching {
        self.live.watch()
    }

    /// Ends the session now. `words` stand on the holder's terminal. The first call counts.
    pub fn cut(&self, cause: EndCause, words: &str) {
        let words = words.to_owned();
        self.cut.send_if_modified(|cut| {
            let first = cut.is_none();
            cut.get_or_insert(Cut { cause, words });
            first
        });
    }

    /// Waits for the end.
    pub async fn ended(&self) -> Ended {
        let mut ended = self.ended.clone();
        let seen = ended.wait_for(Option::is_some).await;
        let seen = seen.ok().and_then(|ended| ended.clone());
        // Whoever was to say it is gone with the whole program's tasks.
        seen.unwrap_or_else(|| Ended {
            cause: EndCause::Lost,
            lost: Some("the session's task is gone".into()),
            exit_status: None,
            chunks: 0,
        })
    }

    async fn tell(&self, input: Input) -> Result<(), Over> {
        self.inputs.send(input).await.map_err(|_| Over)
    }
}
