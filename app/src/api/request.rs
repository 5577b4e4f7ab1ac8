//! Asking for access, and what became of it.

use access::ids::{GroupName, RequestId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

use crate::api::forms::RequestForm;
use crate::api::wire::Wire;
use crate::api::{ApiError, Next};

/// A request, with what its page shows of its policy.
pub type RequestView = access::view::RequestView<PolicyBrief>;

/// What a request's page shows of its policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyBrief {
    /// Which version.
    pub version: u32,
    /// How often it can be made longer, and by how many seconds each time.
    pub extend: Option<(u8, u32)>,
    /// When it is opened, where it keeps hours, in words.
    pub hours: Option<String>,
    /// Who reviews.
    pub reviewers: Vec<GroupName>,
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
    let request = portal.request(&viewer, id).await.map_err(refuse)?;
    Ok(request.telling(server::brief))
}

/// Asks for access that others sign off.
#[server(prefix = "/api", endpoint = "submit_request", output = Wire)]
pub async fn submit_request(
    /// The form.
    form: RequestForm,
) -> Result<Next, ApiError> {
    use crate::api::keep::Form;
    let back = crate::words::url::request(&form.resource, &form.policy);
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
    let back = crate::words::url::glass(&form.resource, &form.policy);
    let outcome = server::submit(&form, access::event::Mode::Emergency).await;
    crate::api::server::settle(Form::BreakGlass, &form, back, outcome).await
}

/// Says a request anew. What was signed is void.
#[server(prefix = "/api", endpoint = "edit_request", output = Wire)]
pub async fn edit_request(
    /// The form.
    form: RequestForm,
) -> Result<Next, ApiError> {
    use crate::api::keep::Form;
    use crate::api::server::{settle, settle_button};
    let Ok(request) = form.request.parse() else {
        return settle_button("/".into(), Err(ApiError::Malformed)).await;
    };
    let page = crate::pages::request::show::address(request);
    let outcome = server::edit(request, &form).await;
    settle(Form::Edit(request), &form, format!("{page}/edit"), outcome).await
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
    use access::ids::RequestId;
    use access::policy::PolicyVersion;

    use super::PolicyBrief;
    use crate::api::forms::RequestForm;
    use crate::api::server::{identify, seen};
    use crate::api::{ApiError, Next};
    use crate::pages::request::show::address;
    use crate::words::policy::hours;

    pub(super) fn brief(version: &PolicyVersion) -> PolicyBrief {
        let policy = &version.policy;
        let extend = policy.duration.extend.as_ref();
        PolicyBrief {
            version: version.version,
            extend: extend.map(|extend| (extend.times, extend.by_s)),
            hours: hours(&policy.conditions),
            reviewers: policy.review.groups.clone(),
        }
    }

    pub(super) async fn submit(form: &RequestForm, mode: Mode) -> Result<Next, ApiError> {
        let (portal, viewer) = identify()?;
        let id = portal.submit(&viewer, form.parse(mode, seen())?).await?;
        Ok(Next(address(id)))
    }

    pub(super) async fn edit(request: RequestId, form: &RequestForm) -> Result<Next, ApiError> {
        let (portal, viewer) = identify()?;
        portal.edit(&viewer, request, &form.words(seen())?).await?;
        Ok(Next(address(request)))
    }
}
