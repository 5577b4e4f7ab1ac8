//! Why nobody was signed in, in words for the person at the door.

use axum::http::StatusCode;

use crate::oidc::OidcError;
use crate::session::SessionError;
use crate::web::Problem;

/// The page for a sign-in that came to nothing.
pub(super) fn problem(error: &OidcError) -> Problem {
    tracing::warn!(%error, "a sign-in came to nothing");
    match error {
        error if error.is_outage() => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "The identity provider does not answer",
            "The portal is running, but the service that says who you are did not answer as it must. Nothing was \
             changed; access that is open stays open until its time is up. Try again in a minute. If it stays like this, \
             call whoever runs the identity provider, and whoever runs this portal: its log says what was wrong.",
        )
        .link("Try again", "/sign-in")
        .retry_after(30),
        OidcError::Refused { code } => Problem::new(
            StatusCode::FORBIDDEN,
            "The identity provider did not sign you in",
            format!("It answered “{code}”. Nothing was changed. Try again, or ask whoever runs the identity provider."),
        )
        .link("Try again", "/sign-in"),
        OidcError::TooLate => too_late(),
        OidcError::NoRandomness => Problem::internal(error),
        _ => Problem::new(
            StatusCode::FORBIDDEN,
            "That sign-in was not believed",
            "What the identity provider sent did not pass the portal's checks, so nobody was signed in and nothing was \
             changed. Start again from the portal. If it happens again, tell whoever runs the portal: its log says which \
             check failed.",
        )
        .link("Start again", "/sign-in"),
    }
}

/// The answer belongs to no flow of this browser, or to one that was answered before.
pub(super) fn too_late() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "That sign-in is over",
        "It was finished before, was begun in another browser, or took longer than ten minutes. Nothing was changed. \
         Start again.",
    )
    .link("Start again", "/sign-in")
}

/// The session could not be read or written.
pub(super) fn session_problem(error: SessionError) -> Problem {
    match error {
        SessionError::Index(error) => error.into(),
        other => {
            tracing::error!(
                error = &other as &dyn std::error::Error,
                "the session could not be read or written"
            );
            Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The portal cannot remember you now",
                "Its database does not answer, so nobody can sign in or out at the moment. Nothing was changed. Try again \
                 in a minute.",
            )
            .link("Try again", "/sign-in")
            .retry_after(10)
        }
    }
}
