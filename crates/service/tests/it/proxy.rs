//! A way to PostgreSQL on which one round trip can be broken: before it reaches the server, so that
//! nothing happened, or after the server did it, so that only the answer is lost.
//!
//! Beside its answers, all that the portal changes in the world are these round trips and the syncs of
//! its own files. So breaking each of them, on both sides, leaves every state that a crash between two
//! lines of the program can leave, and nothing has to be built into the program for it.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::wire::{Server, start_message, typed_message};

/// How long a server may take for what is to happen without an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where a round trip breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// It does not arrive: nothing happened.
    Before,
    /// It arrives, and nobody waits for what becomes of it.
    During,
    /// It was done, and the answer is lost.
    After,
}

/// What each round trip is, by its SQL; what is not here is not counted.
const STEPS: [(&str, &str); 18] = [
    ("begin; select", "fence"),
    ("commit; begin", "commit and fence"),
    ("commit", "commit"),
    ("rollback", "let go"),
    ("select seq, leaf_hash, bytes from ledger_entry", "read"),
    ("select count(*) as \"count!\" from ledger_entry", "look up"),
    ("select ledger_append(", "insert"),
    ("insert into request (", "project the request"),
    ("update request set", "project the state"),
    ("insert into access_grant", "project the grant"),
    ("update access_grant", "project the outcome"),
    ("insert into request_entry", "tell the request"),
    ("insert into opening", "openings"),
    ("select ledger_publish(", "publish"),
    ("create role", "make the account"),
    ("alter role \"bg_", "admit or bar"),
    ("select count(pg_terminate_backend", "cut sessions"),
    ("grant \"bg_", "drop the account"),
];

fn step(sql: &str) -> Option<&'static str> {
    let found = STEPS.iter().find(|(begins, _)| sql.starts_with(begins));
    found.map(|(_, step)| *step)
}

struct Plan {
    /// Any, or this one only.
    step: Option<&'static str>,
    nth: usize,
    moment: Moment,
    then: Box<dyn FnOnce() + Send>,
}

#[derive(Default)]
struct Shared {
    plan: Option<Plan>,
    broken: Option<String>,
}

impl Shared {
    /// The plan, if it is this round trip's turn.
    fn due(&mut self, step: &'static str, label: &str) -> Option<Plan> {
        let plan = self.plan.as_mut()?;
        if plan.step.is_some_and(|wanted| wanted != step) {
            return None;
        }
        plan.nth -= 1;
        if plan.nth > 0 {
            return None;
        }
        self.broken = Some(label.to_owned());
        self.plan.take()
    }
}

/// Listens on loopback for as long as the process lives.
#[derive(Clone)]
pub struct Proxy {
    port: u16,
    shared: Arc<Mutex<Shared>>,
    upstream: Arc<Mutex<PgConnectOptions>>,
}

impl Proxy {
    pub fn to(upstream: &PgConnectOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Self {
            port: listener.local_addr().unwrap().port(),
            shared: Arc::default(),
            upstream: Arc::new(Mutex::new(upstream.clone())),
        };
        let accepting = proxy.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let upstream = accepting.upstream.lock().unwrap().clone();
                // A server that is away: the client sees its connection close.
                if let Ok(server) = Server::connect(&upstream) {
                    Connection::carry(client, server, accepting.shared.clone());
                }
            }
        });
        proxy
    }

    /// The same database and user, this way.
    pub fn options(&self) -> PgConnectOptions {
        let upstream = self.upstream.lock().unwrap();
        PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(self.port)
            .username(upstream.get_username())
            .database(upstream.get_database().unwrap())
            .ssl_mode(PgSslMode::Disable)
    }

    /// New connections go to another server.
    pub fn switch_to(&self, upstream: &PgConnectOptions) {
        *self.upstream.lock().unwrap() = upstream.clone();
    }

    /// Breaks the `nth` round trip from now, of this step or of any, and does `then` at that moment.
    pub fn break_at(
        &self,
        step: Option<&'static str>,
        nth: usize,
        moment: Moment,
        then: impl FnOnce() + Send + 'static,
    ) {
        let mut shared = self.shared.lock().unwrap();
        shared.broken = None;
        shared.plan = Some(Plan {
            step,
            nth,
            moment,
            then: Box::new(then),
        });
    }

    /// What was broken since; nothing is from now on.
    pub fn broken(&self) -> Option<String> {
        let mut shared = self.shared.lock().unwrap();
        shared.plan = None;
        shared.broken.take()
    }
}

