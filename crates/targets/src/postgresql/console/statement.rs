//! One statement on the wire: sent, its rows page by page, its end.

use std::sync::atomic::Ordering;

use access::event::ActionOutcome;
use bytes::BytesMut;
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::IsNull;
use postgres_protocol::message::backend::Message;
use postgres_protocol::message::frontend;

use super::event::{Column, Event};
use super::page::{Page, Part};
use super::{ConsoleOver, ConsoleSession};
use crate::postgresql::wire::{ServerError, Transaction, WireError};
use crate::recorder::{ActionNumber, Recorder};

/// What the holder is told who wants to send data by `COPY`.
const NO_COPY_IN: &str =
    "this console takes no data for COPY; use INSERT, or your own client by the gateway";

/// Why a statement did not come to its end.
#[derive(Debug)]
pub(super) enum Ended {
    ByAccess(String),
    ByTarget(WireError),
    Unheard,
}

/// Where the server stands with a statement.
enum Turn {
    /// The rows that were asked for are there, and there are more.
    Suspended,
    /// It is over, and the server ready for the next.
    Ready,
}

impl From<WireError> for Ended {
    fn from(fault: WireError) -> Self {
        Self::ByTarget(fault)
    }
}

fn broken(fault: std::io::Error) -> Ended {
    Ended::ByTarget(WireError::Lost(fault))
}

impl ConsoleSession {
    /// Sends a recorded statement and tells its first page. Returns whether the next may follow.
    pub(super) async fn begin(
        &mut self,
        text: &str,
        number: ActionNumber,
        last: bool,
        recorder: &dyn Recorder,
    ) -> Result<bool, ConsoleOver> {
        let mut page = Page::new(number);
        let mut bytes = BytesMut::new();
        let encoded = frontend::parse("", text, [], &mut bytes).and_then(|()| {
            let none: [i16; 0] = [];
            let no_values = |_: (), _: &mut BytesMut| Ok(IsNull::Yes);
            frontend::bind("", "", none, [(); 0], no_values, none, &mut bytes).map_err(
                |fault| match fault {
                    frontend::BindError::Conversion(fault) => std::io::Error::other(fault),
                    frontend::BindError::Serialization(fault) => fault,
                },
            )?;
            frontend::describe(b'P', "", &mut bytes)
        });
        if let Err(fault) = encoded {
            // A text with a zero byte in it: nothing was sent.
            page.error = Some(ServerError {
                severity: "ERROR".into(),
                code: "22021".into(),
                message: fault.to_string(),
                ..ServerError::default()
            });
            return self.finish(page, recorder).await;
        }
        let turn = self.turn(&mut page, bytes).await;
        self.after(page, turn, last, recorder).await
    }

    /// Asks for the rows after those of the last page.
    pub(super) async fn next_page(&mut self, recorder: &dyn Recorder) -> Result<(), ConsoleOver> {
        let Some(mut page) = self.page.take() else {
            return Ok(());
        };
        (page.shown, page.shown_bytes) = (0, 0);
        let turn = self.turn(&mut page, BytesMut::new()).await;
        self.after(page, turn, true, recorder).await.map(drop)
    }

    /// Gives up what is left of a result.
    pub(super) async fn leave_page(&mut self, recorder: &dyn Recorder) -> Result<(), ConsoleOver> {
        match self.page.take() {
            Some(mut page) => {
                page.capped = true;
                let left = self.leave(&mut page).await;
                self.after(page, left.map(|()| Turn::Ready), true, recorder)
                    .await
                    .map(drop)
            }
            None => Ok(()),
        }
    }

    async fn after(
        &mut self,
        mut page: Page,
        turn: Result<Turn, Ended>,
        last: bool,
        recorder: &dyn Recorder,
    ) -> Result<bool, ConsoleOver> {
        match turn {
            Ok(Turn::Suspended) if last && page.rows < self.limits.rows => {
                self.page = Some(page);
                self.tell(Event::More).await?;
                Ok(true)
            }
            Ok(Turn::Suspended) => {
                page.capped = true;
                let left = self.leave(&mut page).await;
                match left {
                    Ok(()) => self.finish(page, recorder).await,
                    Err(ended) => self.broken_off(page, ended, recorder).await,
                }
            }
            Ok(Turn::Ready) => self.finish(page, recorder).await,
            Err(ended) => self.broken_off(page, ended, recorder).await,
        }
    }

