//! What SSH hosts fetch: whom they are to trust, and what they must take no longer. Both are public, as keys and serial
//! numbers are.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::IntoResponse;
use service::Portal;

use super::Problem;

/// `GET /ssh/authority.pub`: a line for `TrustedUserCAKeys`. Whoever sets a host up compares it with what `breakglass
/// keygen --ssh-ca` printed.
pub(super) async fn authority(State(portal): State<Portal>) -> Result<impl IntoResponse, Problem> {
    let line = portal.ssh_authority()?;
    Ok((fresh("text/plain; charset=utf-8"), format!("{line}\n")))
}

/// `GET /ssh/revoked.krl`: a list for `RevokedKeys`.
pub(super) async fn revoked(State(portal): State<Portal>) -> Result<impl IntoResponse, Problem> {
    let list = portal.ssh_revoked().await?;
    Ok((fresh("application/octet-stream"), list))
}

fn fresh(kind: &'static str) -> [(HeaderName, HeaderValue); 2] {
    [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]
}
