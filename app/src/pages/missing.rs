//! An address that leads nowhere.

use leptos::prelude::*;

use crate::api::ApiError;
use crate::components::failed::Failed;

/// Says that nothing is here, in the status code too.
#[component]
pub fn Missing() -> impl IntoView {
    let error = ApiError::NotFound;
    #[cfg(feature = "ssr")]
    crate::api::server::publish(&error);
    view! { <Failed error=error/> }
}
