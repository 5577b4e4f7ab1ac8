//! From the client to the target: each statement is recorded, then sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use access::event::StatementClass;
use bytes::BytesMut;
use postgres_protocol::IsNull;
use postgres_protocol::message::frontend;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};

use super::message::{Asked, Bind, LONGEST, Untaken};
use super::pending::{Action, Instead, Kind, Pending, Queue, Whose};
use super::portals::Names;
use super::session::Over;
use crate::postgresql::sql::{self, Strings};
use crate::postgresql::wire::{Frame, Stream, take_frame};
use crate::recorder::Recorder;

/// The longest statement, its values included, in bytes: it becomes an entry's text.
const LONGEST_STATEMENT: usize = 1024 * 1024;

/// What is sent in the place of a statement that is not. It is no SQL, so that it fails wherever it stands.
const STUB: &str = "a statement that the gateway did not let through";

/// Settings after which the same bytes are another text to the target.
const READINGS: [&str; 4] = [
    "standard_conforming_strings",
    "client_encoding",
    "names",
    "set_config",
];

/// This direction of a session.
pub(super) struct There<'a> {
    pub(super) client: ReadHalf<&'a mut Box<dyn Stream>>,
    pub(super) incoming: BytesMut,
    pub(super) target: WriteHalf<Box<dyn Stream>>,
    pub(super) queue: &'a Queue,
    pub(super) recorder: &'a dyn Recorder,
    pub(super) refuse: &'a [StatementClass],
    /// `standard_conforming_strings` is off.
    pub(super) escaped: &'a AtomicBool,
    /// The target passes over everything until the next sync.
    pub(super) passing_over: &'a AtomicBool,
    names: Names,
    outgoing: BytesMut,
    /// Something since the last sync was refused: the rest of it is not sent.
    discarding: bool,
    /// Something since the last sync may have changed how the target reads what follows.
    read_anew: bool,
}

/// Whether the client goes on.
enum Turn {
    On,
    Farewell,
}

/// Whether a statement may go.
enum Verdict {
    Go(Vec<StatementClass>),
    Not(Instead),
}

