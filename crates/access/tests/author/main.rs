//! What policy authors use: files, differences, what would have been.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod diff;
mod file;
mod lines;
mod replay;
mod sample;
mod sentences;
mod who;
mod world;
