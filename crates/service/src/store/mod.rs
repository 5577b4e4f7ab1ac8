//! The only SQL for the portal's own database. Every function takes the connection or transaction
//! it runs on; what belongs together is put into one transaction by the caller.

pub(crate) mod connector;
pub(crate) mod cosignature;
pub(crate) mod draft;
pub(crate) mod grant;
pub(crate) mod grant_secret;
pub(crate) mod inspect;
pub(crate) mod ledger;
pub(crate) mod opening;
pub(crate) mod person;
pub(crate) mod policy;
pub(crate) mod projection;
pub(crate) mod rebuild;
pub(crate) mod recording;
pub(crate) mod request;
pub(crate) mod schema;
pub mod session_index;
pub(crate) mod timeline;
pub(crate) mod word;

/// A stored value that the schema's constraints should have made impossible.
pub(crate) fn corrupt(what: &'static str) -> sqlx::Error {
    sqlx::Error::Decode(format!("{what} in the database is not what the schema promises").into())
}
