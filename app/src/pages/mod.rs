//! One file a page. A page fetches and arranges; what it is made of lies in `components`.
#![allow(
    clippy::must_use_candidate,
    reason = "components are called by the view macro, which uses what they return"
)]

pub mod credential;
pub mod home;
pub mod inbox;
pub mod log;
pub mod missing;
pub mod request;
pub mod sealed;
pub mod sign_off;
