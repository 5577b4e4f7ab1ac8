//! How the portal, a signer and a witness serve: whoever connects holds a place only for as long as a limit says.
//!
//! HTTP/1.1 only, as it comes from the proxy with TLS.

pub mod body;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// A stop waits for requests under way, and no longer than this.
pub const STOP_WITHIN: Duration = Duration::from_secs(15);

/// The longest head of a request, in bytes; what is read ahead of a body at most, too.
const LONGEST_HEAD: usize = 64 * 1024;

/// What connections may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Open at a time. Whoever comes then waits until one closes.
    pub connections: usize,
    /// From one answer, or the connection, to the end of the next request's head.
    pub head_within: Duration,
    /// From the wish to stop to the end of the last connection.
    pub stop_within: Duration,
}

impl Default for Limits {
    /// What the program serves with. Many systems let a process open 1,024 files.
    fn default() -> Self {
        Self {
            connections: 512,
            head_within: Duration::from_secs(10),
            stop_within: STOP_WITHIN,
        }
    }
}

/// Serves until `asked_to_end` resolves. Then nobody is taken any more, idle connections close, requests under way are
/// finished, and those that take too long are dropped.
pub async fn serve(
    mut listener: TcpListener,
    router: Router,
    limits: Limits,
    asked_to_end: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let ends = CancellationToken::new();
    let mut connections = JoinSet::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head_within)
        .max_buf_size(LONGEST_HEAD);
    let mut asked_to_end = std::pin::pin!(asked_to_end);
    loop {
        let (stream, peer, place) = tokio::select! {
            () = &mut asked_to_end => break,
            next = accept(&mut listener, &places) => next,
            Some(_) = connections.join_next() => continue,
        };
        let router = router.clone();
        let answer = service_fn(move |request: hyper::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().oneshot(request)
        });
        // A WebSocket takes its connection over.
        let connection = http
            .serve_connection(TokioIo::new(stream), answer)
            .with_upgrades();
        let ends = ends.clone();
        connections.spawn(async move {
            let mut connection = std::pin::pin!(connection);
            let done = tokio::select! {
                done = connection.as_mut() => done,
                () = ends.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(fault) = done {
                tracing::debug!(%fault, "a connection ended");
            }
            drop(place);
        });
    }
    drop(listener);
    ends.cancel();
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(limits.stop_within, all_ended)
        .await
        .is_err()
    {
        tracing::warn!("requests were still under way; they are dropped");
    }
}

/// The next connection, once there is a place for it.
async fn accept(
    listener: &mut TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
    // It is never closed, so there always is a place.
    let place = places.clone().acquire_owned().await.ok();
    let (stream, peer) = Listener::accept(listener).await;
    (stream, peer, place)
}
