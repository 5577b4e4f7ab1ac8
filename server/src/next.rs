//! Where to go after signing in: a path of this portal, never another site.

use serde::{Deserialize, Serialize};
use url::Url;

/// The longest path that is kept, in bytes. Ours have at most about 120.
const MAX_LEN: usize = 512;

/// Paths that are acts, not pages: going there after signing in would do something nobody asked for.
const NOT_PAGES: [&str; 4] = ["/auth/", "/api/", "/events", "/ledger/"];

/// A path of this portal, with its query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LocalPath(String);

/// A text that is no path of this portal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is not a path of this portal")]
pub struct NotLocal;

impl LocalPath {
    /// The first page.
    pub fn home() -> Self {
        Self("/".to_owned())
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for LocalPath {
    type Error = NotLocal;

    /// Takes what a browser would resolve to this origin, and nothing that two readers could read differently:
    /// `//host`, `/\host` and control characters have all been another site to some browser.
    fn try_from(text: String) -> Result<Self, NotLocal> {
        let plain = text.len() <= MAX_LEN
            && text
                .bytes()
                .all(|b| (0x21..=0x7e).contains(&b) && b != b'\\');
        if !plain || !text.starts_with('/') || text.starts_with("//") {
            return Err(NotLocal);
        }
        // `.invalid` resolves nowhere (RFC 6761 §6.4); it only stands in for our origin.
        let base = Url::parse("https://portal.invalid").map_err(|_| NotLocal)?;
        let url = base.join(&text).map_err(|_| NotLocal)?;
        let local = url.origin() == base.origin()
            && url.fragment().is_none()
            && !url.path().starts_with("//");
        let page = !NOT_PAGES.iter().any(|act| url.path().starts_with(act));
        if local && page {
            Ok(Self(url[url::Position::BeforePath..].to_owned()))
        } else {
            Err(NotLocal)
        }
    }
}

impl From<LocalPath> for String {
    fn from(path: LocalPath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> Option<String> {
        LocalPath::try_from(text.to_owned()).ok().map(String::from)
    }

    #[test]
    fn pages_pass() {
        for path in [
            "/",
            "/inbox",
            "/requests/1c9b5f6e-0000-4000-8000-000000000000",
            "/request?resource=orders-db&policy=a",
        ] {
            assert_eq!(local(path).as_deref(), Some(path));
        }
        assert_eq!(local("/a/../inbox").as_deref(), Some("/inbox"));
    }

    #[test]
    fn other_sites_and_acts_do_not() {
        for text in [
            "",
            "inbox",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "https://evil.example/",
            "/..//evil.example",
            "javascript:alert(1)",
            "/auth/sign-out",
            "/x/../auth/start",
            "/api/submit",
            "/\u{202e}x",
            "/a#b",
            "/ledger/checkpoint",
        ] {
            assert_eq!(local(text), None, "{text:?}");
        }
        assert_eq!(local(&format!("/{}", "a".repeat(MAX_LEN))), None);
    }
}
