//! Asking for access, and what became of it.

mod facts;
pub mod form;
pub mod new;
pub mod show;
mod steps;
