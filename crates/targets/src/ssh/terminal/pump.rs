//! What carries a session: the one place where input goes to the host.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use russh::{ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::tape::Tape;
use super::{Cut, EndCause, Ended, Hands, Input};
use crate::recorder::{Recorder, RecorderLost};
use crate::ssh::cast::{Happened, Size};
use crate::ssh::host::Connection;

/// How long the recorder may take for one chunk before it counts as lost.
const RECORDER_PATIENCE: Duration = Duration::from_secs(5);

/// How long it may take for the last one. The host is cut off by then.
const LAST_PATIENCE: Duration = Duration::from_millis(700);

/// How long a slow browser is waited for with the last words.
const WORDS_PATIENCE: Duration = Duration::from_millis(200);

/// Recorded batches of input that wait for a host that does not read.
const BATCHES: usize = 4;

/// Pieces of input that become one chunk at most.
const GATHERED: usize = 16;

/// A shell on a host.
pub(super) struct Shell {
    pub(super) connection: Connection,
    pub(super) host: ChannelReadHalf,
    pub(super) to_host: ChannelWriteHalf<russh::client::Msg>,
    /// What it showed before it was asked for.
    pub(super) early: Vec<Bytes>,
}

/// What goes to the host, and is recorded.
enum Send {
    Bytes(String),
    Resize(Size),
}

/// A chunk that the recorder has and has not confirmed.
type Recording = Pin<Box<dyn Future<Output = Result<(), RecorderLost>> + std::marker::Send>>;

pub(super) struct Pump {
    connection: Connection,
    host: ChannelReadHalf,
    /// Recorded input, on its way.
    to_host: mpsc::Sender<Vec<Send>>,
    sender: JoinHandle<()>,
    recorder: Arc<dyn Recorder>,
    /// The chunk under way, and the input in it that may be sent when it is recorded.
    recording: Option<(Recording, Vec<Send>)>,
    tape: Tape,
    inputs: mpsc::Receiver<Input>,
    /// Input that is neither recorded nor sent.
    waiting: Vec<Input>,
    keyboard: Hands,
    screen: mpsc::Sender<Bytes>,
    /// On the tape, and not on the screen yet.
    to_show: Option<Bytes>,
    cut: watch::Receiver<Option<Cut>>,
    exit_status: Option<u32>,
    /// A chunk was lost: what comes after it would hide that.
    unrecorded: bool,
    /// The host closed the shell in good order.
    closed: bool,
    chunks: u32,
}

/// What happens next.
enum Next {
    Stop(Stop),
    Recorded(Result<(), RecorderLost>, Vec<Send>),
    Input(Input),
    Host(Option<ChannelMsg>),
    /// Something is due.
    Time,
}

/// Why the loop stopped, and what is to stand on the terminal then.
struct Stop {
    cause: EndCause,
    lost: Option<String>,
    words: Option<String>,
}

impl Stop {
    const CLOSED: Self = Self {
        cause: EndCause::Closed,
        lost: None,
        words: None,
    };

    fn lost(what: String, words: &str) -> Self {
        Self {
            cause: EndCause::Lost,
            lost: Some(what),
            words: Some(words.to_owned()),
        }
    }
}

impl Pump {
    pub(super) fn new(
        shell: Shell,
        mut tape: Tape,
        recorder: Arc<dyn Recorder>,
        inputs: mpsc::Receiver<Input>,
        screen: mpsc::Sender<Bytes>,
        cut: watch::Receiver<Option<Cut>>,
    ) -> Self {
        let (to_host, recorded) = mpsc::channel(BATCHES);
        let early = shell.early.concat();
        let to_show = (!early.is_empty()).then(|| {
            tape.show(&early);
            Bytes::from(early)
        });
        Self {
            connection: shell.connection,
            host: shell.host,
            to_host,
            sender: tokio::spawn(send(shell.to_host, recorded)),
            recorder,
            recording: None,
            tape,
            inputs,
            waiting: Vec::new(),
            keyboard: Hands::Holder,
            screen,
            to_show,
            cut,
            exit_status: None,
            unrecorded: false,
            closed: false,
            // The header.
            chunks: 1,
        }
    }

    pub(super) async fn run(mut self) -> Ended {
        let stop = loop {
            self.begin_chunk();
            if let Some(stop) = self.step().await {
                break stop;
            }
        };
        self.end(stop).await
    }

