//! What goes wrong on the wire.

use std::io;

use fallible_iterator::FallibleIterator as _;
use postgres_protocol::message::backend::ErrorFields;
use serde::Serialize;

/// What the server said when it said no, or only noticed something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{severity} {code}: {message}")]
pub struct ServerError {
    /// `ERROR`, `FATAL`, `NOTICE` and so on, not translated.
    pub severity: String,
    /// The SQLSTATE.
    pub code: String,
    /// What it is.
    pub message: String,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Where in the statement, in characters from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
}

impl ServerError {
    /// The session is over after it.
    pub fn is_fatal(&self) -> bool {
        matches!(self.severity.as_str(), "FATAL" | "PANIC")
    }

    pub(crate) fn from_fields(mut fields: ErrorFields<'_>) -> Self {
        let mut error = Self::default();
        let mut translated = String::new();
        while let Ok(Some(field)) = fields.next() {
            let value = String::from_utf8_lossy(field.value_bytes()).into_owned();
            match field.type_() {
                b'S' => translated = value,
                b'V' => error.severity = value,
                b'C' => error.code = value,
                b'M' => error.message = value,
                b'D' => error.detail = Some(value),
                b'H' => error.hint = Some(value),
                b'P' => error.position = value.parse().ok(),
                _ => {}
            }
        }
        if error.severity.is_empty() {
            error.severity = translated;
        }
        error
    }
}

/// Why a session does not go on.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// There was never a connection: nothing was asked.
    #[error("the server cannot be reached")]
    Unreachable(#[source] io::Error),
    /// TLS was asked for, and the server has none.
    #[error("the server does not speak TLS, which the address asks for")]
    NoTls,
    /// TLS failed: a certificate that nobody vouches for, a name that does not fit.
    #[error("the way to the server cannot be secured")]
    Tls(#[source] io::Error),
    /// What the address names as authority is none.
    #[error("sslrootcert is no readable file of certificates, and no certificate in PEM")]
    Authority(#[source] io::Error),
    /// The server asks for a proof of a kind that is not spoken here.
    #[error("the server asks for a sign-in that is not spoken here; SCRAM-SHA-256 is")]
    Method,
    /// The server asks for a password, and there is none.
    #[error("the server asks for a password, and the address has none")]
    NoPassword,
    /// The server does not know the password, which it has to prove.
    #[error("the server could not prove that it knows the password")]
    Impostor(#[source] io::Error),
    /// It said no.
    #[error("the server refused")]
    Server(#[source] Box<ServerError>),
    /// The connection was lost: what was asked may have been done.
    #[error("the connection to the server was lost")]
    Lost(#[source] io::Error),
    /// It said what cannot be said there.
    #[error("the server said something that has no place there: {0}")]
    Protocol(&'static str),
}

impl From<ServerError> for WireError {
    fn from(error: ServerError) -> Self {
        Self::Server(Box::new(error))
    }
}

impl WireError {
    /// Whether it is certain that nothing was done: the session was not open yet, or the server said no.
    pub(crate) fn nothing_was_done(&self) -> bool {
        !matches!(self, Self::Lost(_) | Self::Protocol(_))
    }

    /// The server's word, if it is that.
    pub(crate) fn code(&self) -> Option<&str> {
        match self {
            Self::Server(error) => Some(&error.code),
            _ => None,
        }
    }
}
