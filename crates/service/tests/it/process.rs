//! The portal as a process of its own, which can be killed: this very program, started again with one
//! test to run.

use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use access::event::{EndCause, Mode};
use access::ids::{GrantId, RequestId};
use access::view::{GrantState, Viewer};
use serde::{Deserialize, Serialize};
use service::settings::Settings;
use service::{Portal, Submit};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio_util::sync::CancellationToken;

use crate::archive::in_folder;
use crate::settings::settings_by;
use crate::stage::{form, identity, service_pool_by, sign_in, words_for};

/// The variable with what a process is told.
const ORDERS: &str = "PORTAL_PROCESS";

/// Marks a line of ours among those of the test runner.
const MARK: &str = "@ ";

/// What a process is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Orders {
    /// Where the database is: a port of loopback.
    pub port: u16,
    pub user: String,
    pub database: String,
    pub data: PathBuf,
    pub origin: String,
    /// A folder to archive into.
    pub archive: Option<PathBuf>,
    pub part: Part,
}

impl Orders {
    pub fn new(way: &PgConnectOptions, settings: &Settings, part: Part) -> Self {
        Self {
            port: way.get_port(),
            user: way.get_username().to_owned(),
            database: way.get_database().unwrap().to_owned(),
            data: settings.data_dir.clone(),
            origin: settings.origin.as_str().to_owned(),
            archive: None,
            part,
        }
    }
}

/// What a process does until it is killed, or at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// Requests and broken glass from all sides, without end.
    Load,
    /// More requests at once than one transaction takes, again and again.
    Burst,
    /// One thing after the other, so many requests or until the log takes no more; then access is ended.
    UntilTheDiskFails { requests: usize },
}

/// What a process says, a line each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Said {
    Started {
        halted: Option<String>,
    },
    DidNotStart(String),
    /// And for how many seconds, where it is an emergency.
    Asking(RequestId, Option<u32>),
    Acknowledged(RequestId),
    Refused(RequestId, String),
    Open(GrantId),
    Halted(Option<String>),
    Ended(GrantId, Result<(), String>),
}

/// A process that runs.
pub struct Process {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Process {
    /// Starts one, below `wrapper` if there is one.
    pub fn start(orders: &Orders, wrapper: Option<Command>) -> Self {
        let program = std::env::current_exe().unwrap();
        let mut command = match wrapper {
            Some(mut wrapper) => {
                wrapper.arg(program);
                wrapper
            }
            None => Command::new(program),
        };
        command
            .args(["--exact", "process::portal", "--ignored", "--nocapture"])
            .env(ORDERS, serde_json::to_string(orders).unwrap())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it says next; `None` at its end.
    pub fn next(&mut self) -> Option<Said> {
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            // A line that a kill cut short was not said.
            if let Some(said) = line.strip_prefix(MARK)
                && let Ok(said) = serde_json::from_str(said)
            {
                return Some(said);
            }
        }
    }

