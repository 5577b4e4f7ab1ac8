//! SQL on a target, in the browser: every statement is in the log before the target sees it.

use access::State;
use access::event::{RecordingEnd, StatementClass, Way};
use access::ids::{GrantId, RecordingId};
use access::policy::Connector;
use access::time::UnixMillis;
use access::view::{GrantState, GrantView, Viewer, WorkView};
use secrecy::SecretString;
use targets::console::{ConsoleSession, Event, Limits};
use targets::{PostgresTarget, Target};
use tokio::sync::mpsc;

use super::work::Begun;
use crate::error::Error;
use crate::portal::{Portal, actor};
use crate::recording::{Console, Wish};

/// The longest text that is run at once, in bytes.
const LONGEST: usize = 1024 * 1024;

/// A place to work that was opened.
#[derive(Debug, Clone)]
pub struct OpenedWork {
    /// What is done there is in this recording.
    pub recording: RecordingId,
    /// Access ends then, as it stands.
    pub expires_at_ms: UnixMillis,
    /// As whom it is done on the target.
    pub account: String,
}

impl Portal {
    /// What stands around a place to work: whose it is, until when, what is refused there.
    ///
    /// # Errors
    /// [`Error::NotFound`] for everybody but the holder of access that stands, and where this way does not lead there.
    pub async fn work(&self, viewer: &Viewer, grant: GrantId, way: Way) -> Result<WorkView, Error> {
        let view = self.grant_view(grant).await?;
        let (connector, refuses) = self.work_terms(grant).await?;
        let open = matches!(view.state, GrantState::Active { .. });
        let leads = match way {
            Way::Console | Way::Gateway => connector == Connector::Postgresql,
            Way::Terminal => connector == Connector::Ssh,
            Way::Reported => true,
        };
        if view.holder.id != viewer.person || !open || !leads {
            return Err(Error::NotFound);
        }
        Ok(WorkView {
            grant: view,
            now_ms: self.inner.clock.now(),
            refuses,
            gateway: connector == Connector::Postgresql && self.inner.settings.gateway.is_some(),
        })
    }

    /// Opens a console for the holder. Nobody sees the password that it is opened with.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules; [`Error::Unavailable`] where log or target do not answer.
    pub async fn open_console(&self, viewer: &Viewer, grant: GrantId) -> Result<OpenedWork, Error> {
        let work = self.work(viewer, grant, Way::Console).await?;
        let holder = actor(viewer);
        let begun = self
            .begin_work(&holder, viewer.proved_at_s, grant, Way::Console)
            .await?;
        match self.console(viewer, &work, &begun).await {
            Ok(()) => Ok(OpenedWork {
                recording: begun.recording,
                expires_at_ms: work.grant.expires_at_ms,
                account: grant.account(),
            }),
            Err(fault) => {
                self.end_work(begun.recording, RecordingEnd::Lost).await;
                Err(fault)
            }
        }
    }

    async fn console(&self, viewer: &Viewer, work: &WorkView, begun: &Begun) -> Result<(), Error> {
        let grant = work.grant.id;
        let target = self.postgresql(&work.grant.resource)?;
        let password = self.admit(target, grant).await?;
        let (told, events) = Console::channel();
        let session = ConsoleSession::open(
            target.address(),
            &grant.account(),
            password,
            begun.ending.clone(),
            told,
            Limits::default(),
        )
        .await
        .map_err(|fault| {
            tracing::error!(%grant, fault = %crate::error::chain(&fault), "a console could not sign in");
            unreached()
        })?;
        self.shut(target, &work.grant).await;
        let console = Console::new(
            self.clone(),
            (begun.recording, begun.recorder.clone()),
            work.refuses.clone(),
            session,
            events,
            begun.ending.clone(),
        );
        self.keep_work(begun, grant, viewer.person, Some(console));
        Ok(())
    }

