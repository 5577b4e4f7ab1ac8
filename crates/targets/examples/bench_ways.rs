//! Measures what the recorded ways in add to a statement over the same statement straight to the target, with a
//! recorder that costs nothing: what a real one costs is the log's figure. One JSON line a figure on standard output.
//!
//! Wants `DATABASE_URL`: a superuser of a throwaway server that is reached by a socket or loopback; and `psql`, in
//! `PG_BIN_DIR` or where programs are found.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement may fail"
)]

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use access::event::StatementClass;
use access::ids::GrantId;
use access::time::UnixMillis;
use async_trait::async_trait;
use secrecy::SecretString;
use targets::console::{ConsoleSession, Event, Limits};
use targets::gateway::{Admitted, Gateway, GatewayGuard, Left, NotAdmitted, Verifier};
use targets::{
    Access, ActionNumber, Connector as _, Ending, Finished, PostgresTarget, Recorder, RecorderLost,
};
use tokio::sync::mpsc;
use tokio_postgres::NoTls;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Statements of one run; the median of all is told.
const STATEMENTS: usize = 2_000;

/// Runs, one way after the other, so that what else the machine does hits all alike.
const RUNS: usize = 5;

/// What a person types: small, and a table of some rows.
const TEXTS: [(&str, &str); 2] = [
    ("small", "select 1"),
    (
        "rows",
        "select n, repeat('x', 80) from generate_series(1, 200) n",
    ),
];

const PASSWORD: &str = "of the measurement";

#[derive(Debug, Default)]
struct Free(AtomicU32);

#[async_trait]
impl Recorder for Free {
    async fn intend(
        &self,
        _statement: &str,
        _classes: &[StatementClass],
    ) -> Result<ActionNumber, RecorderLost> {
        Ok(self.0.fetch_add(1, Ordering::Relaxed))
    }

    async fn refuse(&self, _statement: &str, _class: StatementClass) -> Result<(), RecorderLost> {
        Ok(())
    }

    async fn finish(&self, _action: ActionNumber, _finished: Finished) -> Result<(), RecorderLost> {
        Ok(())
    }

    async fn chunk(&self, _lines: &str) -> Result<(), RecorderLost> {
        Ok(())
    }
}

#[derive(Debug)]
struct Open(Verifier, Admitted);

#[async_trait]
impl GatewayGuard for Open {
    async fn verifier(&self, _user: &str, _from: SocketAddr) -> Option<Verifier> {
        Some(self.0.clone())
    }

    async fn admit(
        &self,
        _user: &str,
        _verifier: &Verifier,
        _from: SocketAddr,
    ) -> Result<Admitted, NotAdmitted> {
        Ok(self.1.clone())
    }

    async fn left(&self, _user: &str, _admitted: &Admitted, _left: Left) {}
}

#[tokio::main]
async fn main() {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL names a throwaway server");
    let url = SecretString::from(url);
    let target = PostgresTarget::new("bench.example/log", &url).unwrap();
    let access = Access {
        grant: GrantId::new(Uuid::new_v4()),
        intended_seq: 1,
        role: "pg_read_all_data".into(),
        expires_at: UnixMillis::new(4_000_000_000_000),
    };
    target.open(&access).await.unwrap();
    let password = SecretString::from(PASSWORD.to_owned());
    target.admit(access.grant, &password).await.unwrap();
    let recorder: Arc<Free> = Arc::default();
    let admitted = Admitted {
        address: target.address().clone(),
        account: access.grant.account(),
        password: password.clone(),
        recorder: recorder.clone(),
        refuse: vec![StatementClass::SetRole],
        ending: Ending::new(),
    };
    let verifier = postgres_protocol::password::scram_sha_256(PASSWORD.as_bytes());
    let guard = Arc::new(Open(verifier.parse().unwrap(), admitted));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gateway = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let serving =
        tokio::spawn(Arc::new(Gateway::for_loopback(guard)).serve(listener, stop.clone()));

    let direct = direct()
        .user(access.grant.account())
        .password(PASSWORD)
        .to_owned();
    let mut through = tokio_postgres::Config::new();
    through
        .host("127.0.0.1")
        .port(gateway.port())
        .user("bench")
        .password(PASSWORD);
    drivers(&direct, &through, &target, &access, &recorder).await;
    scripts(&direct, gateway).await;

    stop.cancel();
    serving.await.unwrap();
    target.end(access.grant).await.unwrap();
}

