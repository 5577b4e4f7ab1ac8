//! One use case a file, each a method of [`crate::Portal`]. Each begins by saying who may.

mod browse_log;
mod browse_policies;
mod disclose_opening;
mod end_grant;
mod erase_openings;
mod home;
mod inbox;
mod open_grant;
mod read_log;
mod record_review;
mod show_credential;
mod show_request;
mod sign_in;
mod sign_off;
mod submit_request;
mod words;

pub use browse_log::LogQuery;
pub use erase_openings::ConfirmErasure;
pub use sign_in::Identity;
pub use sign_off::SignOff;
pub use submit_request::Submit;