    /// Gives the recorder what is due, if it has nothing yet.
    fn begin_chunk(&mut self) {
        if self.recording.is_some() {
            return;
        }
        let mut sends = Vec::new();
        // Room for the batch is made sure of before: what is recorded is sent without waiting.
        if !self.waiting.is_empty() && self.to_host.capacity() > 0 {
            for input in std::mem::take(&mut self.waiting) {
                self.write_down(input, &mut sends);
            }
        } else if !self.tape.is_due(Instant::now()) {
            return;
        }
        let lines = self.tape.give();
        if lines.is_empty() {
            self.tape.confirm();
            return;
        }
        let recorder = Arc::clone(&self.recorder);
        let recording = Box::pin(async move {
            let recorded = tokio::time::timeout(RECORDER_PATIENCE, recorder.chunk(&lines)).await;
            recorded.unwrap_or_else(|_| Err(RecorderLost("the log did not answer in 5 s".into())))
        });
        self.recording = Some((recording, sends));
    }

    /// Puts input on the tape, and among what is to be sent.
    fn write_down(&mut self, input: Input, sends: &mut Vec<Send>) {
        match input {
            Input::Typed(hands, _) if hands != self.keyboard => {}
            Input::Typed(_, text) => {
                self.tape.write(Happened::Typed(text.clone()));
                match sends.last_mut() {
                    Some(Send::Bytes(before)) => before.push_str(&text),
                    _ => sends.push(Send::Bytes(text)),
                }
            }
            Input::Resized(size) => {
                self.tape.write(Happened::Resized(size));
                sends.push(Send::Resize(size));
            }
            Input::TakenOver(who) => {
                self.tape
                    .write(Happened::Marked(format!("{who} has the keyboard")));
                self.keyboard = Hands::Other(who);
                self.tell("somebody who watches has taken the keyboard");
            }
            Input::GivenBack => {
                self.tape
                    .write(Happened::Marked("the holder has the keyboard".into()));
                self.keyboard = Hands::Holder;
                self.tell("the keyboard is yours again");
            }
        }
    }

    async fn step(&mut self) -> Option<Stop> {
        match self.next().await {
            Next::Stop(stop) => return Some(stop),
            Next::Recorded(recorded, sends) => return self.recorded(recorded, sends),
            Next::Host(message) => return self.heard(message),
            Next::Input(input) => {
                self.waiting.push(input);
                // A burst of keys is one chunk.
                while self.waiting.len() < GATHERED
                    && let Ok(more) = self.inputs.try_recv()
                {
                    self.waiting.push(more);
                }
            }
            Next::Time => {}
        }
        None
    }

    async fn next(&mut self) -> Next {
        let now = Instant::now();
        let may_show = self.to_show.is_none() && self.tape.has_room(now);
        let change = self.tape.next(now);
        tokio::select! {
            biased;
            stop = cut(&mut self.cut) => Next::Stop(stop),
            (recorded, sends) = confirmed(&mut self.recording) => Next::Recorded(recorded, sends),
            room = self.screen.reserve(), if self.to_show.is_some() => {
                if let (Ok(room), Some(bytes)) = (room, self.to_show.take()) {
                    room.send(bytes);
                    Next::Time
                } else {
                    Next::Stop(Stop::CLOSED)
                }
            }
            () = self.screen.closed() => Next::Stop(Stop::CLOSED),
            input = self.inputs.recv(), if self.waiting.len() < GATHERED => {
                input.map_or(Next::Stop(Stop::CLOSED), Next::Input)
            }
            message = self.host.wait(), if may_show => Next::Host(message),
            () = until(change) => Next::Time,
        }
    }

    /// A chunk is in the log: now, and not before, its input may go.
    fn recorded(&mut self, recorded: Result<(), RecorderLost>, sends: Vec<Send>) -> Option<Stop> {
        if let Err(fault) = recorded {
            self.unrecorded = true;
            return Some(Stop::lost(fault.to_string(), NOT_RECORDED));
        }
        self.chunks += 1;
        self.tape.confirm();
        if !sends.is_empty() && self.to_host.try_send(sends).is_err() {
            return Some(Stop::lost("the host takes no input".into(), HOST_LOST));
        }
        None
    }

