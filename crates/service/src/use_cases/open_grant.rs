//! Access is made on the target, in an order that a crash cannot break:
//! intended (durable, signed) → account made → opened (durable, signed) → only then a way in.

use access::State;
use access::command::Command;
use access::event::Failure;
use access::ids::{GrantId, RequestId};
use access::view::{GrantView, Viewer};
use targets::{Access, TargetError};
use uuid::Uuid;

use crate::error::Error;
use crate::portal::Portal;
use crate::sequencer::Proposal;
use crate::store;

impl Portal {
    /// Opens an approved request; its requester may.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules; [`Error::Unavailable`] where log or target do not answer.
    pub async fn open(&self, viewer: &Viewer, request: RequestId) -> Result<GrantId, Error> {
        let grant = GrantId::new(Uuid::new_v4());
        let command = Command::IntendGrant { request, grant };
        self.inner
            .sequencer
            .propose(Proposal::of(viewer, command))
            .await?;
        self.make_access(grant).await?;
        Ok(grant)
    }

    /// Makes the account of an intended grant and writes down the outcome. Goes on when the caller
    /// goes away: a browser that closes must not leave a half-made account.
    pub(crate) async fn make_access(&self, grant: GrantId) -> Result<(), Error> {
        let portal = self.clone();
        match tokio::spawn(async move { portal.make_access_now(grant).await }).await {
            Ok(done) => done,
            Err(fault) => Err(Error::internal(&fault)),
        }
    }

    async fn make_access_now(&self, grant: GrantId) -> Result<(), Error> {
        let view = self.grant_view(grant).await?;
        let access = self.access_of(&view).await?;
        let made = match self.inner.targets.get(&view.resource) {
            Ok(target) => target.open(&access).await,
            Err(fault) => Err(fault),
        };
        match made {
            Ok(()) => self.confirm_access(&view).await,
            Err(fault) => Err(self.note_failure(&view, &fault).await),
        }
    }

    /// What a grant gives on its target.
    pub(super) async fn access_of(&self, view: &GrantView) -> Result<Access, Error> {
        let grant = view.id;
        let intended =
            move |state: &State| state.grant(grant).map(|standing| standing.intended_seq);
        let intended_seq = self.inner.sequencer.ask(intended).await?;
        Ok(Access {
            grant,
            intended_seq: intended_seq.ok_or(Error::NotFound)?,
            role: view.role.clone(),
            expires_at: view.expires_at_ms,
        })
    }

    async fn confirm_access(&self, view: &GrantView) -> Result<(), Error> {
        match self
            .system("portal", Command::ConfirmGrant { grant: view.id })
            .await
        {
            Ok(()) => Ok(()),
            Err(fault) => {
                // What the log did not take must not stand. The reconciler finds what is left.
                if let Ok(target) = self.inner.targets.get(&view.resource)
                    && let Err(left) = target.end(view.id).await
                {
                    tracing::error!(grant = %view.id, %left, "an account is left for the reconciler");
                }
                Err(fault)
            }
        }
    }

    async fn note_failure(&self, view: &GrantView, fault: &TargetError) -> Error {
        tracing::error!(
            grant = %view.id,
            fault = %crate::error::chain(fault),
            "a target did not open access"
        );
        let failure = match fault {
            TargetError::Refused(_) => Failure::Refused,
            TargetError::Unknown(_) => Failure::Unknown,
        };
        if failure == Failure::Unknown
            && let Ok(target) = self.inner.targets.get(&view.resource)
            && let Err(left) = target.end(view.id).await
        {
            // Unknown until it is swept: the grant stays intended for the reconciler.
            tracing::error!(grant = %view.id, %left, "an account may be left for the reconciler");
            return unanswered();
        }
        if let Err(fault) = self
            .system(
                "portal",
                Command::FailGrant {
                    grant: view.id,
                    failure,
                },
            )
            .await
        {
            return fault;
        }
        unanswered()
    }

    pub(crate) async fn grant_view(&self, grant: GrantId) -> Result<GrantView, Error> {
        let filter = store::grant::Filter {
            ids: Some(&[grant]),
            ..Default::default()
        };
        store::grant::list(&self.inner.pool, &filter)
            .await?
            .pop()
            .ok_or(Error::NotFound)
    }
}

fn unanswered() -> Error {
    Error::Unavailable {
        message: "The target did not open access. Your request and everything you typed are kept; ask again, or use the target's own emergency way in and say so in the review.".into(),
    }
}
