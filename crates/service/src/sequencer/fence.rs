//! The transaction around a batch. It holds the head row's lock, and so keeps every other writer out,
//! from its first statement to its commit.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::line::{Backoff, Line, passes, timely};
use crate::store::ledger as store;

/// The writer's own connection, and the head while a transaction holds it.
#[derive(Debug)]
pub(super) struct Fence {
    line: Line,
    /// Set between two batches that follow each other at once: the commit of one has begun the
    /// transaction of the next.
    held: Option<store::Head>,
}

/// How a commit ended that did not answer.
#[derive(Debug)]
pub(super) enum Unfinished {
    /// Its entries are not there.
    NotStored(sqlx::Error),
    /// Nobody can say: the database refuses to answer that.
    Unknown(sqlx::Error),
}

impl Fence {
    pub(super) fn new(line: Line) -> Self {
        Self { line, held: None }
    }

    /// The connection that the transaction runs on.
    pub(super) async fn connection(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        self.line.get().await
    }

    /// Takes back the head of a transaction in which nothing was changed.
    pub(super) fn keep(&mut self, head: store::Head) {
        self.held = Some(head);
    }

    /// After a failure: PostgreSQL rolls back when the connection closes.
    pub(super) fn drop_all(&mut self) {
        self.held = None;
        self.line.cut();
    }

    /// Lets go of a fence that was kept for a batch that did not come.
    pub(super) async fn release(&mut self) {
        if self.held.take().is_some() {
            let given_back = match self.line.get().await {
                Ok(connection) => timely(store::rollback(connection)).await,
                Err(fault) => Err(fault),
            };
            if given_back.is_err() {
                self.line.cut();
            }
        }
    }

    /// The head, and nobody else's until the transaction ends.
    pub(super) async fn begin(&mut self) -> Result<store::Head, sqlx::Error> {
        if let Some(head) = self.held.take() {
            return Ok(head);
        }
        if self.line.is_open() {
            match timely(store::begin_at_head(self.line.get().await?)).await {
                Ok(head) => return Ok(head),
                // It may have died while nobody wrote; nothing is lost by asking on a new one.
                Err(fault) => {
                    tracing::info!(%fault, "the writer's connection is made anew");
                    self.line.cut();
                }
            }
        }
        timely(store::begin_at_head(self.line.get().await?)).await
    }

    /// Commits. Where the answer is lost, that is unknown and not failed: it looks on new connections
    /// until the database says whether the entries are there.
    pub(super) async fn finish(&mut self, ids: &[Uuid], more: bool) -> Result<(), Unfinished> {
        let lost = match self.end_transaction(more).await {
            Ok(fence) => {
                self.held = fence;
                return Ok(());
            }
            Err(fault) => fault,
        };
        tracing::warn!(fault = %lost, "the answer to a commit was lost; looking for its entries");
        let mut backoff = Backoff::default();
        loop {
            self.line.cut();
            match self.are_stored(ids).await {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(Unfinished::NotStored(lost)),
                Err(fault) if !passes(&fault) => return Err(Unfinished::Unknown(fault)),
                Err(fault) => {
                    tracing::warn!(%fault, "the database cannot be asked; trying again");
                    backoff.wait().await;
                }
            }
        }
    }

    async fn end_transaction(&mut self, more: bool) -> Result<Option<store::Head>, sqlx::Error> {
        let connection = self.line.get().await?;
        if more {
            Ok(Some(
                timely(store::commit_and_begin_at_head(connection)).await?,
            ))
        } else {
            timely(store::commit(connection)).await?;
            Ok(None)
        }
    }

    /// Looks behind the fence: a commit that is still under way holds it.
    async fn are_stored(&mut self, ids: &[Uuid]) -> Result<bool, sqlx::Error> {
        let connection = self.line.get().await?;
        timely(store::begin_at_head(connection)).await?;
        let stored = timely(store::count_of(connection, ids)).await?;
        timely(store::rollback(connection)).await?;
        Ok(stored == ids.len())
    }
}
