//! Policies, to read.

pub mod list;
pub mod show;
