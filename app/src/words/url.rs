//! Texts as parts of addresses.

use core::fmt::Write as _;

/// The text with everything but unreserved characters (RFC 3986, section 2.3) as `%XX`.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A policy's page. The server alone draws it: links to it from pages that live in the browser are `rel="external"`.
pub fn policy(name: &str) -> String {
    format!("/policies/{}", encode(name))
}

/// Where access to this resource under this policy is asked for. The server alone draws it.
pub fn request(resource: &str, policy: &str) -> String {
    chosen("/request", resource, policy)
}

/// Where the glass is broken for it. The server alone draws it.
pub fn glass(resource: &str, policy: &str) -> String {
    chosen("/break-glass", resource, policy)
}

fn chosen(page: &str, resource: &str, policy: &str) -> String {
    format!(
        "{page}?resource={}&policy={}",
        encode(resource),
        encode(policy)
    )
}

/// Where one signs in, with where to go afterwards. The server alone draws it.
pub fn sign_in(next: &str) -> String {
    format!("/sign-in?next={}", encode(local(next)))
}

/// Proving anew at the provider who one is, then back to a page.
pub fn prove_anew(next: &str) -> String {
    format!("/auth/start?again=1&next={}", encode(local(next)))
}

/// The address, if it is a path of this portal; the home page otherwise. A `next` that leads elsewhere would make the
/// sign-in page a stepping stone for phishing.
pub fn local(path: &str) -> &str {
    let starts_well = path.starts_with('/') && !path.starts_with("//");
    let plain = !path.contains('\\') && path.bytes().all(|b| b.is_ascii_graphic());
    if starts_well && plain { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_stand_as_they_are() {
        assert_eq!(encode("a-b_c.d~e"), "a-b_c.d~e");
        assert_eq!(encode("/x?y=ü\r\n"), "%2Fx%3Fy%3D%C3%BC%0D%0A");
    }

    #[test]
    fn only_paths_of_this_portal_are_followed() {
        assert_eq!(local("/requests/1?a=b"), "/requests/1?a=b");
        for bad in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/a\nb",
            "javascript:x",
        ] {
            assert_eq!(local(bad), "/", "{bad:?}");
        }
    }
}
