//! What pages say: times, states, rules and faults in a person's words. Pure, so that server and browser say the same.

#[cfg(feature = "ssr")]
pub mod hindered;
pub mod people;
#[cfg(feature = "ssr")]
pub mod policy;
pub mod proposal;
pub mod ratification;
#[cfg(feature = "ssr")]
pub mod recorded;
pub mod sealed;
pub mod sentence;
#[cfg(feature = "ssr")]
pub mod simulate;
pub mod stages;
pub mod standing;
pub mod state;
pub mod time;
pub mod url;
