//! The rounds: one checkpoint at a time that all witnesses are asked for, until the trust policy
//! believes it, or everybody has answered, or it takes too long for those who are quick.

use std::sync::Arc;
use std::time::Duration;

use ledger::Origin;
use ledger::policy::Policy;
use ledger::rotation::KeyHistory;
use sqlx::PgPool;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::Instant;

use super::asking::{Asking, Done, How};
use super::{States, WitnessToAsk, Witnessed, believed, with_good_lines};
use crate::asked;
use crate::halt::Halt;
use crate::line::{Line, timely};
use crate::notify::Change;
use crate::store;
use crate::store::cosignature;

/// A round ends after so long: a slow witness signs every second or third checkpoint, and no fewer of
/// the others than it can.
const ROUND_WITHIN: Duration = Duration::from_secs(5);

/// A checkpoint older than this is signed again, though the log has not grown.
const REFRESH: Duration = Duration::from_mins(5);

/// Between two looks for what another replica's round has brought.
const LOOK: Duration = Duration::from_millis(250);

/// What a witness's answer is held against.
#[derive(Debug, Clone)]
pub(crate) struct OwnLog {
    pub(crate) origin: Origin,
    /// Its keys, and which signs what.
    pub(crate) keys: KeyHistory,
    pub(crate) halt: Halt,
}

/// What all witnesses are asked to sign.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) size: u64,
    pub(super) note: Arc<str>,
}

/// Where the newest checkpoint is told that the trust policy believes.
pub(crate) type Newest = watch::Sender<Option<Witnessed>>;

/// Conducts the rounds. There is one in a process.
pub(crate) struct Rounds {
    policy: Policy,
    own: Arc<OwnLog>,
    line: Line,
    newest: Newest,
    targets: watch::Sender<Option<Target>>,
    done: mpsc::UnboundedReceiver<Done>,
    witnesses: usize,
}

impl Rounds {
    /// With a task for each witness, which ends when these rounds do.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub(crate) fn new(
        policy: Policy,
        ask: Vec<WitnessToAsk>,
        own: OwnLog,
        pool: &PgPool,
        states: &States,
        newest: Newest,
    ) -> Result<(Self, Vec<impl Future<Output = ()> + Send + 'static>), reqwest::Error> {
        let client = asked::client()?;
        let (targets, _) = watch::channel(None);
        let (tell, done) = mpsc::unbounded_channel();
        let own = Arc::new(own);
        let witnesses = ask.len();
        let asking = |witness| {
            let (client, own, states) = (client.clone(), own.clone(), states.clone());
            Asking::new(witness, client, own, pool.clone(), states, tell.clone())
                .run(targets.subscribe())
        };
        let tasks = ask.into_iter().map(asking).collect();
        let rounds = Self {
            policy,
            own,
            line: Line::new(pool.clone()),
            newest,
            targets,
            done,
            witnesses,
        };
        Ok((rounds, tasks))
    }

    /// Works until nobody tells of changes any more. `signed` is what this process has had signed:
    /// it knows that sooner than the database tells.
    pub(crate) async fn run(
        mut self,
        mut changes: broadcast::Receiver<Change>,
        mut signed: watch::Receiver<u64>,
    ) {
        loop {
            if let Err(fault) = self.round().await {
                self.line.cut();
                tracing::warn!(%fault, "a round of witnesses broke off");
                tokio::time::sleep(LOOK).await;
            }
            if !self.until_there_is_more(&mut changes, &mut signed).await {
                return;
            }
        }
    }

    /// Sets the newest checkpoint, and waits for what comes of it.
    async fn round(&mut self) -> Result<(), sqlx::Error> {
        let newest = timely(store::ledger::newest_checkpoint(self.line.get().await?)).await?;
        let Some((size, note)) = newest else {
            return Ok(());
        };
        self.learn().await?;
        self.targets.send_replace(Some(Target {
            size,
            note: note.into(),
        }));
        let until = Instant::now() + ROUND_WITHIN;
        let mut waiting = self.witnesses;
        while waiting > 0 && !self.has(size) {
            tokio::select! {
                () = tokio::time::sleep_until(until) => return Ok(()),
                () = tokio::time::sleep(LOOK) => self.learn().await?,
                Some(done) = self.done.recv() => {
                    waiting -= usize::from(done.size == size && waiting > 0);
                    self.take(done).await?;
                }
            }
        }
        Ok(())
    }

    fn has(&self, size: u64) -> bool {
        self.newest
            .borrow()
            .is_some_and(|witnessed| witnessed.size >= size)
    }

    /// Waits for a newer checkpoint, and takes what late witnesses bring meanwhile. `false` where
    /// there will be none.
    async fn until_there_is_more(
        &mut self,
        changes: &mut broadcast::Receiver<Change>,
        signed: &mut watch::Receiver<u64>,
    ) -> bool {
        let again = Instant::now() + REFRESH;
        let target = self.targets.borrow().as_ref().map_or(0, |t| t.size);
        loop {
            if *signed.borrow_and_update() > target {
                return true;
            }
            tokio::select! {
                () = tokio::time::sleep_until(again) => return true,
                more = signed.changed() => if more.is_err() {
                    return false;
                },
                change = changes.recv() => match change {
                    Err(RecvError::Closed) => return false,
                    Ok(change) if change.size <= target => {}
                    Ok(_) | Err(RecvError::Lagged(_)) => return true,
                },
                Some(done) = self.done.recv() => {
                    if let Err(fault) = self.take(done).await {
                        self.line.cut();
                        tracing::warn!(%fault, "a cosignature is not looked at");
                    }
                }
            }
        }
    }

    /// Looks whether what a witness has signed is now enough.
    async fn take(&mut self, done: Done) -> Result<(), sqlx::Error> {
        match done.how {
            How::Failed => Ok(()),
            How::Overtaken => self.learn().await,
            How::Signed => self.judge(done.size).await,
        }
    }

    async fn judge(&mut self, size: u64) -> Result<(), sqlx::Error> {
        let connection = self.line.get().await?;
        let stored = timely(cosignature::checkpoint_of(&mut *connection, size)).await?;
        let Some(note) = stored else {
            return Ok(());
        };
        let lines = timely(cosignature::of_size(&mut *connection, size)).await?;
        let note = with_good_lines(note, lines, &self.policy);
        let Some(witnessed) = believed(&self.policy, &self.own.keys, &note) else {
            return Ok(());
        };
        timely(cosignature::keep_witnessed(connection, size, &note)).await?;
        self.tell(witnessed);
        Ok(())
    }

    /// What is stored already, by this replica or another one.
    async fn learn(&mut self) -> Result<(), sqlx::Error> {
        let stored = timely(cosignature::witnessed(self.line.get().await?)).await?;
        if let Some(witnessed) =
            stored.and_then(|note| believed(&self.policy, &self.own.keys, &note))
        {
            self.tell(witnessed);
        }
        Ok(())
    }

    fn tell(&self, witnessed: Witnessed) {
        self.newest.send_if_modified(|newest| {
            let newer = newest
                .is_none_or(|known| (known.size, known.at_s) < (witnessed.size, witnessed.at_s));
            if newer {
                *newest = Some(witnessed);
            }
            newer
        });
    }
}
