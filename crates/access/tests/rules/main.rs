//! Every rule, from both sides: what `decide` refuses, and what `apply` finds in a log that
//! somebody wrote without asking.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod actions;
mod bytes;
mod checks;
mod company;
mod conditions;
mod debt;
mod delegation;
mod edit;
mod emergency;
mod erasure;
mod extension;
mod forged;
mod golden;
mod grant;
mod housekeeping;
mod invariants;
mod ladder;
mod late;
mod model;
mod oversight;
mod part;
mod people;
mod policy;
mod proposals;
mod proved;
mod ratify;
mod recording;
mod replay;
mod request;
mod review;
mod scale;
mod sign_off;
mod silence;
mod stage;
mod stages;
mod steps;
mod traces;
mod windows;
mod words;
