//! Rules in words.

use leptos::prelude::*;

use crate::components::icon::Icon;
use crate::words::sentence::Sentence;

/// A list of sentences, each with its sign.
#[component]
pub fn Sentences(
    /// The sentences.
    items: Vec<Sentence>,
) -> impl IntoView {
    let items: Vec<_> = items
        .into_iter()
        .map(|item| {
            view! {
                <li>
                    <Icon glyph=item.glyph/>
                    <span>{item.text}</span>
                </li>
            }
        })
        .collect();
    view! { <ul class="sentences" role="list">{items}</ul> }
}
