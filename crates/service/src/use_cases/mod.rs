//! One use case a file, each a method of [`crate::Portal`]. Each begins by saying who may.

mod ask_around;
mod browse_log;
mod browse_policies;
mod disclose_opening;
mod end_grant;
mod erase_openings;
mod explain;
mod export_evidence;
mod extend_grant;
mod hand_over;
mod home;
mod inbox;
mod know_people;
mod open_grant;
mod read_log;
mod record_review;
mod show_credential;
mod show_request;
mod sign_in;
mod sign_off;
mod simulate;
mod submit_request;
mod waiting;
mod words;
mod write_policies;

pub use browse_log::LogQuery;
pub use erase_openings::ConfirmErasure;
pub use explain::Hindrance;
pub use extend_grant::ApproveExtension;
pub use hand_over::HandOver;
pub use sign_in::Identity;
pub use sign_off::SignOff;
pub use simulate::Simulated;
pub use submit_request::{Submit, Words};
pub use write_policies::Proposed;
