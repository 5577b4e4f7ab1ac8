//! Servers that never answer, never end, or send something else than was asked for.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use futures::{StreamExt as _, stream};

use super::joined;
use super::places::{run, serve};
use crate::fsck::Log;

/// Long enough for whoever does answer, on a machine that has much else to do.
const PATIENCE: &[&str] = &["--stall", "5"];

/// What is answered instead of the truth.
type Lie = fn(Vec<u8>) -> Response;

/// Bytes without end.
fn endless(before: Vec<u8>) -> Response {
    let zeros = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[0; 65_536])));
    let before = stream::once(async { Ok(Bytes::from(before)) });
    Body::from_stream(before.chain(zeros)).into_response()
}

/// Bytes, and then silence.
fn silent(before: Vec<u8>) -> Response {
    let before = stream::once(async { Ok::<_, Infallible>(Bytes::from(before)) });
    Body::from_stream(before.chain(stream::pending())).into_response()
}

/// The truth, a byte ten times a second.
fn trickling(truth: Vec<u8>) -> Response {
    let drops = stream::iter(truth).then(|byte| async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        Ok::<_, Infallible>(Bytes::copy_from_slice(&[byte]))
    });
    Body::from_stream(drops).into_response()
}

/// A server that tells the truth but for one path.
async fn lying(log: &Log, about: &'static str, lie: Lie) -> String {
    let folder = log.folder.path().to_owned();
    serve(Router::new().fallback(move |uri: Uri| {
        let path = uri.path().trim_start_matches("/ledger/");
        let truth = match path {
            "stream/0-300" => Some(joined(&folder, &super::BUNDLES)),
            path => std::fs::read(folder.join(path)).ok(),
        };
        let answer = match truth {
            Some(truth) if path == about => lie(truth),
            Some(truth) => truth.into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        };
        async move { answer }
    }))
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_end_is_read_to_its_limit_and_is_a_finding() {
    let log = Log::new();
    for about in ["checkpoint", "stream/0-300"] {
        let address = lying(&log, about, endless).await;
        let (code, out, why) = run(&address, &log.vkey, &[]).await;
        assert_eq!(code, Some(1), "{about}: {why}");
        assert!(out.starts_with("NOT PROVEN. "), "{about}: {out}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_falls_silent_is_given_up() {
    let log = Log::new();
    let given_up = async |about| {
        let address = lying(&log, about, silent).await;
        let (code, out, why) = run(&address, &log.vkey, PATIENCE).await;
        assert_eq!(code, Some(2), "{about}: {out}");
        // It sent the beginning, and then no more: whether that was within the last five seconds is the machine's matter.
        let said = format!("5 seconds ({about}), so the check was given up");
        assert!(why.contains(&said), "{why}");
    };
    tokio::join!(given_up("checkpoint"), given_up("stream/0-300"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_trickles_is_given_up() {
    let log = Log::new();
    let given_up = async |about| {
        let address = lying(&log, about, trickling).await;
        let (code, out, why) = run(&address, &log.vkey, PATIENCE).await;
        assert_eq!(code, Some(2), "{about}: {out}");
        assert!(why.contains("The server sent only "), "{why}");
        let said = format!("bytes in 5 seconds ({about}), so the check was given up");
        assert!(why.contains(&said), "{why}");
    };
    tokio::join!(given_up("checkpoint"), given_up("stream/0-300"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_answers_is_given_up() {
    let log = Log::new();
    // It takes connections and says nothing.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (code, _, why) = run(&address, &log.vkey, PATIENCE).await;
    assert_eq!(code, Some(2));
    assert!(
        why.contains("sent nothing for 5 seconds (checkpoint)"),
        "{why}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_packed_is_not_unpacked() {
    let log = Log::new();
    let packed = |truth: Vec<u8>| ([(header::CONTENT_ENCODING, "gzip")], truth).into_response();
    for about in ["checkpoint", "stream/0-300"] {
        let address = lying(&log, about, packed).await;
        let (code, _, why) = run(&address, &log.vkey, &[]).await;
        assert_eq!(code, Some(2), "{about}");
        assert!(
            why.contains(&format!("packed its answer ({about})")),
            "{why}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_in_the_browsers_words() {
    let log = Log::new();
    let cases: [(Lie, &str); 4] = [
        (
            |_| StatusCode::UNAUTHORIZED.into_response(),
            "You are not signed in",
        ),
        (
            |_| StatusCode::FORBIDDEN.into_response(),
            "Your sign-in may not read the log",
        ),
        (
            |_| StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            "The server answered 500 where the log's stream/0-300 should be",
        ),
        (
            |_| {
                (
                    StatusCode::FOUND,
                    [(header::LOCATION, "http://127.0.0.1:1/")],
                )
                    .into_response()
            },
            "You are not signed in",
        ),
    ];
    for (lie, said) in cases {
        let address = lying(&log, "stream/0-300", lie).await;
        let (code, _, why) = run(&address, &log.vkey, &[]).await;
        assert_eq!(code, Some(2), "{said}");
        assert!(why.contains(said), "{why}");
    }
}