    /// Records a statement's end, and tells it.
    async fn finish(
        &mut self,
        mut page: Page,
        recorder: &dyn Recorder,
    ) -> Result<bool, ConsoleOver> {
        let asked = self.canceller.asked.load(Ordering::SeqCst);
        let error = page.error.take();
        let cancelled = asked && error.as_ref().is_some_and(|error| error.code == "57014");
        let outcome = match (&error, cancelled) {
            (None, _) => ActionOutcome::Done,
            (_, true) => ActionOutcome::Cancelled,
            _ => ActionOutcome::Failed,
        };
        let finished = page.finished(outcome);
        let (rows, ms) = (finished.rows, finished.duration_ms);
        recorder.finish(page.number, finished).await?;
        let failed = error.is_some();
        self.tell(match error {
            Some(error) => Event::Error { error, cancelled },
            None => Event::Done {
                tag: page.tag.unwrap_or_default(),
                rows,
                ms,
                capped: page.capped,
            },
        })
        .await?;
        let state = self.session.transaction;
        self.tell(Event::Transaction { state }).await?;
        // Of a text in another encoding nobody here could say what it is.
        let encoding = self.session.parameters.get("client_encoding");
        if encoding.is_some_and(|encoding| encoding != "UTF8") {
            let fault = WireError::Protocol("another encoding than UTF8");
            return Err(ConsoleOver::Target(Some(fault)));
        }
        Ok(!failed)
    }

    /// Records that a statement did not come to its end.
    async fn broken_off(
        &mut self,
        mut page: Page,
        ended: Ended,
        recorder: &dyn Recorder,
    ) -> Result<bool, ConsoleOver> {
        self.session.drop_connection();
        let fatal = page.error.take();
        let outcome = match (&ended, &fatal) {
            // The server says itself that it broke it off.
            (Ended::ByAccess(_), _) | (_, Some(_)) => ActionOutcome::Cut,
            (Ended::Unheard, _) => ActionOutcome::Cut,
            (Ended::ByTarget(_), None) => ActionOutcome::Unknown,
        };
        recorder.finish(page.number, page.finished(outcome)).await?;
        if let Some(error) = fatal {
            let cancelled = false;
            self.tell(Event::Error { error, cancelled }).await?;
        }
        Err(ended.into())
    }

    /// Asks for rows until a page is full or the statement is over. `before` is sent with the first question.
    async fn turn(&mut self, page: &mut Page, mut before: BytesMut) -> Result<Turn, Ended> {
        let ended = self.ended.clone();
        loop {
            let rows = page.room(&self.limits).min(i32::MAX as u32);
            frontend::execute("", rows as i32, &mut before).map_err(broken)?;
            // Not a sync: it would end the statement's transaction, and the portal with it.
            frontend::flush(&mut before);
            let turn = tokio::select! {
                turn = self.answers(page, &before) => turn?,
                why = ended.over() => return Err(Ended::ByAccess(why)),
            };
            before.clear();
            match turn {
                Turn::Suspended if !page.is_full(&self.limits) => {}
                turn => return Ok(turn),
            }
        }
    }

