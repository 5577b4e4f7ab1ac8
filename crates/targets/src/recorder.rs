//! Where the steps of somebody's work are written down.

use std::fmt::Debug;

use access::event::{ActionOutcome, StatementClass};
use async_trait::async_trait;

/// The place of an action within its recording, from 0.
pub type ActionNumber = u32;

/// How an action ended.
#[derive(Debug, Clone)]
pub struct Finished {
    /// What became of it.
    pub outcome: ActionOutcome,
    /// Rows it returned or changed, where it did either.
    pub rows: Option<u64>,
    /// How long the target took, in milliseconds.
    pub duration_ms: u32,
    /// What identifies its result, such as a digest of the rows in hex; `None` where there was none.
    pub result: Option<String>,
}

/// Writes down one recording: what is done through one session on one target, step by step.
///
/// The order is the promise. An action is durable in the log when [`Recorder::intend`] returns, and only then may
/// the target see it. Where any call fails, nothing more may be sent and the session has to end.
#[async_trait]
pub trait Recorder: Debug + Send + Sync {
    /// Writes down what is about to be sent.
    async fn intend(
        &self,
        statement: &str,
        classes: &[StatementClass],
    ) -> Result<ActionNumber, RecorderLost>;

    /// Writes down what was refused and is not sent. `class` is what the policy refuses in it.
    async fn refuse(&self, statement: &str, class: StatementClass) -> Result<(), RecorderLost>;

    /// Writes down how an action ended.
    async fn finish(&self, action: ActionNumber, finished: Finished) -> Result<(), RecorderLost>;

    /// Writes down a piece of a terminal's recording: lines of the asciicast v2 format, in order.
    async fn chunk(&self, lines: &str) -> Result<(), RecorderLost>;
}

/// What was to be recorded is not in the log.
#[derive(Debug, thiserror::Error)]
#[error("this could not be recorded, so it was not done: {0}")]
pub struct RecorderLost(pub String);
