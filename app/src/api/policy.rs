//! Changing policies: one author proposes, another puts in force.

use leptos::prelude::*;

use crate::api::wire::Wire;
use crate::api::{ApiError, Next};

/// Proposes that a policy be in force no longer.
#[server(prefix = "/api", endpoint = "propose_retirement", output = Wire)]
pub async fn propose_retirement(
    /// Which.
    policy: String,
) -> Result<Next, ApiError> {
    use crate::api::server::{identify, settle_button};
    use crate::words::{proposal, url};
    let outcome = async {
        let (portal, viewer) = identify()?;
        let name = policy.parse().map_err(|_| ApiError::Malformed)?;
        let seq = portal.propose_retirement(&viewer, name).await?;
        Ok(Next(proposal::address(seq)))
    }
    .await;
    settle_button(url::policy(&policy), outcome).await
}

/// Makes a proposal one's own, puts it in force, or takes it off the table.
#[server(prefix = "/api", endpoint = "settle_proposal", output = Wire)]
pub async fn settle_proposal(
    /// The entry that proposed it.
    proposal: u64,
    /// Which policy it is about, whose page comes after it.
    policy: String,
    /// `endorse`, `activate` or `withdraw`.
    step: String,
) -> Result<Next, ApiError> {
    use crate::api::server::{identify, settle_button};
    use crate::words::{proposal, url};
    let page = proposal::address(proposal);
    let outcome = async {
        let (portal, viewer) = identify()?;
        let next = match step.as_str() {
            "endorse" => {
                portal.endorse(&viewer, proposal).await?;
                page.clone()
            }
            "activate" => {
                portal.activate(&viewer, proposal).await?;
                url::policy(&policy)
            }
            "withdraw" => {
                portal.withdraw_proposal(&viewer, proposal).await?;
                "/policies".into()
            }
            _ => return Err(ApiError::Malformed),
        };
        Ok(Next(next))
    }
    .await;
    settle_button(page, outcome).await
}
