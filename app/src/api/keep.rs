//! What was typed, kept over a redirect: a form that was refused without script comes back with its values and the
//! reason; a message about something without a form is shown once, on the next page.

use access::ids::RequestId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::components::alert::AlertKind;

/// A form that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft<F> {
    /// As it was typed.
    pub values: F,
    /// Why it was refused.
    pub error: ApiError,
}

/// A message for the next page, shown once. Stored in the session under [`FLASH`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// How it is shown.
    pub kind: AlertKind,
    /// What it says: what happened, what was kept, what to do next.
    pub text: String,
}

/// The session's key for a [`Flash`].
pub const FLASH: &str = "flash";

/// Where in the session a form's draft is kept: one place a form, and for forms about one request one a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The ordinary request.
    Request,
    /// Breaking the glass.
    BreakGlass,
    /// Who signs in one's place.
    Delegation,
    /// Two people who are one.
    Link,
    /// A policy's next version, or a new policy.
    Policy,
    /// This request, said anew.
    Edit(RequestId),
    /// A sign-off of this request.
    SignOff(RequestId),
    /// A review of this request.
    Review(RequestId),
    /// A look at one of this request's texts.
    Disclose(RequestId),
    /// An erasure of this request's texts.
    Erase(RequestId),
}

impl Form {
    /// The session's key.
    pub fn key(self) -> String {
        match self {
            Self::Request => "draft:request".into(),
            Self::BreakGlass => "draft:break-glass".into(),
            Self::Delegation => "draft:delegation".into(),
            Self::Link => "draft:link".into(),
            Self::Policy => "draft:policy".into(),
            Self::Edit(request) => format!("draft:edit:{request}"),
            Self::SignOff(request) => format!("draft:sign-off:{request}"),
            Self::Review(request) => format!("draft:review:{request}"),
            Self::Disclose(request) => format!("draft:disclose:{request}"),
            Self::Erase(request) => format!("draft:erase:{request}"),
        }
    }
}

/// Takes a form's draft out of the session, while a page is drawn on the server. In the browser there is never one: a
/// form that was refused there still stands on the page.
pub async fn take_draft<F: DeserializeOwned + Send>(form: Form) -> Option<Draft<F>> {
    take(&form.key()).await
}

/// Takes the message for this page, if there is one.
pub async fn take_flash() -> Option<Flash> {
    take(FLASH).await
}

#[cfg(feature = "ssr")]
async fn take<T: DeserializeOwned + Send>(key: &str) -> Option<T> {
    let session = crate::api::server::known_session()?;
    // Removing marks the session as changed whether or not something was there; most pages have nothing to take.
    session.get_value(key).await.ok().flatten()?;
    // A value that cannot be read (an older version's, say) is as good as none.
    session.remove(key).await.ok().flatten()
}

#[cfg(not(feature = "ssr"))]
async fn take<T>(_key: &str) -> Option<T> {
    None
}
