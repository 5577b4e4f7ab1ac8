//! Every rule, from both sides: what `decide` refuses, and what `apply` finds in a log that
//! somebody wrote without asking.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod actions;
mod bytes;
mod company;
mod emergency;
mod erasure;
mod golden;
mod grant;
mod housekeeping;
mod invariants;
mod late;
mod model;
mod oversight;
mod policy;
mod replay;
mod request;
mod review;
mod scale;
mod sign_off;
mod stage;
mod steps;
mod traces;
mod words;