/// One client's: what it sends is carried by one thread, what it gets by another.
struct Connection {
    client: TcpStream,
    to_server: Box<dyn Write + Send>,
    cut_server: Box<dyn Fn() + Send>,
    shared: Arc<Mutex<Shared>>,
    /// Set when answers are no longer passed on.
    silent: Arc<Mutex<bool>>,
    /// Hears of each answer that is at its end and was not passed on.
    answered: Receiver<()>,
    /// Prepared statements by name.
    prepared: HashMap<Vec<u8>, &'static str>,
}

impl Connection {
    fn carry(client: TcpStream, server: Server, shared: Arc<Mutex<Shared>>) {
        client.set_nodelay(true).unwrap();
        let silent = Arc::new(Mutex::new(false));
        let (done, answered) = channel();
        let (to_client, quiet) = (client.try_clone().unwrap(), silent.clone());
        std::thread::spawn(move || pass_back(server.read, to_client, &quiet, &done));
        let mut connection = Self {
            client,
            to_server: server.write,
            cut_server: server.cut,
            shared,
            silent,
            answered,
            prepared: HashMap::new(),
        };
        std::thread::spawn(move || {
            // Either end may close at any time.
            drop(connection.pass_on());
            (connection.cut_server)();
            drop(connection.client.shutdown(Shutdown::Both));
        });
    }

    fn pass_on(&mut self) -> std::io::Result<()> {
        let start = start_message(&mut self.client)?;
        if !self.trip("connect", "connect", &start)? {
            return Ok(());
        }
        let (mut waiting, mut label) = (Vec::new(), None);
        loop {
            let message = typed_message(&mut self.client)?;
            label = self.label(&message).or(label);
            waiting.extend_from_slice(&message);
            // A simple query, a sync, a password, a farewell: now the client waits for an answer.
            if !matches!(message[0], b'Q' | b'S' | b'p' | b'X') {
                continue;
            }
            match label.take() {
                Some((step, prepares)) => {
                    let shown = if prepares {
                        format!("{step}, prepared")
                    } else {
                        step.to_owned()
                    };
                    if !self.trip(step, &shown, &waiting)? {
                        return Ok(());
                    }
                }
                None => self.to_server.write_all(&waiting)?,
            }
            waiting.clear();
        }
    }

    /// Carries one round trip, or breaks it; false where the connection is at its end.
    fn trip(&mut self, step: &'static str, label: &str, bytes: &[u8]) -> std::io::Result<bool> {
        let due = self.shared.lock().unwrap().due(step, label);
        let Some(plan) = due else {
            self.to_server.write_all(bytes)?;
            return Ok(true);
        };
        *self.silent.lock().unwrap() = true;
        if plan.moment != Moment::Before {
            self.to_server.write_all(bytes)?;
        }
        if plan.moment == Moment::After {
            // A server that has just died does not answer, which is as good.
            let _ = self.answered.recv_timeout(PATIENCE);
        }
        (plan.then)();
        Ok(false)
    }

    /// The step that a message of the client is about, and whether it is only prepared.
    fn label(&mut self, message: &[u8]) -> Option<(&'static str, bool)> {
        let mut texts = message[5..].split(|byte| *byte == 0);
        match message[0] {
            b'Q' => Some((step(&String::from_utf8_lossy(texts.next()?))?, false)),
            b'P' => {
                let name = texts.next()?.to_vec();
                let step = step(&String::from_utf8_lossy(texts.next()?))?;
                self.prepared.insert(name, step);
                Some((step, true))
            }
            b'B' => {
                let statement = texts.nth(1)?;
                Some((self.prepared.get(statement)?, false))
            }
            _ => None,
        }
    }
}

fn pass_back(mut from: impl Read, mut client: TcpStream, silent: &Mutex<bool>, done: &Sender<()>) {
    while let Ok(message) = typed_message(&mut from) {
        if *silent.lock().unwrap() {
            // Ready for the next: all of the answer was there.
            if message[0] == b'Z' {
                let _ = done.send(());
            }
        } else if client.write_all(&message).is_err() {
            break;
        }
    }
    drop(client.shutdown(Shutdown::Both));
}
