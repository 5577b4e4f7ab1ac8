//! A connection that one task keeps for itself: no wait for the pool, and no question before each use
//! whether it still answers.

use std::time::Duration;

use sqlx::{PgConnection, PgPool};

use crate::store::ledger as log;
use crate::timeline::Watch;

/// Between tries while the database does not answer: at first, and at most.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// A round trip takes so long at most. A server that vanished without a word answers nothing, and who
/// waits for it holds up everybody.
const WITHIN: Duration = Duration::from_secs(15);

/// What the log's connections ask of the server: that a replica which froze, or was cut off, does not
/// keep the head from all others.
pub(crate) const SESSION: [(&str, &str); 6] = [
    // Whatever role or database are set to: what is answered is on the disk.
    ("synchronous_commit", "on"),
    ("idle_in_transaction_session_timeout", "20s"),
    ("lock_timeout", "10s"),
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
];

/// A round trip, or an error like that of a broken connection when it takes too long. The connection
/// is then in the middle of an answer: cut it.
pub(crate) async fn timely<T>(
    trip: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    match tokio::time::timeout(WITHIN, trip).await {
        Ok(done) => done,
        Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())),
    }
}

/// Whether trying again may help: the database is away, busy or restarting. Anything else it would
/// answer again.
pub(crate) fn passes(fault: &sqlx::Error) -> bool {
    match fault {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // Connection, transaction rollback, resources, object state, operator, system.
        sqlx::Error::Database(told) => told.code().is_some_and(|code| {
            ["08", "40", "53", "55", "57", "58"]
                .iter()
                .any(|class| code.starts_with(class))
        }),
        _ => false,
    }
}

/// Where writer and publisher get their lines from: to the history of writes that is remembered only.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    pub(crate) pool: PgPool,
    pub(crate) watch: Watch,
}

impl Lines {
    pub(crate) fn line(&self) -> Line {
        Line {
            watch: Some(self.watch.clone()),
            ..Line::new(self.pool.clone())
        }
    }

    /// A line for what can be written again if a crash takes it: its commits do not wait for the disk.
    pub(crate) fn relaxed(&self) -> Line {
        Line {
            relaxed: true,
            ..self.line()
        }
    }
}

/// At most one connection, made when it is first wanted.
#[derive(Debug)]
pub(crate) struct Line {
    pool: PgPool,
    watch: Option<Watch>,
    relaxed: bool,
    connection: Option<PgConnection>,
}

impl Line {
    pub(crate) fn new(pool: PgPool) -> Self {
        Self {
            pool,
            watch: None,
            relaxed: false,
            connection: None,
        }
    }

    /// The connection, made now if there is none.
    ///
    /// # Errors
    /// Where the database does not answer, or follows another history than the log's lines must.
    pub(crate) async fn get(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let mut made = timely(self.pool.acquire()).await?.detach();
                if let Some(watch) = &self.watch {
                    timely(watch.check(&mut made)).await?;
                }
                if self.relaxed {
                    timely(log::need_not_wait(&mut made)).await?;
                }
                made
            }
        };
        Ok(self.connection.insert(connection))
    }

    /// Whether there is a connection: it may have died unnoticed since it was last used.
    pub(crate) fn is_open(&self) -> bool {
        self.connection.is_some()
    }

    /// Gives the connection up after a failure. PostgreSQL rolls back what was not committed.
    pub(crate) fn cut(&mut self) {
        self.connection = None;
    }
}

/// Longer and longer waits for a database that does not answer.
#[derive(Debug)]
pub(crate) struct Backoff(Duration);

impl Default for Backoff {
    fn default() -> Self {
        Self(FIRST_WAIT)
    }
}

impl Backoff {
    pub(crate) async fn wait(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 2).min(LONGEST_WAIT);
    }
}