    /// Runs what the holder typed; what happens comes as it does.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it is over or not theirs, [`Error::BadInput`] where something runs already or the text
    /// is too long.
    pub fn run_sql(
        &self,
        viewer: &Viewer,
        recording: RecordingId,
        sql: String,
    ) -> Result<mpsc::Receiver<Event>, Error> {
        if sql.len() > LONGEST {
            return Err(Error::BadInput {
                field: "sql",
                message: "That is more than a megabyte, and was not sent. Run it in parts, or use your own client by the gateway.".into(),
            });
        }
        self.begin_in(viewer, recording, Wish::Run(sql))
    }

    /// The next page of the last statement's rows.
    ///
    /// # Errors
    /// As [`Portal::run_sql`].
    pub fn more_rows(
        &self,
        viewer: &Viewer,
        recording: RecordingId,
    ) -> Result<mpsc::Receiver<Event>, Error> {
        self.begin_in(viewer, recording, Wish::More)
    }

    /// Breaks off what runs in a console.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it is over or not theirs.
    pub async fn cancel_sql(&self, viewer: &Viewer, recording: RecordingId) -> Result<(), Error> {
        self.driven::<Console>(viewer, recording)?.cancel().await;
        Ok(())
    }

    /// Ends a console.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it is over or not theirs.
    pub async fn close_console(
        &self,
        viewer: &Viewer,
        recording: RecordingId,
    ) -> Result<(), Error> {
        let console = self.driven::<Console>(viewer, recording)?;
        console.close(RecordingEnd::Closed).await;
        Ok(())
    }

    fn begin_in(
        &self,
        viewer: &Viewer,
        recording: RecordingId,
        wish: Wish,
    ) -> Result<mpsc::Receiver<Event>, Error> {
        let console = self.driven::<Console>(viewer, recording)?;
        console.begin(wish).map_err(|_| Error::BadInput {
            field: "sql",
            message:
                "Something runs in this console already. Wait for it or cancel it; nothing was sent."
                    .into(),
        })
    }

    /// By which kind of connector a grant was made, and what its policy refuses in recorded sessions.
    pub(crate) async fn work_terms(
        &self,
        grant: GrantId,
    ) -> Result<(Connector, Vec<StatementClass>), Error> {
        let terms = move |state: &State| {
            let found = state.grant(grant)?;
            let policy = &state.request(found.request)?.policy.policy;
            Some((found.connector, policy.grant.refuse.clone()))
        };
        let terms = self.inner.sequencer.ask(terms).await?;
        terms.ok_or(Error::NotFound)
    }

    /// The PostgreSQL server behind a resource.
    pub(crate) fn postgresql(
        &self,
        resource: &access::ids::ResourceName,
    ) -> Result<&PostgresTarget, Error> {
        match self.inner.targets.find(resource) {
            Ok(Target::Postgresql(target)) => Ok(target),
            Ok(_) | Err(_) => Err(Error::NotFound),
        }
    }

    /// Takes the account's way in back once the portal is in, unless its holder was shown it: whoever works there may
    /// give their own account another password.
    pub(crate) async fn shut(&self, target: &PostgresTarget, grant: &GrantView) {
        let shown = matches!(
            grant.state,
            GrantState::Active {
                credential_shown: true
            }
        );
        if !shown && let Err(fault) = target.shut(grant.id).await {
            let grant = grant.id;
            tracing::error!(%grant, fault = %crate::error::chain(&fault), "an account's way in stays open");
        }
    }

    /// Lets the grant's account in by its password, which every server of the log derives alike.
    pub(crate) async fn admit(
        &self,
        target: &PostgresTarget,
        grant: GrantId,
    ) -> Result<SecretString, Error> {
        let password = self.inner.vault.account_password(grant);
        target.admit(grant, &password).await.map_err(|fault| {
            tracing::error!(%grant, fault = %crate::error::chain(&fault), "a target did not take a password");
            unreached()
        })?;
        Ok(password)
    }
}

pub(crate) fn unreached() -> Error {
    Error::Unavailable {
        message: "The target did not let the portal in for you, so nothing was opened or done. Your access stands; try again, and if it stays so, return it and ask again.".into(),
    }
}
