//! The few pages a person sees, and the headers that guard them.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use url::Url;

use crate::people::{PEOPLE, Person};
use crate::provider::Provider;

/// Sets the headers that every answer has. A form here may end on the portal by redirect, so
/// `form-action` names it beside the provider itself.
pub(crate) async fn guard(
    State(provider): State<Arc<Provider>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self' {}",
        provider.config.portal.origin().ascii_serialization()
    );
    let policy = HeaderValue::try_from(policy).expect("an origin's serialization is ASCII");
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(crate) async fn style() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("page.css"),
    )
}

pub(crate) async fn not_found() -> Response {
    problem(
        StatusCode::NOT_FOUND,
        "There is no such page at the demo identity provider.",
    )
}

/// Asks who is signing in; whoever is signed in already comes first.
pub(crate) fn who_is_it(form: &str, signed_in: Option<&'static Person>) -> Response {
    let (title, lead) = match signed_in {
        Some(_) => (
            "Confirm who you are",
            "The portal wants to be sure. Choose yourself again.",
        ),
        None => (
            "Who is signing in?",
            "Choose a person. There are no passwords here.",
        ),
    };
    let others = PEOPLE.iter().filter(|person| Some(*person) != signed_in);
    let mut buttons = String::new();
    for person in signed_in.into_iter().chain(others) {
        let (id, name, does) = (person.id, escape(person.name), escape(person.does));
        let class = if Some(person) == signed_in {
            " class=\"again\""
        } else {
            ""
        };
        write!(
            buttons,
            "<li><button name=\"person\" value=\"{id}\"{class}><strong>{name}</strong> <span>{does}</span></button></li>"
        )
        .expect("writing to a String never fails");
    }
    page(
        StatusCode::OK,
        title,
        &format!(
            "<p>{lead}</p><form method=\"post\" action=\"/interaction/{form}\"><ul class=\"people\">{buttons}</ul>\
             <p><button class=\"quiet\">Back to the portal without signing in</button></p></form>"
        ),
    )
}

pub(crate) fn home(signed_in: Option<&Person>, portal: &Url) -> Response {
    let body = match signed_in {
        Some(person) => {
            format!(
                "<p>Signed in as <strong>{}</strong>.</p>{SIGN_OUT_FORM}",
                escape(person.name)
            )
        }
        None => "<p>Nobody is signed in in this browser.</p>".to_owned(),
    };
    page(
        StatusCode::OK,
        "Demo identity provider",
        &format!("{body}{}", link(portal)),
    )
}

const SIGN_OUT_FORM: &str =
    "<form method=\"post\" action=\"/sign-out\"><button>Sign out</button></form>";

pub(crate) fn confirm_sign_out(person: &Person, to: Option<&Url>) -> Response {
    let to = to.map(|to| {
        format!(
            "<input type=\"hidden\" name=\"to\" value=\"{}\">",
            escape(to.as_str())
        )
    });
    page(
        StatusCode::OK,
        "Sign out?",
        &format!(
            "<p>Signed in as <strong>{}</strong>. Signing out here signs out of the portal too.</p>\
             <form method=\"post\" action=\"/sign-out\">{}<button>Sign out</button></form>",
            escape(person.name),
            to.unwrap_or_default()
        ),
    )
}

pub(crate) fn signed_out(portal: &Url) -> Response {
    page(
        StatusCode::OK,
        "Signed out",
        &format!(
            "<p>Nobody is signed in in this browser.</p>{}",
            link(portal)
        ),
    )
}

/// A page that says what went wrong.
pub(crate) fn problem(status: StatusCode, what: &str) -> Response {
    page(
        status,
        "That did not work",
        &format!("<p>{}</p>", escape(what)),
    )
}

fn link(portal: &Url) -> String {
    format!(
        "<p><a href=\"{}\">To the portal</a></p>",
        escape(portal.as_str())
    )
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title} · DEMO</title>\
         <link rel=\"stylesheet\" href=\"/page.css\"><link rel=\"icon\" href=\"data:,\"></head><body>\
         <header><p><strong>DEMO</strong> identity provider: anybody can be anybody here. Never use it for real access.</p>\
         </header><main><h1>{title}</h1>{body}</main></body></html>"
    );
    (status, Html(html)).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
