//! The portal's own sessions on a target.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use super::wire::{Address, Answer, Session, Transaction, WireError};

/// Sessions at a time: ends of many grants at once wait for each other, but not long.
const SESSIONS: usize = 4;

/// A session that was not needed for so long is closed.
const IDLE: Duration = Duration::from_secs(60);

/// The server gives up a statement before we do, so that what is unknown is not still to come.
const FIRST: &str = "set statement_timeout = '7s'; set lock_timeout = '5s'";

/// The sessions, made when they are needed.
#[derive(Debug)]
pub(super) struct Admin {
    address: Address,
    idle: Mutex<Vec<(Instant, Session)>>,
    permits: Semaphore,
}

impl Admin {
    pub(super) fn new(address: Address) -> Self {
        Self {
            address,
            idle: Mutex::default(),
            permits: Semaphore::new(SESSIONS),
        }
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// Runs statements as one transaction.
    pub(super) async fn run(&self, sql: &str) -> Result<Answer, WireError> {
        let _permit = self.permits.acquire().await;
        let mut session = self.session().await?;
        // A session on which something was broken off, a transaction too, is not used again: it is dropped here.
        let answer = session.simple(sql).await;
        let whole = matches!(answer, Ok(_) | Err(WireError::Server(_)));
        if whole && session.transaction == Transaction::Idle {
            let mut idle = self.idle();
            idle.retain(|(since, _)| since.elapsed() < IDLE);
            idle.push((Instant::now(), session));
        }
        answer
    }

    async fn session(&self) -> Result<Session, WireError> {
        loop {
            let last = self.idle().pop();
            match last {
                Some((since, mut session)) if since.elapsed() < IDLE => {
                    if !session.is_stale() {
                        return Ok(session);
                    }
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut session = Session::connect(&self.address).await?;
        // Where it fails nothing was asked yet; where it is refused the target is no PostgreSQL that we know.
        match session.simple(FIRST).await {
            Ok(_) => Ok(session),
            Err(WireError::Lost(fault)) => Err(WireError::Unreachable(fault)),
            Err(fault) => Err(fault),
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<(Instant, Session)>> {
        self.idle
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
