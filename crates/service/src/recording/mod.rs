//! What is done while access is open: written down before the target sees it, and cut off where it must end.
//!
//! ```text
//! browser ──▶ use case ──▶ session (crate `targets`) ──▶ recorder ──▶ the log: durable, signed
//!                               │                                        │
//!                               └──────────── target ◀── only then ──────┘
//! ```
//!
//! A session lives in one process, and [`Live`] is where that process knows it. What ends it may come from
//! anywhere: whatever grows the log wakes [`cutter::run`], which asks the log's state whether each session here may go on.

mod answers;
mod console;
mod cutter;
mod gateway;
mod live;
mod recorder;
mod reports;

pub(crate) use answers::Answers as WebhookAnswers;
pub(crate) use console::{Console, Wish};
pub(crate) use cutter::{goes_on, run};
pub(crate) use live::{Live, Session};
pub(crate) use recorder::LogRecorder;
pub(crate) use reports::Reports;
