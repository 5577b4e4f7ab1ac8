//! The log, for auditors.

use access::view::LogView;
use leptos::prelude::*;
use server_fn::codec::GetUrl;

use crate::api::ApiError;
use crate::api::wire::Wire;

/// A page of the log, newest first.
#[server(prefix = "/api", endpoint = "log", input = GetUrl, output = Wire)]
pub async fn log(
    /// Only entries before this one.
    before: Option<u64>,
    /// Only entries of this kind.
    kind: Option<String>,
) -> Result<LogView, ApiError> {
    use crate::api::server::{caller, refuse};
    /// Entries a page: what one reads at a sitting, and far below what the database would notice.
    const PAGE: u16 = 50;
    let (portal, viewer) = caller()?;
    let kind = kind.filter(|kind| !kind.is_empty());
    portal
        .log(
            &viewer,
            service::LogQuery {
                before,
                kind,
                limit: PAGE,
            },
        )
        .await
        .map_err(refuse)
}
