//! Signing in: one button to the identity provider.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::erase::Erase as _;
use crate::words::url;

/// Signing in.
#[component]
pub fn SignIn() -> impl IntoView {
    let query = use_query_map();
    let next = Memo::new(move |_| {
        let next = query.with(|query| query.get("next")).unwrap_or_default();
        url::local(&next).to_owned()
    });
    view! {
        <Title text="Sign in"/>
        <div class="page-narrow stack stack-wide">
            <div class="stack">
                <h1>"Sign in"</h1>
                <p class="lede">
                    "Breakglass opens production for a short time: after others have signed it off, or at once in an \
                     emergency. Whatever happens here becomes an entry in a log that nobody can quietly change."
                </p>
                // A plain form: the way to the identity provider leaves this app.
                <form method="get" action="/auth/start">
                    <input type="hidden" name="next" value=move || next.get()/>
                    <button type="submit" class="button button-primary">"Sign in with single sign-on"</button>
                </form>
            </div>
            <section class="stack stack-tight" aria-labelledby="proof">
                <h2 id="proof">"Proof"</h2>
                <p>
                    <a href="/verify" rel="external">"Verify the log"</a>
                    ": an auditor’s own browser fetches every entry and proves it, or shows where it was altered. Anybody may see the signed checkpoint and the key that signs it."
                </p>
            </section>
        </div>
    }
    .erase()
}
