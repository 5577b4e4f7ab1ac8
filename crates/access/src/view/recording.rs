//! Recorded work: where it is done, and what was done.

use serde::{Deserialize, Serialize};

use super::{GrantView, OpeningState, PersonView};
use crate::digest::Commitment;
use crate::event::{ActionOutcome, RecordingEnd, StatementClass, Way};
use crate::ids::{GrantId, RecordingId, RequestId, ResourceName};
use crate::time::UnixMillis;

/// The page on which a grant's holder works: a console or a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkView {
    /// What is open.
    pub grant: GrantView,
    /// The portal's time: what is left is counted by it.
    pub now_ms: UnixMillis,
    /// What the policy has refused before the target sees it.
    pub refuses: Vec<StatementClass>,
}

/// A recorded session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingView {
    /// Which.
    pub id: RecordingId,
    /// Of which access.
    pub grant: GrantId,
    /// Of which request.
    pub request: RequestId,
    /// On what.
    pub resource: ResourceName,
    /// Who works there.
    pub holder: PersonView,
    /// How.
    pub way: Way,
    /// Since when.
    pub started_at_ms: UnixMillis,
    /// The entry that says so.
    pub seq: u64,
    /// When it ended, why, and who cut it, where somebody did; `None` while it goes on.
    pub ended: Option<(UnixMillis, RecordingEnd, Option<PersonView>)>,
    /// How many actions it has, those that were refused among them.
    pub actions: u32,
    /// How many of them were refused.
    pub refused: u32,
    /// How many parts of what a terminal showed it has.
    pub chunks: u32,
    /// Whether the viewer may cut it.
    pub may_cut: bool,
}

/// One action of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionView {
    /// Its number within the recording, from 0.
    pub number: u32,
    /// The entry that says that it was meant, or refused.
    pub seq: u64,
    /// When.
    pub at_ms: UnixMillis,
    /// What the viewer sees of its text.
    pub state: OpeningState,
    /// The text, where it is shown.
    pub text: Option<String>,
    /// What it does that a policy may refuse.
    pub classes: Vec<StatementClass>,
    /// What became of it; `None` while it runs, or where nobody knows.
    pub end: Option<ActionEnd>,
}

/// What became of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "end")]
pub enum ActionEnd {
    /// The target never saw it.
    Refused {
        /// For what it does.
        class: StatementClass,
    },
    /// The target was asked.
    Finished {
        /// How that came out.
        outcome: ActionOutcome,
        /// How many rows came back or were changed, where it can be said.
        rows: Option<u64>,
        /// How long it took.
        duration_ms: u32,
    },
}

/// A recording's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingPage {
    /// The session.
    pub recording: RecordingView,
    /// What was done, in order.
    pub actions: Vec<ActionView>,
    /// Numbers of reported actions that never arrived, from and to.
    pub gaps: Vec<(u32, u32)>,
}

/// One entry of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its place in the log.
    pub seq: u64,
    /// When.
    pub at_ms: UnixMillis,
    /// What it says.
    #[serde(flatten)]
    pub what: RecordedWhat,
}

/// What an entry of a recording says. Texts are `None` where they are sealed to the viewer, erased, or not what was
/// sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RecordedWhat {
    /// An action is about to be sent.
    Intended {
        /// Its number.
        number: u32,
        /// What it does that a policy may refuse.
        classes: Vec<StatementClass>,
        /// What is sent.
        statement: Option<String>,
    },
    /// An action was refused.
    Refused {
        /// Its number.
        number: u32,
        /// For what.
        class: StatementClass,
        /// What was not sent.
        statement: Option<String>,
    },
    /// What became of an action.
    Finished {
        /// Its number.
        number: u32,
        /// How it ended.
        outcome: ActionOutcome,
        /// Rows it returned or changed.
        rows: Option<u64>,
        /// How long it took, in milliseconds.
        duration_ms: u32,
    },
    /// A piece of a terminal.
    Chunk {
        /// Its number.
        number: u32,
        /// Lines of the form asciicast v2.
        lines: Option<String>,
        /// The salt it is sealed under, in base64, with the text.
        salt: Option<String>,
        /// What the entry seals.
        commitment: Commitment,
    },
    /// Actions that never were reported.
    Gap {
        /// The first.
        from: u32,
        /// The one behind the last.
        to: u32,
    },
    /// It is over.
    Ended {
        /// Why.
        cause: RecordingEnd,
    },
}
