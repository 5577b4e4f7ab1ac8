//! The use cases: one a file, over PostgreSQL, the log, the signer and the connectors.
//!
//! [`Portal`] is the one handle: a page's server function extracts who asks and what, calls one
//! method, and maps the answer. [`migrate()`] brings a database to the right form before that.
//!
//! Invariant: SQL for the portal's own database stands in `store` only; what is said to targets
//! stands in the crate `targets`.

pub mod archive;
mod asked;
mod clock;
mod configured;
pub mod connectors;
pub mod cosign;
mod data_lock;
pub mod drafts;
pub mod durable;
mod error;
mod faults;
pub mod fsck;
mod halt;
mod journal;
pub mod key;
mod keyring;
mod ledger_reader;
mod line;
mod memory;
mod migrate;
mod notify;
mod opening;
mod portal;
mod proof;
mod readings;
pub mod rebuild;
mod reconcile;
mod recording;
pub mod restore;
pub mod rotate;
mod seal;
mod sequencer;
pub mod settings;
mod signer;
pub mod store;
mod targets;
mod timeline;
mod turns;
mod use_cases;
pub mod vault;
mod watched;
pub mod witness;
pub mod zones;

pub use data_lock::{DataLock, DataLockError};
pub use error::{Error, StartError};
pub use ledger_reader::LedgerReader;
pub use memory::MemoryError;
pub use migrate::{MigrateError, migrate};
pub use notify::Change;
pub use portal::Portal;
pub use readings::ReadsWaiting;
pub use signer::SignerState;
pub use timeline::{Timeline, TimelineError, accept_timeline};
pub use use_cases::{
    ApproveExtension, ConfirmErasure, HandOver, Hindrance, Identity, Keyboard, LogQuery,
    OpenedWork, Proposed, ReportTaken, Reported, SignOff, Simulated, Submit, TerminalLine, Words,
};
