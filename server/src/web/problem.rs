//! What is answered instead of a page: one problem, as HTML for people and as `application/problem+json` (RFC 9457)
//! for programs.
//!
//! A handler returns a [`Problem`]; which of the two forms it takes is decided once, by [`render`], from the request's
//! `Accept`. The text says what happened, what was kept, and what to do next.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use uuid::Uuid;

use super::assets::Stylesheet;
use super::html;

/// Something that was not done, and why.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    title: &'static str,
    detail: String,
    link: Option<(&'static str, String)>,
    retry_after_s: Option<u32>,
    reference: Option<Uuid>,
}

impl Problem {
    /// A problem with its text.
    pub fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            title,
            detail: detail.into(),
            link: None,
            retry_after_s: None,
            reference: None,
        }
    }

    /// Adds where to go from here.
    #[must_use]
    pub fn link(mut self, text: &'static str, href: impl Into<String>) -> Self {
        self.link = Some((text, href.into()));
        self
    }

    /// Adds when to come back.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// A fault of ours, logged here under a new reference.
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut causes = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            causes.push_str(": ");
            causes.push_str(&cause.to_string());
            source = cause.source();
        }
        let reference = Uuid::new_v4();
        tracing::error!(%reference, causes, "internal error");
        Self::fault(reference)
    }

    /// A fault of ours that the log names under the reference.
    pub fn fault(reference: Uuid) -> Self {
        let mut problem = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong on our side",
            format!(
                "The portal could not finish what you asked for. Look at the home page before you do it again: it shows \
                 what stands. Give the reference {reference} to whoever runs the portal."
            ),
        )
        .link("Home", "/");
        problem.reference = Some(reference);
        problem
    }

    /// Nothing under that address, or nothing for this person.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "There is nothing here",
            "There is nothing under that address, or it is not yours to see. Nothing was changed.",
        )
        .link("Home", "/")
    }

    /// Nobody is signed in.
    pub fn sign_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "Your sign-in is needed",
            "Nobody is signed in here, or no longer. Nothing was changed. Sign in, then do it again.",
        )
        .link("Sign in", "/sign-in")
    }

    /// The request is not one that the portal's pages make.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "That could not be read", detail).link("Home", "/")
    }

    fn html(&self, stylesheet: &Stylesheet) -> String {
        html::page(
            self.title,
            &self.detail,
            self.link
                .as_ref()
                .map(|(text, href)| (*text, href.as_str())),
            stylesheet,
        )
    }

    fn json(&self) -> String {
        let mut body = json!({
            "type": "about:blank",
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if let Some(reference) = self.reference {
            body["reference"] = reference.to_string().into();
        }
        body.to_string()
    }
}

impl From<service::Error> for Problem {
    fn from(error: service::Error) -> Self {
        let detail = error.to_string();
        match error {
            service::Error::Refused(_) => {
                Self::new(StatusCode::FORBIDDEN, "The rules say no", detail).link("Home", "/")
            }
            service::Error::NotFound => Self::not_found(),
            service::Error::Forbidden => {
                Self::new(StatusCode::FORBIDDEN, "Not for your groups", detail).link("Home", "/")
            }
            service::Error::BadInput { .. } => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "Something is missing",
                detail,
            ),
            service::Error::Unavailable { .. } => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "Not available now", detail)
                    .retry_after(10)
            }
            service::Error::Internal { reference } => Self::fault(reference),
        }
    }
}

impl IntoResponse for Problem {
    /// The status and, for `render`, the problem itself.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes problems out in the form that the request accepts. Bare 404 and 405 of the router become problems too.
pub(super) async fn render(
    State(stylesheet): State<Stylesheet>,
    request: Request,
    next: Next,
) -> Response {
    let for_people = accepts_html(&request);
    let response = next.run(request).await;
    let problem = match (response.extensions().get::<Problem>(), response.status()) {
        (Some(problem), _) => problem.clone(),
        (None, StatusCode::METHOD_NOT_ALLOWED) => Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "That address does not take this",
            "The address is there, but not for this kind of request. Nothing was changed.",
        )
        .link("Home", "/"),
        _ => return response,
    };
    let (mut parts, _) = response.into_parts();
    let (kind, body) = if for_people {
        ("text/html; charset=utf-8", problem.html(&stylesheet))
    } else {
        ("application/problem+json", problem.json())
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    parts
        .headers
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    parts
        .headers
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if for_people {
        parts.headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(html::CSP),
        );
    }
    if let Some(seconds) = problem.retry_after_s {
        parts
            .headers
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Response::from_parts(parts, Body::from(body))
}

fn accepts_html(request: &Request) -> bool {
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}
