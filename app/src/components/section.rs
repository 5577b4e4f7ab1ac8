//! A part of a page, with its heading.

use leptos::prelude::*;

use crate::erase::Erase as _;

/// The heading, and what stands under it. `id` is the heading's.
pub fn section(id: &'static str, title: &'static str, body: AnyView) -> AnyView {
    view! {
        <section aria-labelledby=id>
            <div class="section-head">
                <h2 id=id>{title}</h2>
            </div>
            {body}
        </section>
    }
    .erase()
}
