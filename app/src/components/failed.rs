//! A page that is not there, with the reason and the way on. The status code says the same.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_location;

use crate::api::ApiError;
use crate::erase::Erase as _;

/// What stands in place of a page that cannot be drawn.
#[component]
pub fn Failed(
    /// Why.
    error: ApiError,
) -> impl IntoView {
    let title = match &error {
        ApiError::SignIn => {
            let here = use_location();
            let path = here.pathname.get_untracked() + &query(&here.search.get_untracked());
            return view! { <Redirect path=crate::words::url::sign_in(&path)/> }.erase();
        }
        ApiError::Forbidden => "Not for your groups",
        ApiError::NotFound => "Nothing here",
        ApiError::Refused { .. } => "The rules say no",
        ApiError::Invalid { .. } | ApiError::Malformed => "That address does not work",
        ApiError::Unavailable { .. } | ApiError::Unreachable => "Not available just now",
        ApiError::Internal { .. } => "A fault on our side",
    };
    view! {
        <Title text=title/>
        <div class="page-narrow stack">
            <h1>{title}</h1>
            <p class="lede">{error.to_string()}</p>
            <p class="actions">
                <a class="button button-primary" href="/">"Go home"</a>
            </p>
        </div>
    }
    .erase()
}

fn query(search: &str) -> String {
    match search.trim_start_matches('?') {
        "" => String::new(),
        search => format!("?{search}"),
    }
}
