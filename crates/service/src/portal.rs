//! The portal: one handle over everything, cheap to clone.

use std::sync::Arc;

use access::command::Command;
use access::event::Actor;
use access::view::{Role, Viewer};
use sqlx::PgPool;
use tokio::sync::{broadcast, mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::archive::Archive;
use crate::clock::Clock;
use crate::cosign::{self, WitnessState, Witnessed};
use crate::error::{Error, StartError};
use crate::faults::Faults;
use crate::halt::Halt;
use crate::journal::{Ending, Journal};
use crate::ledger_reader::LedgerReader;
use crate::line::{Lines, SESSION};
use crate::memory::Memory;
use crate::notify::{self, Change};
use crate::opening;
use crate::readings::Readings;
use crate::reconcile;
use crate::recording::{self, Live, Reports, WebhookAnswers};
use crate::sequencer::{Answers, Image, Proposal, Publisher, Sequencer, Writer, when_witnessed};
use crate::settings::{AnswerWhen, Settings, Trust};
use crate::signer::{SignerState, Waiting};
use crate::store;
use crate::targets::Targets;
use crate::timeline::Watch;
use crate::turns::Turns;
use crate::vault::Vault;
use crate::watched::watched;

/// Connections of writer, publisher and the task that tells of changes.
const LOG_CONNECTIONS: u32 = 4;

/// Batches that may be committed and not yet published: the writer runs at most so far ahead.
const UNPUBLISHED: usize = 4;

/// One handle over everything, cheap to clone.
#[derive(Clone, Debug)]
pub struct Portal {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) settings: Settings,
    pub(crate) pool: PgPool,
    pub(crate) clock: Clock,
    pub(crate) sequencer: Sequencer,
    pub(crate) targets: Targets,
    pub(crate) journal: Journal<Ending>,
    pub(crate) readings: Readings,
    pub(crate) halt: Halt,
    pub(crate) faults: Faults,
    /// Of what is asked of everybody.
    pub(crate) turns: Turns,
    /// What connectors' secrets are kept under.
    pub(crate) vault: Vault,
    /// The recorded sessions that live in this process.
    pub(crate) live: Live,
    /// Reports of tools that are being written.
    pub(crate) reports: Reports,
    ledger: LedgerReader,
    changes: broadcast::Sender<Change>,
    witnesses: cosign::States,
    signer: Waiting,
    witnessed: watch::Receiver<Option<Witnessed>>,
    unlawful: Vec<access::Violation>,
    pub(crate) archive: Option<Archive>,
}

impl Portal {
    /// Checks the stored log, starts the background tasks, and writes the first entries of this
    /// process. A log that fails its check is shown, but halted: see [`Portal::halted`].
    ///
    /// The tasks stop when `shutdown` is cancelled.
    ///
    /// # Errors
    /// [`StartError`] where the portal could not work at all.
    pub async fn start(
        settings: Settings,
        pool: PgPool,
        shutdown: CancellationToken,
    ) -> Result<Self, StartError> {
        for policy in &settings.seed_policies {
            policy
                .check()
                .map_err(|fault| StartError::Policy(policy.name.to_string(), fault))?;
        }
        let archive = settings.archive.as_ref().map(Archive::new).transpose()?;
        let origin = settings.origin.clone();
        let memory = Memory::new(&settings.data_dir, origin.clone());
        let signer = opening::signer(&settings, memory.clone())?;
        let waiting = signer.waiting();
        let answered = Arc::new(WebhookAnswers::default());
        let hears: Arc<dyn targets::AnswerLog> = answered.clone();
        let place = (settings.data_dir.as_path(), &origin);
        let targets = Targets::new(place, &settings.resources, &hears)?;
        let vault = Vault::open(&settings.data_dir)?;
        // The log's own connections: pages that wait for theirs must not keep entries from being written.
        let log_pool = pool
            .options()
            .clone()
            .max_connections(LOG_CONNECTIONS)
            .connect_lazy_with((*pool.connect_options()).clone().options(SESSION));
        let halt = Halt::default();
        let lines = Lines {
            watch: Watch::begin(&settings.data_dir, &log_pool, &halt).await?,
            pool: log_pool.clone(),
        };
        store::ledger::open(&log_pool, origin.as_str()).await?;

        let (newest, witnessed) = watch::channel(None);
        let answers = answers(settings.trust.as_ref(), &witnessed);
        let mut publisher = Publisher::new(
            lines.relaxed(),
            origin.clone(),
            signer,
            halt.clone(),
            answers,
        );
        let signed = publisher.signed();
        if halt.reason().is_none() {
            publisher.recover().await?;
        }
        let keys = publisher.signer().history()?;
        let head = store::ledger::head(&pool).await?;
        let mut image = Image::empty(&origin);
        let mut connection = pool.acquire().await?;
        if let Err(fault) = image.catch_up(&mut connection, head.size).await {
            halt.pull(fault.to_string());
        }
        drop(connection);
        let clock = Clock::default();
        clock.reach(image.time());
        let unlawful = image.unlawful().to_vec();

        let (sequencer, queue) = Sequencer::new(halt.clone(), waiting.clone());
        let (committed, to_publish) = mpsc::channel(UNPUBLISHED);
        let writer = Writer::new(
            lines,
            origin.clone(),
            memory,
            halt.clone(),
            clock.clone(),
            image,
            committed,
        );
        let (changed, to_tell) = mpsc::unbounded_channel();
        watched("publisher", &halt, publisher.run(to_publish, changed));
        tokio::spawn(notify::tell(log_pool, to_tell));
        watched("writer", &halt, writer.run(queue));
        let changes = notify::channel();
        tokio::spawn(notify::listen(
            pool.clone(),
            changes.clone(),
            shutdown.clone(),
        ));

        let policy = settings.trust.as_ref().map(|trust| trust.policy.clone());
        let portal = Self {
            inner: Arc::new(Inner {
                journal: Journal::new(&settings.data_dir, "endings"),
                readings: Readings::new(&settings.data_dir, settings.read_window),
                archive,
                ledger: LedgerReader::new(pool.clone(), origin, keys, policy),
                settings,
                pool,
                clock,
                sequencer,
                targets,
                halt,
                faults: Faults::default(),
                turns: Turns::default(),
                vault,
                live: Live::default(),
                reports: Reports::default(),
                changes,
                witnesses: cosign::States::default(),
                signer: waiting,
                witnessed,
                unlawful,
            }),
        };
        answered.go_to(&portal);
        portal.start_archive(&shutdown);
        portal.ask_witnesses(newest, signed, &shutdown)?;
        if portal.halted().is_none() {
            portal.open_log(head.size == 0, &shutdown).await?;
        }
        watched(
            "cutter",
            &portal.inner.halt,
            recording::run(portal.clone(), shutdown.clone()),
        );
        watched(
            "reconciler",
            &portal.inner.halt,
            reconcile::run(portal.clone(), shutdown),
        );
        Ok(portal)
    }

