//! The gateway, with clients that people use: `psql` by the simple protocol, `tokio-postgres` by the extended one, and
//! one that sends what it likes.

mod clients;
mod ends;
mod raw;
mod refused;

use std::net::SocketAddr;
use std::process::Output;
use std::time::{Duration, Instant};

use access::event::ActionOutcome;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

use crate::stage::{ONE_TIME, Stage, USER};

pub const A_SECOND: Duration = Duration::from_secs(1);
pub const DONE: ActionOutcome = ActionOutcome::Done;

pub async fn signed_in(gateway: SocketAddr) -> Client {
    try_sign_in(gateway, USER, ONE_TIME).await.unwrap()
}

pub async fn try_sign_in(
    gateway: SocketAddr,
    user: &str,
    password: &str,
) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::Config::new()
        .host("127.0.0.1")
        .port(gateway.port())
        .user(user)
        .password(password)
        .connect(NoTls)
        .await?;
    tokio::spawn(connection);
    Ok(client)
}

/// `psql` with a script, as people run it.
pub async fn psql(stage: &Stage, gateway: SocketAddr, more: &str, script: &str) -> Output {
    let mut program: tokio::process::Command = stage.cluster.program("psql").into();
    program
        .env("PGPASSWORD", ONE_TIME)
        .args(["-X", "-q", "-A", "-t"])
        .arg(format!(
            "host=localhost hostaddr=127.0.0.1 port={} user={USER} {more}",
            gateway.port()
        ))
        .args(["-c", script]);
    program.output().await.unwrap()
}

pub fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

pub fn code(fault: &tokio_postgres::Error) -> Option<&SqlState> {
    fault.code()
}

/// To prepare a statement is to send its text, and to do nothing: the server's log has both words.
pub fn executed(stage: &Stage, text: &str) -> bool {
    let log = stage.cluster.log();
    log.lines().any(|line| {
        line.contains(text) && (line.contains("execute ") || line.contains("statement: "))
    })
}

pub async fn gone(stage: &Stage) {
    let begun = Instant::now();
    while stage.backends().await > 0 {
        assert!(begun.elapsed() < A_SECOND, "a session stays");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
