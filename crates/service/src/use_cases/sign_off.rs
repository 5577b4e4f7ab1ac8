//! An approver says yes or no, with a proof of identity made for this.

use access::command::Command;
use access::digest::Digest;
use access::event::{Decision, Field};
use access::ids::{PersonId, RequestId};
use access::refusal::Rule;
use access::view::{OpeningState, Viewer};
use access::{Refusal, State, decide};

use super::submit_request::{MOST_TEXT, checked_text, sealed_text};
use crate::error::Error;
use crate::portal::{Portal, actor};
use crate::seal;
use crate::sequencer::{Act, Proposal};
use crate::store;

/// A sign-off with its proof.
#[derive(Debug, Clone)]
pub struct SignOff {
    /// To which request.
    pub request: RequestId,
    /// In whose place, where they sign as a delegate.
    pub on_behalf_of: Option<PersonId>,
    /// Yes or no.
    pub decision: Decision,
    /// The digest of the statement that was shown.
    pub statement: Digest,
    /// When the provider says they proved who they are for this, in seconds since 1970.
    pub auth_time_s: i64,
    /// The ID token of that proof.
    pub id_token: String,
    /// The random part of the nonce in that token: with it, anybody to whom the proof is opened can
    /// see that the token was made for this statement and decision.
    pub nonce_salt: [u8; 32],
    /// What they added.
    pub note: Option<String>,
}

impl Portal {
    /// Whether this person could sign this off now, before they are sent to prove who they are.
    /// `statement` is the digest of what they were shown. A refusal is an entry.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules, [`Error::NotFound`] where the request is not theirs to see,
    /// [`Error::Unavailable`] where an approval would rest on a reason that is not the one sealed.
    pub async fn check_sign_off(
        &self,
        viewer: &Viewer,
        request: RequestId,
        on_behalf_of: Option<PersonId>,
        (decision, statement): (Decision, Digest),
        note: Option<&str>,
    ) -> Result<(), Error> {
        if let Some(note) = note {
            checked_text("note", note, MOST_TEXT)?;
        }
        self.visible_request(viewer, request).await?;
        let now = self.inner.clock.now();
        let (no_token, _) = seal::seal("").map_err(|fault| Error::internal(&fault))?;
        let command = Command::SignOff {
            request,
            on_behalf_of,
            decision,
            statement,
            auth_time_s: now.millis().div_euclid(1000),
            id_token: no_token,
            note: None,
        };
        self.would_allow(viewer, command).await?;
        self.is_legible(viewer, request, decision).await
    }

    /// Nobody approves what they cannot have read. To say no, no reason is needed.
    async fn is_legible(
        &self,
        viewer: &Viewer,
        request: RequestId,
        decision: Decision,
    ) -> Result<(), Error> {
        if decision == Decision::Deny {
            return Ok(());
        }
        let openings = self.shown_request(viewer, request).await?.openings;
        let reason = openings.iter().find(|text| text.field == Field::Reason);
        match reason.map(|reason| reason.state) {
            Some(OpeningState::Altered | OpeningState::Missing) => Err(Error::Unavailable {
                message: "The reason kept here is not the one that was sealed, so it cannot be approved. Nothing was changed. Tell whoever runs the portal, and have access asked for anew; you can still deny this.".into(),
            }),
            _ => Ok(()),
        }
    }

    /// Asks the rules without doing anything; a refusal is an entry. Nobody is sent on to prove who they are
    /// while nothing could be written of it.
    pub(crate) async fn would_allow(&self, viewer: &Viewer, command: Command) -> Result<(), Error> {
        self.inner.sequencer.goes_on()?;
        let who = actor(viewer);
        let clock = self.inner.clock.clone();
        let decided: Result<(), Refusal> = self
            .inner
            .sequencer
            .ask(move |state| decide(state, command, &who, clock.now()).map(drop))
            .await?;
        match decided {
            Ok(()) => Ok(()),
            Err(refusal) => self.refuse(viewer, refusal).await,
        }
    }

