//! What waits for the viewer.

pub mod show;
