//! A handler that panics, over HTTP, in a portal with a log.

use std::path::Path;
use std::time::{Duration, Instant};

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use reqwest::{Client, StatusCode};
use serde_json::Value;
use service::Portal;
use service::settings::{RoleGroups, Settings};
use sqlx::PgPool;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::ORIGIN;
use crate::serving::{Limits, serve};
use crate::web::{Flood, Hashes, Outside, OwnOrigin, Transport, detach, guarded, note_in};

async fn portal(pool: &PgPool, data: &Path, stop: &CancellationToken) -> Portal {
    let settings = Settings {
        origin: "breakglass.test/log".parse().unwrap(),
        data_dir: data.to_owned(),
        roles: RoleGroups::default(),
        read_window: Duration::from_secs(300),
        resources: Vec::new(),
        seed_policies: Vec::new(),
        signer: None,
        archive: None,
        trust: None,
        gateway: None,
        verifier: None,
    };
    service::key::generate(data, &settings.origin).unwrap();
    Portal::start(settings, pool.clone(), stop.clone())
        .await
        .unwrap()
}

/// The portal's guards around handlers that panic. Returns its address.
async fn serving(portal: Portal, site: &Path, stop: CancellationToken) -> String {
    let routes = Router::new()
        .route(
            "/panic",
            get(|| async { panic!("with a secret in it") as &'static str }),
        )
        .route(
            "/act",
            post(|| async { panic!("with a secret in it") as &'static str }),
        )
        .route("/page", get(|| async { "page" }))
        .layer(from_fn(detach::detach));
    let outside = Outside {
        site,
        own: OwnOrigin(ORIGIN.into()),
        transport: Transport::Plain,
        flood: Flood::default(),
        hashes: Hashes::default(),
    };
    let router = guarded(routes, outside, note_in(portal));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { serve(listener, router, Limits::default(), stop.cancelled()).await });
    address
}

/// What the entries of this kind say, oldest first.
async fn bodies(pool: &PgPool, kind: &str) -> Vec<Value> {
    let entries: Vec<Vec<u8>> = sqlx::query_scalar("select bytes from ledger_entry order by seq")
        .fetch_all(pool)
        .await
        .unwrap();
    entries
        .iter()
        .map(|bytes| serde_json::from_slice::<Value>(bytes).unwrap())
        .filter(|entry| entry["kind"] == kind)
        .map(|entry| entry["body"].clone())
        .collect()
}

async fn reference(answer: reqwest::Response) -> String {
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let text = answer.text().await.unwrap();
    assert!(!text.contains("secret"), "{text}");
    let problem: Value = serde_json::from_str(&text).unwrap();
    problem["reference"].as_str().unwrap().to_owned()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_panic_is_an_entry_and_the_process_goes_on(pool: PgPool) {
    let [data, site] = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    let stop = CancellationToken::new();
    let portal = portal(&pool, data.path(), &stop).await;
    let url = serving(portal.clone(), site.path(), stop.clone()).await;
    let client = Client::new();
    let mut said = Vec::new();
    // As a page is read, and as a form is sent: that has a task of its own.
    for request in [
        client.get(format!("{url}/panic")),
        client.post(format!("{url}/act")).header("origin", ORIGIN),
    ] {
        let reference = reference(request.send().await.unwrap()).await;
        said.push(serde_json::json!({ "reference": reference }));
        let start = Instant::now();
        while bodies(&pool, "server.failed").await != said {
            assert!(start.elapsed() < Duration::from_secs(10), "it is no entry");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let page = client.get(format!("{url}/page")).send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK, "the process goes on");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    // A request that panics again and again does not fill the log.
    for _ in 0..50 {
        let answer = client.get(format!("{url}/panic")).send().await.unwrap();
        reference(answer).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let entries = bodies(&pool, "server.failed").await.len();
    assert!((3..10).contains(&entries), "{entries} entries");
    assert_eq!(portal.halted(), None);
    stop.cancel();
}
