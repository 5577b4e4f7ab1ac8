//! Who may come in at the gateway: the holder of a grant, by the password that they were shown for it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use access::event::{RecordingEnd, Way};
use access::ids::{GrantId, RecordingId};
use async_trait::async_trait;
use targets::Recorder;
use targets::gateway::{Admitted, GatewayGuard, Left, NotAdmitted, Verifier};

use crate::portal::Portal;
use crate::use_cases::Use;

/// The gateway has signed in on the target so soon after it was let in.
const SIGNED_IN_WITHIN: Duration = Duration::from_secs(2);

/// Lets clients in for the portal.
#[derive(Debug)]
pub(crate) struct Guard {
    portal: Portal,
    /// Which recording a session writes, by its recorder.
    sessions: Mutex<HashMap<usize, RecordingId>>,
}

impl Guard {
    pub(crate) fn new(portal: Portal) -> Self {
        Self {
            portal,
            sessions: Mutex::default(),
        }
    }

    async fn come_in(
        &self,
        grant: GrantId,
        verifier: &Verifier,
        from: SocketAddr,
    ) -> Result<Admitted, String> {
        let said = |fault: crate::Error| fault.to_string();
        let portal = &self.portal;
        let fits = |kept: &str| kept.parse::<Verifier>().is_ok_and(|kept| kept == *verifier);
        let holder = portal
            .let_in(grant, Use::Gateway, from.ip(), fits)
            .await
            .map_err(said)?;
        let holder = holder.ok_or(
            "This password is not good any more: access is over, another was made, or it was used from another address first. Ask for a new one on the request's page.",
        )?;
        let view = portal.grant_view(grant).await.map_err(said)?;
        let (_, refuse) = portal.work_terms(grant).await.map_err(said)?;
        let target = portal.postgresql(&view.resource).map_err(said)?;
        let begun = portal
            .begin_work(&holder.actor, None, grant, Way::Gateway)
            .await
            .map_err(said)?;
        portal.keep_work(&begun, grant, holder.person, None);
        match portal.admit(target, grant).await {
            Ok(password) => {
                let (portal, resource) = (portal.clone(), view.resource.clone());
                tokio::spawn(async move {
                    // By then the gateway is in, or will not be.
                    tokio::time::sleep(SIGNED_IN_WITHIN).await;
                    if let (Ok(target), Ok(now)) =
                        (portal.postgresql(&resource), portal.grant_view(grant).await)
                    {
                        portal.shut(target, &now).await;
                    }
                });
                self.lock()
                    .insert(address(&*begun.recorder), begun.recording);
                Ok(Admitted {
                    address: target.address().clone(),
                    account: grant.account(),
                    password,
                    recorder: begun.recorder,
                    refuse,
                    ending: begun.ending,
                })
            }
            Err(fault) => {
                portal.end_work(begun.recording, RecordingEnd::Lost).await;
                Err(said(fault))
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<usize, RecordingId>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl GatewayGuard for Guard {
    async fn verifier(&self, user: &str, _from: SocketAddr) -> Option<Verifier> {
        let grant = GrantId::from_account(user)?;
        let kept = self.portal.kept_secret(grant, Use::Gateway).await;
        kept.ok().flatten()?.parse().ok()
    }

    async fn admit(
        &self,
        user: &str,
        verifier: &Verifier,
        from: SocketAddr,
    ) -> Result<Admitted, NotAdmitted> {
        let grant = GrantId::from_account(user)
            .ok_or_else(|| NotAdmitted("There is no such account.".into()))?;
        let admitted = self.come_in(grant, verifier, from).await;
        admitted.map_err(|why| {
            tracing::warn!(%grant, %from, why, "a client was not let in at the gateway");
            NotAdmitted(why)
        })
    }

    async fn left(&self, _user: &str, admitted: &Admitted, left: Left) {
        let recording = self.lock().remove(&address(&*admitted.recorder));
        let Some(recording) = recording else { return };
        let cause = match left {
            Left::Closed | Left::Misspoke => RecordingEnd::Closed,
            Left::AccessEnded => RecordingEnd::AccessEnded,
            Left::RecorderLost | Left::TargetLost => RecordingEnd::Lost,
        };
        self.portal.end_work(recording, cause).await;
    }
}

/// What tells one recorder from another.
fn address(recorder: &dyn Recorder) -> usize {
    std::ptr::from_ref(recorder).cast::<()>() as usize
}

impl Portal {
    /// Who lets clients in at a gateway of this portal's.
    pub fn gateway_guard(&self) -> Arc<dyn GatewayGuard> {
        Arc::new(Guard::new(self.clone()))
    }
}