    /// Witnesses are asked where the log is halted too: what was signed stands.
    fn ask_witnesses(
        &self,
        newest: cosign::Newest,
        signed: watch::Receiver<u64>,
        shutdown: &CancellationToken,
    ) -> Result<(), StartError> {
        let Some(Trust { policy, ask, .. }) = self.inner.settings.trust.clone() else {
            return Ok(());
        };
        let own = cosign::OwnLog {
            origin: self.inner.ledger.origin().clone(),
            keys: self.inner.ledger.keys().clone(),
            halt: self.inner.halt.clone(),
        };
        let (pool, states) = (&self.inner.pool, &self.inner.witnesses);
        let (rounds, asking) = cosign::Rounds::new(policy, ask, own, pool, states, newest)?;
        for task in asking {
            watched("asking of witnesses", &self.inner.halt, task);
        }
        let rounds = rounds.run(self.subscribe(), signed);
        let shutdown = shutdown.clone();
        watched("rounds of witnesses", &self.inner.halt, async move {
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = rounds => {}
            }
        });
        Ok(())
    }

    /// Entries that broke the rules in force when they were written, as this process found the log when it
    /// started; the first hundred.
    pub fn unlawful(&self) -> &[access::Violation] {
        &self.inner.unlawful
    }

    /// The newest checkpoint that the portal's trust policy believes, as far as this process knows.
    pub fn witnessed(&self) -> Option<Witnessed> {
        *self.inner.witnessed.borrow()
    }

    /// How it stands with each witness, by name.
    pub fn witnesses(&self) -> Vec<WitnessState> {
        self.inner.witnesses.now()
    }

    /// How it stands with a signer elsewhere; `None` where the key is in the data folder.
    pub fn signer(&self) -> Option<SignerState> {
        let elsewhere = self.inner.settings.signer.is_some();
        elsewhere.then(|| self.inner.signer.now())
    }

    /// Lets a part of the portal itself act.
    pub(crate) async fn system(&self, part: &str, command: Command) -> Result<(), Error> {
        let actor = Actor::System {
            part: part.to_owned(),
        };
        self.inner
            .sequencer
            .propose(Proposal::new(command, actor))
            .await
            .map(drop)
    }

    /// Why the log is halted, if it is: then nothing can be opened, and what is open can only be
    /// ended.
    pub fn halted(&self) -> Option<String> {
        self.inner.halt.reason().map(str::to_owned)
    }

    /// The log as bytes, for everybody who checks it.
    pub fn ledger(&self) -> &LedgerReader {
        &self.inner.ledger
    }

    /// Word of every change from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.inner.changes.subscribe()
    }

    /// The roles of the portal that follow from groups, by configuration.
    pub fn roles(&self, groups: &[access::ids::GroupName]) -> Vec<Role> {
        self.inner.settings.roles.held(groups)
    }
}

/// When callers are answered, by the configuration.
fn answers(trust: Option<&Trust>, witnessed: &watch::Receiver<Option<Witnessed>>) -> Answers {
    match trust.map(|trust| trust.answer) {
        Some(AnswerWhen::Witnessed { within }) => {
            let (later, waiting) = mpsc::unbounded_channel();
            tokio::spawn(when_witnessed(waiting, witnessed.clone()));
            Answers::WhenWitnessed(later, within)
        }
        Some(AnswerWhen::Signed) | None => Answers::WhenSigned,
    }
}

/// The viewer as entries name them.
pub(crate) fn actor(viewer: &Viewer) -> Actor {
    Actor::Person {
        person: viewer.person,
        groups: viewer.groups.clone(),
    }
}
