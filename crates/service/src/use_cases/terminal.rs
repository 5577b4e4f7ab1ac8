//! A terminal on an SSH host, in the browser: what is typed is in the log before the host sees it.

use std::sync::Arc;

use access::event::{RecordingEnd, Way};
use access::ids::{GrantId, RecordingId};
use access::view::{Viewer, WorkView};
use bytes::Bytes;
use targets::ssh::cast::Size;
use targets::ssh::terminal::{EndCause, Hands, Screen, Terminal};
use targets::ssh::{Principal, SshTarget};
use targets::{Ending, Target};
use tokio::sync::Mutex;

use super::console::{OpenedWork, unreached};
use super::work::Begun;
use crate::error::Error;
use crate::portal::{Portal, actor};

/// A terminal that lives here.
#[derive(Debug)]
struct Driven {
    terminal: Terminal,
    /// Taken by the browser that shows it.
    screen: Mutex<Option<Screen>>,
}

/// A terminal, for the browser that shows it.
#[derive(Debug)]
pub struct TerminalLine {
    terminal: Terminal,
    screen: Screen,
}

/// What types into a terminal, apart from what shows it.
#[derive(Debug, Clone)]
pub struct Keyboard(Terminal);

impl TerminalLine {
    /// What types into it.
    pub fn keyboard(&self) -> Keyboard {
        Keyboard(self.terminal.clone())
    }

    /// What it shows next; `None` after the last.
    pub async fn next(&mut self) -> Option<Bytes> {
        self.screen.next().await
    }

    /// Why it ended, once it has.
    pub async fn ended(&self) -> RecordingEnd {
        cause(self.terminal.ended().await.cause)
    }
}

impl Keyboard {
    /// Types. Whether it goes on.
    pub async fn type_text(&self, text: &str) -> bool {
        self.0.type_text(Hands::Holder, text).await.is_ok()
    }

    /// The window has another size; one that no terminal has is passed over. Whether it goes on.
    pub async fn resize(&self, columns: u16, rows: u16) -> bool {
        match Size::new(columns, rows) {
            Ok(size) => self.0.resize(size).await.is_ok(),
            Err(_) => true,
        }
    }

    /// Its browser is gone, and the session with it.
    pub fn leave(&self) {
        self.0.cut(EndCause::Closed, "This session was closed.");
    }
}

impl Portal {
    /// Opens a terminal for the holder, who sees no key and no certificate.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules; [`Error::BadInput`] for a size that no terminal has; [`Error::Unavailable`] where
    /// log or host do not answer.
    pub async fn open_terminal(
        &self,
        viewer: &Viewer,
        grant: GrantId,
        (columns, rows): (u16, u16),
    ) -> Result<OpenedWork, Error> {
        let size = Size::new(columns, rows).map_err(|fault| Error::BadInput {
            field: "cols",
            message: fault.to_string(),
        })?;
        let work = self.work(viewer, grant, Way::Terminal).await?;
        let holder = actor(viewer);
        let begun = self
            .begin_work(&holder, viewer.proved_at_s, grant, Way::Terminal)
            .await?;
        match self.terminal(viewer, &work, &begun, size).await {
            Ok(()) => Ok(OpenedWork {
                recording: begun.recording,
                expires_at_ms: work.grant.expires_at_ms,
                account: work.grant.role,
            }),
            Err(fault) => {
                self.end_work(begun.recording, RecordingEnd::Lost).await;
                Err(fault)
            }
        }
    }

    async fn terminal(
        &self,
        viewer: &Viewer,
        work: &WorkView,
        begun: &Begun,
        size: Size,
    ) -> Result<(), Error> {
        let access = self.access_of(&work.grant).await?;
        let target = self.ssh(&work.grant.resource)?;
        let principal = Principal::parse(&access.role).map_err(|fault| Error::internal(&fault))?;
        let entrance = target.entrance(&access, &principal, self.inner.clock.now());
        let opened = entrance.open(size, begun.recorder.clone()).await;
        let (terminal, screen) = opened.map_err(|fault| {
            let grant = work.grant.id;
            tracing::error!(%grant, fault = %crate::error::chain(&fault), "a terminal was not opened");
            unreached()
        })?;
        let driven = Arc::new(Driven {
            terminal: terminal.clone(),
            screen: Mutex::new(Some(screen)),
        });
        self.keep_work(begun, work.grant.id, viewer.person, Some(driven));
        tokio::spawn(watch(
            self.clone(),
            begun.recording,
            terminal,
            begun.ending.clone(),
        ));
        Ok(())
    }

    /// The terminal of a recording, for the one browser of its holder's that shows it.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it is over, not theirs, or shown already.
    pub async fn show_terminal(
        &self,
        viewer: &Viewer,
        recording: RecordingId,
    ) -> Result<TerminalLine, Error> {
        let driven = self.driven::<Driven>(viewer, recording)?;
        let screen = driven.screen.lock().await.take();
        Ok(TerminalLine {
            terminal: driven.terminal.clone(),
            screen: screen.ok_or(Error::NotFound)?,
        })
    }

    /// The SSH host behind a resource.
    pub(super) fn ssh(&self, resource: &access::ids::ResourceName) -> Result<&SshTarget, Error> {
        match self.inner.targets.find(resource) {
            Ok(Target::Ssh(target)) => Ok(target),
            Ok(_) | Err(_) => Err(Error::NotFound),
        }
    }
}

/// Ends a terminal with its access, and says when it is over.
async fn watch(portal: Portal, recording: RecordingId, terminal: Terminal, ending: Ending) {
    let ended = tokio::select! {
        ended = terminal.ended() => ended,
        why = ending.over() => {
            terminal.cut(EndCause::AccessEnded, &why);
            terminal.ended().await
        }
    };
    if let Some(lost) = &ended.lost {
        tracing::warn!(%recording, lost, "a terminal was lost");
    }
    portal.end_work(recording, cause(ended.cause)).await;
}

fn cause(cause: EndCause) -> RecordingEnd {
    match cause {
        EndCause::Closed => RecordingEnd::Closed,
        EndCause::AccessEnded => RecordingEnd::AccessEnded,
        EndCause::Cut => RecordingEnd::Cut,
        EndCause::Lost => RecordingEnd::Lost,
    }
}