    fn heard(&mut self, message: Option<ChannelMsg>) -> Option<Stop> {
        match message {
            Some(ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. }) => {
                self.tape.show(&data);
                self.to_show = Some(data);
                None
            }
            Some(ChannelMsg::ExitStatus { exit_status }) => {
                self.exit_status = Some(exit_status);
                self.closed = true;
                None
            }
            Some(ChannelMsg::ExitSignal { .. }) => {
                self.closed = true;
                None
            }
            Some(ChannelMsg::Close) => Some(Stop::CLOSED),
            None if self.closed => Some(Stop::CLOSED),
            None => Some(Stop::lost(
                "the connection to the host broke".into(),
                HOST_LOST,
            )),
            Some(_) => None,
        }
    }

    /// A word of the portal to the holder, who may be too far behind to see it.
    fn tell(&mut self, words: &str) {
        let line = format!("\r\n[breakglass] {words}\r\n");
        self.tape.show(line.as_bytes());
        match &mut self.to_show {
            Some(before) => *before = Bytes::from([before, line.as_bytes()].concat()),
            none => *none = Some(Bytes::from(line)),
        }
    }

    /// The host first; then the words; then what is still to be recorded.
    async fn end(mut self, stop: Stop) -> Ended {
        self.sender.abort();
        drop(self.connection);
        let Stop {
            mut cause,
            mut lost,
            words,
        } = stop;
        let mut last = self.to_show.take().map(Vec::from).unwrap_or_default();
        if let Some(words) = words {
            let line = format!("\r\n[breakglass] {words}\r\n");
            self.tape.show(line.as_bytes());
            last.extend(line.bytes());
        }
        let show = async {
            if !last.is_empty() {
                // Whoever is gone sees nothing.
                let _ = tokio::time::timeout(WORDS_PATIENCE, self.screen.send(last.into())).await;
            }
        };
        self.tape.finish();
        let record = async {
            if let Some((recording, _)) = self.recording.take() {
                recording.await?;
                self.chunks += 1;
            }
            if !self.unrecorded && !self.tape.is_empty() {
                self.recorder.chunk(&self.tape.give()).await?;
                self.chunks += 1;
            }
            Ok(())
        };
        let (recorded, ()) = tokio::join!(tokio::time::timeout(LAST_PATIENCE, record), show);
        let recorded: Result<(), RecorderLost> = recorded
            .unwrap_or_else(|_| Err(RecorderLost("the log did not answer at the end".into())));
        if let Err(fault) = recorded {
            cause = EndCause::Lost;
            lost.get_or_insert(fault.to_string());
        }
        Ended {
            cause,
            lost,
            exit_status: self.exit_status,
            chunks: self.chunks,
        }
    }
}

const NOT_RECORDED: &str =
    "this session can no longer be recorded, so it has ended; what you typed last was not sent";
const HOST_LOST: &str = "the host is gone; this session has ended";

/// Carries recorded input to the host, as fast as it reads.
async fn send(
    to_host: ChannelWriteHalf<russh::client::Msg>,
    mut recorded: mpsc::Receiver<Vec<Send>>,
) {
    while let Some(batch) = recorded.recv().await {
        for one in batch {
            let sent = match one {
                Send::Bytes(text) => to_host.data_bytes(text).await,
                Send::Resize(size) => {
                    let (columns, rows) = (size.columns().into(), size.rows().into());
                    to_host.window_change(columns, rows, 0, 0).await
                }
            };
            // The other half of the channel hears of it.
            if sent.is_err() {
                return;
            }
        }
    }
}

async fn cut(cut: &mut watch::Receiver<Option<Cut>>) -> Stop {
    match cut.wait_for(Option::is_some).await {
        Ok(said) => said.as_ref().map_or(Stop::CLOSED, |said| Stop {
            cause: said.cause,
            lost: None,
            words: Some(said.words.clone()),
        }),
        // Nobody is left who could cut or type.
        Err(_) => Stop::CLOSED,
    }
}

async fn confirmed(
    recording: &mut Option<(Recording, Vec<Send>)>,
) -> (Result<(), RecorderLost>, Vec<Send>) {
    let Some((under_way, _)) = recording else {
        return std::future::pending().await;
    };
    let recorded = under_way.await;
    let sends = recording.take().map(|(_, sends)| sends);
    (recorded, sends.unwrap_or_default())
}

async fn until(next: Option<Instant>) {
    match next {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