    async fn answers(&mut self, page: &mut Page, question: &[u8]) -> Result<Turn, Ended> {
        self.session.send(question).await?;
        let mut part = Part::default();
        loop {
            let frame = self.session.receive().await?;
            if frame.tag() == b'D' {
                page.digest.add(frame.body());
                page.rows += 1;
                page.shown += 1;
                let row = page.row(&frame, self.limits.value_bytes)?;
                page.shown_bytes += row.1;
                if let Some(rows) = part.add(row) {
                    self.said(Event::Rows { rows }).await?;
                }
                continue;
            }
            if let Some(rows) = part.taken() {
                self.said(Event::Rows { rows }).await?;
            }
            match frame.message().map_err(broken)? {
                Message::PortalSuspended => return Ok(Turn::Suspended),
                Message::CommandComplete(body) => {
                    page.tag = Some(body.tag().map_err(broken)?.to_owned());
                    self.sync().await?;
                }
                Message::EmptyQueryResponse => self.sync().await?,
                Message::ReadyForQuery(body) => {
                    self.session.transaction = Transaction::from_status(body.status())?;
                    return Ok(Turn::Ready);
                }
                Message::ErrorResponse(body) => {
                    let error = ServerError::from_fields(body.fields());
                    let fatal = error.is_fatal();
                    // The first is why; what follows is what becomes of the rest.
                    page.error.get_or_insert(error);
                    if fatal {
                        let over = std::io::ErrorKind::ConnectionAborted.into();
                        return Err(Ended::ByTarget(WireError::Lost(over)));
                    }
                    self.sync().await?;
                }
                Message::RowDescription(body) => {
                    let columns = body.fields().map(|field| {
                        Ok(Column {
                            name: field.name().to_owned(),
                            type_oid: field.type_oid(),
                        })
                    });
                    let columns = columns.collect().map_err(broken)?;
                    self.said(Event::Columns { columns }).await?;
                }
                Message::CopyOutResponse(_) => {}
                Message::CopyData(body) => self.copied(page, body.data()).await?,
                Message::CopyInResponse(_) => {
                    let mut bytes = BytesMut::new();
                    frontend::copy_fail(NO_COPY_IN, &mut bytes).map_err(broken)?;
                    self.session.send(&bytes).await?;
                }
                message => self.aside(message).await?,
            }
        }
    }

    /// What may come at any time.
    async fn aside(&mut self, message: Message) -> Result<(), Ended> {
        match message {
            Message::NoticeResponse(body) => {
                let notice = ServerError::from_fields(body.fields());
                self.said(Event::Notice { notice }).await
            }
            Message::NotificationResponse(body) => {
                let channel = body.channel().map_err(broken)?.to_owned();
                let payload = body.message().map_err(broken)?.to_owned();
                self.said(Event::Notification { channel, payload }).await
            }
            Message::ParameterStatus(body) => {
                let name = body.name().map_err(broken)?.to_owned();
                let value = body.value().map_err(broken)?.to_owned();
                self.session.parameters.insert(name, value);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn copied(&mut self, page: &mut Page, data: &[u8]) -> Result<(), Ended> {
        page.digest.add(data);
        page.copied += data.len();
        if page.copied <= self.limits.copy_bytes {
            let text = String::from_utf8_lossy(data).into_owned();
            return self.said(Event::Copied { text }).await;
        }
        if !std::mem::replace(&mut page.capped, true) {
            // Its outcome is the server's word then: that it was cancelled.
            let asked = self.canceller.key.cancel(&self.canceller.address);
            asked.await?;
        }
        Ok(())
    }

    /// Ends a statement of which rows are left, with the transaction that it was if there is no other.
    async fn leave(&mut self, page: &mut Page) -> Result<(), Ended> {
        let mut bytes = BytesMut::new();
        frontend::close(b'P', "", &mut bytes).map_err(broken)?;
        frontend::sync(&mut bytes);
        let ended = self.ended.clone();
        page.tag = Some(format!("SELECT {}", page.rows));
        let over = async {
            match self.answers(page, &bytes).await? {
                Turn::Ready => Ok(()),
                Turn::Suspended => Err(WireError::Protocol("more rows of what was closed").into()),
            }
        };
        tokio::select! {
            over = over => over,
            why = ended.over() => Err(Ended::ByAccess(why)),
        }
    }

    async fn sync(&mut self) -> Result<(), Ended> {
        let mut bytes = BytesMut::new();
        frontend::sync(&mut bytes);
        Ok(self.session.send(&bytes).await?)
    }

    async fn said(&self, event: Event) -> Result<(), Ended> {
        let told = self.events.send(event).await;
        told.map_err(|_| Ended::Unheard)
    }
}
