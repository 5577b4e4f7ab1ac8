//! One witness, asked round after round.

use std::sync::Arc;

use ledger::{VerifiedCheckpoint, VerifierKey};
use sqlx::{PgConnection, PgPool};
use tokio::sync::{mpsc, watch};

use super::ask::{self, Answered, AskError, Signed, signature_by};
use super::rounds::{OwnLog, Target};
use super::{SILENT_AFTER, States, WitnessToAsk, now_s};
use crate::line::{Backoff, Line, timely};
use crate::proof;
use crate::store;

/// How far a witness's clock may be ahead of ours, in seconds.
const AHEAD_S: u64 = 300;

/// How it ended with one witness, for one checkpoint.
#[derive(Debug, Clone, Copy)]
pub(super) struct Done {
    pub(super) size: u64,
    pub(super) how: How,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// It signed, and that is stored.
    Signed,
    /// It signed more already, for another replica.
    Overtaken,
    /// It did not, and is asked again until there is another checkpoint.
    Failed,
}

pub(super) struct Asking {
    client: reqwest::Client,
    line: Line,
    /// Where the witness stands, as far as is known.
    old_size: u64,
    witness: WitnessToAsk,
    own: Arc<OwnLog>,
    states: States,
    done: mpsc::UnboundedSender<Done>,
}

impl Asking {
    pub(super) fn new(
        witness: WitnessToAsk,
        client: reqwest::Client,
        own: Arc<OwnLog>,
        pool: PgPool,
        states: States,
        done: mpsc::UnboundedSender<Done>,
    ) -> Self {
        states.change(&witness.name, |_| ());
        Self {
            client,
            line: Line::new(pool),
            old_size: 0,
            witness,
            own,
            states,
            done,
        }
    }

    /// Asks for each checkpoint that is set, until nobody sets any more.
    pub(super) async fn run(mut self, mut targets: watch::Receiver<Option<Target>>) {
        while targets.changed().await.is_ok() {
            let target = targets.borrow_and_update().clone();
            if let Some(target) = target {
                self.until_signed(&target, &targets).await;
            }
        }
    }

    /// Asks until it is signed or another checkpoint is set.
    async fn until_signed(&mut self, target: &Target, targets: &watch::Receiver<Option<Target>>) {
        let mut backoff = Backoff::default();
        let mut first = true;
        loop {
            match self.once(target).await {
                Ok(how) => {
                    self.tell(target, how);
                    self.say_if_silent();
                    return;
                }
                Err(fault) => {
                    if std::mem::take(&mut first) {
                        self.tell(target, How::Failed);
                    }
                    self.failed(&fault).await;
                }
            }
            self.say_if_silent();
            backoff.wait().await;
            if targets.has_changed().unwrap_or(true) {
                return;
            }
        }
    }

    fn tell(&self, target: &Target, how: How) {
        let size = target.size;
        // Who conducts the rounds is gone only while the process stops.
        let _ = self.done.send(Done { size, how });
    }

    fn say_if_silent(&self) {
        if self.states.falls_silent(&self.witness.name, now_s()) {
            let minutes = SILENT_AFTER.as_secs() / 60;
            tracing::error!(witness = %self.witness.name, "a witness has signed nothing for {minutes} minutes");
        }
    }

    async fn failed(&mut self, fault: &AskError) {
        self.line.cut();
        if fault.may_be_another_history() {
            self.look_closer().await;
        }
        let mut text = crate::error::chain(fault);
        // A witness believes a new key when its operator says so, and not because the log does.
        if fault.may_lack_the_key()
            && let Some(newest) = self.own.keys.keys().skip(1).last()
        {
            text = format!(
                "{text}; the log has a new key, which the witness's operator has to put in the place of the old one: --log {newest}"
            );
        }
        let fault = text;
        tracing::warn!(witness = %self.witness.name, fault, "a witness did not sign");
        self.states
            .change(&self.witness.name, |told| told.fault = Some(fault));
    }

