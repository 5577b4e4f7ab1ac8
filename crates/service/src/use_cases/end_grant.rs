//! Access ends before its time. Ending never waits for the log: act, write down, append when the
//! log takes it.

use std::time::Duration;

use access::command::Command;
use access::event::{Actor, EndCause};
use access::ids::GrantId;
use access::policy::Policy;
use access::refusal::Rule;
use access::view::{GrantState, GrantView, Viewer};

use crate::error::Error;
use crate::journal::Ending;
use crate::portal::{Portal, actor};
use crate::sequencer::{Act, Proposal};

/// How long an expiry waits for the log to say whether it was put off: with the target's own time, access is over
/// within a second.
const LOG_WITHIN: Duration = Duration::from_millis(600);

impl Portal {
    /// Ends access: `Returned` by its holder, `Revoked` by whom the policy names.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules; [`Error::Unavailable`] where the target does not answer: the
    /// reconciler goes on trying.
    pub async fn end(&self, viewer: &Viewer, grant: GrantId, cause: EndCause) -> Result<(), Error> {
        self.authorise_end(viewer, grant, cause).await?;
        let portal = self.clone();
        let actor = actor(viewer);
        match tokio::spawn(async move { portal.end_now(grant, cause, actor).await }).await {
            Ok(done) => done,
            Err(fault) => Err(Error::internal(&fault)),
        }
    }

    /// Ends an emergency that nobody ratified in time, or that somebody said no to.
    pub(crate) async fn end_unratified(&self, grant: GrantId) -> Result<(), Error> {
        let (portal, actor) = (self.clone(), Actor::system("reconciler"));
        let ended = async move { portal.end_now(grant, EndCause::Unratified, actor).await };
        match tokio::spawn(ended).await {
            Ok(done) => done,
            Err(fault) => Err(Error::internal(&fault)),
        }
    }

    async fn authorise_end(
        &self,
        viewer: &Viewer,
        grant: GrantId,
        cause: EndCause,
    ) -> Result<(), Error> {
        if self.halted().is_some() || self.inner.sequencer.goes_on().is_err() {
            return self.authorise_end_unrecorded(viewer, grant, cause).await;
        }
        self.would_allow(
            viewer,
            Command::EndGrant {
                grant,
                cause,
                sessions_cut: 0,
            },
        )
        .await
    }

    /// While the log is halted, or cannot be signed, its state may be missing: then the tables say who may.
    async fn authorise_end_unrecorded(
        &self,
        viewer: &Viewer,
        grant: GrantId,
        cause: EndCause,
    ) -> Result<(), Error> {
        let view = self.grant_view(grant).await?;
        let policy = self.request_policy(view.request).await?.policy;
        if may_end(viewer, &policy, &view, cause) {
            Ok(())
        } else {
            Err(Error::NotFound)
        }
    }

    /// Ends access whose time is up, by the tables. Whether it is over: not where it was made longer, or ratified, in the
    /// last moment, which the tables may not say yet.
    ///
    /// ```text
    /// writer      decides the extension ──────── commits
    /// this one                    reads the tables: time is up ── asks behind the commit: not yet
    /// ```
    ///
    /// The log has so long to answer, and not longer: without it access ends all the same.
    pub(crate) async fn end_in_time(
        &self,
        grant: GrantId,
        cause: EndCause,
        actor: Actor,
    ) -> Result<bool, Error> {
        let sessions_cut = 0;
        let would = Act::Would(Command::EndGrant {
            grant,
            cause,
            sessions_cut,
        });
        let proposal = Proposal {
            act: would,
            actor: actor.clone(),
            proved_at_s: None,
            openings: Vec::new(),
            identity: None,
        };
        let asked = self.inner.sequencer.propose(proposal);
        if let Ok(Err(Error::Refused(refusal))) = tokio::time::timeout(LOG_WITHIN, asked).await
            && refusal.rule == Rule::TooEarly
        {
            return Ok(false);
        }
        self.end_now(grant, cause, actor).await.map(|()| true)
    }

