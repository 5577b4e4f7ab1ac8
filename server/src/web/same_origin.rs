//! Requests that change something must come from the portal's own pages.
//!
//! `SameSite=Lax` keeps most foreign forms from carrying the cookie; this refuses the rest (another port of the same
//! host is the same *site*), without tokens in forms: every browser in use sends `Origin` with a POST.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Problem;

/// The one address that others post to: the identity provider's servers, which prove themselves by a signed token.
pub(super) const BACK_CHANNEL: &str = "/auth/backchannel";

/// Where tools report, who prove themselves by a grant's token, which no browser sends by itself.
pub(super) const BY_TOKEN: &str = "/api/v1/";

/// The portal's origin, as browsers write it in `Origin`.
#[derive(Debug, Clone)]
pub struct OwnOrigin(pub std::sync::Arc<str>);

/// Refuses what changes something and comes from elsewhere.
pub(super) async fn require_same_origin(
    State(own): State<OwnOrigin>,
    request: Request,
    next: Next,
) -> Response {
    // A WebSocket begins with a GET that carries cookies, from any site.
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) && !request.headers().contains_key(header::UPGRADE);
    let path = request.uri().path();
    let followed = safe && is_noted(path) && is_foreign(request.headers());
    let by_token =
        path.starts_with(BY_TOKEN) && request.headers().contains_key(header::AUTHORIZATION);
    let own = path == BACK_CHANNEL || by_token || is_own(request.headers(), &own.0);
    if (safe && !followed) || own {
        next.run(request).await
    } else {
        tracing::warn!(
            path = request.uri().path(),
            "refused a request from another origin"
        );
        Problem::new(
            StatusCode::FORBIDDEN,
            "That came from another site",
            "The request did not come from a page of this portal, so nothing was done. Open the portal itself and do it \
             there.",
        )
        .link("Home", "/")
        .into_response()
    }
}

/// Whether a download is noted in the log as somebody's read: a link on another site is not to make it theirs.
fn is_noted(path: &str) -> bool {
    path == "/ledger/log-file" || (path.starts_with("/requests/") && path.ends_with("/evidence"))
}

/// Whether a browser says that it follows another site.
fn is_foreign(headers: &HeaderMap) -> bool {
    let mut sites = headers.get_all("sec-fetch-site").iter();
    sites.any(|site| site == "cross-site")
}

/// `Origin` decides where it is there; else `Sec-Fetch-Site`, which no script can set; else the answer is no.
fn is_own(headers: &HeaderMap, own: &str) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (Some(origin), None) => origin.as_bytes() == own.as_bytes(),
        (Some(_), Some(_)) => false,
        (None, _) => headers
            .get("sec-fetch-site")
            .is_some_and(|site| site == "same-origin"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, http::HeaderValue::from_static(value));
        }
        is_own(&headers, "https://glass.example:8443")
    }

    #[test]
    fn a_download_that_is_noted_is_known_by_its_path() {
        assert!(is_noted("/ledger/log-file") && is_noted("/requests/7/evidence"));
        assert!(
            !is_noted("/requests/7") && !is_noted("/ledger/checkpoint") && !is_noted("/evidence")
        );
    }

    #[test]
    fn own_pages_pass() {
        assert!(own(&[("origin", "https://glass.example:8443")]));
        assert!(own(&[("sec-fetch-site", "same-origin")]));
    }

    #[test]
    fn others_do_not() {
        assert!(!own(&[]));
        assert!(!own(&[("origin", "null")]));
        assert!(!own(&[("origin", "https://glass.example")]));
        assert!(!own(&[("origin", "http://glass.example:8443")]));
        assert!(!own(&[(
            "origin",
            "https://glass.example:8443.evil.example"
        )]));
        assert!(!own(&[
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(!own(&[
            ("origin", "https://glass.example:8443"),
            ("origin", "https://evil.example")
        ]));
        assert!(!own(&[("sec-fetch-site", "same-site")]));
        assert!(!own(&[("sec-fetch-site", "none")]));
    }
}
