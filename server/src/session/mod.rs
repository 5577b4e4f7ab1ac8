//! Who is signed in: the cookie, what stands behind it, and its end.
//!
//! tower-sessions carries what a browser has under way (flows, drafts, a message); whether somebody is signed in is
//! [`SessionIndex`]'s word alone. Limits, back-channel logout and sign-out all end a session there, and every request
//! and every open stream asks there.

mod cookie;
mod flows;
mod ids;
mod sweep;
mod viewer;

pub use cookie::{Store, layer};
pub use flows::{keep, take};
pub use ids::stored_id;
use service::store::session_index::{
    Authenticated, Ended, Limits, Presence, SessionIndex, SignedIn,
};
pub use sweep::sweep;
use tokio::sync::broadcast;
use tower_sessions::{Expiry, Session};
pub use viewer::{Current, attach_viewer};

use crate::config::SessionLimits;
use crate::oidc::{LOGOUT_TOKEN_REMEMBERED_S, LogoutToken};

/// The session's key for the ID token of the sign-in, which the provider wants back as a hint at sign-out.
const ID_TOKEN: &str = "id_token";

/// The session's key for the identity that last signed in with it, so that drafts stay with who wrote them.
const IDENTITY: &str = "identity";

/// A session without anybody signed in is kept this long, in minutes: for one flow at the provider.
const ANONYMOUS_MIN: i64 = 15;

/// Sign-ins as they stand. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sessions {
    index: SessionIndex,
    limits: Limits,
    ended: broadcast::Sender<String>,
}

/// Why a session could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The session's own data.
    #[error("the session's data")]
    Data(#[from] tower_sessions::session::Error),
    /// The index.
    #[error("the session's index")]
    Index(#[from] service::Error),
    /// Saved, and still without an id: the store broke its word.
    #[error("the session was saved without an id")]
    NoId,
}

impl Sessions {
    /// Sign-ins in this database, with these limits.
    pub fn new(index: SessionIndex, limits: SessionLimits) -> Self {
        let (ended, _) = broadcast::channel(64);
        Self {
            index,
            limits: Limits {
                idle: limits.idle,
                absolute: limits.absolute,
            },
            ended,
        }
    }

    /// The ids of sessions that this process ended, as stored.
    pub fn endings(&self) -> broadcast::Receiver<String> {
        self.ended.subscribe()
    }

    /// Who is signed in under this cookie.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn find(
        &self,
        id: &str,
        presence: Presence,
    ) -> Result<Option<SignedIn>, service::Error> {
        self.index.find(id, self.limits, presence).await
    }

    /// Whether the session still counts.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn is_live(&self, id: &str) -> Result<bool, service::Error> {
        self.index.is_live(id, self.limits).await
    }

    /// Signs a browser in: under a new id, so that nobody who knew the old one comes in with it.
    ///
    /// # Errors
    /// If anything could not be stored; then nobody is signed in.
    pub async fn open(
        &self,
        session: &Session,
        signed_in: &SignedIn,
        id_token: &str,
    ) -> Result<(), SessionError> {
        let before: Option<[u8; 32]> = session.get(IDENTITY).await?;
        if before != Some(signed_in.identity) {
            session.clear().await;
        }
        if let Some(old) = session.id() {
            self.index.end(&stored_id(old)).await?;
        }
        session.cycle_id().await?;
        session.set_expiry(Some(Expiry::OnInactivity(absolute(self.limits))));
        session.insert(IDENTITY, signed_in.identity).await?;
        session.insert(ID_TOKEN, id_token).await?;
        session.save().await?;
        let id = stored_id(session.id().ok_or(SessionError::NoId)?);
        self.index.insert(&id, signed_in).await?;
        Ok(())
    }

    /// Gives a session a new id after a fresh proof (OWASP ASVS 5.0, 7.2.4), and takes over what that said. `false` where
    /// the session ended meanwhile.
    ///
    /// # Errors
    /// If anything could not be stored; then nobody is signed in.
    pub async fn renew(
        &self,
        session: &Session,
        current: &Current,
        proven: (i64, &Authenticated),
        id_token: &str,
    ) -> Result<bool, SessionError> {
        session.cycle_id().await?;
        session.insert(ID_TOKEN, id_token).await?;
        session.save().await?;
        let id = stored_id(session.id().ok_or(SessionError::NoId)?);
        Ok(self
            .index
            .renew(&current.id, &id, &current.viewer, proven)
            .await?)
    }

    /// Signs a browser out, and gives back the ID token it signed in with.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn close(&self, session: &Session, id: &str) -> Result<Option<String>, SessionError> {
        let id_token = session.remove(ID_TOKEN).await?;
        self.index.end(id).await?;
        session.flush().await?;
        // Nobody listening is no error: no stream is open.
        let _ = self.ended.send(id.to_owned());
        Ok(id_token)
    }

    /// Ends what the provider names; `None` where the same order was carried out before.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn end_named(
        &self,
        order: &LogoutToken,
    ) -> Result<Option<Vec<Ended>>, service::Error> {
        let ended = self
            .index
            .end_named(
                order.ending,
                &order.once,
                seconds(LOGOUT_TOKEN_REMEMBERED_S),
            )
            .await?;
        for session in ended.iter().flatten() {
            let _ = self.ended.send(session.id.clone());
        }
        Ok(ended)
    }

    /// Uses up something that counts once. `false` where it was used before.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn spend(&self, digest: &[u8; 32], keep_s: i64) -> Result<bool, service::Error> {
        self.index.spend(digest, seconds(keep_s)).await
    }
}

fn seconds(seconds: i64) -> std::time::Duration {
    std::time::Duration::from_secs(seconds.unsigned_abs())
}

fn absolute(limits: Limits) -> time::Duration {
    limits.absolute.try_into().unwrap_or(time::Duration::HOUR)
}
