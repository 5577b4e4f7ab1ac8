//! Ending access. (The way in is shown by a form of its own, outside the server functions: it is a page, not data.)

use access::event::EndCause;
use access::ids::{GrantId, RequestId};
use leptos::prelude::*;

use crate::api::wire::Wire;
use crate::api::{ApiError, Next};

/// Gives access back, or takes it away.
#[server(prefix = "/api", endpoint = "end_grant", output = Wire)]
pub async fn end_grant(
    /// Which.
    grant: GrantId,
    /// Its request, whose page comes next.
    request: RequestId,
    /// `returned` by its holder, `revoked` by somebody else.
    cause: EndCause,
) -> Result<Next, ApiError> {
    use crate::api::server::{identify, settle_button};
    let page = crate::pages::request::show::address(request);
    let outcome = async {
        let (portal, viewer) = identify()?;
        portal.end(&viewer, grant, cause).await?;
        Ok(Next(page.clone()))
    }
    .await;
    settle_button(page, outcome).await
}
