//! Files as they were built: hashed scripts and styles, the verifier's page.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use access::digest::Digest;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use tower_http::services::{ServeDir, ServeFile};

use super::Problem;
use super::headers::VERIFIER_CSP;

/// Names with a hash in them never mean other bytes: a year, in seconds, is as long as caches go.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Names without a hash are asked for again each time.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// The verifier as one file. It is taken along, not opened here: this server's word is what it does without.
const SINGLE_FILE: &str = "/verify/breakglass-verify.html";

/// Where the style sheet is, for the pages that the server draws itself.
#[derive(Debug, Clone)]
pub(super) struct Stylesheet(Option<Arc<str>>);

/// Hashes of the built files, from `hash.txt` beside the executable: lines `js: …`, `wasm: …`, `css: …`, and
/// `verifier: …` with the SHA-256 of the verifier as one file.
#[derive(Debug, Clone, Default)]
pub struct Hashes {
    css: Option<String>,
    verifier: Option<String>,
    any: bool,
}

impl Hashes {
    /// Reads the file that the build wrote beside the executable; nothing where there is none.
    pub fn beside_executable() -> Self {
        let path = std::env::current_exe()
            .ok()
            .and_then(|exe| Some(exe.parent()?.join("hash.txt")));
        let text = path
            .and_then(|path| std::fs::read_to_string(path).ok())
            .unwrap_or_default();
        Self::parse(&text)
    }

    pub(crate) fn parse(text: &str) -> Self {
        let pairs: Vec<_> = text
            .lines()
            .filter_map(|line| line.split_once(':'))
            .collect();
        let of = |wanted| {
            let found = pairs.iter().find(|(kind, _)| kind.trim() == wanted);
            found.map(|(_, hash)| hash.trim().to_owned())
        };
        Self {
            css: of("css"),
            verifier: of("verifier"),
            any: !pairs.is_empty(),
        }
    }

    /// Whether names carry hashes.
    pub fn are_there(&self) -> bool {
        self.any
    }

    /// The SHA-256 of the verifier as one file, in hexadecimal.
    pub fn verifier(&self) -> Option<&str> {
        self.verifier.as_deref()
    }

    /// The same as entries carry it; none where it is no SHA-256.
    pub fn verifier_digest(&self) -> Option<Digest> {
        let mut bytes = [0; 32];
        let hex = self.verifier().filter(|hex| hex.len() == 2 * bytes.len())?;
        if !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Digest::new(bytes))
    }

    /// Where the style sheet is.
    pub(super) fn stylesheet(&self) -> Stylesheet {
        let href = match &self.css {
            Some(hash) => format!("/pkg/app.{hash}.css"),
            None => "/pkg/app.css".to_owned(),
        };
        Stylesheet(Some(href.into()))
    }
}

impl Stylesheet {
    /// No style sheet.
    #[cfg(test)]
    pub(super) const fn none() -> Self {
        Self(None)
    }

    /// Its address.
    pub(super) fn href(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// `/pkg/…`, `/policy-editor/…`, `/recorded/…` and `/verify/…`. Beside each file may lie its `.br` and `.gz` twin.
pub(super) fn routes<S: Clone + Send + Sync + 'static>(site: &Path) -> Router<S> {
    let verify = site.join("verify");
    let index: PathBuf = verify.join("index.html");
    Router::new()
        .nest_service("/pkg", files(&site.join("pkg")))
        .nest_service("/policy-editor", files(&site.join("policy-editor")))
        .nest_service("/recorded", files(&site.join("recorded")))
        .nest_service("/verify/", files(&verify))
        .route_service(
            "/verify",
            ServeFile::new(index)
                .precompressed_br()
                .precompressed_gzip(),
        )
        .layer(from_fn(label))
}

fn files(folder: &Path) -> ServeDir {
    ServeDir::new(folder)
        .append_index_html_on_directories(true)
        .precompressed_br()
        .precompressed_gzip()
}

/// Says how long a file may be kept, and under which policy the verifier's files run: a worker lives under the policy
/// of its own response.
async fn label(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let hashed = path.starts_with("/pkg/") && has_hash(path);
    let verifier = path.starts_with("/verify");
    let single = path == SINGLE_FILE;
    let mut response = next.run(request).await;
    if response.status() == StatusCode::NOT_FOUND {
        return Problem::not_found().into_response();
    }
    let headers = response.headers_mut();
    headers.insert(
        header::CACHE_CONTROL,
        if hashed { FOREVER } else { ASK_AGAIN },
    );
    if single {
        headers.insert(
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"breakglass-verify.html\""),
        );
    }
    if verifier {
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(VERIFIER_CSP),
        );
    }
    response
}

/// `app.<hash>.js`: three parts, the middle one long.
fn has_hash(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let mut parts = name.split('.').rev();
    let (extension, hash, stem) = (parts.next(), parts.next(), parts.next());
    extension.is_some() && stem.is_some() && hash.is_some_and(|hash| hash.len() >= 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_read_as_the_build_writes_them() {
        let hashes = Hashes::parse("js: LmA4sV\nwasm: 1yzAB2cd\ncss: Zk8-_q12\nverifier: 0a1b\n");
        assert!(hashes.are_there());
        assert_eq!(hashes.verifier(), Some("0a1b"));
        assert_eq!(hashes.stylesheet().href(), Some("/pkg/app.Zk8-_q12.css"));
        assert!(!Hashes::parse("").are_there());
        assert_eq!(Hashes::parse("").stylesheet().href(), Some("/pkg/app.css"));
    }

    #[test]
    fn a_digest_is_64_hexadecimal_digits_and_nothing_else() {
        let of = |hex: &str| Hashes::parse(&format!("verifier: {hex}\n")).verifier_digest();
        assert_eq!(of(&"0f".repeat(32)), Some(Digest::new([15; 32])));
        for bad in [
            "",
            "0f",
            &"0f".repeat(33),
            &"0g".repeat(32),
            &"+f".repeat(32),
            &"é".repeat(32),
        ] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_names_with_a_hash_are_kept_forever() {
        assert!(has_hash("/pkg/app.1yzAB2cdEf.wasm"));
        assert!(!has_hash("/pkg/app.css"));
        assert!(!has_hash("/pkg/app.min.css"));
    }
}
