//! The provider's two cookies.
//!
//! `demo_idp_browser` ties a sign-in form to the browser it was shown in, so that nobody can be signed in
//! by another's link. `demo_idp_session` remembers who is signed in and changes at every sign-in. Neither is
//! `Secure`: the provider speaks plain HTTP on a loopback address, where some browsers would drop
//! them.

use axum::http::{HeaderMap, HeaderValue, header};

pub(crate) const BROWSER: &str = "demo_idp_browser";
pub(crate) const SESSION: &str = "demo_idp_session";

/// The cookie's value in a request.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// Adds a `Set-Cookie` for this browser session.
pub(crate) fn set(headers: &mut HeaderMap, name: &str, value: &str) {
    append(
        headers,
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax"),
    );
}

/// Adds a `Set-Cookie` that removes the cookie.
pub(crate) fn clear(headers: &mut HeaderMap, name: &str) {
    append(
        headers,
        format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"),
    );
}

fn append(headers: &mut HeaderMap, line: String) {
    let line = HeaderValue::try_from(line).expect("names and values here are plain ASCII");
    headers.append(header::SET_COOKIE, line);
}
