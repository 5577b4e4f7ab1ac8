//! The archive in the background: a step whenever the log has grown, again and again where it fails,
//! and an alarm where it is too far behind.

use std::time::Duration;

use tokio::sync::broadcast;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::copy::Archiver;
use super::fault::ArchiveFault;
use super::{FaultKind, Shared, Trouble};
use crate::error::chain;
use crate::halt::Halt;
use crate::notify::Change;

/// The log is looked at this often even where nobody tells that it grew.
const LOOK: Duration = Duration::from_secs(30);

/// Between failed tries: at first, and at most.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The place is checked again after so long: somebody may have taken the lock off the bucket.
const CHECK_AGAIN: Duration = Duration::from_secs(3600);

/// The lag is looked at so often, and an alarm is repeated so often.
const WATCH: Duration = Duration::from_secs(5);
const REMIND: Duration = Duration::from_secs(300);

/// Begins the work, which ends at `shutdown`. Steps are at least `every` apart. The brake is pulled
/// where the archive proves that the log was changed.
pub(super) fn start(
    archiver: Archiver,
    halt: Halt,
    every: Duration,
    changes: broadcast::Receiver<Change>,
    shutdown: CancellationToken,
) {
    let shared = archiver.shared.clone();
    let work = tokio::spawn(run(archiver, halt, every, changes, shutdown));
    tokio::spawn(async move {
        if let Err(fault) = work.await
            && fault.is_panic()
        {
            let text = "the archiver broke off; restart the server and report its log";
            tracing::error!(text);
            shared.trouble(Trouble {
                kind: FaultKind::BrokeOff,
                text: text.to_owned(),
            });
        }
    });
}

async fn run(
    archiver: Archiver,
    halt: Halt,
    every: Duration,
    changes: broadcast::Receiver<Change>,
    shutdown: CancellationToken,
) {
    let shared = archiver.shared.clone();
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = steps(archiver, &halt, every, changes) => {}
        () = alarms(&shared) => {}
    }
}

async fn steps(
    mut archiver: Archiver,
    halt: &Halt,
    every: Duration,
    mut changes: broadcast::Receiver<Change>,
) {
    let mut begun = Begun::default();
    let mut wait = FIRST_WAIT;
    loop {
        match step(&mut archiver, &mut begun).await {
            Ok(()) => {
                archiver.shared.well();
                wait = FIRST_WAIT;
                tokio::time::sleep(every).await;
                growth(&mut changes).await;
            }
            Err(fault) => {
                tell(&archiver.shared, &fault);
                if fault.halts() {
                    halt.pull(chain(&fault));
                }
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
        }
    }
}

/// What was done since the start.
#[derive(Debug, Default)]
struct Begun {
    resumed: bool,
    checked: Option<Instant>,
}

async fn step(archiver: &mut Archiver, begun: &mut Begun) -> Result<(), ArchiveFault> {
    note_lag(archiver).await?;
    if begun.checked.is_none_or(|at| at.elapsed() > CHECK_AGAIN) {
        begun.checked = None;
        archiver.store.prepare(&archiver.origin).await?;
        begun.checked = Some(Instant::now());
    }
    if !begun.resumed {
        archiver.resume().await?;
        begun.resumed = true;
        note_lag(archiver).await?;
    }
    match archiver.published().await? {
        Some(target) if target.size > archiver.sealed => archiver.copy(&target).await,
        _ => Ok(()),
    }
}

/// Before anything is tried, so that the lag can be seen while it fails.
async fn note_lag(archiver: &Archiver) -> Result<(), ArchiveFault> {
    let Some(target) = archiver.published().await? else {
        return Ok(());
    };
    let entries = archiver.shared.now().entries;
    if target.size > entries {
        let oldest = archiver.time_of(entries).await?;
        archiver.shared.behind(target.size, oldest);
    }
    Ok(())
}

/// Waits until the log may have grown.
async fn growth(changes: &mut broadcast::Receiver<Change>) {
    // One word is enough, and so is having missed some; all of them are behind the next look.
    let word = async {
        if let Err(broadcast::error::RecvError::Closed) = changes.recv().await {
            std::future::pending::<()>().await;
        }
    };
    // A log that does not grow costs a look now and then.
    let _ = tokio::time::timeout(LOOK, word).await;
    *changes = changes.resubscribe();
}

fn tell(shared: &Shared, fault: &ArchiveFault) {
    let (kind, text) = (fault.kind(), chain(fault));
    if kind == FaultKind::Unreachable {
        tracing::warn!(fault = text, "the archive does not go on; trying again");
    } else {
        tracing::error!(
            kind = kind.word(),
            fault = text,
            "the archive does not go on; somebody must look"
        );
    }
    shared.trouble(Trouble { kind, text });
}

async fn alarms(shared: &Shared) {
    let mut last: Option<Instant> = None;
    loop {
        tokio::time::sleep(WATCH).await;
        let status = shared.now();
        if !status.late {
            last = None;
        } else if last.is_none_or(|at| at.elapsed() > REMIND) {
            tracing::error!(
                behind_entries = status.behind_entries,
                behind_s = status.behind_s,
                "the archive is too far behind"
            );
            last = Some(Instant::now());
        }
    }
}
