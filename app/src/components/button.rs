//! Buttons that send a form.

use leptos::prelude::*;

use crate::erase::Erase as _;

/// How much a button asks to be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ButtonKind {
    /// One of several.
    Plain,
    /// The next step.
    Primary,
    /// Takes something away, or breaks the glass.
    Danger,
}

/// Sends its form; while the answer is on its way it says so and cannot be pressed again.
#[component]
pub fn Submit(
    /// How much it asks to be pressed.
    kind: ButtonKind,
    /// What it does.
    #[prop(into)]
    label: String,
    /// What it says while it does it.
    #[prop(into)]
    busy_label: String,
    /// Whether the answer is on its way.
    #[prop(into)]
    busy: Signal<bool>,
    /// Stands in a list.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let class = match (kind, small) {
        (ButtonKind::Plain, false) => "button",
        (ButtonKind::Plain, true) => "button button-small",
        (ButtonKind::Primary, false) => "button button-primary",
        (ButtonKind::Primary, true) => "button button-primary button-small",
        (ButtonKind::Danger, false) => "button button-danger",
        (ButtonKind::Danger, true) => "button button-danger button-small",
    };
    view! {
        <button type="submit" class=class disabled=move || busy.get() aria-busy=move || busy.get().then_some("true")>
            {move || if busy.get() { busy_label.clone() } else { label.clone() }}
        </button>
    }
    .erase()
}
