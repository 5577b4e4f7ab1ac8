//! Clients that hold a connection as long as they can, over real sockets.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream as Plain};
use std::process::Command;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use futures::StreamExt as _;
use server::serving::body::{self, BodyLimits};
use server::serving::{Limits, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::signer::Machines;

const SOON: Duration = Duration::from_millis(300);

/// Longer than any limit here; whoever waits so long would wait for ever.
const EVER: Duration = Duration::from_secs(10);

struct Serving {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl Serving {
    async fn start(connections: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let limits = Limits {
            connections,
            head_within: SOON,
            stop_within: SOON,
        };
        let bodies = BodyLimits {
            longest: 100,
            within: SOON,
        };
        let router = Router::new()
            .route("/who", get(who))
            .route("/echo", post(|body: Bytes| async move { body }))
            .route("/slow", get(slow))
            .route("/never", get(std::future::pending::<()>))
            .layer(from_fn_with_state(bodies, body::limit));
        let (stop, stopped) = oneshot::channel();
        let asked_to_end = async move {
            let _ = stopped.await;
        };
        let ended = tokio::spawn(serve(listener, router, limits, asked_to_end));
        Self {
            address,
            stop,
            ended,
        }
    }

    /// Sends these bytes, and reads until the server closes.
    async fn send(&self, bytes: &str) -> String {
        let mut stream = self.begin(bytes).await;
        let mut answer = String::new();
        timeout(EVER, stream.read_to_string(&mut answer))
            .await
            .expect("the connection is held open")
            .unwrap();
        answer
    }

    async fn begin(&self, bytes: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        stream
    }
}

async fn who(ConnectInfo(peer): ConnectInfo<SocketAddr>) -> String {
    peer.ip().to_string()
}

/// An answer that takes three times as long as a head may.
async fn slow() -> Body {
    let pieces = futures::stream::iter(0..9).then(|piece| async move {
        tokio::time::sleep(SOON / 3).await;
        Ok::<_, std::io::Error>(piece.to_string())
    });
    Body::from_stream(pieces)
}

const WHO: &str = "GET /who HTTP/1.1\r\nhost: a\r\n\r\n";

#[tokio::test]
async fn a_head_that_does_not_end_is_cut_off() {
    let serving = Serving::start(8).await;
    for head in ["", "GET /w", "GET /who HTTP/1.1\r\nhost: a\r\nx-slo"] {
        let start = Instant::now();
        let answer = serving.send(head).await;
        assert!(!answer.contains("200 OK"), "{answer}");
        assert!(start.elapsed() >= SOON - SOON / 10, "{head}: not at once");
    }
    let answer = serving.send(WHO).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("127.0.0.1"));
}

#[tokio::test]
async fn a_body_that_trickles_is_answered_in_time() {
    let serving = Serving::start(8).await;
    let head = "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 50\r\n\r\n";
    let stream = serving.begin(head).await;
    let (mut reading, mut writing) = stream.into_split();
    let trickle = tokio::spawn(async move {
        while writing.write_all(b"x").await.is_ok() {
            tokio::time::sleep(SOON / 4).await;
        }
    });
    let mut answer = vec![0; 12];
    let read = timeout(EVER, reading.read_exact(&mut answer)).await;
    read.expect("it waits for the rest").unwrap();
    assert_eq!(answer, b"HTTP/1.1 408");
    timeout(EVER, trickle)
        .await
        .expect("the connection is held open")
        .unwrap();

    let long = format!(
        "POST /echo HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 101\r\n\r\n{}",
        "x".repeat(101)
    );
    assert!(serving.send(&long).await.starts_with("HTTP/1.1 413"));
}

#[tokio::test]
async fn an_answer_may_take_longer_than_a_question() {
    let serving = Serving::start(8).await;
    let answer = serving.send("GET /slow HTTP/1.0\r\n\r\n").await;
    assert!(answer.ends_with("012345678"), "{answer}");
}

#[tokio::test]
async fn whoever_finds_no_place_waits_for_one() {
    let serving = Serving::start(2).await;
    let start = Instant::now();
    let _held = [serving.begin("GET /w").await, serving.begin("GET /w").await];
    tokio::time::sleep(SOON / 10).await;
    let answer = serving.send(WHO).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(start.elapsed() >= SOON - SOON / 10, "two had every place");
}

#[tokio::test]
async fn a_stop_waits_for_nobody_for_ever() {
    let serving = Serving::start(8).await;
    let _hangs = serving
        .begin("GET /never HTTP/1.1\r\nhost: a\r\n\r\n")
        .await;
    let mut finishes = serving.begin("GET /slow HTTP/1.0\r\n\r\n").await;
    let _half = serving.begin("GET /w").await;
    tokio::time::sleep(SOON / 3).await;
    serving.stop.send(()).unwrap();
    timeout(EVER, serving.ended)
        .await
        .expect("it does not end")
        .unwrap();
    let mut answer = String::new();
    let read = timeout(EVER, finishes.read_to_string(&mut answer)).await;
    let _ = read.expect("it was dropped with the rest");
    assert!(!answer.ends_with('8'), "it took longer than a stop waits");
}

/// The program itself, with its own limits.
#[test]
fn a_signer_ends_though_clients_hang() {
    let machines = Machines::new();
    let mut signer = machines.start();
    let hang = |bytes: &str| {
        let mut stream = Plain::connect(("127.0.0.1", machines.port)).unwrap();
        stream.write_all(bytes.as_bytes()).unwrap();
        stream
    };
    let mut half = hang("GET /vke");
    let _body = hang("POST /add-checkpoint HTTP/1.1\r\nhost: a\r\ncontent-length: 50\r\n\r\nold");
    std::thread::sleep(SOON);
    let asked = Command::new("kill").arg(signer.0.id().to_string()).status();
    assert!(asked.unwrap().success());
    let start = Instant::now();
    let status = loop {
        if let Some(status) = signer.0.try_wait().unwrap() {
            break status;
        }
        assert!(start.elapsed() < Duration::from_secs(25), "it does not end");
        std::thread::sleep(SOON / 3);
    };
    assert!(status.success(), "{status}");
    let mut rest = String::new();
    let _ = half.read_to_string(&mut rest);
    assert_eq!(rest, "");
}
