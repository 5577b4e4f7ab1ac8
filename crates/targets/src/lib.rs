//! What is opened and ended elsewhere.
//!
//! A [`Connector`] makes access on a target and takes it back; a recorded way in ([`Recorder`]) lets somebody
//! work there while each step is written down before the target sees it.
//!
//! Invariant: nothing here knows the portal's database or its log. What is decided, and what was recorded, is
//! for whoever calls; this crate speaks to targets and tells what they answered.

mod connector;
mod postgresql;
mod recorder;
mod webhook;

pub use connector::{Access, Connector, Fault, Standing, TargetError};
pub use postgresql::{Check, Checked, Ending, PostgresTarget, console, gateway, sql, wire};
pub use recorder::{ActionNumber, Finished, Recorder, RecorderLost};
pub use webhook::{
    Answer, AnswerLog, AnsweredCall, BadAddress, BadSecret, LONGEST_ANSWER, Pace, WebhookError,
    WebhookSecret, WebhookSettings, WebhookTarget,
};

/// A target, by what it is.
#[derive(Debug)]
pub enum Target {
    /// A PostgreSQL server.
    Postgresql(PostgresTarget),
    /// An address that is called.
    Webhook(WebhookTarget),
}

impl Target {
    /// What every kind can do.
    pub fn connector(&self) -> &dyn Connector {
        match self {
            Self::Postgresql(target) => target,
            Self::Webhook(target) => target,
        }
    }
}
