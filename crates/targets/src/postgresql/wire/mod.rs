//! PostgreSQL's wire, as a client: one session over a socket, TCP or TLS, message by message.
//!
//! A driver sends what it likes when it likes. Here whoever calls decides when each message leaves, because a
//! statement may leave only when it is recorded.
//!
//! Invariant: nothing here records or classifies anything, and no password stands in an error or a trace.

mod address;
mod error;
mod frame;
mod session;
mod tls;
mod verifier;

pub use address::{Address, AddressError, Tls};
pub use error::{ServerError, WireError};
pub use session::{CancelKey, Login, Transaction};

pub(crate) use frame::{Frame, read_frame, take_frame};
pub(crate) use session::{Answer, Session, Stream};

/// The longest message that is read from a target, in bytes: one row with a large value, far below what
/// PostgreSQL allows (1 GiB), because it is held in memory.
pub(crate) const LONGEST_MESSAGE: usize = 64 * 1024 * 1024;