    async fn once(&mut self, target: &Target) -> Result<How, AskError> {
        let size = target.size;
        let connection = self.line.get().await?;
        let mut stands_at = self.old_size;
        // It knows better where it stands: asked once more from there, and not a third time.
        for _ in 0..2 {
            if stands_at > size {
                break;
            }
            let witness = &self.witness;
            match ask_from(&self.client, connection, witness, stands_at, target).await? {
                Answered::Signed(signed) => {
                    keep(connection, &self.witness.name, size, &signed).await?;
                    self.old_size = size;
                    let name = &self.witness.name;
                    self.states.signed(name, size, signed.at_s, now_s());
                    return Ok(How::Signed);
                }
                Answered::StandsAt(theirs) if theirs == stands_at => break,
                Answered::StandsAt(theirs) => stands_at = theirs,
            }
        }
        let newest = timely(store::ledger::newest_checkpoint(&mut *connection)).await?;
        let ours = newest.map_or(0, |(size, _)| size);
        if stands_at <= size {
            return Err(AskError::Unsettled(stands_at));
        }
        if stands_at > ours {
            let theirs = stands_at;
            return Err(AskError::Ahead { theirs, ours });
        }
        self.old_size = stands_at;
        // That it says so is not that it signed; what it signed for another replica is in the database.
        if let Some(at_s) = signed_at(connection, &self.witness.key, stands_at).await? {
            let heard_s = at_s.min(now_s());
            self.states
                .signed(&self.witness.name, stands_at, at_s, heard_s);
        }
        Ok(How::Overtaken)
    }

    /// A witness that refuses may hold what we once signed. It cannot forge that: where it is not a
    /// beginning of this log, this log was put back or rewritten, and the brake is pulled.
    async fn look_closer(&mut self) {
        let (origin, keys) = (&self.own.origin, &self.own.keys);
        let Some(theirs) = ask::shown(&self.client, &self.witness, origin, keys).await else {
            return;
        };
        match self.contradicts(&theirs).await {
            Ok(Some(fault)) => self.own.halt.pull(format!(
                "the witness {} holds our signature over {} entries, but {fault}",
                self.witness.name,
                theirs.size()
            )),
            Ok(None) => {}
            Err(fault) => tracing::warn!(%fault, "what the witness holds cannot be compared"),
        }
    }

    async fn contradicts(
        &mut self,
        theirs: &VerifiedCheckpoint,
    ) -> Result<Option<String>, sqlx::Error> {
        let connection = self.line.get().await?;
        // Read now: another replica may have written more than was published here.
        let head = timely(store::ledger::head(&mut *connection)).await?;
        if head.size < theirs.size() {
            return Ok(Some(format!("the database has only {}", head.size)));
        }
        let here = timely(proof::root_at(connection, theirs.size())).await?;
        Ok((here != theirs.root()).then(|| {
            format!(
                "those here have the root {here}, not the signed {}",
                theirs.root()
            )
        }))
    }
}

/// One request, with the proof that it needs.
async fn ask_from(
    client: &reqwest::Client,
    connection: &mut PgConnection,
    witness: &WitnessToAsk,
    old_size: u64,
    target: &Target,
) -> Result<Answered, AskError> {
    let proof = timely(proof::consistency(connection, old_size, target.size)).await?;
    ask::ask(client, witness, old_size, proof, &target.note).await
}

/// When this witness signed the checkpoint of this size, if that is stored.
async fn signed_at(
    connection: &mut PgConnection,
    key: &VerifierKey,
    size: u64,
) -> Result<Option<u64>, sqlx::Error> {
    let note = timely(store::cosignature::checkpoint_of(&mut *connection, size)).await?;
    let lines = timely(store::cosignature::of_size(connection, size)).await?;
    let note = note.unwrap_or_default();
    let signed = lines
        .iter()
        .filter_map(|line| signature_by(key, &format!("{note}{line}")));
    Ok(signed.max())
}

async fn keep(
    connection: &mut PgConnection,
    name: &str,
    size: u64,
    signed: &Signed,
) -> Result<(), AskError> {
    if signed.at_s > now_s() + AHEAD_S {
        return Err(AskError::Clock(signed.at_s));
    }
    let stored = store::cosignature::keep(connection, name, size, signed.at_s, &signed.line);
    Ok(timely(stored).await?)
}
