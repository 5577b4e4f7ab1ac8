//! Asking for access, and what became of it.

use access::ids::RequestId;
use access::view::{HomeView, RequestView};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

use crate::api::forms::RequestForm;
use crate::api::wire::Wire;
use crate::api::{ApiError, Next};

/// What a new request's page needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRequestView {
    /// An id for the request that the form will make.
    pub id: RequestId,
    /// What the viewer may ask for, and has asked for.
    pub home: HomeView,
}

/// What the viewer may ask for, and an id for the asking.
#[server(prefix = "/api", endpoint = "new_request", input = GetUrl, output = Wire)]
pub async fn new_request() -> Result<NewRequestView, ApiError> {
    use crate::api::server::{caller, refuse};
    let (portal, viewer) = caller()?;
    let home = portal.home(&viewer).await.map_err(refuse)?;
    Ok(NewRequestView {
        id: RequestId::new(uuid::Uuid::new_v4()),
        home,
    })
}

/// One request with all that happened to it.
#[server(prefix = "/api", endpoint = "request", input = GetUrl, output = Wire)]
pub async fn request(
    /// Which.
    id: String,
) -> Result<RequestView, ApiError> {
    use crate::api::server::{caller, publish, refuse};
    let (portal, viewer) = caller()?;
    let id = id
        .parse()
        .map_err(|_| ApiError::NotFound)
        .inspect_err(publish)?;
    portal.request(&viewer, id).await.map_err(refuse)
}

/// Asks for access that others sign off.
#[server(prefix = "/api", endpoint = "submit_request", output = Wire)]
pub async fn submit_request(
    /// The form.
    form: RequestForm,
) -> Result<Next, ApiError> {
    use crate::api::keep::Form;
    let back = crate::pages::request::new::address(&form.resource, &form.policy);
    let outcome = server::submit(&form, access::event::Mode::Ordinary).await;
    crate::api::server::settle(Form::Request, &form, back, outcome).await
}

/// Breaks the glass: access at once.
#[server(prefix = "/api", endpoint = "break_glass", output = Wire)]
pub async fn break_glass(
    /// The form.
    form: RequestForm,
) -> Result<Next, ApiError> {
    use crate::api::keep::Form;
    let back = crate::pages::glass::new::address(&form.resource, &form.policy);
    let outcome = server::submit(&form, access::event::Mode::Emergency).await;
    crate::api::server::settle(Form::BreakGlass, &form, back, outcome).await
}

/// Takes one's own request back.
#[server(prefix = "/api", endpoint = "withdraw_request", output = Wire)]
pub async fn withdraw_request(
    /// Which.
    request: RequestId,
) -> Result<Next, ApiError> {
    use crate::api::server::{identify, settle_button};
    let page = crate::pages::request::show::address(request);
    let outcome = async {
        let (portal, viewer) = identify()?;
        portal.withdraw(&viewer, request).await?;
        Ok(Next(page.clone()))
    }
    .await;
    settle_button(page, outcome).await
}

/// Opens what was approved.
#[server(prefix = "/api", endpoint = "open_request", output = Wire)]
pub async fn open_request(
    /// Which.
    request: RequestId,
) -> Result<Next, ApiError> {
    use crate::api::server::{identify, settle_button};
    let page = crate::pages::request::show::address(request);
    let outcome = async {
        let (portal, viewer) = identify()?;
        portal.open(&viewer, request).await?;
        Ok(Next(page.clone()))
    }
    .await;
    settle_button(page, outcome).await
}

#[cfg(feature = "ssr")]
mod server {
    use access::event::Mode;

    use crate::api::forms::RequestForm;
    use crate::api::server::{identify, seen};
    use crate::api::{ApiError, Next};
    use crate::pages::request::show::address;

    pub(super) async fn submit(form: &RequestForm, mode: Mode) -> Result<Next, ApiError> {
        let (portal, viewer) = identify()?;
        let id = portal.submit(&viewer, form.parse(mode, seen())?).await?;
        Ok(Next(address(id)))
    }
}
