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

use access::event::Way;
use leptos::nonce::use_nonce;
use leptos::prelude::*;

use super::page::{known, page, part};
use crate::erase::Erase as _;

/// Where the holder of a grant types SQL.
#[component]
pub fn Console() -> impl IntoView {
    let id = part("id");
    page(
        move |portal, viewer| {
            let id = id.clone();
            async move { Ok(portal.work(&viewer, known(&id)?, Way::Console).await?) }
        },
        |work| console::draw(&work),
    )
}

/// Where the holder of a grant has a terminal.
#[component]
pub fn Terminal() -> impl IntoView {
    let id = part("id");
    page(
        move |portal, viewer| {
            let id = id.clone();
            async move { Ok(portal.work(&viewer, known(&id)?, Way::Terminal).await?) }
        },
        |work| terminal::draw(&work),
    )
}

/// The recorded sessions of a request's access.
#[component]
pub fn Recordings() -> impl IntoView {
    let id = part("id");
    page(
        move |portal, viewer| {
            let id = id.clone();
            async move {
                let id = known(&id)?;
                let list = portal.recordings(&viewer, id).await?;
                let (resource, direct) = portal.directly_in(&viewer, id).await?;
                Ok((id, resource, list, direct))
            }
        },
        |(id, resource, list, direct)| list::draw(id, &resource, &list, direct),
    )
}

/// What was done in a session, or is being done.
#[component]
pub fn ShowRecording() -> impl IntoView {
    let id = part("id");
    page(
        move |portal, viewer| {
            let id = id.clone();
            async move { Ok(portal.recording_page(&viewer, known(&id)?).await?) }
        },
        |recording| show::draw(&recording),
    )
}

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
