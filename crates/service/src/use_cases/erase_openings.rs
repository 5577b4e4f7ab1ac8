//! What people wrote is erased: one custodian orders it, another confirms it with a fresh proof of
//! identity, and with that entry it is gone.

use access::command::Command;
use access::event::OpeningRef;
use access::ids::RequestId;
use access::refusal::Rule;
use access::view::{ErasureView, PersonView, Role, Viewer};
use access::{Refusal, State, may_confirm};

use super::submit_request::{MOST_TEXT, checked_text};
use crate::error::Error;
use crate::portal::{Portal, actor};
use crate::seal;
use crate::sequencer::Proposal;
use crate::store;

/// A confirmation with its proof.
#[derive(Debug, Clone)]
pub struct ConfirmErasure {
    /// The entry that orders it.
    pub order: u64,
    /// When the provider says they proved who they are for this, in seconds since 1970.
    pub auth_time_s: i64,
    /// The ID token of that proof.
    pub id_token: String,
    /// The random part of the nonce in that token.
    pub nonce_salt: [u8; 32],
}

impl Portal {
    /// Orders that one sealed text of a request, or all where `None`, be erased. Custodians may.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules, [`Error::BadInput`] for a reason that does not fit,
    /// [`Error::Unavailable`] where the log cannot be written.
    pub async fn order_erasure(
        &self,
        viewer: &Viewer,
        request: RequestId,
        of: Option<OpeningRef>,
        reason: &str,
    ) -> Result<(), Error> {
        self.visible_request(viewer, request).await?;
        let reason = checked_text("reason", reason, MOST_TEXT)?;
        let (reason, reason_opening) =
            seal::seal(reason).map_err(|fault| Error::internal(&fault))?;
        let proposal = Proposal {
            openings: vec![("reason", reason_opening)],
            ..Proposal::of(
                viewer,
                Command::OrderErasure {
                    request,
                    of,
                    reason,
                },
            )
        };
        self.inner.sequencer.propose(proposal).await.map(drop)
    }

    /// Whether this person could confirm the order now, before they are sent to prove who they are; and
    /// of which request it is. A refusal is an entry.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules.
    pub async fn check_erasure(&self, viewer: &Viewer, order: u64) -> Result<RequestId, Error> {
        let (no_token, _) = seal::seal("").map_err(|fault| Error::internal(&fault))?;
        let command = Command::ConfirmErasure {
            order,
            auth_time_s: self.inner.clock.now().unix_seconds(),
            id_token: no_token,
        };
        self.would_allow(viewer, command).await?;
        self.request_of(order).await?.ok_or(Error::NotFound)
    }

    async fn request_of(&self, order: u64) -> Result<Option<RequestId>, Error> {
        let request = move |state: &State| state.erasure(order).map(|erasure| erasure.request);
        self.inner.sequencer.ask(request).await
    }

    /// Confirms an order, which erases what it names. The caller has verified the ID token.
    ///
    /// # Errors
    /// [`Error::Refused`] by the rules, [`Error::Unavailable`] where the log cannot be written: then
    /// nothing was erased.
    pub async fn confirm_erasure(
        &self,
        viewer: &Viewer,
        form: ConfirmErasure,
    ) -> Result<(), Error> {
        self.note_proof(viewer, form.auth_time_s).await?;
        let proof = seal::proof_text(&form.id_token, &form.nonce_salt);
        let (id_token, opening) = seal::seal(&proof).map_err(|fault| Error::internal(&fault))?;
        let proposal = Proposal {
            openings: vec![("id_token", opening)],
            ..Proposal::of(
                viewer,
                Command::ConfirmErasure {
                    order: form.order,
                    auth_time_s: form.auth_time_s,
                    id_token,
                },
            )
        };
        self.inner.sequencer.propose(proposal).await.map(drop)
    }

    /// Notes that a confirmation was tried with a proof of identity that does not fit.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the log cannot be written.
    pub async fn refuse_unproven_erasure(&self, viewer: &Viewer, order: u64) -> Result<(), Error> {
        let refusal = Refusal {
            command: "confirm_erasure",
            request: self.request_of(order).await?,
            rule: Rule::StaleProof,
        };
        self.refuse_quietly(viewer, refusal).await
    }

    /// Orders that wait for a confirmation, oldest first, of one request or of all; for custodians.
    pub(crate) async fn erasures(
        &self,
        viewer: &Viewer,
        of: Option<RequestId>,
    ) -> Result<Vec<ErasureView>, Error> {
        if !viewer.roles.contains(&Role::Custodian) {
            return Ok(Vec::new());
        }
        let who = actor(viewer);
        let clock = self.inner.clock.clone();
        let mut erasures: Vec<ErasureView> = self
            .inner
            .sequencer
            .ask(move |state| {
                let now = clock.now();
                let wanted = |request| of.is_none_or(|of| of == request);
                state
                    .open_erasures(now)
                    .filter(|erasure| wanted(erasure.request))
                    .filter_map(|erasure| {
                        Some(ErasureView {
                            order: erasure.order,
                            request: erasure.request,
                            resource: state.request(erasure.request)?.resource.clone(),
                            of: erasure.of,
                            by: PersonView {
                                id: erasure.by,
                                name: None,
                            },
                            at_ms: erasure.at,
                            lapses_at_ms: erasure.lapses_at(),
                            reason: None,
                            may_confirm: may_confirm(state, erasure.order, &who, now),
                        })
                    })
                    .collect()
            })
            .await?;
        let pool = &self.inner.pool;
        for erasure in &mut erasures {
            let known = store::person::views(pool, &[erasure.by.id.uuid()]).await?;
            erasure.by.name = known.into_iter().next().and_then(|known| known.name);
            erasure.reason = store::opening::text(pool, erasure.order, "reason").await?;
        }
        Ok(erasures)
    }
}
