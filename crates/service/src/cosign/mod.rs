//! Cosignatures on our checkpoints: each witness of the trust policy is asked after each publication,
//! and from time to time when nothing is published, so that its signature never grows old. Whether a
//! witness signs is its own business: a portal without its witnesses goes on, and says who is silent.

mod ask;
mod proof;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use access::time::UnixMillis;
use access::view::WitnessView;
use ledger::{Origin, VerifiedCheckpoint, VerifierKey};
use sqlx::{PgConnection, PgPool};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::halt::Halt;
use crate::line::{Backoff, Line, timely};
use crate::notify::Change;
use crate::store;
use ask::Answered;

/// A signature older than this is asked for again, though the log has not grown.
const REFRESH: Duration = Duration::from_mins(5);

/// A witness that has not signed for so long is silent: that is a finding.
pub const SILENT_AFTER: Duration = Duration::from_mins(15);

/// How far a witness's clock may be ahead of ours, in seconds.
const AHEAD_S: u64 = 300;

/// One witness to ask.
#[derive(Debug, Clone)]
pub struct WitnessToAsk {
    /// Its name in the trust policy.
    pub name: String,
    /// Its key.
    pub key: VerifierKey,
    /// Where it answers: `add-checkpoint` lies below.
    pub url: String,
}

/// How it stands with one witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessState {
    /// Its name in the trust policy.
    pub name: String,
    /// The size that it signed last; 0 before the first.
    pub size: u64,
    /// When it says it signed that, in seconds since 1970.
    pub at_s: Option<u64>,
    /// Why it did not sign the last time it was asked.
    pub fault: Option<String>,
    /// Whether it has not signed for longer than [`SILENT_AFTER`].
    pub silent: bool,
}

impl From<WitnessState> for WitnessView {
    fn from(state: WitnessState) -> Self {
        let millis = |at_s: u64| i64::try_from(at_s).unwrap_or(i64::MAX).saturating_mul(1000);
        Self {
            name: state.name,
            size: state.size,
            signed_at_ms: state.at_s.map(millis).map(UnixMillis::new),
            fault: state.fault,
            silent: state.silent,
        }
    }
}

/// How it stands with all of them. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct States(Arc<Mutex<BTreeMap<String, Told>>>);

#[derive(Debug, Clone)]
struct Told {
    /// When it was heard of last, by our own clock; before that, when it was asked first.
    heard_s: u64,
    size: u64,
    at_s: Option<u64>,
    fault: Option<String>,
}

impl States {
    /// How it stands now, by name.
    pub(crate) fn now(&self) -> Vec<WitnessState> {
        let now_s = now_s();
        let states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        states
            .iter()
            .map(|(name, told)| WitnessState {
                name: name.clone(),
                size: told.size,
                at_s: told.at_s,
                fault: told.fault.clone(),
                silent: now_s.saturating_sub(told.heard_s) > SILENT_AFTER.as_secs(),
            })
            .collect()
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Told)) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = states.entry(name.to_owned()).or_insert_with(|| Told {
            heard_s: now_s(),
            size: 0,
            at_s: None,
            fault: None,
        });
        change(told);
    }
}

fn now_s() -> u64 {
    u64::try_from(clock::now().millis() / 1000).unwrap_or(0)
}

/// Asks one witness until `shutdown`.
pub(crate) async fn gather(
    witness: WitnessToAsk,
    own: OwnLog,
    pool: PgPool,
    mut changes: broadcast::Receiver<Change>,
    states: States,
    shutdown: CancellationToken,
) {
    states.change(&witness.name, |_| ());
    let mut asking = Asking {
        client: ask::client(),
        line: Line::new(pool),
        old_size: 0,
        witness,
        own,
        states,
    };
    let work = async {
        loop {
            // Whatever comes from here on is newer than what is read now.
            changes = changes.resubscribe();
            asking.until_signed(&changes).await;
            tokio::select! {
                changed = changes.recv() => if matches!(changed, Err(RecvError::Closed)) {
                    break;
                },
                () = tokio::time::sleep(REFRESH) => {}
            }
        }
    };
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = work => {}
    }
}

struct Asking {
    client: reqwest::Client,
    line: Line,
    /// Where the witness stands, as far as is known.
    old_size: u64,
    witness: WitnessToAsk,
    own: OwnLog,
    states: States,
}

/// One request, with the proof that it needs.
async fn ask(
    client: &reqwest::Client,
    connection: &mut PgConnection,
    witness: &WitnessToAsk,
    old_size: u64,
    (size, note): (u64, &str),
) -> Result<Answered, ask::AskError> {
    let proof = timely(proof::consistency(connection, old_size, size)).await?;
    ask::ask(client, witness, old_size, proof, note).await
}

/// What a witness's answer is held against.
#[derive(Debug, Clone)]
pub(crate) struct OwnLog {
    pub(crate) origin: Origin,
    pub(crate) key: VerifierKey,
    pub(crate) halt: Halt,
}

impl Asking {
    /// Asks for the newest checkpoint until it is signed or there is a newer one.
    async fn until_signed(&mut self, changes: &broadcast::Receiver<Change>) {
        let mut backoff = Backoff::default();
        while let Err(fault) = self.once().await {
            self.line.cut();
            if fault.may_be_another_history() {
                self.look_closer().await;
            }
            let fault = crate::error::chain(&fault);
            tracing::warn!(witness = %self.witness.name, fault, "a witness did not sign");
            self.states
                .change(&self.witness.name, |told| told.fault = Some(fault));
            backoff.wait().await;
            if !changes.is_empty() {
                return;
            }
        }
    }

    async fn once(&mut self) -> Result<(), ask::AskError> {
        let connection = self.line.get().await?;
        let newest = timely(store::ledger::newest_checkpoint(&mut *connection)).await?;
        let Some((size, note)) = newest else {
            return Ok(());
        };
        if self.old_size > size {
            return Err(ask::AskError::Ahead {
                theirs: self.old_size,
                ours: size,
            });
        }
        let first = ask(
            &self.client,
            connection,
            &self.witness,
            self.old_size,
            (size, &note),
        );
        let answered = match first.await? {
            // It knows better where it stands: asked once more from there, and not a third time.
            Answered::StandsAt(theirs) if theirs != self.old_size && theirs <= size => {
                self.old_size = theirs;
                ask(
                    &self.client,
                    connection,
                    &self.witness,
                    theirs,
                    (size, &note),
                )
                .await?
            }
            answered => answered,
        };
        let signed = match answered {
            Answered::Signed(signed) => signed,
            Answered::StandsAt(theirs) => {
                return Err(ask::AskError::Ahead { theirs, ours: size });
            }
        };
        if signed.at_s > now_s() + AHEAD_S {
            return Err(ask::AskError::Clock(signed.at_s));
        }
        let name = &self.witness.name;
        let stored = store::cosignature::keep(connection, name, size, signed.at_s, &signed.line);
        timely(stored).await?;
        self.old_size = size;
        self.states.change(name, |told| {
            told.size = size;
            told.at_s = Some(signed.at_s);
            told.heard_s = now_s();
            told.fault = None;
        });
        Ok(())
    }

    /// A witness that refuses may hold what we once signed. It cannot forge that: where it is not a
    /// beginning of this log, this log was put back or rewritten, and the brake is pulled.
    async fn look_closer(&mut self) {
        let (origin, key) = (&self.own.origin, &self.own.key);
        let Some(theirs) = ask::shown(&self.client, &self.witness, origin, key).await else {
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
