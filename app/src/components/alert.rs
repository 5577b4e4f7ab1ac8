//! Something to know before going on.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::erase::Erase as _;

/// What kind of thing it is to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// To know.
    Note,
    /// Somebody has to act.
    Wait,
    /// It was done.
    Done,
    /// It went wrong.
    Fault,
}

/// Something to know before going on. Faults interrupt a screen reader, the others wait their turn.
#[component]
pub fn Alert(
    /// What kind of thing.
    kind: AlertKind,
    /// The gist.
    #[prop(into)]
    title: String,
    /// The rest.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (class, role, glyph) = match kind {
        AlertKind::Note => ("alert", "note", Glyph::Info),
        AlertKind::Wait => ("alert alert-wait", "note", Glyph::Warning),
        AlertKind::Done => ("alert alert-done", "status", Glyph::Tick),
        AlertKind::Fault => ("alert alert-fault", "alert", Glyph::Warning),
    };
    view! {
        <div class=class role=role>
            <Icon glyph=glyph/>
            <div class="alert-body">
                <p class="alert-title">{title}</p>
                {children.map(|children| children())}
            </div>
        </div>
    }
    .erase()
}
