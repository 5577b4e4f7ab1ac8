//! The request as a file to keep.

use access::ids::RequestId;
use leptos::prelude::*;

use crate::erase::Erase as _;

/// The link to it, and what it is good for.
pub(super) fn evidence(request: RequestId) -> AnyView {
    view! {
        <section class="card" aria-labelledby="evidence">
            <h2 class="card-title" id="evidence">"Evidence"</h2>
            <p class="row-note">
                "One file that proves, without this portal, that these entries are in the signed log. The texts that you see here are in it."
            </p>
            <p class="actions">
                <a class="button" href=format!("/requests/{request}/evidence") rel="external" download>
                    "Download evidence"
                </a>
            </p>
        </section>
    }
    .erase()
}
