//! Who is signed in, in which browser's session, and what was used up.
//!
//! The session's own data lies in `tower_sessions.session`, whose store writes whole records with an
//! upsert. Two requests of one browser can therefore race:
//!
//! ```text
//! page request: load session ───────────────────────────── save session (row is back!)
//! sign-out:                    delete session ── done
//! ```
//!
//! So the session's row alone never means "signed in": a row in `portal_session` does. It is made
//! once, at sign-in; nothing but a sign-in makes it again.

use std::time::Duration;

use access::view::Viewer;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgPool;
use sqlx::types::Json;

use crate::error::Error;

/// How often a session's `last_seen_at` is written at most, in seconds: idle limits are minutes, so
/// that half a minute is near enough and most page views cost no write.
const TOUCH_EVERY_S: f64 = 30.0;

/// The index of signed-in sessions. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SessionIndex {
    pool: PgPool,
}

/// For how long a sign-in counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Since the browser was last seen.
    pub idle: Duration,
    /// Since the sign-in.
    pub absolute: Duration,
}

/// Whether a request shows that its person is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// They asked for a page or sent a form.
    Seen,
    /// Their browser asked by itself.
    Unseen,
}

/// One signed-in session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// SHA-256 of issuer, line feed, subject.
    pub identity: [u8; 32],
    /// SHA-256 of issuer, line feed, the provider's session id, where it gave one.
    pub provider_session: Option<[u8; 32]>,
    /// The person as pages need them.
    pub viewer: Viewer,
    /// When the provider says they proved who they are, in seconds since 1970.
    pub auth_time_s: Option<i64>,
    /// How.
    pub how: Authenticated,
}

/// How somebody proved who they are, as the provider says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authenticated {
    /// The class of authentication (`acr`), if it says one.
    pub acr: Option<String>,
    /// The methods (`amr`).
    pub amr: Vec<String>,
}

/// Which sessions the identity provider wants ended. A logout token names at least one of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// One of the provider's sessions.
    ProviderSession([u8; 32]),
    /// All of one identity.
    Identity([u8; 32]),
    /// One of the provider's sessions, and only if it is that identity's.
    Both {
        /// The provider's session.
        provider_session: [u8; 32],
        /// Whose it must be.
        identity: [u8; 32],
    },
}

/// A session that was ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The session's id as stored.
    pub id: String,
    /// Whose it was.
    pub viewer: Viewer,
}

