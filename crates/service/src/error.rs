//! What a use case can answer instead of doing what it was asked, and why there is none to ask.

use uuid::Uuid;

use crate::archive::PlaceError;
use crate::key::KeyError;
use crate::line::passes;
use crate::timeline::TimelineError;

/// Why a use case did nothing, or could not say that it did.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rules say no. The refusal is an entry of the log.
    #[error("{0}")]
    Refused(access::Refusal),
    /// There is no such thing, or it is not this person's to see.
    #[error("There is nothing here under that address, or it is not yours to see.")]
    NotFound,
    /// The person lacks the role.
    #[error(
        "Your groups do not open this page. Ask whoever runs the portal for the role it needs."
    )]
    Forbidden,
    /// A field does not hold what it must.
    #[error("{message}")]
    BadInput {
        /// The field's name in the form.
        field: &'static str,
        /// What to do about it.
        message: String,
    },
    /// Something outside did not answer, or the log is halted. Nothing was opened.
    #[error("{message}")]
    Unavailable {
        /// What happened, what was kept, and what to do next.
        message: String,
    },
    /// A fault of ours. The log of the server names it under the reference.
    #[error(
        "Something went wrong on our side. Nothing was opened. Give the reference {reference} to whoever runs the portal."
    )]
    Internal {
        /// Found in the server's log.
        reference: Uuid,
    },
}

impl Error {
    /// Logs a fault once, with all its causes, and hides it behind a reference.
    pub(crate) fn internal(fault: &(dyn std::error::Error + 'static)) -> Self {
        let reference = Uuid::new_v4();
        let mut causes = fault.to_string();
        let mut source = fault.source();
        while let Some(cause) = source {
            causes.push_str(": ");
            causes.push_str(&cause.to_string());
            source = cause.source();
        }
        tracing::error!(%reference, causes, "internal error");
        Self::Internal { reference }
    }
}

impl From<sqlx::Error> for Error {
    fn from(fault: sqlx::Error) -> Self {
        if !passes(&fault) {
            return Self::internal(&fault);
        }
        tracing::error!(%fault, "the database does not answer");
        Self::Unavailable {
            message: "The portal's database does not answer. Nothing was changed; what you typed is kept. Try again in a minute.".into(),
        }
    }
}

/// Why the portal did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database did not answer as it must.
    #[error(
        "the database did not answer as it must; are its migrations applied (`breakglass migrate`)?"
    )]
    Database(#[from] sqlx::Error),
    /// There is no usable key.
    #[error("the log's key")]
    Key(#[from] KeyError),
    /// The key cannot be the log's.
    #[error("the log's key")]
    History(#[from] ledger::rotation::HistoryError),
    /// It is not known which history of the database is the right one.
    #[error("the database's timeline")]
    Timeline(#[from] TimelineError),
    /// A target's address is not one.
    #[error("the address of a target is not a PostgreSQL URL")]
    Target(#[source] targets::wire::AddressError),
    /// A seed policy contradicts itself.
    #[error("the policy {0} in the configuration")]
    Policy(String, #[source] access::policy::PolicyError),
    /// Nobody outside could be asked.
    #[error("TLS to the log's signer and witnesses cannot be set up")]
    Client(#[from] reqwest::Error),
    /// The archive's place is none.
    #[error("the archive in the configuration")]
    Archive(#[from] PlaceError),
    /// The first entries could not be written.
    #[error("the log could not be opened")]
    Open(#[source] Error),
}

/// An error with all its causes, for one line in the server's log.
pub(crate) fn chain(fault: &dyn std::error::Error) -> String {
    let mut text = fault.to_string();
    let mut source = fault.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
