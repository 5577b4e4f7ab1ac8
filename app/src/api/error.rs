//! What a server function answers instead of what it was asked for. A closed set: nothing internal ever gets out.

use access::refusal::Rule;
use serde::{Deserialize, Serialize};
use server_fn::error::{FromServerFnError, ServerFnErrorErr};
use server_fn::{Bytes, Decodes as _};

use crate::api::wire::JsonText;

/// Why the answer is not there. Each message says what happened, what was kept, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ApiError {
    /// Nobody is signed in, or no longer.
    #[error(
        "Your sign-in has ended. Nothing was sent on; what you typed stays here. Sign in again, then send it again."
    )]
    SignIn,
    /// The person lacks the role.
    #[error(
        "Your groups do not open this page. Ask whoever runs the portal for the role it needs."
    )]
    Forbidden,
    /// There is no such thing, or it is not this person's to see.
    #[error("There is nothing here under that address, or it is not yours to see.")]
    NotFound,
    /// The rules say no. The refusal is an entry of the log.
    #[error("{message}")]
    Refused {
        /// Which rule.
        rule: Rule,
        /// The rule in words.
        message: String,
    },
    /// A field does not hold what it must.
    #[error("{message}")]
    Invalid {
        /// The field's name in the form.
        field: String,
        /// What to do about it.
        message: String,
    },
    /// The form or the address is not one that these pages make.
    #[error(
        "That form did not arrive whole. Nothing was done. Load the page again and send it again."
    )]
    Malformed,
    /// Something outside did not answer, or the log is halted.
    #[error("{message}")]
    Unavailable {
        /// What happened, what was kept, and what to do next.
        message: String,
    },
    /// The portal itself did not answer (said by the browser).
    #[error(
        "The portal does not answer. It may not have heard you: look at the home page before you send it again. What you typed stays here."
    )]
    Unreachable,
    /// A fault of ours, named in the server's log under the reference.
    #[error(
        "Something went wrong on our side. Give the reference {reference} to whoever runs the portal."
    )]
    Internal {
        /// Found in the server's log.
        reference: String,
    },
}

impl ApiError {
    /// The form field that the error belongs to, if it belongs to one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid { field, .. } => Some(field),
            Self::Refused { rule, .. } => match rule {
                Rule::ReasonTooShort => Some("reason"),
                Rule::TicketForm => Some("ticket"),
                Rule::IncidentMissing => Some("incident"),
                Rule::BadStart => Some("start"),
                Rule::DurationOutOfRange => Some("duration"),
                Rule::NotConfirmed => Some("confirmed"),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it is this rule that says no.
    pub fn is_by(&self, wanted: Rule) -> bool {
        matches!(self, Self::Refused { rule, .. } if *rule == wanted)
    }

    /// Whether it takes a sign-in of late, which the person is sent to make.
    pub fn wants_proof(&self) -> bool {
        self.is_by(Rule::SignInStale)
    }

    /// A field that does not hold what it must.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.to_owned(),
            message: message.into(),
        }
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::SignIn => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Invalid { .. } => 422,
            Self::Internal { .. } => 500,
            Self::Unavailable { .. } | Self::Unreachable => 503,
            Self::Refused { rule, .. } => match rule {
                Rule::NotEligible
                | Rule::SelfApproval
                | Rule::NotApprover
                | Rule::NotRequester
                | Rule::NotRevoker
                | Rule::NotReviewer
                | Rule::ReviewerInvolved
                | Rule::NotAuditor
                | Rule::NotCustodian
                | Rule::NotOperator
                | Rule::NotAuthor
                | Rule::SignInStale
                | Rule::NotDelegate
                | Rule::SelfActivation
                | Rule::SelfLink
                | Rule::SelfConfirmation
                | Rule::SystemOnly
                | Rule::PersonOnly => 403,
                Rule::UnknownPolicy
                | Rule::UnknownRequest
                | Rule::UnknownGrant
                | Rule::UnknownOpening
                | Rule::UnknownErasure
                | Rule::UnknownProposal
                | Rule::UnknownResource
                | Rule::UnknownPerson => 404,
                Rule::ResourceNotCovered
                | Rule::DurationOutOfRange
                | Rule::ReasonTooShort
                | Rule::PurposeTooShort
                | Rule::BadRange
                | Rule::TicketForm
                | Rule::IncidentMissing
                | Rule::BadStart
                | Rule::BadPeriod
                | Rule::SelfDelegation
                | Rule::BadPolicy
                | Rule::EmergencyOff
                | Rule::NotConfirmed => 422,
                _ => 409,
            },
        }
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonText;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::UnsupportedRequestMethod(_)
            | ServerFnErrorErr::Serialization(_) => malformed(),
            // Where the arguments are read, on the server, this too means that they cannot be read.
            ServerFnErrorErr::Deserialization(_) if cfg!(feature = "ssr") => malformed(),
            ServerFnErrorErr::Registration(_)
            | ServerFnErrorErr::Request(_)
            | ServerFnErrorErr::ServerError(_)
            | ServerFnErrorErr::MiddlewareError(_)
            | ServerFnErrorErr::Deserialization(_)
            | ServerFnErrorErr::Response(_) => Self::Unreachable,
        }
    }

    /// Beside the functions themselves, what stands before them may answer (a limit, the same-origin check): with a
    /// problem document, RFC 9457.
    fn de(data: Bytes) -> Self {
        let read = JsonText::decode(data.clone());
        read.unwrap_or_else(|_| match JsonText::decode(data) {
            Ok(Problem { status: 401, .. }) => Self::SignIn,
            Ok(Problem { status: 404, .. }) => Self::NotFound,
            Ok(Problem {
                status: 400..500,
                detail,
            }) => Self::invalid("", detail),
            Ok(Problem { detail, .. }) => Self::Unavailable { message: detail },
            Err(_) => Self::Unreachable,
        })
    }
}

