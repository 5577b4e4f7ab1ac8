//! Whole checks against servers that tell the truth, err, or lie.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod altered;
mod blocks;
mod evidence;
mod long;
mod lying;
mod opening;
mod overdue;
mod oversight;
mod recorded;
mod remembered;
mod resumed;
mod rotated;
mod server;
mod unlawful;
mod witnesses;