    /// Writes a refusal down and answers with it.
    pub(crate) async fn refuse(&self, viewer: &Viewer, refusal: Refusal) -> Result<(), Error> {
        let proposal = Proposal {
            act: Act::Refuse(refusal),
            actor: actor(viewer),
            proved_at_s: viewer.proved_at_s,
            openings: Vec::new(),
            identity: None,
        };
        self.inner.sequencer.propose(proposal).await.map(drop)
    }

    /// Signs a request off. The caller has verified the ID token.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules, [`Error::Unavailable`] where the log cannot be written.
    pub async fn sign_off(&self, viewer: &Viewer, form: SignOff) -> Result<(), Error> {
        self.note_proof(viewer, form.auth_time_s).await?;
        let proof = seal::proof_text(&form.id_token, &form.nonce_salt);
        let (id_token, token_opening) =
            seal::seal(&proof).map_err(|fault| Error::internal(&fault))?;
        let mut openings = vec![("id_token", token_opening)];
        let note = sealed_text("note", form.note.as_deref(), MOST_TEXT, &mut openings)?;
        let command = Command::SignOff {
            request: form.request,
            on_behalf_of: form.on_behalf_of,
            decision: form.decision,
            statement: form.statement,
            auth_time_s: form.auth_time_s,
            id_token,
            note,
        };
        let proposal = Proposal {
            openings,
            ..Proposal::of(viewer, command)
        };
        self.inner.sequencer.propose(proposal).await?;
        self.take_back_refused(form.request, form.decision).await
    }

    /// An emergency that somebody said no to ends now, not at the reconciler's next round.
    async fn take_back_refused(&self, request: RequestId, decision: Decision) -> Result<(), Error> {
        if decision == Decision::Approve {
            return Ok(());
        }
        let grant = move |state: &State| {
            let grant = state.request(request)?.grant?;
            state
                .grant(grant)
                .filter(|grant| grant.is_live())
                .map(|grant| grant.id)
        };
        let Some(grant) = self.inner.sequencer.ask(grant).await? else {
            return Ok(());
        };
        self.end_unratified(grant).await
    }

    /// Notes that a sign-off was tried with a proof of identity that does not fit: somebody else's, or
    /// an old one.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the log cannot be written.
    pub async fn refuse_unproven_sign_off(
        &self,
        viewer: &Viewer,
        request: RequestId,
    ) -> Result<(), Error> {
        let refusal = Refusal {
            command: "sign_off",
            request: Some(request),
            rule: Rule::StaleProof,
        };
        self.refuse_quietly(viewer, refusal).await
    }

    /// Writes down a refusal that the caller tells in words of their own.
    pub(crate) async fn refuse_quietly(
        &self,
        viewer: &Viewer,
        refusal: Refusal,
    ) -> Result<(), Error> {
        match self.refuse(viewer, refusal).await {
            Err(Error::Refused(_)) => Ok(()),
            done => done,
        }
    }

    /// A fresh proof is a sign-in of its own: whatever comes of what it was made for, the groups that the
    /// provider names now are the ones that count, for earlier sign-offs too.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the log cannot be written.
    pub async fn note_proof(&self, viewer: &Viewer, auth_time_s: i64) -> Result<(), Error> {
        let command = Command::OpenSession {
            auth_time_s: Some(auth_time_s),
        };
        self.inner
            .sequencer
            .propose(Proposal::of(viewer, command))
            .await
            .map(drop)
    }

    /// Takes one's own request back.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules, [`Error::Unavailable`] where the log cannot be written.
    pub async fn withdraw(&self, viewer: &Viewer, request: RequestId) -> Result<(), Error> {
        let command = Command::Withdraw { request };
        self.inner
            .sequencer
            .propose(Proposal::of(viewer, command))
            .await
            .map(drop)
    }

    /// Lets every request lapse whose time has passed.
    pub(crate) async fn lapse_overdue(&self) -> Result<(), Error> {
        for request in store::request::overdue(&self.inner.pool, self.inner.clock.now()).await? {
            match self.system("reconciler", Command::Lapse { request }).await {
                // Another replica was first.
                Ok(()) | Err(Error::Refused(_)) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }
}
