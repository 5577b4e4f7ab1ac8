//! Recorded work: the console and the terminal in which it is done, and what was done.
//!
//! The markup is what the scripts of `crates/terminal-wasm/web` expect; each says at its head what that is.

pub mod actions;
pub mod console;
mod frame;
pub mod list;
mod player;
pub mod show;
pub mod terminal;

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use crate::erase::Erase as _;

/// A script of these pages, and what else it needs.
fn script(name: &'static str) -> AnyView {
    let nonce = use_nonce().map(|nonce| nonce.to_string());
    let source = format!("/recorded/{name}");
    view! { <script type="module" src=source nonce=nonce></script> }.erase()
}

/// The colours of a terminal.
fn palette() -> AnyView {
    view! { <link rel="stylesheet" href="/recorded/palette.css"/> }.erase()
}
