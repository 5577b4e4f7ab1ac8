//! A log behind an address: a portal, whole; what stands in for one; and a static log.

use std::path::PathBuf;

use axum::Router;
use axum::http::{StatusCode, Uri};
use sqlx::PgPool;
use tempfile::TempDir;

use super::{BUNDLES, joined, report, shown, verify};
use crate::fsck::{Log, text};
use crate::stage::Stage;

/// Serves a router for as long as the test runs.
pub(super) async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// What a portal or a static log answers, out of a folder.
fn files(folder: PathBuf, streams: bool) -> Router {
    Router::new().fallback(move |uri: Uri| {
        let path = uri.path().trim_start_matches("/ledger/");
        let answer = match path.strip_prefix("stream/") {
            Some("0-300") if streams => Ok(joined(&folder, &BUNDLES)),
            Some("256-300") if streams => Ok(joined(&folder, &BUNDLES[1..])),
            Some(_) => Err(StatusCode::NOT_FOUND),
            None => std::fs::read(folder.join(path)).map_err(|_| StatusCode::NOT_FOUND),
        };
        async move { answer }
    })
}

/// Runs the command without holding up whoever answers it.
pub(super) async fn run(
    place: &str,
    vkey: &str,
    arguments: &[&str],
) -> (Option<i32>, String, String) {
    let (place, vkey) = (place.to_owned(), vkey.to_owned());
    let arguments: Vec<String> = arguments.iter().map(|&a| a.to_owned()).collect();
    let done = tokio::task::spawn_blocking(move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        verify(&place, &vkey, &arguments)
    });
    let done = done.await.unwrap();
    let said = |bytes| text(bytes).to_owned();
    (done.status.code(), said(&done.stdout), said(&done.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_checked_as_a_folder_is() {
    let log = Log::new();
    let folder = log.folder.path().to_owned();
    let portal = serve(files(folder.clone(), true)).await;
    // A static log has no streams; its address has a path.
    let fixed = format!("{}/ledger/", serve(files(folder.clone(), false)).await);
    for address in [&portal, &fixed] {
        let (code, out, why) = run(address, &log.vkey, &[]).await;
        assert_eq!(code, Some(0), "{address}: {why}");
        assert!(out.starts_with("Proven. All 300 entries"), "{out}");
    }
    log.tamper();
    let (_, wanted) = report(shown(&folder), &log.vkey, &[]);
    for address in [&portal, &fixed] {
        let (code, out, _) = run(address, &log.vkey, &["--json"]).await;
        assert_eq!(code, Some(1), "{address}");
        let said: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(said, wanted, "{address}");
        assert_eq!(said["findings"][0]["seq"], 270);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_portal_is_checked_by_its_address_and_by_the_file_that_it_gives(pool: PgPool) {
    let stage = Stage::new(pool).await;
    let mut quinn = stage.browser();
    quinn.sign_in("quinn", "auditors").await;
    let vkey = quinn.get("/ledger/vkey").await.text().await;
    let vkey = vkey.trim();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("all.breakglass-log");
    std::fs::write(&file, quinn.get("/ledger/log-file").await.bytes().await).unwrap();
    let address = serve(stage.router().clone()).await;
    let (code, _, why) = run(&address, vkey, &[]).await;
    assert_eq!(code, Some(2));
    assert!(why.contains("You are not signed in"), "{why}");
    let headers = folder.path().join("headers");
    let cookie = quinn.cookie.as_ref().unwrap();
    std::fs::write(&headers, format!("Cookie: __Host-breakglass={cookie}\n")).unwrap();
    let headers = ["--header-file", shown(&headers)];
    for place in [&address, shown(&file)] {
        let (code, out, why) = run(place, vkey, &headers).await;
        assert_eq!(code, Some(0), "{place}: {out}{why}");
        assert!(out.starts_with("Proven. All "), "{out}");
    }
}
