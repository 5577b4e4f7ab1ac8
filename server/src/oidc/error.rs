//! Why nobody was signed in.

use super::TokenFault;

/// Why a flow did not begin or came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// The provider does not answer, or not with what the protocol asks for.
    #[error("the identity provider does not answer as it should: {what}")]
    Unreachable {
        /// What was asked, and how it failed; for the server's log.
        what: String,
    },
    /// Its discovery document speaks for another issuer.
    #[error("the discovery document is another issuer's than the configured one: {what}")]
    IssuerMismatch {
        /// Both issuers.
        what: String,
    },
    /// Discovery names an endpoint that would be reached over an open wire.
    #[error("discovery names {endpoint}, which is not https")]
    OpenEndpoint {
        /// Which.
        endpoint: String,
    },
    /// The `iss` parameter of the answer is missing although promised, or names somebody else (RFC 9207 §2.4).
    #[error("the answer came with another issuer than it should")]
    WrongSender,
    /// The provider said no.
    #[error("the identity provider refused: {code}")]
    Refused {
        /// The protocol's error code.
        code: String,
    },
    /// The flow began too long ago.
    #[error("the sign-in took longer than ten minutes")]
    TooLate,
    /// The answer has neither code nor error.
    #[error("the answer has no code")]
    NoCode,
    /// The provider did not take the code.
    #[error("the identity provider did not take the code: {what}")]
    CodeRefused {
        /// What it said, for the server's log.
        what: String,
    },
    /// The operating system gave no random numbers.
    #[error("the operating system gave no random numbers")]
    NoRandomness,
    /// The ID token is not to be believed.
    #[error("the ID token was refused: {0}")]
    Token(#[from] TokenFault),
}

impl OidcError {
    /// Whether trying again later can help, without anybody doing anything here.
    pub fn is_outage(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::IssuerMismatch { .. } | Self::OpenEndpoint { .. }
        )
    }
}

/// An error with all its causes in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
