//! Asking for access, and what became of it.

mod facts;
pub mod form;
mod longer;
pub mod new;
pub mod show;
mod signed;
mod steps;
