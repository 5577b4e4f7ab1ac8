//! One use case a file, each a method of [`crate::Portal`]. Each begins by saying who may.

mod browse_log;
mod browse_policies;
mod end_grant;
mod home;
mod inbox;
mod open_grant;
mod record_review;
mod show_credential;
mod show_request;
mod sign_in;
mod sign_off;
mod submit_request;

pub use browse_log::LogQuery;
pub use sign_in::Identity;
pub use sign_off::SignOff;
pub use submit_request::Submit;
