//! Nothing is here yet.

use leptos::prelude::*;

use crate::erase::Erase as _;

/// Says what would be here, why it is not, and the next step.
#[component]
pub fn Empty(
    /// That nothing is here.
    #[prop(into)]
    title: String,
    /// The rest.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-title">{title}</p>
            {children()}
        </div>
    }
    .erase()
}
