//! PostgreSQL under the trials.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use access::ids::GrantId;
use async_trait::async_trait;
use secrecy::SecretString;
use targets::{Connector, PostgresTarget};

use crate::cluster::Cluster;
use crate::suite::{self, Live, Seen, Trial};

const ORIGIN: &str = "conformance.example/log";
const PASSWORD: &str = "of a holder";

struct Postgres {
    cluster: Cluster,
    look: tokio_postgres::Client,
}

impl Postgres {
    fn target(&self, address: Option<SocketAddr>) -> PostgresTarget {
        PostgresTarget::new(ORIGIN, &SecretString::from(self.cluster.url(address))).unwrap()
    }
}

#[async_trait]
impl Trial for Postgres {
    fn name(&self) -> &str {
        "postgresql"
    }

    fn role(&self) -> String {
        "readers".into()
    }

    fn address(&self) -> Option<SocketAddr> {
        Some(self.cluster.address())
    }

    async fn connector(&self, address: Option<SocketAddr>) -> Box<dyn Connector> {
        Box::new(self.target(address))
    }

    async fn seen(&self, grant: GrantId) -> Seen {
        let account = grant.account();
        let row = self
            .look
            .query_one(
                "select exists (select from pg_roles where rolname = $1),
                        (select count(*) from pg_stat_activity where usename = $1)",
                &[&account],
            )
            .await
            .unwrap();
        let (stands, sessions): (bool, i64) = (row.get(0), row.get(1));
        match (stands, sessions) {
            (false, 0) => Seen::Nothing,
            _ => Seen::Stands(u32::try_from(sessions).unwrap()),
        }
    }

    async fn get_in(&self, grant: GrantId) -> Option<Box<dyn Live>> {
        let password = SecretString::from(PASSWORD.to_owned());
        self.target(None).admit(grant, &password).await.ok()?;
        let client = self.cluster.log_in(&grant.account(), PASSWORD).await.ok()?;
        let pid: i32 = client
            .query_one("select pg_backend_pid()", &[])
            .await
            .ok()?
            .get(0);
        // Half of them are at work when the end comes.
        let busy = pid % 2 == 0;
        if busy {
            let (working, connection) = (client, Instant::now());
            tokio::spawn(async move {
                let slept = working.query("select pg_sleep(600)", &[]).await;
                assert!(slept.is_err(), "slept on for {:?}", connection.elapsed());
            });
            tokio::time::sleep(Duration::from_millis(30)).await;
            return Some(Box::new(Session::Busy(self.cluster.look().await, pid)));
        }
        Some(Box::new(Session::Idle(client)))
    }

    async fn stranger(&self) -> Option<String> {
        let name = GrantId::new(uuid::Uuid::new_v4()).account();
        let made = format!("create role {name} login");
        self.look.batch_execute(&made).await.unwrap();
        Some(name)
    }

    async fn stranger_stands(&self, name: &str) -> bool {
        let query = "select exists (select from pg_roles where rolname = $1 and rolcanlogin)";
        self.look.query_one(query, &[&name]).await.unwrap().get(0)
    }
}

enum Session {
    Idle(tokio_postgres::Client),
    /// Asked about by somebody else, because it has no ear for questions.
    Busy(tokio_postgres::Client, i32),
}

#[async_trait]
impl Live for Session {
    async fn works(&mut self) -> bool {
        match self {
            Self::Idle(client) => client.simple_query("select 1").await.is_ok(),
            Self::Busy(look, pid) => {
                let query = "select exists (select from pg_stat_activity where pid = $1)";
                look.query_one(query, &[pid]).await.unwrap().get(0)
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_conforms() {
    let cluster = Cluster::new();
    let look = cluster.look().await;
    look.batch_execute("create role readers").await.unwrap();
    suite::run(&Postgres { cluster, look }).await;
}
