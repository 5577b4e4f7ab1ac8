//! Policies: to read, and who changes them.

pub mod list;
pub mod show;