    /// Ends access on the target, then writes that down. Safe to repeat.
    pub(crate) async fn end_now(
        &self,
        grant: GrantId,
        cause: EndCause,
        actor: Actor,
    ) -> Result<(), Error> {
        let under_way = self.inner.journal.find(grant).unwrap_or_else(|fault| {
            tracing::error!(%grant, %fault, "what is under way cannot be read");
            None
        });
        // Done before, and not an entry yet: the first one's word and count stand.
        let ending = match under_way {
            Some(ending) if ending.sessions_cut.is_some() => ending,
            _ => self.end_on_target(grant, cause, actor).await?,
        };
        match self.record_ending(&ending).await {
            // The log is down: the journal has it, and the person's wish is done.
            Err(Error::Unavailable { .. }) => Ok(()),
            done => done,
        }
    }

    async fn end_on_target(
        &self,
        grant: GrantId,
        cause: EndCause,
        actor: Actor,
    ) -> Result<Ending, Error> {
        let view = self.grant_view(grant).await?;
        let mut ending = Ending {
            grant,
            cause,
            sessions_cut: None,
            actor,
        };
        self.journal(&ending);
        // Those that live here end at once, and say that access is over; elsewhere the target itself ends them.
        let here = self.inner.live.cut(grant);
        let ended = match self.inner.targets.get(&view.resource) {
            Ok(target) => target.end(grant).await,
            Err(fault) => Err(fault),
        };
        let sessions_cut = ended.map_err(|fault| {
            tracing::error!(%grant, fault = %crate::error::chain(&fault), "a target did not end access");
            Error::Unavailable {
                message: "The target did not confirm that access is over. The portal tries again every 30 seconds until it does; look at the target yourself if it matters now.".into(),
            }
        })?;
        // The target may have seen them go before it counted.
        ending.sessions_cut = Some(sessions_cut.max(u32::try_from(here).unwrap_or(u32::MAX)));
        self.journal(&ending);
        Ok(ending)
    }

    fn journal(&self, ending: &Ending) {
        if let Err(fault) = self.inner.journal.write(ending.grant, ending) {
            // Access ends all the same; the reconciler will find the grant at its expiry.
            tracing::error!(grant = %ending.grant, %fault, "an ending could not be written down");
        }
    }

    /// Appends an ending that has happened, and forgets it in the journal.
    async fn record_ending(&self, ending: &Ending) -> Result<(), Error> {
        let command = Command::EndGrant {
            grant: ending.grant,
            cause: ending.cause,
            sessions_cut: ending.sessions_cut.unwrap_or_default(),
        };
        match self
            .inner
            .sequencer
            .propose(Proposal::new(command, ending.actor.clone()))
            .await
        {
            Ok(_) => self.forget(ending.grant),
            // Somebody else's ending of the same grant is in the log already.
            Err(Error::Refused(refusal)) if refusal.rule == Rule::WrongState => {
                self.forget(ending.grant)
            }
            // Who ended it may no longer say so (their groups changed meanwhile), or the log did not say in
            // time that it is longer. It is over all the same: the portal says it, as soon as the rules let
            // it, which is at its expiry.
            Err(Error::Refused(refusal)) => {
                let grant = ending.grant;
                tracing::warn!(%grant, %refusal, "access is over on its target, and the log takes that at its expiry only");
                let actor = Actor::System {
                    part: "reconciler".into(),
                };
                self.journal(&Ending {
                    cause: EndCause::Expired,
                    actor,
                    ..ending.clone()
                });
                Ok(())
            }
            Err(fault) => Err(fault),
        }
    }

    fn forget(&self, grant: GrantId) -> Result<(), Error> {
        self.inner
            .journal
            .forget(grant)
            .map_err(|fault| Error::internal(&fault))
    }
}

/// Who may end access, by the tables alone: the holder returns it, approvers and reviewers of the
/// policy revoke it.
pub(super) fn may_end(
    viewer: &Viewer,
    policy: &Policy,
    grant: &GrantView,
    cause: EndCause,
) -> bool {
    let stands = matches!(
        grant.state,
        GrantState::Intended | GrantState::Active { .. }
    );
    let holder = grant.holder.id == viewer.person;
    stands
        && match cause {
            EndCause::Returned => holder,
            EndCause::Revoked => !holder && policy.involves(viewer.person, &viewer.groups),
            EndCause::Expired | EndCause::Unratified => false,
        }
}
