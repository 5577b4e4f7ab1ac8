//! The router: which address is whose, and what every request passes on its way.

mod assets;
mod auth;
mod body;
mod client_ip;
mod credential;
mod detach;
mod events;
mod evidence;
mod flood;
mod headers;
mod health;
mod html;
mod ledger;
mod log_file;
mod pages;
mod problem;
mod same_origin;
mod ssh;
mod state;
mod trace;
mod work;

use std::any::Any;
use std::path::Path;

use access::ids::FaultId;
pub use assets::Hashes;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
pub use client_ip::TrustedProxies;
pub(crate) use client_ip::certain_ip;
pub use flood::Flood;
pub use headers::Transport;
pub use problem::Problem;
pub use same_origin::OwnOrigin;
use service::Portal;
pub use state::AppState;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_sessions::SessionManagerLayer;
use uuid::Uuid;

use crate::session::{Store, attach_viewer};

/// What the router needs beside the handlers' state.
#[derive(Debug)]
pub struct Outside<'a> {
    /// Where the built files lie.
    pub site: &'a Path,
    /// The portal's origin.
    pub own: OwnOrigin,
    /// Whether browsers come by TLS.
    pub transport: Transport,
    /// Limits of sign-in attempts.
    pub flood: Flood,
    /// Hashes of the built files.
    pub hashes: Hashes,
}

/// The whole server.
pub fn router(
    state: AppState,
    session: SessionManagerLayer<Store>,
    outside: Outside<'_>,
) -> Router {
    let dynamic = Router::new()
        .merge(pages::routes(&state).layer(CompressionLayer::new()))
        .merge(auth::routes(outside.flood.clone()))
        .merge(ledger::routes())
        .merge(work::routes())
        .route("/events", get(events::events))
        .route("/requests/{id}/evidence", get(evidence::download))
        // Never compressed: what is shown there is secret, and part of the page is the caller's to choose (BREACH).
        .route("/grants/{id}/credential", post(credential::show))
        .route("/grants/{id}/gateway", post(credential::gateway))
        .route("/grants/{id}/certificate", post(credential::certificate))
        .route("/ssh/authority.pub", get(ssh::authority))
        .route("/ssh/revoked.krl", get(ssh::revoked))
        .route("/grants/{id}/report-token", post(credential::report_token))
        .fallback(pages::missing)
        .layer(from_fn_with_state(state.clone(), attach_viewer))
        .layer(session)
        .layer(from_fn(detach::detach));
    let fixed = assets::routes(outside.site).route("/healthz", get(health::health));
    let note = note_in(state.portal.clone());
    guarded(dynamic.merge(fixed), outside, note).with_state(state)
}

/// Puts the references of panics into the portal's log.
fn note_in(portal: Portal) -> impl Fn(Uuid) + Clone + Send + Sync + 'static {
    move |reference| portal.note_fault(FaultId::new(reference))
}

/// What every request passes. The last layer is the first to see a request. `note` hears the reference of each panic.
fn guarded<S: Clone + Send + Sync + 'static>(
    routes: Router<S>,
    outside: Outside<'_>,
    note: impl Fn(Uuid) + Clone + Send + Sync + 'static,
) -> Router<S> {
    routes
        .layer(from_fn(body::limit))
        .layer(from_fn_with_state(
            outside.own,
            same_origin::require_same_origin,
        ))
        .layer(CatchPanicLayer::custom(
            move |panic: Box<dyn Any + Send>| trace::after_panic(&*panic, &note),
        ))
        .layer(from_fn_with_state(
            outside.hashes.stylesheet(),
            problem::render,
        ))
        .layer(from_fn_with_state(outside.transport, headers::secure))
        .layer(trace::layer())
        .layer(from_fn(trace::request_id))
}

#[cfg(test)]
mod tests;
