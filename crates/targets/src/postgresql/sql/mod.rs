//! What a text says to PostgreSQL, as far as its words tell it.
//!
//! The words are cut as PostgreSQL itself cuts them (`src/backend/parser/scan.l`), because every difference is a
//! place to hide in: a general tokenizer that takes what follows `COPY … FROM STDIN;` for data, or knows no
//! continued `E''` string, would not see what the server runs. The tests ask a server whether both count the same.
//!
//! What words cannot tell: a function may do anything, and its call looks like any other. Who lets somebody make
//! or call functions that take on roles or read files has to know that; rights on the target say it, not this.

mod classify;
mod lexer;
mod split;

pub use classify::{classify, classify_with};
pub use lexer::Strings;
pub use split::split;

pub(crate) use super::quote::identifier;
