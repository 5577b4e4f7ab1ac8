//! The log, for auditors.

pub mod kinds;
pub mod list;
mod witnesses;
