//! The portal: one handle over everything, cheap to clone.

use std::sync::Arc;

use access::command::Command;
use access::event::Actor;
use access::view::{Role, Viewer};
use sqlx::PgPool;
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

use crate::archive::Archive;
use crate::clock::Clock;
use crate::connectors::Targets;
use crate::cosign::{self, WitnessState};
use crate::error::{Error, StartError};
use crate::halt::Halt;
use crate::journal::{Ending, Journal};
use crate::key;
use crate::ledger_reader::LedgerReader;
use crate::line::{Lines, SESSION};
use crate::memory::Memory;
use crate::notify::{self, Change};
use crate::readings::Readings;
use crate::reconcile;
use crate::sequencer::{Image, Proposal, Publisher, Sequencer, Writer};
use crate::settings::Settings;
use crate::store;
use crate::timeline::Watch;
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
    halt: Halt,
    ledger: LedgerReader,
    changes: broadcast::Sender<Change>,
    witnesses: cosign::States,
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
        let key = key::load(&settings.data_dir, &origin)?;
        let vkey = key.verifier_key();
        let targets =
            Targets::new(origin.as_str(), &settings.resources).map_err(StartError::Target)?;
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

        let memory = Memory::new(&settings.data_dir, origin.clone());
        let mut publisher = Publisher::new(
            lines.line(),
            origin.clone(),
            key,
            memory.clone(),
            halt.clone(),
        );
        if halt.reason().is_none() {
            publisher.recover().await?;
        }
        let head = store::ledger::head(&pool).await?;
        let mut image = Image::empty(&origin);
        let mut connection = pool.acquire().await?;
        if let Err(fault) = image.catch_up(&mut connection, head.size).await {
            halt.pull(fault.to_string());
        }
        drop(connection);
        let clock = Clock::default();
        clock.reach(image.time());

        let (sequencer, queue) = Sequencer::new(halt.clone());
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

        let witness_keys = settings
            .witnesses
            .iter()
            .map(|witness| witness.key.clone())
            .collect();
        let portal = Self {
            inner: Arc::new(Inner {
                journal: Journal::new(&settings.data_dir, "endings"),
                readings: Readings::new(&settings.data_dir, settings.read_window),
                archive,
                ledger: LedgerReader::new(pool.clone(), origin, vkey, witness_keys),
                settings,
                pool,
                clock,
                sequencer,
                targets,
                halt,
                changes,
                witnesses: cosign::States::default(),
            }),
        };
        portal.start_archive(&shutdown);
        portal.ask_witnesses(&shutdown);
        if portal.halted().is_none() {
            portal
                .first_entries(head.size == 0)
                .await
                .map_err(StartError::Open)?;
        }
        watched(
            "reconciler",
            &portal.inner.halt,
            reconcile::run(portal.clone(), shutdown),
        );
        Ok(portal)
    }

    /// Witnesses are asked where the log is halted too: what was signed stands.
    fn ask_witnesses(&self, shutdown: &CancellationToken) {
        let own = cosign::OwnLog {
            origin: self.inner.ledger.origin().clone(),
            key: self.inner.ledger.key().clone(),
            halt: self.inner.halt.clone(),
        };
        for witness in &self.inner.settings.witnesses {
            let asking = cosign::gather(
                witness.clone(),
                own.clone(),
                self.inner.pool.clone(),
                self.subscribe(),
                self.inner.witnesses.clone(),
                shutdown.clone(),
            );
            watched("asking of witnesses", &self.inner.halt, asking);
        }
    }

    /// How it stands with each witness, by name.
    pub fn witnesses(&self) -> Vec<WitnessState> {
        self.inner.witnesses.now()
    }

    async fn first_entries(&self, new_log: bool) -> Result<(), Error> {
        if new_log {
            let command = Command::OpenLedger {
                origin: self.inner.ledger.origin().as_str().to_owned(),
                vkey: self.inner.ledger.vkey(),
            };
            match self.system("portal", command).await {
                // Another replica was first.
                Ok(()) | Err(Error::Refused(_)) => {}
                Err(fault) => return Err(fault),
            }
        }
        self.system(
            "portal",
            Command::StartServer {
                version: env!("CARGO_PKG_VERSION").into(),
            },
        )
        .await?;
        self.configure_roles().await?;
        let in_force = store::policy::in_force(&self.inner.pool).await?;
        for policy in &self.inner.settings.seed_policies {
            let unchanged = in_force.iter().any(|version| version.policy == *policy);
            if !unchanged {
                let command = Command::ActivatePolicy {
                    policy: policy.clone(),
                };
                self.system("seed", command).await?;
            }
        }
        Ok(())
    }

    /// Says in the log who holds which role, where that is not what it says already.
    async fn configure_roles(&self) -> Result<(), Error> {
        let roles = self.inner.settings.roles.clone();
        let known = self.inner.sequencer.ask(|state| state.roles().cloned());
        if known.await?.as_ref() == Some(&roles) {
            return Ok(());
        }
        self.system("portal", Command::ConfigureRoles { roles })
            .await
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

/// The viewer as entries name them.
pub(crate) fn actor(viewer: &Viewer) -> Actor {
    Actor::Person {
        person: viewer.person,
        groups: viewer.groups.clone(),
    }
}
