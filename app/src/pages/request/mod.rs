//! Asking for access, and what became of it.

mod evidence;
mod facts;
mod longer;
pub mod show;
mod signed;
mod steps;
