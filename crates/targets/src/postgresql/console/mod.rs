//! A console: SQL that somebody types, statement by statement, each recorded before the server sees it.
//!
//! Each statement is sent by the extended protocol, which takes one and no more: what the splitter here took for one
//! statement and the server would take for two is refused by the server, whole.
//!
//! Invariant: no byte of a statement leaves before [`Recorder::intend`] has returned for it.

mod event;
mod page;
mod statement;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use access::event::StatementClass;
use secrecy::SecretString;
use tokio::sync::mpsc;

use super::ending::Ending;
use super::sql::{self, Strings};
use super::wire::{Address, CancelKey, Login, Session, Transaction, WireError};
use crate::recorder::{Recorder, RecorderLost};
pub use event::{Column, Event};
use page::Page;
pub(super) use page::rows_of;
use statement::Ended;

/// How much of a result is handed on.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Rows of one page.
    pub page_rows: u32,
    /// Bytes of one page's values; a page ends behind the row with which it is full.
    pub page_bytes: usize,
    /// Bytes of one value; what is longer is shortened.
    pub value_bytes: usize,
    /// Rows of one statement, over all its pages.
    pub rows: u64,
    /// Bytes that one `COPY … TO STDOUT` may give.
    pub copy_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            page_rows: 500,
            page_bytes: 1024 * 1024,
            value_bytes: 64 * 1024,
            rows: 100_000,
            copy_bytes: 16 * 1024 * 1024,
        }
    }
}

