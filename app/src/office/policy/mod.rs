//! Policies: to read, and who changes them.

mod changes;
mod fields;
pub mod list;
pub mod proposal;
pub mod show;
pub mod simulate;
pub mod write;
