//! Open access is made longer: by its holder, or by an approver whom the holder asks.

use access::Refusal;
use access::State;
use access::command::Command;
use access::event::Proof;
use access::ids::{GrantId, RequestId};
use access::refusal::Rule;
use access::time::UnixMillis;
use access::view::Viewer;

use crate::error::{Error, chain};
use crate::portal::Portal;
use crate::seal;
use crate::sequencer::Proposal;

/// An approver's yes to more time, with its proof.
#[derive(Debug, Clone)]
pub struct ApproveExtension {
    /// To which grant's.
    pub grant: GrantId,
    /// When the provider says they proved who they are for this, in seconds since 1970.
    pub auth_time_s: i64,
    /// The ID token of that proof.
    pub id_token: String,
    /// The random part of the nonce in that token.
    pub nonce_salt: [u8; 32],
}

impl Portal {
    /// Makes the viewer's own access longer, or asks an approver for it where the policy wants one's word.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules, [`Error::Unavailable`] where the log or the target does not
    /// answer.
    pub async fn extend(&self, viewer: &Viewer, grant: GrantId) -> Result<(), Error> {
        let needs_approval = move |state: &State| {
            let request = state.request_of(grant)?;
            let extend = request.policy.policy.duration.extend.as_ref()?;
            Some(extend.approval)
        };
        if self.inner.sequencer.ask(needs_approval).await? == Some(true) {
            return self.act(viewer, Command::AskExtension { grant }).await;
        }
        let command = Command::ExtendGrant { grant, proof: None };
        self.act(viewer, command).await?;
        self.lengthen(grant).await
    }

    /// Says no to more time; an approver may.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules, [`Error::Unavailable`] where the log cannot be written.
    pub async fn deny_extension(&self, viewer: &Viewer, grant: GrantId) -> Result<(), Error> {
        self.act(viewer, Command::DenyExtension { grant }).await
    }

    /// Whether this person could say yes to more time now, before they are sent to prove who they are. A
    /// refusal is an entry. Returns the request that the access came of.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules.
    pub async fn check_extension(
        &self,
        viewer: &Viewer,
        grant: GrantId,
    ) -> Result<RequestId, Error> {
        let (id_token, _) = seal::seal("").map_err(|fault| Error::internal(&fault))?;
        let proof = Some(Proof {
            auth_time_s: self.inner.clock.now().unix_seconds(),
            id_token,
        });
        self.would_allow(viewer, Command::ExtendGrant { grant, proof })
            .await?;
        Ok(self.grant_view(grant).await?.request)
    }

    /// Notes that more time was to be allowed with a proof of identity that does not fit: somebody else's,
    /// or an old one.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the log cannot be written.
    pub async fn refuse_unproven_extension(
        &self,
        viewer: &Viewer,
        grant: GrantId,
    ) -> Result<(), Error> {
        let request = move |state: &State| state.request_of(grant).map(|request| request.id);
        let refusal = Refusal {
            command: "extend_grant",
            request: self.inner.sequencer.ask(request).await?,
            rule: Rule::StaleProof,
        };
        self.refuse_quietly(viewer, refusal).await
    }

    /// Says yes to more time. The caller has verified the ID token.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules, [`Error::Unavailable`] where the log or the target does not
    /// answer.
    pub async fn approve_extension(
        &self,
        viewer: &Viewer,
        form: ApproveExtension,
    ) -> Result<(), Error> {
        self.note_proof(viewer, form.auth_time_s).await?;
        let proof = seal::proof_text(&form.id_token, &form.nonce_salt);
        let (id_token, opening) = seal::seal(&proof).map_err(|fault| Error::internal(&fault))?;
        let grant = form.grant;
        let proof = Some(Proof {
            auth_time_s: form.auth_time_s,
            id_token,
        });
        let proposal = Proposal {
            openings: vec![("id_token", opening)],
            ..Proposal::of(viewer, Command::ExtendGrant { grant, proof })
        };
        self.inner.sequencer.propose(proposal).await?;
        self.lengthen(grant).await
    }

    /// Tells the target. The log says it already: where the target does not take it, access ends there
    /// earlier than it may, never later.
    async fn lengthen(&self, grant: GrantId) -> Result<(), Error> {
        let view = self.grant_view(grant).await?;
        let told = match self.inner.targets.get(&view.resource) {
            Ok(target) => target.lengthen(grant, view.expires_at_ms).await,
            Err(fault) => Err(fault),
        };
        told.map_err(|fault| {
            tracing::error!(%grant, fault = %chain(&fault), "a target did not make access longer");
            Error::Unavailable {
                message: "The log says that this access is longer, but its target did not take it: new logins may end at the earlier time. What is open stays open.".into(),
            }
        })
    }

    /// One command of the viewer's, without anything sealed.
    pub(crate) async fn act(&self, viewer: &Viewer, command: Command) -> Result<(), Error> {
        let proposal = Proposal::of(viewer, command);
        self.inner.sequencer.propose(proposal).await.map(drop)
    }

    /// Lets somebody else sign in the viewer's place until a moment.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules, [`Error::Unavailable`] where the log cannot be written.
    pub async fn delegate(
        &self,
        viewer: &Viewer,
        to: access::ids::PersonId,
        until_ms: UnixMillis,
    ) -> Result<(), Error> {
        self.act(viewer, Command::SetDelegation { to, until_ms })
            .await
    }

    /// The viewer signs for themselves again.
    ///
    /// # Errors
    /// As [`Portal::delegate`].
    pub async fn end_delegation(&self, viewer: &Viewer) -> Result<(), Error> {
        self.act(viewer, Command::EndDelegation).await
    }
}
