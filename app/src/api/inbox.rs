//! What waits for the viewer's word.

use access::view::InboxView;
use leptos::prelude::*;
use server_fn::codec::GetUrl;

use crate::api::ApiError;
use crate::api::wire::Wire;

/// Sign-offs and reviews that wait for the viewer, and open access that the viewer may end.
#[server(prefix = "/api", endpoint = "inbox", input = GetUrl, output = Wire)]
pub async fn inbox() -> Result<InboxView, ApiError> {
    use crate::api::server::{caller, refuse};
    let (portal, viewer) = caller()?;
    portal.inbox(&viewer).await.map_err(refuse)
}
