//! A client and a target, with the recorder between them, until one of the three goes away.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::back::Back;
use super::cancels::Held;
use super::pending::{End, Queue};
use super::reply::{self, Severity};
use super::start::Arrived;
use super::there::There;
use super::{Admitted, Left};
use crate::postgresql::wire::Session;
use crate::recorder::{ActionNumber, Finished, Recorder, RecorderLost};

/// How long a client may take to read why it is cut.
const FAREWELL: Duration = Duration::from_millis(200);

/// How long the recorder may take for what was left open.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Why a session is over.
#[derive(Debug, Clone)]
pub(super) enum Over {
    ClientLeft,
    /// The client said what cannot be said there.
    Misspoke(&'static str),
    TargetLost,
    /// The target answers what nobody asked.
    OutOfStep,
    /// A message of the target is longer than what is held in memory.
    TooMuch,
    /// The client's statements would be another text to the target than to who records them.
    Encoding,
    RecorderLost(Arc<RecorderLost>),
    Ended(String),
    Stopped,
}

/// Leads a client to its target, and carries what they say until it is over.
pub(super) async fn run(
    client: &mut Arrived,
    admitted: &Admitted,
    target: Session,
    held: Held,
    shutdown: CancellationToken,
) -> Left {
    let escaped = AtomicBool::new(
        target
            .parameters
            .get("standard_conforming_strings")
            .is_some_and(|value| value == "off"),
    );
    if welcome(client, &target, &held).await.is_err() {
        return Left::Closed;
    }
    let passing_over = AtomicBool::new(false);
    let (sender, receiver) = mpsc::unbounded_channel();
    let mut finisher = tokio::spawn(record(admitted.recorder.clone(), receiver));
    let queue = Queue::new(sender, held.registered.asked.clone());
    let (target, read) = target.into_stream();
    let (from_target, to_target) = tokio::io::split(target);
    let (from_client, to_client) = tokio::io::split(&mut client.stream);
    let mut there = There::new(
        from_client,
        std::mem::take(&mut client.incoming),
        to_target,
        &queue,
        &*admitted.recorder,
        &admitted.refuse,
        &escaped,
        &passing_over,
    );
    let mut back = Back {
        target: from_target,
        incoming: read,
        client: to_client,
        queue: &queue,
        escaped: &escaped,
        passing_over: &passing_over,
        torn: false,
    };
    let over = tokio::select! {
        biased;
        why = admitted.ending.over() => Over::Ended(why),
        lost = &mut finisher => lost_by(lost),
        () = shutdown.cancelled() => Over::Stopped,
        over = back.run() => over,
        over = there.run() => match over {
            // It may have said why.
            Over::TargetLost => {
                let last = tokio::time::timeout(FAREWELL, back.run()).await;
                last.unwrap_or(Over::TargetLost)
            }
            over => over,
        },
    };
    drop(there);
    if !back.torn
        && let Some((code, told)) = over.told()
    {
        let last = reply::error(Severity::Fatal, code, &told, None);
        let told = async {
            back.client.write_all(&last).await?;
            back.client.flush().await?;
            back.client.shutdown().await
        };
        drop(tokio::time::timeout(FAREWELL, told).await);
    }
    drop(back);
    // What runs on is broken off there, whoever ended it; a target that is gone has nothing to break off.
    if queue.give_up(over.end()) && !matches!(over, Over::TargetLost) {
        let registered = held.registered.clone();
        tokio::spawn(async move { registered.cancel().await });
    }
    drop(queue);
    if !finisher.is_finished() {
        let recorded = tokio::time::timeout(LAST_WORDS, &mut finisher).await;
        if !matches!(recorded, Ok(Ok(Ok(())))) {
            finisher.abort();
            tracing::error!(
                account = admitted.account,
                "how actions ended could not be recorded"
            );
        }
    }
    over.left(&admitted.ending)
}

/// Tells the client that it is in.
async fn welcome(client: &mut Arrived, target: &Session, held: &Held) -> std::io::Result<()> {
    let mut greeting = std::mem::take(&mut client.greeting);
    greeting.unsplit(reply::authentication(0, &[]));
    for (name, value) in &target.parameters {
        greeting.unsplit(reply::parameter(name, value));
    }
    greeting.unsplit(reply::key(held.shown.process, held.shown.secret));
    greeting.unsplit(reply::ready());
    client.stream.write_all(&greeting).await?;
    client.stream.flush().await
}

/// Has the ends of actions recorded, one after the other; returns when there will be no more, or at the first that
/// could not be.
async fn record(
    recorder: Arc<dyn Recorder>,
    mut ends: mpsc::UnboundedReceiver<(ActionNumber, Finished)>,
) -> Result<(), RecorderLost> {
    while let Some((number, finished)) = ends.recv().await {
        recorder.finish(number, finished).await?;
    }
    Ok(())
}

fn lost_by(done: Result<Result<(), RecorderLost>, tokio::task::JoinError>) -> Over {
    let lost = match done {
        Ok(Err(lost)) => lost,
        Ok(Ok(())) => RecorderLost("it stopped".into()),
        Err(fault) => RecorderLost(fault.to_string()),
    };
    Over::RecorderLost(Arc::new(lost))
}

impl Over {
    /// What the client hears, with PostgreSQL's word for it; nothing where it is gone, or has heard already.
    fn told(&self) -> Option<(&'static str, String)> {
        Some(match self {
            Self::ClientLeft => return None,
            Self::Misspoke(what) => ("08P01", format!("{what} The session is closed.")),
            Self::TargetLost => return None,
            Self::OutOfStep | Self::TooMuch => (
                "08P01",
                "The target said something that this gateway does not carry. The session is closed.".into(),
            ),
            Self::Encoding => (
                "0A000",
                "This gateway speaks UTF8 only. The session is closed; open another and leave its encoding.".into(),
            ),
            Self::RecorderLost(lost) => (
                "58000",
                format!("{lost}. The session is closed; open another when recording works again."),
            ),
            Self::Ended(why) => ("57P01", why.clone()),
            Self::Stopped => ("57P01", "The gateway is being stopped.".into()),
        })
    }

    /// What became of what was still running.
    fn end(&self) -> End {
        match self {
            Self::TargetLost => End::Unknown,
            _ => End::Cut,
        }
    }

    fn left(&self, ending: &crate::postgresql::Ending) -> Left {
        match self {
            Self::ClientLeft => Left::Closed,
            Self::Misspoke(_) | Self::Encoding => Left::Misspoke,
            // The target was told first.
            Self::TargetLost if ending.is_over() => Left::AccessEnded,
            Self::TargetLost | Self::OutOfStep | Self::TooMuch | Self::Stopped => Left::TargetLost,
            Self::RecorderLost(_) => Left::RecorderLost,
            Self::Ended(_) => Left::AccessEnded,
        }
    }
}