    /// All that it says until its end, which is waited for.
    pub fn rest(mut self) -> Vec<Said> {
        let mut said = Vec::new();
        while let Some(one) = self.next() {
            said.push(one);
        }
        self.child.wait().unwrap();
        said
    }
}

/// Kills a process that this test started.
pub fn kill(process: u32) {
    let mut command = Command::new("kill");
    let killed = command
        .args(["-s", "KILL"])
        .arg(process.to_string())
        .status();
    assert!(killed.unwrap().success());
}

fn say(said: &Said) {
    let line = format!("\n{MARK}{}\n", serde_json::to_string(said).unwrap());
    // In one piece, and past what the test runner catches.
    std::io::stdout().write_all(line.as_bytes()).unwrap();
    std::io::stdout().flush().unwrap();
}

#[test]
#[ignore = "a process that other tests start"]
fn portal() {
    let orders = std::env::var(ORDERS).expect("started by a test that says what to do");
    let orders: Orders = serde_json::from_str(&orders).unwrap();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if let Part::UntilTheDiskFails { .. } = orders.part {
        // strace counts the calls of each thread for itself.
        runtime.worker_threads(1).max_blocking_threads(1);
    }
    let runtime = runtime.enable_all().build().unwrap();
    runtime.block_on(run(orders));
}

async fn run(orders: Orders) {
    let way = PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(orders.port)
        .username(&orders.user)
        .database(&orders.database)
        .ssl_mode(PgSslMode::Disable);
    let settings = Settings {
        archive: orders.archive.as_deref().map(in_folder),
        ..settings_by(&way, &orders.data, &orders.origin)
    };
    let pool = service_pool_by(&way).await;
    let portal = match Portal::start(settings, pool, CancellationToken::new()).await {
        Ok(portal) => portal,
        Err(fault) => return say(&Said::DidNotStart(format!("{fault:?}"))),
    };
    say(&Said::Started {
        halted: portal.halted(),
    });
    match orders.part {
        Part::Load => load(&portal).await,
        Part::Burst => {
            burst(&portal).await;
        }
        Part::UntilTheDiskFails { requests } => until_the_disk_fails(&portal, requests).await,
    }
}

async fn load(portal: &Portal) {
    let dana = sign_in(portal, "dana", &["oncall"]).await;
    let mut callers = Vec::new();
    for _ in 0..4 {
        let (portal, dana) = (portal.clone(), dana.clone());
        callers.push(tokio::spawn(async move {
            loop {
                ask(&portal, &dana, form("orders-read")).await;
            }
        }));
    }
    loop {
        if let Some(grant) = break_glass(portal, &dana, 3).await {
            // The holder looks at the way in; some return it, others let it run out.
            drop(portal.show_credential(&dana, grant).await);
            if grant.uuid().as_bytes()[0] % 2 == 0 {
                let ended = portal.end(&dana, grant, EndCause::Returned).await;
                say(&Said::Ended(
                    grant,
                    ended.map_err(|fault| fault.to_string()),
                ));
            }
        }
    }
}

async fn burst(portal: &Portal) {
    let dana = sign_in(portal, "dana", &["oncall"]).await;
    loop {
        let asked = (0..600).map(|_| ask(portal, &dana, form("orders-read")));
        futures::future::join_all(asked).await;
    }
}

/// True where it was acknowledged.
async fn ask(portal: &Portal, who: &Viewer, wanted: Submit) -> bool {
    let request = wanted.request;
    let emergency = (wanted.mode == Mode::Emergency).then_some(wanted.words.duration_s);
    say(&Said::Asking(request, emergency));
    match portal.submit(who, wanted).await {
        Ok(_) => {
            say(&Said::Acknowledged(request));
            true
        }
        Err(fault) => {
            say(&Said::Refused(request, fault.to_string()));
            false
        }
    }
}

pub fn emergency(duration_s: u32) -> Submit {
    Submit {
        mode: Mode::Emergency,
        words: words_for(duration_s),
        ..form("orders-admin")
    }
}

/// The grant, if one was opened.
async fn break_glass(portal: &Portal, who: &Viewer, duration_s: u32) -> Option<GrantId> {
    let wanted = emergency(duration_s);
    let request = wanted.request;
    if !ask(portal, who, wanted).await {
        return None;
    }
    let grant = portal.request(who, request).await.ok()?.grant?;
    matches!(grant.state, GrantState::Active { .. }).then(|| {
        say(&Said::Open(grant.id));
        grant.id
    })
}

async fn until_the_disk_fails(portal: &Portal, requests: usize) {
    let dana = portal.register_sign_in(identity("dana", &["oncall"])).await;
    let ari = portal.register_sign_in(identity("ari", &["leads"])).await;
    if let (Ok(dana), Ok(ari)) = (dana, ari) {
        let open = break_glass(portal, &dana, 60).await;
        for _ in 0..requests {
            if !ask(portal, &dana, form("orders-read")).await {
                break;
            }
        }
        // Once it failed nothing new is opened, and what is open can be ended.
        let another = break_glass(portal, &dana, 60).await;
        for grant in [open, another].into_iter().flatten() {
            let ended = portal.end(&ari, grant, EndCause::Revoked).await;
            say(&Said::Ended(
                grant,
                ended.map_err(|fault| fault.to_string()),
            ));
        }
    }
    archived_or_in_trouble(portal).await;
    say(&Said::Halted(portal.halted()));
}

/// Waits, not for long, until the archive has what is signed or says why not.
async fn archived_or_in_trouble(portal: &Portal) {
    let size = portal.ledger().size().await.ok();
    for _ in 0..100 {
        match portal.archive_status() {
            Some(status) if status.trouble.is_none() && status.checkpoint < size => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            _ => return,
        }
    }
}

/// The folder of another process of the same log: its key, and no memory yet.
pub fn fresh_folder(of: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    std::fs::copy(
        of.join("keys/log.seed"),
        folder.path().join("keys/log.seed"),
    )
    .unwrap();
    folder
}
