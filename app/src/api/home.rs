//! Home, and what every page's frame shows.

use access::view::{AlarmView, DebtView, DelegateView, DrillView, GrantView, RequestRow, Viewer};
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
    /// How much waits for the viewer: sign-offs, reviews, more time, erasures to confirm, proposals.
    pub waiting: u32,
}

/// The first page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomePage {
    /// What the viewer holds now.
    pub grants: Vec<GrantView>,
    /// The viewer's own requests that are not over, newest first.
    pub requests: Vec<RequestRow>,
    /// Past ones, newest first.
    pub past: Vec<RequestRow>,
    /// How many requests wait for the viewer's sign-off.
    pub inbox: u32,
    /// How many reviews wait for the viewer.
    pub reviews: u32,
    /// What the viewer may ask for.
    pub openable: Vec<OpenableView>,
    /// Emergencies that the viewer is to know of: open, to be ratified, or ended or decided lately.
    pub alarms: Vec<AlarmView>,
    /// Accesses of the viewer's own that keep them from breaking the glass until they are reviewed.
    pub debts: Vec<DebtView>,
    /// Exercises that are due.
    pub drills: Vec<DrillView>,
    /// Who signs in the viewer's place.
    pub delegate: Option<DelegateView>,
}

/// Something the viewer may ask for, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenableView {
    /// What.
    pub resource: String,
    /// What it is, in a few words.
    pub about: String,
    /// Under which policy.
    pub policy: String,
    /// What one gets and how, in a line.
    pub note: String,
    /// Whether the glass may be broken for it.
    pub emergency: bool,
}

/// What the viewer holds, waits for, and may open.
#[server(prefix = "/api", endpoint = "home", input = GetUrl, output = Wire)]
pub async fn home() -> Result<HomePage, ApiError> {
    use crate::api::server::{caller, refuse};
    let (portal, viewer) = caller()?;
    let home = portal.home(&viewer).await.map_err(refuse)?;
    let openable = home.openable.into_iter().map(server::openable).collect();
    Ok(HomePage {
        grants: home.grants,
        requests: home.requests,
        past: home.past,
        inbox: home.inbox,
        reviews: home.reviews,
        openable,
        alarms: home.alarms,
        debts: home.debts,
        drills: home.drills,
        delegate: home.delegate,
    })
}

/// Who is signed in, and how much waits for them. Never an error: a page without its count is better than no page.
#[server(prefix = "/api", endpoint = "navigation", input = GetUrl, output = Wire)]
pub async fn navigation() -> Result<NavigationView, ApiError> {
    use crate::api::server::{identify, viewer};
    let waiting = match identify() {
        Ok((portal, viewer)) => portal.waiting_count(&viewer).await.unwrap_or(0),
        Err(_) => 0,
    };
    Ok(NavigationView {
        viewer: viewer(),
        waiting,
    })
}

#[cfg(feature = "ssr")]
mod server {
    use access::event::Mode;
    use access::view::Openable;

    use super::OpenableView;
    use crate::office::ask::choices::note;

    pub(super) fn openable(one: Openable) -> OpenableView {
        let policy = one.policy.policy;
        OpenableView {
            resource: one.resource.to_string(),
            about: one.resource_description,
            note: note(&policy, Mode::Ordinary),
            emergency: policy.emergency.is_some(),
            policy: policy.name.to_string(),
        }
    }
}
