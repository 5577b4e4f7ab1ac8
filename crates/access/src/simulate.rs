//! What would be, and what would have been: who could open something under a policy, and what a draft
//! would have made of the requests there were.
//!
//! Both ask the rules themselves, by the groups last seen of everybody.

mod course;
mod outcome;
mod replay;
mod under;
mod who;

pub use outcome::Outcome;
pub use replay::{Moved, ReplayRow, Replayed, replay_under};
pub use who::{GroupRow, Signers, Verdict, WhoRow, groups_that_could, who_could_open};
