//! A proxy that loses answers, servers that say the same to everybody, and a target that calls them.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use access::ids::GrantId;
use access::time::UnixMillis;
use async_trait::async_trait;
use targets::{
    Access, Answer, AnswerLog, AnsweredCall, Pace, WebhookSecret, WebhookSettings, WebhookTarget,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

use crate::receiver::SECRET;

/// Keeps what was answered.
#[derive(Debug, Default)]
pub struct Answers(pub Mutex<Vec<(GrantId, AnsweredCall, Answer)>>);

impl Answers {
    /// The statuses, in order.
    pub fn statuses(&self) -> Vec<(AnsweredCall, u16)> {
        let kept = self.0.lock().unwrap();
        kept.iter()
            .map(|(_, call, answer)| (*call, answer.status))
            .collect()
    }
}

#[async_trait]
impl AnswerLog for Answers {
    async fn answered(&self, grant: GrantId, call: AnsweredCall, answer: Answer) {
        self.0.lock().unwrap().push((grant, call, answer));
    }
}

/// Quick, and not by chance.
pub fn pace() -> Pace {
    Pace {
        attempt: Duration::from_secs(2),
        whole: Duration::from_secs(5),
        waits: vec![Duration::from_millis(20); 3],
        jitter: || 1.0,
        clock: SystemTime::now,
    }
}

pub fn settings(url: &str, allow_private: &[&str]) -> WebhookSettings {
    WebhookSettings {
        url: url.parse().unwrap(),
        secrets: vec![WebhookSecret::new(&SECRET.into()).unwrap()],
        allow_private: allow_private
            .iter()
            .map(|text| text.parse().unwrap())
            .collect(),
        pace: pace(),
    }
}

/// A target on this machine.
pub fn target(at: SocketAddr) -> (WebhookTarget, Arc<Answers>) {
    let answers = Arc::new(Answers::default());
    let settings = settings(&format!("http://{at}/"), &["127.0.0.0/8"]);
    let target = WebhookTarget::new(settings, answers.clone()).unwrap();
    (target, answers)
}

pub fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

pub fn grant() -> GrantId {
    GrantId::new(Uuid::new_v4())
}

/// What a grant of an hour gives.
pub fn access(grant: GrantId) -> Access {
    Access {
        grant,
        intended_seq: 7,
        role: "oncall".into(),
        expires_at: in_s(3_600),
    }
}

pub fn in_s(seconds: i64) -> UnixMillis {
    UnixMillis::new((time::OffsetDateTime::now_utc().unix_timestamp() + seconds) * 1_000)
}

/// Passes requests on to `to`, and loses the first `lost` answers: the other side has done what it was asked.
pub async fn losing(to: SocketAddr, lost: usize) -> SocketAddr {
    let left = Arc::new(AtomicUsize::new(lost));
    serve(move |mut stream, _| {
        let left = left.clone();
        async move {
            let mut up = TcpStream::connect(to).await.unwrap();
            let (mut from, mut back) = stream.split();
            let (mut answer, mut request) = up.split();
            let mut text = Vec::new();
            tokio::select! {
                _ = tokio::io::copy(&mut from, &mut request) => {}
                read = answer.read_to_end(&mut text) => { read.unwrap(); }
            }
            let spend = |left: usize| left.checked_sub(1);
            if left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, spend)
                .is_err()
            {
                back.write_all(&text).await.unwrap();
            }
        }
    })
    .await
    .0
}

/// Says these in turn, the last one for ever, each to a request that was read whole. Counts requests.
pub async fn saying(answers: Vec<Vec<u8>>) -> (SocketAddr, Arc<AtomicUsize>) {
    serve(move |mut stream, number| {
        let answer = answers[number.min(answers.len() - 1)].clone();
        async move {
            let mut read = Vec::new();
            while !whole(&read) {
                if stream.read_buf(&mut read).await.unwrap() == 0 {
                    return;
                }
            }
            // Whoever has heard enough hangs up.
            drop(stream.write_all(&answer).await);
        }
    })
    .await
}

/// Takes connections, and says nothing. Counts them.
pub async fn silent(at: &str) -> (SocketAddr, Arc<AtomicUsize>) {
    let answer = |stream: TcpStream, _| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
    };
    serve_on(TcpListener::bind(at).await.unwrap(), answer)
}

/// Takes connections and drops them. Counts them.
pub async fn closing(at: &str) -> (SocketAddr, Arc<AtomicUsize>) {
    serve_on(TcpListener::bind(at).await.unwrap(), |_, _| async {})
}

pub fn response(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} Said\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    length.is_none_or(|length| body.len() >= length.parse().unwrap())
}

async fn serve<F>(
    answer: impl Fn(TcpStream, usize) -> F + Send + 'static,
) -> (SocketAddr, Arc<AtomicUsize>)
where
    F: Future<Output = ()> + Send + 'static,
{
    serve_on(TcpListener::bind("127.0.0.1:0").await.unwrap(), answer)
}

fn serve_on<F>(
    listener: TcpListener,
    answer: impl Fn(TcpStream, usize) -> F + Send + 'static,
) -> (SocketAddr, Arc<AtomicUsize>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let at = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(answer(stream, counted.fetch_add(1, Ordering::SeqCst)));
        }
    });
    (at, count)
}

/// For tests that do not look at answers.
pub fn answers() -> Arc<Answers> {
    Arc::default()
}