impl SessionIndex {
    /// The index in this database.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Notes that the session `id` is signed in from now on. An id is signed in once.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, id: &str, signed_in: &SignedIn) -> Result<(), Error> {
        sqlx::query(
            "insert into tower_sessions.portal_session (id, identity, provider_session, viewer, auth_time_s, how) \
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id)
        .bind(signed_in.identity.as_slice())
        .bind(signed_in.provider_session.as_ref().map(<[u8; 32]>::as_slice))
        .bind(Json(&signed_in.viewer))
        .bind(signed_in.auth_time_s)
        .bind(Json(&signed_in.how))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Who is signed in under `id`, if its limits are not passed; notes that they were seen, if they were.
    ///
    /// # Errors
    /// The database's.
    pub async fn find(
        &self,
        id: &str,
        limits: Limits,
        presence: Presence,
    ) -> Result<Option<SignedIn>, Error> {
        let row: Option<Row> = sqlx::query_as(
            "with live as ( \
               select id, identity, provider_session, viewer, auth_time_s, how from tower_sessions.portal_session \
               where id = $1 and last_seen_at > now() - make_interval(secs => $2) \
                 and signed_in_at > now() - make_interval(secs => $3) \
             ), seen as ( \
               update tower_sessions.portal_session p set last_seen_at = now() from live \
               where p.id = live.id and $4 and p.last_seen_at < now() - make_interval(secs => $5) \
             ) \
             select identity, provider_session, viewer, auth_time_s, how from live",
        )
        .bind(id)
        .bind(limits.idle.as_secs_f64())
        .bind(limits.absolute.as_secs_f64())
        .bind(presence == Presence::Seen)
        .bind(TOUCH_EVERY_S)
        .fetch_optional(&self.pool)
        .await?;
        row.map(SignedIn::try_from).transpose()
    }

    /// Whether the session `id` still counts. Being asked is no sign of life of its person.
    ///
    /// # Errors
    /// The database's.
    pub async fn is_live(&self, id: &str, limits: Limits) -> Result<bool, Error> {
        Ok(sqlx::query_scalar(
            "select exists (select from tower_sessions.portal_session \
             where id = $1 and last_seen_at > now() - make_interval(secs => $2) \
               and signed_in_at > now() - make_interval(secs => $3))",
        )
        .bind(id)
        .bind(limits.idle.as_secs_f64())
        .bind(limits.absolute.as_secs_f64())
        .fetch_one(&self.pool)
        .await?)
    }

    /// Moves a sign-in to the session's new id and takes over what a fresh proof of identity said: groups, roles,
    /// moment. `false`, and nobody is signed in, where it ended meanwhile. The absolute limit runs on.
    ///
    /// # Errors
    /// The database's.
    pub async fn renew(
        &self,
        id: &str,
        new_id: &str,
        viewer: &Viewer,
        (auth_time_s, how): (i64, &Authenticated),
    ) -> Result<bool, Error> {
        let done = sqlx::query(
            "update tower_sessions.portal_session set id = $2, viewer = $3, auth_time_s = $4, how = $5 where id = $1",
        )
        .bind(id)
        .bind(new_id)
        .bind(Json(viewer))
        .bind(auth_time_s)
        .bind(Json(how))
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends one session. `false` where it had ended already.
    ///
    /// # Errors
    /// The database's.
    pub async fn end(&self, id: &str) -> Result<bool, Error> {
        let done = sqlx::query(
            "with ended as (delete from tower_sessions.portal_session where id = $1 returning id) \
             delete from tower_sessions.session s using ended where s.id = ended.id",
        )
        .bind(id)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Ends the sessions that the identity provider names, and says which they were; `None`, and nothing ended, where
    /// the order `once` was carried out before. Both are one transaction: an order that failed can be given again.
    ///
    /// # Errors
    /// The database's.
    pub async fn end_named(
        &self,
        ending: Ending,
        once: &[u8; 32],
        keep: Duration,
    ) -> Result<Option<Vec<Ended>>, Error> {
        let (provider_session, identity) = match ending {
            Ending::ProviderSession(session) => (Some(session), None),
            Ending::Identity(identity) => (None, Some(identity)),
            Ending::Both {
                provider_session,
                identity,
            } => (Some(provider_session), Some(identity)),
        };
        let mut transaction = self.pool.begin().await?;
        if !spend(&mut *transaction, once, keep).await? {
            return Ok(None);
        }
        let rows: Vec<(String, Json<Viewer>)> = sqlx::query_as(
            "with ended as ( \
               delete from tower_sessions.portal_session \
               where ($1::bytea is null or provider_session = $1) and ($2::bytea is null or identity = $2) \
               returning id, viewer \
             ), gone as (delete from tower_sessions.session s using ended where s.id = ended.id) \
             select id, viewer from ended",
        )
        .bind(provider_session.as_ref().map(<[u8; 32]>::as_slice))
        .bind(identity.as_ref().map(<[u8; 32]>::as_slice))
        .fetch_all(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Some(
            rows.into_iter()
                .map(|(id, viewer)| Ended {
                    id,
                    viewer: viewer.0,
                })
                .collect(),
        ))
    }

    /// Uses up something that counts once. `false` where it was used before.
    ///
    /// # Errors
    /// The database's.
    pub async fn spend(&self, digest: &[u8; 32], keep: Duration) -> Result<bool, Error> {
        Ok(spend(&self.pool, digest, keep).await?)
    }

    /// Deletes what no longer counts: sessions past their limits or expired, and used-up things too old to matter.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep(&self, limits: Limits) -> Result<u64, Error> {
        let ended = sqlx::query(
            "delete from tower_sessions.portal_session where last_seen_at <= now() - make_interval(secs => $1) \
             or signed_in_at <= now() - make_interval(secs => $2)",
        )
        .bind(limits.idle.as_secs_f64())
        .bind(limits.absolute.as_secs_f64())
        .execute(&self.pool)
        .await?;
        let expired = sqlx::query("delete from tower_sessions.session where expiry_date <= now()")
            .execute(&self.pool)
            .await?;
        sqlx::query("delete from tower_sessions.spent where until <= now()")
            .execute(&self.pool)
            .await?;
        Ok(ended.rows_affected() + expired.rows_affected())
    }
}

async fn spend<'e>(
    executor: impl sqlx::PgExecutor<'e>,
    digest: &[u8; 32],
    keep: Duration,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "insert into tower_sessions.spent (digest, until) values ($1, now() + make_interval(secs => $2)) \
         on conflict do nothing",
    )
    .bind(digest.as_slice())
    .bind(keep.as_secs_f64())
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A row as stored.
type Row = (
    Vec<u8>,
    Option<Vec<u8>>,
    Json<Viewer>,
    Option<i64>,
    Json<Authenticated>,
);

impl TryFrom<Row> for SignedIn {
    type Error = Error;

    fn try_from(
        (identity, provider_session, viewer, auth_time_s, how): Row,
    ) -> Result<Self, Error> {
        let digest = |bytes: Vec<u8>| {
            <[u8; 32]>::try_from(bytes)
                .map_err(|_| Error::from(sqlx::Error::Decode("a digest without 32 bytes".into())))
        };
        Ok(Self {
            identity: digest(identity)?,
            provider_session: provider_session.map(digest).transpose()?,
            viewer: viewer.0,
            auth_time_s,
            how: how.0,
        })
    }
}
