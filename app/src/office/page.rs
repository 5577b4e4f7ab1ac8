//! A page's data: asked of the portal once, before the first byte leaves, then drawn; or what went wrong.

use access::view::Viewer;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use service::Portal;

use crate::api::ApiError;
use crate::api::server::{caller, publish};
use crate::components::failed::Failed;
use crate::erase::Erase as _;

/// Asks the portal in the viewer's name, and draws what it answers.
pub(crate) fn page<T, F, A>(ask: A, draw: fn(T) -> AnyView) -> AnyView
where
    T: Clone + Send + Sync + 'static,
    A: Fn(Portal, Viewer) -> F + Send + Sync + 'static,
    F: Future<Output = Result<T, ApiError>> + Send + 'static,
{
    let data = AsyncDerived::new(move || {
        let asked = caller().map(|(portal, viewer)| ask(portal, viewer));
        async move { asked?.await.inspect_err(publish) }
    });
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match data.await {
                    Ok(data) => draw(data),
                    Err(error) => view! { <Failed error=error/> }.erase(),
                }
            })}
        </Suspense>
    }
    .erase()
}

/// A part of the address, as it stands there; empty where it is missing.
pub(crate) fn part(name: &str) -> String {
    use_params_map()
        .with_untracked(|params| params.get(name))
        .unwrap_or_default()
}

/// What the address asks for behind its question mark; empty where it does not.
pub(crate) fn asked(name: &str) -> String {
    use_query_map()
        .with_untracked(|query| query.get(name))
        .unwrap_or_default()
}

/// A part of an address that has to be read: where it cannot be, nothing is there.
pub(crate) fn known<T: core::str::FromStr>(text: &str) -> Result<T, ApiError> {
    text.parse().map_err(|_| ApiError::NotFound)
}
