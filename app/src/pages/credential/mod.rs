//! The way in.

pub mod show;
