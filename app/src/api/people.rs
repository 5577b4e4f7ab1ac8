//! Being away, and two accounts of one person.

use leptos::prelude::*;

use crate::api::forms::{DelegationForm, LinkForm};
use crate::api::wire::Wire;
use crate::api::{ApiError, Next};

/// Where one says who signs in one's place.
#[cfg(feature = "ssr")]
const DELEGATION: &str = "/delegation";

/// Lets somebody else sign in the viewer's place.
#[server(prefix = "/api", endpoint = "set_delegation", output = Wire)]
pub async fn set_delegation(
    /// The form.
    form: DelegationForm,
) -> Result<Next, ApiError> {
    use crate::api::keep::Form;
    use crate::api::server::settle;
    let outcome = server::delegate(&form).await;
    settle(Form::Delegation, &form, DELEGATION.into(), outcome).await
}

/// Ends that.
#[server(prefix = "/api", endpoint = "end_delegation", output = Wire)]
pub async fn end_delegation() -> Result<Next, ApiError> {
    use crate::api::server::{identify, settle_button};
    let outcome = async {
        let (portal, viewer) = identify()?;
        portal.end_delegation(&viewer).await?;
        Ok(Next(DELEGATION.into()))
    }
    .await;
    settle_button(DELEGATION.into(), outcome).await
}

/// Says that two people of the log are one human being.
#[server(prefix = "/api", endpoint = "link_person", output = Wire)]
pub async fn link_person(
    /// The form.
    form: LinkForm,
) -> Result<Next, ApiError> {
    use crate::api::keep::Form;
    use crate::api::server::settle;
    let outcome = server::link(&form).await;
    settle(Form::Link, &form, "/people".into(), outcome).await
}

#[cfg(feature = "ssr")]
mod server {
    use super::DELEGATION;
    use crate::api::forms::{DelegationForm, LinkForm};
    use crate::api::server::identify;
    use crate::api::{ApiError, Next};

    pub(super) async fn delegate(form: &DelegationForm) -> Result<Next, ApiError> {
        let (portal, viewer) = identify()?;
        let (to, days) = form.parse()?;
        portal.delegate_for(&viewer, to, days).await?;
        Ok(Next(DELEGATION.into()))
    }

    pub(super) async fn link(form: &LinkForm) -> Result<Next, ApiError> {
        let (portal, viewer) = identify()?;
        let (person, into) = form.parse()?;
        portal.link(&viewer, person, into).await?;
        Ok(Next("/people".into()))
    }
}
