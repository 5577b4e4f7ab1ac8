//! A connection that one task keeps for itself: no wait for the pool, and no question before each use
//! whether it still answers.

use std::time::Duration;

use sqlx::{PgConnection, PgPool};

/// Between tries while the database does not answer: at first, and at most.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// At most one connection, made when it is first wanted.
#[derive(Debug)]
pub(crate) struct Line {
    pool: PgPool,
    connection: Option<PgConnection>,
}

impl Line {
    pub(crate) fn new(pool: PgPool) -> Self {
        Self {
            pool,
            connection: None,
        }
    }

    /// The connection, made now if there is none.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub(crate) async fn get(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.pool.acquire().await?.detach(),
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