impl<'a> There<'a> {
    #[expect(
        clippy::too_many_arguments,
        reason = "made in one place, of the parts of a session"
    )]
    pub(super) fn new(
        client: ReadHalf<&'a mut Box<dyn Stream>>,
        incoming: BytesMut,
        target: WriteHalf<Box<dyn Stream>>,
        queue: &'a Queue,
        recorder: &'a dyn Recorder,
        refuse: &'a [StatementClass],
        escaped: &'a AtomicBool,
        passing_over: &'a AtomicBool,
    ) -> Self {
        Self {
            client,
            incoming,
            target,
            queue,
            recorder,
            refuse,
            escaped,
            passing_over,
            names: Names::new(),
            outgoing: BytesMut::new(),
            discarding: false,
            read_anew: false,
        }
    }

    /// Until one of the two ends goes away, or something could not be recorded.
    pub(super) async fn run(&mut self) -> Over {
        loop {
            match self.turn().await {
                Ok(Turn::On) => {}
                Ok(Turn::Farewell) => return Over::ClientLeft,
                Err(over) => return over,
            }
        }
    }

    async fn turn(&mut self) -> Result<Turn, Over> {
        let too_long = |_| Over::Misspoke("A message was too long, or no message.");
        while let Some(frame) = take_frame(&mut self.incoming, LONGEST).map_err(too_long)? {
            if let Turn::Farewell = self.take(frame).await? {
                return Ok(Turn::Farewell);
            }
        }
        self.send().await?;
        self.incoming.reserve(8 * 1024);
        match self.client.read_buf(&mut self.incoming).await {
            Ok(0) | Err(_) => Err(Over::ClientLeft),
            Ok(_) => Ok(Turn::On),
        }
    }

    /// Sends what is encoded.
    async fn send(&mut self) -> Result<(), Over> {
        if self.outgoing.is_empty() {
            return Ok(());
        }
        let sent = async {
            self.target.write_all(&self.outgoing).await?;
            self.target.flush().await
        };
        sent.await.map_err(|_| Over::TargetLost)?;
        self.outgoing.clear();
        Ok(())
    }

    /// Waits until all that was sent is answered.
    async fn quiet(&mut self) -> Result<(), Over> {
        frontend::flush(&mut self.outgoing);
        self.send().await?;
        self.queue.quiet().await;
        Ok(())
    }

    async fn take(&mut self, frame: Frame) -> Result<Turn, Over> {
        let asked = match Asked::read(&frame) {
            Ok(asked) => asked,
            Err(Untaken::Malformed) => {
                return Err(Over::Misspoke("A message is not what it says it is."));
            }
            Err(Untaken::Encoding) => {
                let kind = match frame.tag() {
                    b'Q' => Kind::Simple,
                    _ => Kind::Extended,
                };
                let instead = Instead {
                    code: "22021",
                    message: "This is not UTF-8, which this gateway speaks. It was not sent."
                        .into(),
                    hint: Some("Set the client's encoding to UTF8."),
                };
                if !self.passed_over() {
                    self.stub(instead, kind).await?;
                }
                return Ok(Turn::On);
            }
        };
        match asked {
            Asked::Terminate => {
                // What it asked before is done first, as the target itself would.
                self.quiet().await?;
                frontend::terminate(&mut self.outgoing);
                self.send().await?;
                return Ok(Turn::Farewell);
            }
            Asked::Sync => {
                self.queue.push(Pending::Sync);
                frontend::sync(&mut self.outgoing);
                self.send().await?;
                (self.discarding, self.read_anew) = (false, false);
                // One batch at a time: what follows is read when it is known how this one ended.
                self.queue.quiet().await;
            }
            Asked::Flush => frontend::flush(&mut self.outgoing),
            Asked::CopyData | Asked::CopyDone | Asked::CopyFail => {
                if frame.tag() == b'd' {
                    self.queue.data(frame.body());
                } else {
                    self.queue.data_is_over();
                }
                self.outgoing.extend_from_slice(&frame.bytes);
                if self.outgoing.len() > 64 * 1024 {
                    self.send().await?;
                }
            }
            _ if self.queue.takes_data() => {
                return Err(Over::Misspoke("The target waits for the data of a COPY."));
            }
            _ if self.passed_over() => {}
            Asked::Query(text) => self.query(text).await?,
            Asked::Function => {
                let instead = Instead {
                    code: "0A000",
                    message: "Functions are not called by their numbers here. It was not sent."
                        .into(),
                    hint: Some("Call it by a SELECT."),
                };
                self.stub(instead, Kind::Simple).await?;
            }
            Asked::Parse { name, text, types } => self.parse(name, &text, types).await?,
            Asked::Bind(bind) => self.bind(&bind)?,
            Asked::Execute { portal, rows } => self.execute(&portal, rows).await?,
            Asked::Describe(kind, name) => {
                let name = match kind {
                    b'S' => self.names.statement(&name),
                    _ => self.names.portal(&name),
                };
                self.queue.push(Pending::Describe);
                frontend::describe(kind, &name, &mut self.outgoing).map_err(unsaid)?;
            }
            Asked::Close(kind, name) => {
                let name = match kind {
                    b'S' => self.names.close_statement(&name),
                    _ => self.names.close_portal(&name),
                };
                self.close(kind, &name, Whose::Client)?;
            }
        }
        Ok(Turn::On)
    }

    /// Whether what the client asks is not done anyway, since something before it failed.
    fn passed_over(&self) -> bool {
        self.discarding || self.passing_over.load(Ordering::SeqCst)
    }

    async fn query(&mut self, text: String) -> Result<(), Over> {
        self.quiet().await?;
        if self.queue.takes_data() {
            return Err(Over::Misspoke("The target waits for the data of a COPY."));
        }
        if self.passed_over() {
            return Ok(());
        }
        match self.judge(&text).await? {
            Verdict::Not(instead) => self.stub(instead, Kind::Simple).await,
            Verdict::Go(classes) => {
                let number = self.recorder.intend(&text, &classes).await?;
                self.queue.push(Pending::Query(Action::new(number)));
                frontend::query(&text, &mut self.outgoing).map_err(unsaid)
            }
        }
    }

    async fn parse(&mut self, name: String, text: &str, types: Vec<u32>) -> Result<(), Over> {
        if self.read_anew {
            let instead = Instead {
                code: "0A000",
                message: "What changes how statements are read ends a batch. This was not sent."
                    .into(),
                hint: Some("Send it after the one before is done."),
            };
            return self.stub(instead, Kind::Extended).await;
        }
        let classes = match self.judge(text).await? {
            Verdict::Go(classes) => classes,
            Verdict::Not(instead) => return self.stub(instead, Kind::Extended).await,
        };
        let (statement, before) = self.names.parsed(name, text, classes);
        if let Some(before) = before {
            self.close(b'S', &before.upstream, Whose::Ours)?;
        }
        self.queue.push(Pending::Parse);
        frontend::parse(&statement.upstream, text, types, &mut self.outgoing).map_err(unsaid)
    }

    fn bind(&mut self, bind: &Bind) -> Result<(), Over> {
        let (statement, portal, before) = self.names.bound(bind);
        if let Some(before) = before {
            self.close(b'P', &before.upstream, Whose::Ours)?;
        }
        self.queue.push(Pending::Bind);
        let value = |value: &Option<bytes::Bytes>, buffer: &mut BytesMut| {
            Ok(match value {
                Some(bytes) => {
                    buffer.extend_from_slice(bytes);
                    IsNull::No
                }
                None => IsNull::Yes,
            })
        };
        let bound = frontend::bind(
            &portal.upstream,
            &statement,
            bind.formats.iter().copied(),
            &bind.values,
            value,
            bind.results.iter().copied(),
            &mut self.outgoing,
        );
        bound.map_err(|_| Over::Misspoke("A value cannot be sent."))
    }

    async fn execute(&mut self, portal: &str, rows: i32) -> Result<(), Over> {
        let (upstream, told, classes) = self.names.run(portal);
        if told.len() > LONGEST_STATEMENT {
            return self.stub(too_long(), Kind::Extended).await;
        }
        let number = self.recorder.intend(&told, &classes).await?;
        let lower = told.to_ascii_lowercase();
        self.read_anew |= READINGS.iter().any(|setting| lower.contains(setting));
        self.queue.push(Pending::Execute(Action::new(number)));
        frontend::execute(&upstream, rows, &mut self.outgoing).map_err(unsaid)
    }

    fn close(&mut self, kind: u8, name: &str, whose: Whose) -> Result<(), Over> {
        self.queue.push(Pending::Close(whose));
        frontend::close(kind, name, &mut self.outgoing).map_err(unsaid)
    }

    /// Whether a statement may go; what the policy refuses is recorded as that.
    async fn judge(&mut self, text: &str) -> Result<Verdict, Over> {
        if text.len() > LONGEST_STATEMENT {
            return Ok(Verdict::Not(too_long()));
        }
        if self.names.are_in(text) {
            return Ok(Verdict::Not(Instead {
                code: "42939",
                message: "Names of this session's prepared statements are the gateway's own. It was not sent.".into(),
                hint: None,
            }));
        }
        let strings = match self.escaped.load(Ordering::SeqCst) {
            true => Strings::Escaped,
            false => Strings::Standard,
        };
        let classes = sql::classify_with(text, strings);
        let Some(class) = classes.iter().find(|class| self.refuse.contains(class)) else {
            return Ok(Verdict::Go(classes));
        };
        self.recorder.refuse(text, *class).await?;
        Ok(Verdict::Not(Instead {
            code: "42501",
            message: format!(
                "The policy of this access refuses {}. It was not sent, and that is recorded.",
                words(*class)
            ),
            hint: Some("Ask for access by a policy that allows it, if you need it."),
        }))
    }

    /// Sends something that fails in the place of what is not sent.
    async fn stub(&mut self, instead: Instead, kind: Kind) -> Result<(), Over> {
        match kind {
            Kind::Simple => {
                self.quiet().await?;
                if self.passed_over() {
                    return Ok(());
                }
                self.queue.push(Pending::Stub(instead, kind));
                frontend::query(STUB, &mut self.outgoing).map_err(unsaid)
            }
            Kind::Extended => {
                self.discarding = true;
                self.queue.push(Pending::Stub(instead, kind));
                frontend::parse("", STUB, [], &mut self.outgoing).map_err(unsaid)
            }
        }
    }
}

fn too_long() -> Instead {
    Instead {
        code: "54000",
        message: "This statement is longer than what is recorded. It was not sent.".into(),
        hint: Some("Use COPY for data, or several statements."),
    }
}

/// What a class is called in a sentence.
fn words(class: StatementClass) -> &'static str {
    match class {
        StatementClass::SetRole => "to take on another role",
        StatementClass::CopyProgram => "programs and files of the server",
        StatementClass::Code => "code that a statement's text does not tell, such as DO",
        StatementClass::Listen => "LISTEN",
        StatementClass::Export => "COPY TO STDOUT",
    }
}

/// A text with a zero in it, or one longer than a message: neither was let in.
fn unsaid(_: std::io::Error) -> Over {
    Over::Misspoke("A message cannot be sent on.")
}

impl From<crate::recorder::RecorderLost> for Over {
    fn from(lost: crate::recorder::RecorderLost) -> Self {
        Self::RecorderLost(Arc::new(lost))
    }
}
