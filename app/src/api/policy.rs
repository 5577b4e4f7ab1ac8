//! Changing policies: one author proposes, another puts in force.

use leptos::prelude::*;

use crate::api::forms::PolicyForm;
use crate::api::wire::Wire;
use crate::api::{ApiError, Next};

/// Proposes a policy's next version, or a new policy.
#[server(prefix = "/api", endpoint = "propose_policy", output = Wire)]
pub async fn propose_policy(
    /// The form.
    form: PolicyForm,
) -> Result<Next, ApiError> {
    use crate::api::keep::Form;
    use crate::api::server::settle;
    use crate::words::url;
    let back = match form.name.as_str() {
        "" => "/new-policy".to_owned(),
        name => format!("{}/edit", url::policy(name)),
    };
    let outcome = server::propose(&form).await;
    settle(Form::Policy, &form, back, outcome).await
}

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

#[cfg(feature = "ssr")]
mod server {
    use access::file;
    use access::policy::Policy;
    use service::zones;

    use crate::api::forms::PolicyForm;
    use crate::api::server::identify;
    use crate::api::{ApiError, Next};
    use crate::words::proposal;

    pub(super) async fn propose(form: &PolicyForm) -> Result<Next, ApiError> {
        let (portal, viewer) = identify()?;
        let policy = read(form)?;
        let proposed = portal
            .propose_policy(&viewer, policy, Some(form.follows))
            .await;
        let seq = proposed.map_err(|error| beside_file(error.into()))?;
        Ok(Next(proposal::address(seq)))
    }

    /// The policy that the file says, or all that is wrong with it.
    fn read(form: &PolicyForm) -> Result<Policy, ApiError> {
        let read = file::read(&form.toml, &zones::rule).map_err(|errors| {
            let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
            ApiError::invalid("toml", lines.join("\n"))
        })?;
        let name = read.policy.name.as_str();
        if !form.name.is_empty() && form.name != name {
            let kept = &form.name;
            return Err(ApiError::invalid(
                "toml",
                format!(
                    "The file says `{name}`, and this is the next version of `{kept}`: a policy keeps its name. Begin a new \
                     policy for another."
                ),
            ));
        }
        Ok(read.policy)
    }

    /// What is wrong with the policy as a whole is said beside its file.
    fn beside_file(error: ApiError) -> ApiError {
        match error {
            ApiError::Invalid { message, .. } => ApiError::invalid("toml", message),
            other => other,
        }
    }
}
