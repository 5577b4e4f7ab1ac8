//! Server functions: the only way from a page to a use case. Each extracts the viewer, calls one use case of `service`
//! and maps what it answers; none decides anything. `endpoints.txt` lists them all with who may call them.
//!
//! A form that arrives without script is answered with a redirect: to the next page, or back to the form, which then
//! shows what was typed and what was wrong with it (see `keep`). With script the same function answers JSON.

pub mod error;
pub mod forms;
pub mod grant;
pub mod home;
pub mod inbox;
pub mod keep;
pub mod log;
pub mod people;
pub mod policy;
pub mod request;
pub mod review;
pub mod sealed;
pub mod sign_off;
pub mod wire;

#[cfg(feature = "ssr")]
pub(crate) mod server;
#[cfg(all(test, feature = "ssr"))]
mod tests;

pub use error::ApiError;

use serde::{Deserialize, Serialize};

/// Where to go once a form was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next(pub String);
