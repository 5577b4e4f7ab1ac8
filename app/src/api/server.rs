//! What every server function needs of the request it answers: who asks, the portal, the session, the status.

use access::command::Seen;
use access::view::Viewer;
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use serde::Serialize;
use service::Portal;
use tower_sessions::Session;

use crate::api::grant::PENDING_EXTENSION;
use crate::api::keep::{Draft, FLASH, Flash, Form};
use crate::api::sealed::PENDING_ERASURE;
use crate::api::sign_off::PENDING_SIGN_OFF;
use crate::api::{ApiError, Next};
use crate::components::alert::AlertKind;

/// The portal and who asks, or why there is no answer to them.
pub(crate) fn caller() -> Result<(Portal, Viewer), ApiError> {
    identify().inspect_err(publish)
}

/// The same for a form, whose answer [`settle`] gives.
pub(crate) fn identify() -> Result<(Portal, Viewer), ApiError> {
    let viewer = viewer().ok_or(ApiError::SignIn)?;
    let portal = use_context::<Portal>().ok_or_else(|| ApiError::Unavailable {
        message: "The portal is still starting. Nothing was done. Try again in a few seconds."
            .into(),
    })?;
    Ok((portal, viewer))
}

/// Who is signed in. The server looked it up in the session before the page began.
pub(crate) fn viewer() -> Option<Viewer> {
    use_context::<Parts>()?
        .extensions
        .get::<Option<Viewer>>()
        .cloned()
        .flatten()
}

/// Where and how they are signed in; nothing where the server does not say.
pub(crate) fn seen() -> Seen {
    let seen = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Seen>().cloned());
    seen.unwrap_or_default()
}

/// The request's session.
pub(crate) fn session() -> Option<Session> {
    use_context::<Parts>()?.extensions.get::<Session>().cloned()
}

/// Where decisions wait that need a fresh proof of who decides; one at a time.
const PENDING: [&str; 3] = [PENDING_SIGN_OFF, PENDING_ERASURE, PENDING_EXTENSION];

/// Keeps a decision while its author proves anew who they are. It takes the place of any other.
pub(crate) async fn keep_pending<P: Serialize>(key: &str, pending: P) -> Result<Next, ApiError> {
    let session = session().ok_or(ApiError::SignIn)?;
    let kept = async {
        for other in PENDING {
            session.remove_value(other).await?;
        }
        session.insert(key, pending).await
    };
    kept.await.map_err(|fault| {
        tracing::error!(%fault, "the session does not take a pending decision");
        ApiError::Unavailable {
            message: "The portal could not keep your decision. Nothing was done; what you typed is still here. Try again in a minute.".into(),
        }
    })?;
    Ok(Next("/auth/step-up".into()))
}

/// Says the error in the response's status too.
pub(crate) fn publish(error: &ApiError) {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(
            StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        );
    }
}

/// Maps a use case's refusal, and says it in the status.
pub(crate) fn refuse(error: service::Error) -> ApiError {
    let error = error.into();
    publish(&error);
    error
}

/// Answers a form with fields: on to the next page; or the error, and without script back to the form, which keeps
/// what was typed.
pub(crate) async fn settle<F: Serialize + Sync>(
    form: Form,
    values: &F,
    back: String,
    outcome: Result<Next, ApiError>,
) -> Result<Next, ApiError> {
    match outcome {
        Ok(next) => Ok(go(next)),
        Err(error) if wants_page() => {
            if let Some(session) = known_session() {
                let kept = session
                    .insert(
                        &form.key(),
                        Draft {
                            values,
                            error: error.clone(),
                        },
                    )
                    .await;
                if let Err(fault) = kept {
                    tracing::warn!(%fault, "a draft was not kept");
                }
            }
            Ok(go(Next(where_to(back, &error))))
        }
        Err(error) => {
            publish(&error);
            Err(error)
        }
    }
}

/// Answers a form that is only a button: on to the next page; or the error, without script as a message there.
pub(crate) async fn settle_button(
    back: String,
    outcome: Result<Next, ApiError>,
) -> Result<Next, ApiError> {
    match outcome {
        Ok(next) => Ok(go(next)),
        Err(error) if wants_page() => {
            // Who has to prove who they are is told so when they come back.
            if let Some(session) = known_session().filter(|_| !error.wants_proof()) {
                let flash = Flash {
                    kind: AlertKind::Fault,
                    text: error.to_string(),
                };
                if let Err(fault) = session.insert(FLASH, flash).await {
                    tracing::warn!(%fault, "a message was not kept");
                }
            }
            Ok(go(Next(where_to(back, &error))))
        }
        Err(error) => {
            publish(&error);
            Err(error)
        }
    }
}

/// Without script the browser follows a redirect; with script the page itself goes on.
fn go(next: Next) -> Next {
    if wants_page() {
        leptos_axum::redirect(&next.0);
    }
    next
}

/// Back to the form; or, where that is what is missing, first to the provider.
fn where_to(back: String, error: &ApiError) -> String {
    match error {
        ApiError::SignIn => crate::words::url::sign_in(&back),
        error if error.wants_proof() => crate::words::url::prove_anew(&back),
        _ => back,
    }
}

/// The session, if its cookie came with the request: nothing is stored for strangers.
pub(crate) fn known_session() -> Option<Session> {
    session().filter(|session| session.id().is_some())
}

/// Whether the browser itself sent the form and will show what comes back.
fn wants_page() -> bool {
    fn accepts_html(headers: &HeaderMap) -> bool {
        headers
            .get(header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"))
    }
    use_context::<Parts>().is_some_and(|parts| accepts_html(&parts.headers))
}
