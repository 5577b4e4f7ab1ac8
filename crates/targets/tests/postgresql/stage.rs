//! A grant on a real server, and the ways into it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;

use access::event::StatementClass;
use access::ids::GrantId;
use access::time::UnixMillis;
use async_trait::async_trait;
use secrecy::SecretString;
use targets::console::{ConsoleSession, Event, Limits};
use targets::gateway::{Admitted, Gateway, GatewayGuard, Left, NotAdmitted, Verifier};
use targets::{Access, Connector as _, Ending, PostgresTarget};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::cluster::Cluster;
use crate::notebook::Notebook;

/// What the holder's own client signs in with.
pub const ONE_TIME: &str = "one-time, of dana";
pub const USER: &str = "dana";
const HIDDEN: &str = "never seen by dana";

pub struct Stage {
    pub cluster: Cluster,
    pub look: tokio_postgres::Client,
    pub target: PostgresTarget,
    pub grant: GrantId,
    pub notebook: Arc<Notebook>,
    pub ending: Ending,
    pub shutdown: CancellationToken,
    pub guard: Arc<Guard>,
}

/// Lets `dana` in, to whatever the stage says.
#[derive(Debug)]
pub struct Guard {
    verifier: Verifier,
    admitted: Mutex<Option<Admitted>>,
    pub left: Mutex<Vec<Left>>,
}

impl Stage {
    /// A server, and a grant on it of a role that owns a table of people.
    pub async fn new() -> Self {
        Self::on(Cluster::new(), |cluster| cluster.url(None)).await
    }

    pub async fn on(cluster: Cluster, url: impl FnOnce(&Cluster) -> String) -> Self {
        let look = cluster.look().await;
        look.batch_execute(
            "create role writers; create role other; create table people (id int, name text);
             alter table people owner to writers; insert into people values (1, 'Ada'), (2, null);
             grant create on schema public to writers",
        )
        .await
        .unwrap();
        let url = SecretString::from(url(&cluster));
        let target = PostgresTarget::new("test.example/log", &url).unwrap();
        let grant = GrantId::new(Uuid::new_v4());
        target
            .open(&Access {
                grant,
                intended_seq: 1,
                role: "writers".into(),
                expires_at: UnixMillis::new(4_000_000_000_000),
            })
            .await
            .unwrap();
        target
            .admit(grant, &SecretString::from(HIDDEN.to_owned()))
            .await
            .unwrap();
        let verifier = postgres_protocol::password::scram_sha_256(ONE_TIME.as_bytes());
        Self {
            cluster,
            look,
            target,
            grant,
            notebook: Arc::default(),
            ending: Ending::new(),
            shutdown: CancellationToken::new(),
            guard: Arc::new(Guard {
                verifier: verifier.parse().unwrap(),
                admitted: Mutex::default(),
                left: Mutex::default(),
            }),
        }
    }

    pub async fn console(&self) -> Console {
        self.console_with(Limits::default()).await
    }

    pub async fn console_with(&self, limits: Limits) -> Console {
        let (sender, events) = mpsc::channel(4096);
        let session = ConsoleSession::open(
            self.target.address(),
            &self.grant.account(),
            SecretString::from(HIDDEN.to_owned()),
            self.ending.clone(),
            sender,
            limits,
        )
        .await
        .unwrap();
        Console { session, events }
    }

    pub fn admitted(&self, refuse: &[StatementClass]) -> Admitted {
        Admitted {
            address: self.target.address().clone(),
            account: self.grant.account(),
            password: SecretString::from(HIDDEN.to_owned()),
            recorder: self.notebook.clone(),
            refuse: refuse.to_vec(),
            ending: self.ending.clone(),
        }
    }

    /// A gateway without TLS, and where it listens.
    pub async fn gateway(&self, refuse: &[StatementClass]) -> SocketAddr {
        self.serve(Gateway::for_loopback(self.guard.clone()), refuse)
            .await
    }

    pub async fn serve(&self, gateway: Gateway, refuse: &[StatementClass]) -> SocketAddr {
        *self.guard.admitted.lock().unwrap() = Some(self.admitted(refuse));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(Arc::new(gateway).serve(listener, self.shutdown.clone()));
        address
    }

    /// How many sessions the account has, by somebody else's word.
    pub async fn backends(&self) -> i64 {
        let query = "select count(*) from pg_stat_activity where usename = $1";
        let row = self.look.query_one(query, &[&self.grant.account()]).await;
        row.unwrap().get(0)
    }

    /// Whether the server was ever sent a statement with this in it, by its own log.
    pub fn was_sent(&self, text: &str) -> bool {
        self.cluster.log().contains(text)
    }

    /// How clients left, when so many have.
    pub async fn left(&self, clients: usize) -> Vec<Left> {
        for _ in 0..500 {
            let left = self.guard.left.lock().unwrap().clone();
            if left.len() >= clients {
                return left;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("{clients} clients have not left");
    }

    pub async fn people(&self) -> i64 {
        let row = self
            .look
            .query_one("select count(*) from people", &[])
            .await;
        row.unwrap().get(0)
    }
}

#[async_trait]
impl GatewayGuard for Guard {
    async fn verifier(&self, user: &str, _from: SocketAddr) -> Option<Verifier> {
        (user == USER).then(|| self.verifier.clone())
    }

    async fn admit(
        &self,
        _user: &str,
        _verifier: &Verifier,
        _from: SocketAddr,
    ) -> Result<Admitted, NotAdmitted> {
        let admitted = self.admitted.lock().unwrap().clone();
        admitted.ok_or_else(|| NotAdmitted("Access has just ended.".into()))
    }

    async fn left(&self, _user: &str, _admitted: &Admitted, left: Left) {
        self.left.lock().unwrap().push(left);
    }
}

/// A console with its events.
pub struct Console {
    pub session: ConsoleSession,
    events: mpsc::Receiver<Event>,
}

impl Console {
    /// What has been told so far.
    pub fn told(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }

    /// Runs a text that refuses nothing; what was told.
    pub async fn run(&mut self, text: &str, notebook: &Notebook) -> Vec<Event> {
        self.session.run(text, notebook, &[]).await.unwrap();
        self.told()
    }
}

/// All rows that were told.
pub fn rows(events: &[Event]) -> Vec<Vec<Option<String>>> {
    let rows = events.iter().filter_map(|event| match event {
        Event::Rows { rows } => Some(rows.clone()),
        _ => None,
    });
    rows.flatten().collect()
}
