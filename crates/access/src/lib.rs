//! The rules: who may open what, when, and what follows.
//!
//! **State = fold(entries).** [`decide()`] turns a command into events or a refusal; [`apply()`] folds
//! an entry into the state and re-checks, against the policy version in force at that entry, what
//! `decide` decided. The server decides with this crate; the verifier replays with it.
//!
//! Three layers, each on the one before:
//! - `rules` is the one place where a rule stands: may this event follow this state?
//! - [`decide()`] makes events that `rules` allows; [`actions()`] asks the same for pages;
//! - [`apply()`] asks `rules` about events that somebody else made, notes what they break, and folds;
//!   [`unfinished()`] tells, once all are folded, what should have happened and did not.
//!
//! Invariant: nothing here reads a clock, makes a random number, or does I/O.

#![forbid(unsafe_code)]

pub mod command;
pub mod diff;
pub mod digest;
pub mod disclosure;
pub mod event;
#[cfg(feature = "file")]
pub mod file;
pub mod ids;
pub mod policy;
pub mod refusal;
pub mod roles;
pub mod simulate;
pub mod state;
pub mod time;
pub mod view;

mod actions;
mod apply;
mod decide;
mod describe;
mod explain;
mod part;
mod record;
mod replay;
mod rules;
mod sentences;
mod statement;
mod unfinished;
mod violation;
mod workable;

pub use actions::{actions, may, may_confirm, may_cut, may_read, sign_for, was_asked};
pub use apply::apply;
pub use decide::decide;
pub use describe::describe;
pub use explain::{Asking, explain};
pub use part::{Assumed, Part};
pub use record::Record;
pub use refusal::{Refusal, refusal_event};
pub use replay::{Replay, Totals};
pub use rules::sign_off::is_of_late;
pub use sentences::sentences;
pub use state::{END_TOLERANCE_S, ERASURE_WITHIN_S, State};
pub use statement::{Statement, statement};
pub use unfinished::unfinished;
pub use violation::Violation;
pub use workable::short_of_people;
