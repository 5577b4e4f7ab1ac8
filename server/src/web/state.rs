//! What handlers share.

use std::sync::Arc;

use axum::extract::FromRef;
use leptos::prelude::LeptosOptions;
use service::Portal;
use tokio_util::sync::CancellationToken;

use crate::config::TileAccess;
use crate::oidc::Oidc;
use crate::session::Sessions;
use crate::web::TrustedProxies;

/// Handles to everything; cheap to clone.
#[derive(Debug, Clone, FromRef)]
pub struct AppState {
    /// The use cases.
    pub portal: Portal,
    /// The identity provider.
    pub oidc: Arc<Oidc>,
    /// Who is signed in.
    pub sessions: Sessions,
    /// Who may see checkpoint and hash tiles.
    pub tiles: TileAccess,
    /// Whose word about a browser's address counts.
    pub proxies: TrustedProxies,
    /// How pages are put together.
    pub leptos: LeptosOptions,
    /// Cancelled when the server stops.
    pub stop: CancellationToken,
}
