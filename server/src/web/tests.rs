//! What every request passes, around handlers that stand in for the real ones.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop right there"
)]

mod panics;

use std::fs;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::routing::{get, post};
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::{Flood, Hashes, Outside, OwnOrigin, Problem, Transport, assets, guarded};

const ORIGIN: &str = "https://glass.example";

/// A server with the built files and a handler of each kind.
fn server(transport: Transport) -> (Router, TempDir) {
    let site = TempDir::new().unwrap();
    for (path, text) in [
        ("pkg/app.1yzAB2cdEf.js", "script"),
        ("pkg/app.1yzAB2cdEf.js.br", "brotli"),
        ("pkg/app.1yzAB2cdEf.js.gz", "gzip"),
        ("verify/index.html", "<!DOCTYPE html>"),
        ("verify/worker.js", "worker"),
        ("verify/breakglass-verify.html", "single"),
        ("secret", "secret"),
    ] {
        let path = site.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let routes = Router::new()
        .route("/page", get(|| async { "page" }))
        .route(
            "/api/act",
            post(|body: String| async move { body.len().to_string() }),
        )
        .route("/auth/backchannel", post(|| async { "heard" }))
        .route(
            "/panic",
            get(|| async { panic!("with a secret in it") as &'static str }),
        )
        .fallback(|| async { Problem::not_found() })
        .merge(assets::routes(site.path()));
    let outside = Outside {
        site: site.path(),
        own: OwnOrigin(ORIGIN.into()),
        transport,
        flood: Flood::default(),
        hashes: Hashes::default(),
    };
    (guarded(routes, outside, |_| ()), site)
}

async fn send(request: Request<Body>) -> (StatusCode, HeaderMap, String) {
    let (server, _site) = server(Transport::Tls);
    let response = server.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    (
        parts.status,
        parts.headers,
        String::from_utf8_lossy(&bytes).into_owned(),
    )
}

fn get_of(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    headers
        .iter()
        .fold(Request::get(path), |request, (name, value)| {
            request.header(*name, *value)
        })
        .body(Body::empty())
        .unwrap()
}

fn post_of(path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Request<Body> {
    headers
        .iter()
        .fold(Request::post(path), |request, (name, value)| {
            request.header(*name, *value)
        })
        .body(body.into())
        .unwrap()
}

#[tokio::test]
async fn every_answer_is_guarded() {
    for path in ["/page", "/nothing", "/panic", "/verify", "/pkg/nothing.js"] {
        let (_, headers, _) = send(get_of(path, &[])).await;
        for (name, expected) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("strict-transport-security", "max-age=31536000"),
        ] {
            assert_eq!(headers[name], expected, "{path} {name}");
        }
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(
            headers.contains_key("permissions-policy") && headers.contains_key("x-request-id"),
            "{path}"
        );
    }
    let (server, _site) = server(Transport::Plain);
    let plain = server.oneshot(get_of("/page", &[])).await.unwrap();
    assert!(
        !plain
            .headers()
            .contains_key(header::STRICT_TRANSPORT_SECURITY)
    );
    assert_eq!(plain.headers()[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn built_files_are_kept_and_come_compressed() {
    let path = "/pkg/app.1yzAB2cdEf.js";
    let (status, headers, body) = send(get_of(path, &[("accept-encoding", "gzip, br")])).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "brotli"));
    assert_eq!(headers[header::CONTENT_ENCODING], "br");
    assert_eq!(
        headers[header::CACHE_CONTROL],
        "public, max-age=31536000, immutable"
    );
    assert!(
        headers[header::CONTENT_TYPE]
            .to_str()
            .unwrap()
            .contains("javascript")
    );
    assert_eq!(
        send(get_of(path, &[("accept-encoding", "gzip")])).await.2,
        "gzip"
    );
    assert_eq!(send(get_of(path, &[])).await.2, "script");
    for path in [
        "/pkg/../secret",
        "/pkg/%2e%2e/secret",
        "/pkg/..%2fsecret",
        "/verify/../secret",
        "/secret",
    ] {
        assert_ne!(send(get_of(path, &[])).await.0, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn the_verifier_has_a_policy_of_its_own() {
    for path in ["/verify", "/verify/", "/verify/worker.js"] {
        let (status, headers, _) = send(get_of(path, &[])).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.contains("script-src 'self' 'wasm-unsafe-eval'")
                && policy.contains("worker-src 'self'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe-inline"));
        assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
    }
}

#[tokio::test]
async fn the_single_file_is_taken_along_and_not_opened_here() {
    let (status, headers, body) = send(get_of("/verify/breakglass-verify.html", &[])).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "single"));
    assert_eq!(
        headers[header::CONTENT_DISPOSITION],
        "attachment; filename=\"breakglass-verify.html\""
    );
    let (_, headers, _) = send(get_of("/verify", &[])).await;
    assert!(!headers.contains_key(header::CONTENT_DISPOSITION));
}

#[tokio::test]
async fn problems_speak_to_people_and_to_programs() {
    let (status, headers, body) =
        send(get_of("/nothing", &[("accept", "text/html,*/*;q=0.8")])).await;
    assert_eq!(
        (status, headers[header::CONTENT_TYPE].as_bytes()),
        (StatusCode::NOT_FOUND, &b"text/html; charset=utf-8"[..])
    );
    assert!(body.contains("<h1>There is nothing here</h1>"));
    let (status, headers, body) = send(get_of("/nothing", &[("accept", "application/json")])).await;
    assert_eq!(
        (status, headers[header::CONTENT_TYPE].as_bytes()),
        (StatusCode::NOT_FOUND, &b"application/problem+json"[..])
    );
    let problem: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(problem["status"], 404);
    let (status, headers, _) = send(get_of("/api/act", &[])).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(headers[header::ALLOW], "POST");
}

#[tokio::test]
async fn a_panic_is_a_reference_and_nothing_more() {
    let (status, _, body) = send(get_of("/panic", &[])).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!body.contains("secret"));
    let problem: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert!(
        problem["reference"]
            .as_str()
            .is_some_and(|reference| body.matches(reference).count() == 2)
    );
}

#[tokio::test]
async fn only_own_pages_change_anything() {
    let own = [("origin", ORIGIN)];
    assert_eq!(send(post_of("/api/act", &own, "x")).await.0, StatusCode::OK);
    for headers in [
        &[][..],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
    ] {
        assert_eq!(
            send(post_of("/api/act", headers, "x")).await.0,
            StatusCode::FORBIDDEN,
            "{headers:?}"
        );
    }
    assert_eq!(
        send(post_of("/auth/backchannel", &[], "x")).await.0,
        StatusCode::OK
    );
    assert_eq!(
        send(post_of("/auth/backchannel/", &[], "x")).await.0,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn bodies_are_small_and_json_is_json() {
    let own = ("origin", ORIGIN);
    let limit = 64 * 1024;
    assert_eq!(
        send(post_of("/api/act", &[own], vec![b'x'; limit])).await.2,
        limit.to_string()
    );
    let long = vec![b'x'; limit + 1];
    assert_eq!(
        send(post_of("/api/act", &[own], long.clone())).await.0,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let announced = [own, ("content-length", "10000000")];
    assert_eq!(
        send(post_of("/api/act", &announced, "x")).await.0,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let pieces = long
        .chunks(1_000)
        .map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec()))
        .collect::<Vec<_>>();
    let streamed = Body::from_stream(futures::stream::iter(pieces));
    assert_eq!(
        send(post_of("/api/act", &[own], streamed)).await.0,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let json = ("content-type", "application/json");
    assert_eq!(
        send(post_of("/api/act", &[own, json], "{\"a\":1}")).await.0,
        StatusCode::OK
    );
    assert_eq!(
        send(post_of("/api/act", &[own, json], "{\"a\":")).await.0,
        StatusCode::BAD_REQUEST
    );
}