/// Why a console takes nothing any more.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleOver {
    /// What was to be recorded is not in the log.
    #[error(transparent)]
    Recorder(#[from] RecorderLost),
    /// The connection to the server is gone.
    #[error("the session on the target is over")]
    Target(#[source] Option<WireError>),
    /// Access ended.
    #[error("access has ended: {0}")]
    AccessEnded(String),
    /// Nobody listens to what it tells any more.
    #[error("nobody reads what the console tells")]
    Unheard,
}

/// One session on a target, as a grant's account.
#[derive(Debug)]
pub struct ConsoleSession {
    session: Session,
    canceller: Canceller,
    ended: Ending,
    events: mpsc::Sender<Event>,
    limits: Limits,
    /// A statement of which rows are left on the server.
    page: Option<Page>,
    over: bool,
}

/// Breaks off what a console's session is doing, from anywhere.
#[derive(Debug, Clone)]
pub struct Canceller {
    address: Address,
    key: CancelKey,
    asked: Arc<AtomicBool>,
}

impl Canceller {
    /// Asks the server to break off the statement that runs, if one does.
    ///
    /// # Errors
    /// The server could not be asked.
    pub async fn cancel(&self) -> Result<(), WireError> {
        self.asked.store(true, Ordering::SeqCst);
        self.key.cancel(&self.address).await
    }
}

impl ConsoleSession {
    /// Signs in as an account. The password goes to the server's proof and nowhere else. `ended` tells
    /// when access ends; what happens is told to `events`, and a console that nobody listens to goes no further.
    ///
    /// # Errors
    /// The server cannot be reached, or lets nobody in.
    pub async fn open(
        address: &Address,
        account: &str,
        password: SecretString,
        ended: Ending,
        events: mpsc::Sender<Event>,
        limits: Limits,
    ) -> Result<Self, WireError> {
        let login = Login {
            user: account.to_owned(),
            password: Some(password),
            parameters: vec![("application_name".into(), "breakglass console".into())],
        };
        let session = Session::sign_in(address, &login).await?;
        Ok(Self {
            canceller: Canceller {
                address: address.clone(),
                key: session.key,
                asked: Arc::default(),
            },
            session,
            ended,
            events,
            limits,
            page: None,
            over: false,
        })
    }

    /// What breaks off a statement while [`ConsoleSession::run`] waits for it.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// How the transaction stands.
    pub fn transaction(&self) -> Transaction {
        self.session.transaction
    }

    /// Runs what was typed, statement by statement; after one that goes wrong or is refused the rest is not sent.
    /// What a statement before still had on the server is given up.
    ///
    /// # Errors
    /// The session is over, which the last event tells as well.
    pub async fn run(
        &mut self,
        text: &str,
        recorder: &dyn Recorder,
        refuse: &[StatementClass],
    ) -> Result<(), ConsoleOver> {
        let ended = self.ended.clone();
        let done = async {
            self.go_on().await?;
            self.leave_page(recorder).await?;
            let strings = self.strings();
            let statements = sql::split(text, strings);
            for (index, statement) in statements.iter().enumerate() {
                let last = index + 1 == statements.len();
                let goes_on = self
                    .one(index, statement, last, recorder, refuse, &ended)
                    .await?;
                if !goes_on {
                    if !last {
                        let statements = statements.len() - index - 1;
                        self.tell(Event::NotSent { statements }).await?;
                    }
                    break;
                }
            }
            Ok(())
        };
        let done = done.await;
        self.close_after(done).await
    }

    /// The next page of the last statement's rows; nothing where there is none.
    ///
    /// # Errors
    /// The session is over.
    pub async fn more(&mut self, recorder: &dyn Recorder) -> Result<(), ConsoleOver> {
        let done = match self.go_on().await {
            Ok(()) => self.next_page(recorder).await,
            Err(over) => Err(over),
        };
        self.close_after(done).await
    }

    /// Ends the session in good order: what is left of a result is given up, and recorded as over.
    ///
    /// # Errors
    /// What was to be recorded is not in the log.
    pub async fn close(mut self, recorder: &dyn Recorder) -> Result<(), ConsoleOver> {
        if self.over {
            return Ok(());
        }
        self.leave_page(recorder).await?;
        let mut bytes = bytes::BytesMut::new();
        postgres_protocol::message::frontend::terminate(&mut bytes);
        // Nobody waits for an answer.
        drop(self.session.send(&bytes).await);
        Ok(())
    }

    async fn go_on(&self) -> Result<(), ConsoleOver> {
        match (self.over, self.ended.is_over()) {
            (_, true) => Err(ConsoleOver::AccessEnded(self.ended.over().await)),
            (true, _) => Err(ConsoleOver::Target(None)),
            _ => Ok(()),
        }
    }

    /// One statement, from its text to its end. Returns whether the next may follow.
    async fn one(
        &mut self,
        index: usize,
        text: &str,
        last: bool,
        recorder: &dyn Recorder,
        refuse: &[StatementClass],
        ended: &Ending,
    ) -> Result<bool, ConsoleOver> {
        self.go_on().await?;
        let told = text.to_owned();
        self.tell(Event::Statement { index, text: told }).await?;
        let classes = sql::classify_with(text, self.strings());
        if let Some(class) = classes.iter().find(|class| refuse.contains(class)) {
            recorder.refuse(text, *class).await?;
            self.tell(Event::Refused { class: *class }).await?;
            return Ok(false);
        }
        // Access may end while it is being recorded.
        let number = tokio::select! {
            number = recorder.intend(text, &classes) => number?,
            why = ended.over() => return Err(ConsoleOver::AccessEnded(why)),
        };
        self.canceller.asked.store(false, Ordering::SeqCst);
        self.begin(text, number, last, recorder).await
    }

    /// How the session reads backslashes, as the server last told.
    fn strings(&self) -> Strings {
        match self.session.parameters.get("standard_conforming_strings") {
            Some(off) if off == "off" => Strings::Escaped,
            _ => Strings::Standard,
        }
    }

    async fn tell(&self, event: Event) -> Result<(), ConsoleOver> {
        let told = self.events.send(event).await;
        told.map_err(|_| ConsoleOver::Unheard)
    }

    /// Where the session is over it says so and lets go of the server.
    async fn close_after(&mut self, done: Result<(), ConsoleOver>) -> Result<(), ConsoleOver> {
        if let Err(over) = &done
            && !std::mem::replace(&mut self.over, true)
        {
            let why = match over {
                ConsoleOver::Recorder(lost) => format!(
                    "{lost}. This session is closed; open another when recording works again."
                ),
                ConsoleOver::AccessEnded(why) => format!("{why} This session is closed."),
                ConsoleOver::Target(_) => {
                    "The session on the target is over. Whether the last statement was done may be unknown; look \
                     before you repeat it in another session."
                        .into()
                }
                ConsoleOver::Unheard => String::new(),
            };
            self.session.drop_connection();
            // What runs there runs on without us, until it is broken off.
            let canceller = self.canceller.clone();
            tokio::spawn(async move { drop(canceller.key.cancel(&canceller.address).await) });
            drop(self.events.send(Event::Closed { why }).await);
        }
        done
    }
}

impl From<Ended> for ConsoleOver {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::ByAccess(why) => Self::AccessEnded(why),
            Ended::ByTarget(fault) => Self::Target(Some(fault)),
            Ended::Unheard => Self::Unheard,
        }
    }
}
