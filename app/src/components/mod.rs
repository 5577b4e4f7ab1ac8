//! The parts that pages are made of. They take typed data and fetch nothing.
#![allow(
    clippy::must_use_candidate,
    reason = "components are called by the view macro, which uses what they return"
)]

pub mod alert;
pub mod badge;
pub mod button;
pub mod copy;
pub mod empty;
pub mod failed;
pub mod field;
pub mod frame;
pub mod grant;
pub mod icon;
pub mod loaded;
pub mod moment;
pub mod proposals;
pub mod ratification;
pub mod request;
pub mod section;
pub mod sentences;
pub mod statement;
pub mod timeline;
