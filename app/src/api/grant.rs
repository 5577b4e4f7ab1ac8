//! Ending access, and making it longer. (The way in is shown by a form of its own, outside the server functions: it is a
//! page, not data.)

use access::event::EndCause;
use access::ids::{GrantId, RequestId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::api::wire::Wire;
use crate::api::{ApiError, Next};

/// The session's key for a [`PendingExtension`].
pub const PENDING_EXTENSION: &str = "pending_extension";

/// A yes to more time that waits for its author's fresh proof of identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingExtension {
    /// For which access.
    pub grant: GrantId,
    /// Of which request.
    pub request: RequestId,
}

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

/// Makes access longer, asks for that, or answers who asks. A yes goes on to a fresh proof of who says it.
#[server(prefix = "/api", endpoint = "extend_grant", output = Wire)]
pub async fn extend_grant(
    /// Which.
    grant: GrantId,
    /// Its request, whose page comes next.
    request: RequestId,
    /// `extend` by its holder, `allow` or `deny` by an approver.
    step: String,
) -> Result<Next, ApiError> {
    use crate::api::server::{identify, keep_pending, settle_button};
    let page = crate::pages::request::show::address(request);
    let outcome = async {
        let (portal, viewer) = identify()?;
        match step.as_str() {
            "extend" => portal.extend(&viewer, grant).await?,
            "deny" => portal.deny_extension(&viewer, grant).await?,
            "allow" => {
                // The access's own request: the form may name another.
                let request = portal.check_extension(&viewer, grant).await?;
                let pending = PendingExtension { grant, request };
                return keep_pending(PENDING_EXTENSION, pending).await;
            }
            _ => return Err(ApiError::Malformed),
        }
        Ok(Next(page.clone()))
    }
    .await;
    settle_button(page, outcome).await
}
