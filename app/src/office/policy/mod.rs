//! Policies: to read, and who changes them.

pub mod list;
pub mod proposals;
pub mod show;
