//! A button that copies.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::erase::Erase as _;

/// Puts a text on the clipboard, and says that it did. Until the page is interactive it is not shown: the text beside
/// it can be selected.
#[component]
pub fn CopyButton(
    /// What is copied, for its accessible name.
    what: &'static str,
    /// The text.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let ready = RwSignal::new(false);
    let copied = RwSignal::new(false);
    // Browsers give the clipboard to secure contexts only.
    Effect::new(move |_| ready.set(window().is_secure_context()));
    let copy = move |_| {
        let clipboard = window().navigator().clipboard();
        let promise = clipboard.write_text(&text);
        leptos::task::spawn_local(async move {
            if wait_for(promise).await {
                copied.set(true);
            }
        });
    };
    view! {
        <button type="button" class="button" hidden=move || !ready.get() on:click=copy>
            <Icon glyph=Glyph::Copy/>
            {move || if copied.get() { "Copied" } else { "Copy" }}
            <span class="visually-hidden">{format!(" {what}")}</span>
        </button>
    }
    .erase()
}

#[cfg(feature = "hydrate")]
async fn wait_for(promise: web_sys::js_sys::Promise) -> bool {
    wasm_bindgen_futures::JsFuture::from(promise).await.is_ok()
}

#[cfg(not(feature = "hydrate"))]
async fn wait_for(_promise: web_sys::js_sys::Promise) -> bool {
    false
}