/// The members of a problem document that say something to a person.
#[derive(Deserialize)]
struct Problem {
    status: u16,
    detail: String,
}

/// The framework would answer 500 to arguments that it cannot read; they are the caller's fault.
fn malformed() -> ApiError {
    #[cfg(feature = "ssr")]
    crate::api::server::publish(&ApiError::Malformed);
    ApiError::Malformed
}

#[cfg(feature = "ssr")]
impl From<service::Error> for ApiError {
    fn from(error: service::Error) -> Self {
        match error {
            service::Error::Refused(refusal) => Self::Refused {
                rule: refusal.rule,
                message: refusal.to_string(),
            },
            service::Error::NotFound => Self::NotFound,
            service::Error::Forbidden => Self::Forbidden,
            service::Error::BadInput { field, message } => Self::invalid(field, message),
            service::Error::Unavailable { message } => Self::Unavailable { message },
            service::Error::Internal { reference } => Self::Internal {
                reference: reference.to_string(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_survives_the_way_to_the_browser() {
        let errors = [
            ApiError::SignIn,
            ApiError::invalid("reason", "Say why."),
            ApiError::Refused {
                rule: Rule::SelfApproval,
                message: "Not your own.".into(),
            },
        ];
        for error in errors {
            assert_eq!(ApiError::de(error.ser()), error);
        }
    }

    #[test]
    fn a_problem_document_becomes_its_own_words() {
        let too_big =
            br#"{"type":"about:blank","title":"Too big","status":413,"detail":"Shorten it."}"#;
        assert_eq!(
            ApiError::de(Bytes::from_static(too_big)).to_string(),
            "Shorten it."
        );
        let away = br#"{"title":"x","status":401,"detail":"y"}"#;
        assert_eq!(ApiError::de(Bytes::from_static(away)), ApiError::SignIn);
        assert_eq!(
            ApiError::de(Bytes::from_static(b"<html>")),
            ApiError::Unreachable
        );
    }

    #[test]
    fn a_refusal_names_its_field_and_its_status() {
        let refused = |rule| ApiError::Refused {
            rule,
            message: String::new(),
        };
        assert_eq!(refused(Rule::ReasonTooShort).field(), Some("reason"));
        assert_eq!(refused(Rule::SelfApproval).status(), 403);
        assert_eq!(refused(Rule::WrongState).status(), 409);
        assert_eq!(refused(Rule::DurationOutOfRange).status(), 422);
        assert_eq!(refused(Rule::UnknownRequest).status(), 404);
    }
}