/// By a driver, statement by statement.
async fn drivers(
    direct: &tokio_postgres::Config,
    through: &tokio_postgres::Config,
    target: &PostgresTarget,
    access: &Access,
    recorder: &Free,
) {
    let (straight, connection) = direct.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    let (carried, connection) = through.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    let (sender, mut events) = mpsc::channel::<Event>(1024);
    tokio::spawn(async move { while events.recv().await.is_some() {} });
    let mut console = ConsoleSession::open(
        target.address(),
        &access.grant.account(),
        SecretString::from(PASSWORD.to_owned()),
        Ending::new(),
        sender,
        Limits::default(),
    )
    .await
    .unwrap();
    for (name, text) in TEXTS {
        let mut figures = [const { Vec::new() }; 5];
        for _ in 0..RUNS {
            for _ in 0..STATEMENTS / RUNS {
                let begun = Instant::now();
                straight.simple_query(text).await.unwrap();
                figures[0].push(begun.elapsed());
                let begun = Instant::now();
                carried.simple_query(text).await.unwrap();
                figures[1].push(begun.elapsed());
                let begun = Instant::now();
                console.run(text, recorder, &[]).await.unwrap();
                figures[2].push(begun.elapsed());
                let begun = Instant::now();
                straight.query_typed(text, &[]).await.unwrap();
                figures[3].push(begun.elapsed());
                let begun = Instant::now();
                carried.query_typed(text, &[]).await.unwrap();
                figures[4].push(begun.elapsed());
            }
        }
        let median = |place: usize| {
            let mut sorted = figures[place].clone();
            sorted.sort();
            sorted[sorted.len() / 2].as_secs_f64() * 1e3
        };
        let (simple, extended) = (median(0), median(3));
        tell(&format!("gateway_simple_{name}"), median(1), simple);
        tell(&format!("console_{name}"), median(2), simple);
        tell(&format!("gateway_extended_{name}"), median(4), extended);
    }
}

/// By `psql`, which reads a script and waits for each answer.
async fn scripts(direct: &tokio_postgres::Config, gateway: SocketAddr) {
    let mut script = tempfile::NamedTempFile::new().unwrap();
    for _ in 0..STATEMENTS {
        writeln!(script, "select 1;").unwrap();
    }
    let host = match &direct.get_hosts()[0] {
        tokio_postgres::config::Host::Tcp(host) => host.clone(),
        tokio_postgres::config::Host::Unix(folder) => folder.display().to_string(),
    };
    let port = direct.get_ports().first().copied().unwrap_or(5432);
    let user = direct.get_user().unwrap_or_default();
    let straight = format!("host={host} port={port} user={user} dbname=postgres sslmode=disable");
    let carried = format!(
        "host=127.0.0.1 port={} user=bench sslmode=disable",
        gateway.port()
    );
    let (mut by_psql, mut by_gateway) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        by_psql.push(psql(&straight, script.path()).await);
        by_gateway.push(psql(&carried, script.path()).await);
    }
    let median = |mut figures: Vec<f64>| {
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    tell("gateway_psql", median(by_gateway), median(by_psql));
}

/// Milliseconds a statement, the start of the program and its sign-in spread over all.
async fn psql(way: &str, script: &std::path::Path) -> f64 {
    let folder = std::env::var_os("PG_BIN_DIR")
        .map(PathBuf::from)
        .unwrap_or_default();
    let begun = Instant::now();
    let done = tokio::process::Command::new(folder.join("psql"))
        .env("PGPASSWORD", PASSWORD)
        .args(["-X", "-q", "-A", "-t", way, "-f"])
        .arg(script)
        .output()
        .await
        .unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    begun.elapsed().as_secs_f64() * 1e3 / STATEMENTS as f64
}

fn direct() -> tokio_postgres::Config {
    std::env::var("DATABASE_URL").unwrap().parse().unwrap()
}

/// A way's milliseconds for a statement, and those of the straight way.
fn tell(metric: &str, value: f64, peer: f64) {
    let adds = value - peer;
    println!(
        r#"{{"bench":"ways","metric":"{metric}","value":{value:.3},"unit":"ms","peer":{peer:.3},"adds":{adds:.3}}}"#
    );
}
