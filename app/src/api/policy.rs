//! Policies, for everyone who is signed in.

use access::policy::PolicyVersion;
use leptos::prelude::*;
use server_fn::codec::GetUrl;

use crate::api::ApiError;
use crate::api::wire::Wire;

/// All policies in force.
#[server(prefix = "/api", endpoint = "policies", input = GetUrl, output = Wire)]
pub async fn policies() -> Result<Vec<PolicyVersion>, ApiError> {
    use crate::api::server::{caller, refuse};
    let (portal, _) = caller()?;
    portal.policies().await.map_err(refuse)
}

/// One policy in force.
#[server(prefix = "/api", endpoint = "policy", input = GetUrl, output = Wire)]
pub async fn policy(
    /// Which.
    name: String,
) -> Result<PolicyVersion, ApiError> {
    use crate::api::server::{caller, publish, refuse};
    let (portal, _) = caller()?;
    let name = name
        .parse()
        .map_err(|_| ApiError::NotFound)
        .inspect_err(publish)?;
    portal.policy(&name).await.map_err(refuse)
}
