//! What is done about sealed texts: an auditor is shown one, a custodian has them erased, another confirms that.

use access::ids::RequestId;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::api::forms::SealedForm;
use crate::api::wire::Wire;
use crate::api::{ApiError, Next};

/// The session's key for a [`PendingErasure`].
pub const PENDING_ERASURE: &str = "pending_erasure";

/// A confirmation that waits for its author's fresh proof of identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingErasure {
    /// The entry that orders the erasure.
    pub order: u64,
    /// Of which request.
    pub request: RequestId,
}

/// Discloses a sealed text, or orders that one or all be erased.
#[server(prefix = "/api", endpoint = "sealed_text", output = Wire)]
pub async fn sealed_text(
    /// The form.
    form: SealedForm,
) -> Result<Next, ApiError> {
    use crate::api::server::{settle, settle_button};
    let Ok(request) = form.request.parse() else {
        return settle_button("/".into(), Err(ApiError::Malformed)).await;
    };
    let back = crate::pages::request::show::address(request);
    let outcome = server::treat(request, &form, &back).await;
    settle(server::place(request, &form), &form, back, outcome).await
}

/// Checks that the rules allow the confirmation, keeps it, and sends its author to prove who they are.
#[server(prefix = "/api", endpoint = "begin_erasure", output = Wire)]
pub async fn begin_erasure(
    /// The entry that orders it.
    order: u64,
    /// The request whose page it was asked on.
    request: RequestId,
) -> Result<Next, ApiError> {
    let back = crate::pages::request::show::address(request);
    let outcome = server::begin(order).await;
    crate::api::server::settle_button(back, outcome).await
}

#[cfg(feature = "ssr")]
mod server {
    use access::ids::RequestId;
    use access::refusal::Rule;

    use super::{PENDING_ERASURE, PendingErasure};
    use crate::api::forms::SealedForm;
    use crate::api::keep::Form;
    use crate::api::server::{identify, keep_pending};
    use crate::api::{ApiError, Next};

    pub(super) fn place(request: RequestId, form: &SealedForm) -> Form {
        if form.deed == "erase" {
            Form::Erase(request)
        } else {
            Form::Disclose(request)
        }
    }

    pub(super) async fn treat(
        request: RequestId,
        form: &SealedForm,
        back: &str,
    ) -> Result<Next, ApiError> {
        let (portal, viewer) = identify()?;
        let (of, why) = (form.parse()?, &form.why);
        let done = match (form.deed.as_str(), of) {
            ("disclose", Some(of)) => portal.disclose(&viewer, request, of, why).await,
            ("erase", of) => portal.order_erasure(&viewer, request, of, why).await,
            _ => return Err(ApiError::Malformed),
        };
        done.map_err(|error| beside_words(form, error.into()))?;
        Ok(Next(back.to_owned()))
    }

    /// What is wrong with the words is said beside them.
    fn beside_words(form: &SealedForm, error: ApiError) -> ApiError {
        match error {
            ApiError::Refused {
                rule: Rule::PurposeTooShort,
                message,
            }
            | ApiError::Invalid { message, .. } => {
                ApiError::invalid(form.deed().fields[0], message)
            }
            other => other,
        }
    }

    pub(super) async fn begin(order: u64) -> Result<Next, ApiError> {
        let (portal, viewer) = identify()?;
        // The order's own request: the form may name another.
        let request = portal.check_erasure(&viewer, order).await?;
        let pending = PendingErasure { order, request };
        keep_pending(PENDING_ERASURE, pending).await
    }
}
