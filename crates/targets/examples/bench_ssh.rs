//! How long a key takes to come back: through a recorded terminal, whose every chunk is synced to a file before the host
//! sees it, and through Debian's own `ssh`. As root, with sshd: `cargo run --release -p targets --example bench_ssh`
//! prints one line of JSON.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "a bench, with the trials' own sshd"
)]

#[path = "../tests/ssh/person.rs"]
mod person;
#[path = "../tests/ssh/sshd.rs"]
mod sshd;

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use access::event::StatementClass;
use async_trait::async_trait;
use targets::ssh::cast::Size;
use targets::ssh::terminal::{Entrance, Hands, Screen, Terminal};
use targets::{ActionNumber, Finished, Recorder, RecorderLost};

use person::{Person, a_grant, an_order, now};
use sshd::{Ends, Sshd};

const KEYS: usize = 300;

/// What runs on the other side: a terminal that echoes each key by itself.
const ECHO: &str = "stty raw -echo; printf ready; exec cat";

/// A file, and how long each chunk of keys took to be on the disk.
#[derive(Debug)]
struct Synced(Mutex<(File, Vec<Duration>)>);

#[async_trait]
impl Recorder for Synced {
    async fn intend(&self, _: &str, _: &[StatementClass]) -> Result<ActionNumber, RecorderLost> {
        Err(RecorderLost("a terminal has no statements".into()))
    }

    async fn refuse(&self, _: &str, _: StatementClass) -> Result<(), RecorderLost> {
        Err(RecorderLost("a terminal has no statements".into()))
    }

    async fn finish(&self, _: ActionNumber, _: Finished) -> Result<(), RecorderLost> {
        Err(RecorderLost("a terminal has no statements".into()))
    }

    async fn chunk(&self, lines: &str) -> Result<(), RecorderLost> {
        let mut kept = self.0.lock().unwrap();
        let begun = Instant::now();
        let written = kept.0.write_all(lines.as_bytes());
        let synced = written.and_then(|()| kept.0.sync_data());
        if lines.contains("\"i\"") {
            kept.1.push(begun.elapsed());
        }
        synced.map_err(|fault| RecorderLost(fault.to_string()))
    }
}

async fn recorded(sshd: &Sshd, folder: &std::path::Path) -> (Vec<Duration>, Vec<Duration>) {
    let file = File::create(folder.join("cast")).unwrap();
    let recorder = Arc::new(Synced(Mutex::new((file, Vec::new()))));
    let (host, principal) = (sshd.host(), sshd.principal());
    let entrance = Entrance {
        host: &host,
        ca: &sshd.ca,
        grant: a_grant(),
        serial: 1,
        principal: &principal,
        until: now().plus_seconds(600),
        now: now(),
    };
    let (terminal, mut screen) = entrance
        .open(Size::DEFAULT, recorder.clone())
        .await
        .unwrap();
    let mut shown = String::new();
    terminal
        .type_text(Hands::Holder, &format!("{ECHO}\n"))
        .await
        .unwrap();
    // The line itself is echoed too: what is waited for is what it prints.
    while !shown.ends_with("ready") {
        shown += &String::from_utf8_lossy(&screen.next().await.unwrap());
    }
    let mut times = Vec::new();
    for _ in 0..KEYS {
        times.push(one_key(&terminal, &mut screen).await);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let synced = recorder.0.lock().unwrap().1.split_off(1);
    (times, synced)
}

async fn one_key(terminal: &Terminal, screen: &mut Screen) -> Duration {
    let begun = Instant::now();
    terminal.type_text(Hands::Holder, "x").await.unwrap();
    assert_eq!(&screen.next().await.unwrap()[..], b"x");
    begun.elapsed()
}

fn plain(sshd: &Sshd) -> Vec<Duration> {
    let (person, principal) = (Person::new(), sshd.principal());
    person.certify(sshd, &an_order(&principal));
    let mut ssh = person.ssh(sshd, principal.as_str());
    ssh.args(["-tt", ECHO])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = ssh.spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut ready = [0; 5];
    stdout.read_exact(&mut ready).unwrap();
    assert_eq!(&ready, b"ready");
    let mut times = Vec::new();
    for _ in 0..KEYS {
        let begun = Instant::now();
        stdin.write_all(b"x").unwrap();
        let mut key = [0];
        stdout.read_exact(&mut key).unwrap();
        times.push(begun.elapsed());
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    times
}

/// Median and 95th percentile, in microseconds.
fn told(mut times: Vec<Duration>) -> (u128, u128) {
    times.sort();
    let at = |part: usize| times[times.len() * part / 100].as_micros();
    (at(50), at(95))
}

#[tokio::main]
async fn main() {
    assert!(sshd::here());
    let (sshd, folder) = (Sshd::start(Ends::ByList), tempfile::tempdir().unwrap());
    let (plain_p50, plain_p95) = told(plain(&sshd));
    let (recorded, synced) = recorded(&sshd, folder.path()).await;
    let ((recorded_p50, recorded_p95), (sync_p50, _)) = (told(recorded), told(synced));
    println!(
        "{{\"bench\":\"ssh_echo\",\"keys\":{KEYS},\"plain_ssh_p50_us\":{plain_p50},\"plain_ssh_p95_us\":{plain_p95},\"recorded_p50_us\":{recorded_p50},\"recorded_p95_us\":{recorded_p95},\"of_it_sync_p50_us\":{sync_p50}}}"
    );
}
