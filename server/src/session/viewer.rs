//! Each request's viewer, from the index.

use access::command::Seen;
use access::view::Viewer;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use service::Portal;
use service::store::session_index::{Authenticated, Presence, SignedIn};
use tower_sessions::Session;

use super::{Sessions, stored_id};
use crate::web::{Problem, TrustedProxies, certain_ip};

/// The sign-in that a request came with.
#[derive(Debug, Clone)]
pub struct Current {
    /// The session's id as stored.
    pub id: String,
    /// Who.
    pub viewer: Viewer,
    /// SHA-256 of issuer, line feed, subject.
    pub identity: [u8; 32],
    /// When the provider says they proved who they are, in seconds since 1970.
    pub auth_time_s: Option<i64>,
    /// How.
    pub how: Authenticated,
}

impl Current {
    /// The roles are those of the configuration of now: the session's row says what followed from the
    /// groups when it was written.
    fn new(id: String, signed_in: SignedIn, portal: &Portal) -> Self {
        let roles = portal.roles(&signed_in.viewer.groups);
        Self {
            id,
            viewer: Viewer {
                roles,
                proved_at_s: signed_in.auth_time_s,
                ..signed_in.viewer
            },
            identity: signed_in.identity,
            auth_time_s: signed_in.auth_time_s,
            how: signed_in.how,
        }
    }
}

/// Adds `Option<Viewer>` and [`Seen`] for the pages and `Option<Current>` for this crate to the request's extensions.
pub async fn attach_viewer(
    State(sessions): State<Sessions>,
    State(portal): State<Portal>,
    State(proxies): State<TrustedProxies>,
    mut request: Request,
    next: Next,
) -> Response {
    // What a page fetches by itself is no sign that its person is still there.
    let path = request.uri().path();
    let by_itself =
        path == "/events" || (request.method() == Method::GET && path.starts_with("/api/"));
    let presence = if by_itself {
        Presence::Unseen
    } else {
        Presence::Seen
    };
    let id = request
        .extensions()
        .get::<Session>()
        .and_then(Session::id)
        .map(stored_id);
    let found = match &id {
        Some(id) => sessions.find(id, presence).await,
        None => Ok(None),
    };
    let current = match (found, id) {
        (Ok(Some(signed_in)), Some(id)) => Some(Current::new(id, signed_in, &portal)),
        (Ok(_), _) => None,
        (Err(error), _) => return Problem::from(error).into_response(),
    };
    let how = current.as_ref().map(|current| current.how.clone());
    let Authenticated { acr, amr } = how.unwrap_or_default();
    let address = certain_ip(&request, &proxies.0);
    request.extensions_mut().insert(Seen { address, acr, amr });
    request
        .extensions_mut()
        .insert(current.as_ref().map(|current| current.viewer.clone()));
    request.extensions_mut().insert(current);
    next.run(request).await
}
