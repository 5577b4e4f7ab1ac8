//! A page's data: awaited, then drawn; or what went wrong.

use leptos::prelude::*;

use crate::api::ApiError;
use crate::components::failed::Failed;
use crate::erase::Erase as _;

/// Draws the data once it is there. When it changes, the old stays until the new is there, and only what differs is
/// redrawn, so that focus and half-typed words survive.
#[component]
pub fn Loaded<T, F>(
    /// The data.
    data: Resource<Result<T, ApiError>>,
    /// How to draw it.
    draw: F,
) -> impl IntoView
where
    T: Clone + Send + Sync + serde::Serialize + serde::de::DeserializeOwned + 'static,
    F: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    view! {
        <Transition fallback=|| view! { <p class="soft" role="status">"Loading…"</p> }>
            {move || {
                let draw = draw.clone();
                Suspend::new(async move {
                    match data.await {
                        Ok(data) => draw(data),
                        Err(error) => view! { <Failed error=error/> }.erase(),
                    }
                })
            }}
        </Transition>
    }
    .erase()
}
