//! The first page.

pub mod show;
mod standing;
