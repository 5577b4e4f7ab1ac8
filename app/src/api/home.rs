//! Home, and what every page's frame shows.

use access::view::{HomeView, Viewer};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

use crate::api::ApiError;
use crate::api::wire::Wire;

/// What the frame of every page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NavigationView {
    /// Who is signed in.
    pub viewer: Option<Viewer>,
    /// How much waits for the viewer: sign-offs, reviews, erasures to confirm.
    pub waiting: u32,
}

/// What the viewer holds, waits for, and may open.
#[server(prefix = "/api", endpoint = "home", input = GetUrl, output = Wire)]
pub async fn home() -> Result<HomeView, ApiError> {
    use crate::api::server::{caller, refuse};
    let (portal, viewer) = caller()?;
    portal.home(&viewer).await.map_err(refuse)
}

/// Who is signed in, and how much waits for them. Never an error: a page without its count is better than no page.
#[server(prefix = "/api", endpoint = "navigation", input = GetUrl, output = Wire)]
pub async fn navigation() -> Result<NavigationView, ApiError> {
    use crate::api::server::{identify, viewer};
    let waiting = match identify() {
        Ok((portal, viewer)) => portal
            .home(&viewer)
            .await
            .map_or(0, |home| home.inbox + home.reviews + home.erasures),
        Err(_) => 0,
    };
    Ok(NavigationView {
        viewer: viewer(),
        waiting,
    })
}
