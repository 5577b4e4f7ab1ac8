//! Signing off: the decision waits in the session while its author proves anew who they are.

use access::digest::Digest;
use access::event::Decision;
use access::ids::{PersonId, RequestId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::api::forms::SignOffForm;
use crate::api::wire::Wire;
use crate::api::{ApiError, Next};

/// The session's key for a [`PendingSignOff`].
pub const PENDING_SIGN_OFF: &str = "pending_sign_off";

/// A decision that waits for its author's fresh proof of identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingSignOff {
    /// Of which request.
    pub request: RequestId,
    /// In whose place, where they sign as a delegate.
    pub on_behalf_of: Option<PersonId>,
    /// Yes or no.
    pub decision: Decision,
    /// What its author added.
    pub note: Option<String>,
    /// The digest of the statement that its author was shown.
    pub statement: Digest,
}

/// Checks that the rules allow the sign-off, keeps it, and sends its author to prove who they are.
#[server(prefix = "/api", endpoint = "begin_sign_off", output = Wire)]
pub async fn begin_sign_off(
    /// The form.
    form: SignOffForm,
) -> Result<Next, ApiError> {
    use crate::api::keep::Form;
    use crate::api::server::{settle, settle_button};
    let Ok(request) = form.request.parse() else {
        return settle_button("/".into(), Err(ApiError::Malformed)).await;
    };
    let back = crate::pages::request::show::address(request);
    let outcome = server::begin(request, &form).await;
    settle(Form::SignOff(request), &form, back, outcome).await
}

#[cfg(feature = "ssr")]
mod server {
    use access::digest::Digest;
    use access::ids::RequestId;

    use super::{PENDING_SIGN_OFF, PendingSignOff};
    use crate::api::forms::SignOffForm;
    use crate::api::server::{identify, keep_pending};
    use crate::api::{ApiError, Next};

    pub(super) async fn begin(request: RequestId, form: &SignOffForm) -> Result<Next, ApiError> {
        let (portal, viewer) = identify()?;
        let decision = form.parse()?;
        let shown = Digest::try_from(form.statement.clone()).map_err(|_| ApiError::Malformed)?;
        let on_behalf_of = match form.on_behalf_of.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|_| ApiError::Malformed)?),
        };
        let note = Some(form.note.trim()).filter(|note| !note.is_empty());
        portal
            .check_sign_off(&viewer, request, on_behalf_of, (decision, shown), note)
            .await?;
        let pending = PendingSignOff {
            request,
            on_behalf_of,
            decision,
            note: note.map(ToOwned::to_owned),
            statement: shown,
        };
        keep_pending(PENDING_SIGN_OFF, pending).await
    }
}
