//! The words that a sign-off binds.

use access::digest::Digest;
use leptos::prelude::*;

use crate::erase::Erase as _;

/// The exact statement and its digest.
#[component]
pub fn Statement(
    /// One fact a line.
    text: String,
    /// SHA-256 of exactly these bytes.
    sha256: Digest,
) -> impl IntoView {
    view! {
        <figure class="statement" aria-label="Statement">
            <p class="statement-title">"The exact statement that a sign-off binds"</p>
            <pre class="statement-text">{text}</pre>
            <figcaption class="statement-foot">
                "SHA-256 " <span class="hash">{sha256.to_string()}</span>
            </figcaption>
        </figure>
    }
    .erase()
}
