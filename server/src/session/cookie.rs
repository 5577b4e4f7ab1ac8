//! The session cookie and the layer that reads and writes it.

use sqlx::PgPool;
use tower_sessions::cookie::SameSite;
use tower_sessions::{Expiry, SessionManagerLayer};
use tower_sessions_sqlx_store::PostgresStore;

use super::ids::Digested;
use crate::config::SessionLimits;

/// `__Host-`: browsers take it over TLS (or on localhost) only, for this host only, for all paths (RFC 6265bis §4.1.3.2).
const NAME: &str = "__Host-breakglass";

/// Where sessions lie.
pub type Store = Digested<PostgresStore>;

/// The layer that gives each request its session.
///
/// Lax, not Strict: the provider sends the browser back from another site, and that request must carry the flow.
pub fn layer(pool: PgPool, limits: SessionLimits) -> SessionManagerLayer<Store> {
    let absolute = limits.absolute.try_into().unwrap_or(time::Duration::HOUR);
    SessionManagerLayer::new(Digested(PostgresStore::new(pool)))
        .with_name(NAME)
        .with_secure(true)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(absolute))
}
