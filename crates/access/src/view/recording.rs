//! What was done while access was open, for pages.

use serde::{Deserialize, Serialize};

use super::PersonView;
use crate::digest::Commitment;
use crate::event::{ActionOutcome, RecordingEnd, StatementClass, Way};
use crate::ids::{GrantId, RecordingId, RequestId, ResourceName};
use crate::time::UnixMillis;

/// One session of somebody's work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingView {
    /// Which.
    pub id: RecordingId,
    /// For which request.
    pub request: RequestId,
    /// By which access.
    pub grant: GrantId,
    /// On what.
    pub resource: ResourceName,
    /// How.
    pub way: Way,
    /// Who works.
    pub holder: PersonView,
    /// Since when.
    pub started_at_ms: UnixMillis,
    /// The entry that started it.
    pub started_seq: u64,
    /// When it ended and why; `None` while it goes on.
    pub ended: Option<RecordingEnded>,
    /// How many actions it has: sent, refused, or never reported.
    pub actions: u32,
    /// How many pieces of a terminal.
    pub chunks: u32,
    /// Whether the viewer is shown what was typed and seen.
    pub shown: bool,
    /// Whether the viewer may cut it off now.
    pub may_cut: bool,
}

/// The end of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingEnded {
    /// When.
    pub at_ms: UnixMillis,
    /// Why.
    pub cause: RecordingEnd,
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

/// An action from its intent to its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionView {
    /// Its number in the recording.
    pub number: u32,
    /// The entry that says that it was to be sent, or was refused.
    pub seq: u64,
    /// When.
    pub at_ms: UnixMillis,
    /// What was sent, or was not; `None` where it is sealed to the viewer.
    pub statement: Option<String>,
    /// What it does that a policy may refuse.
    pub classes: Vec<StatementClass>,
    /// What became of it.
    pub state: ActionState,
}

/// What became of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionState {
    /// It was sent, and nothing says yet what became of it.
    Running,
    /// It was not sent.
    Refused(StatementClass),
    /// It is over.
    Finished {
        /// How.
        outcome: ActionOutcome,
        /// Rows it returned or changed.
        rows: Option<u64>,
        /// How long it took, in milliseconds.
        duration_ms: u32,
    },
}

/// The actions that entries of a recording tell, in the order of their numbers.
pub fn action_views(entries: &[Recorded]) -> Vec<ActionView> {
    let mut actions: Vec<ActionView> = Vec::new();
    for Recorded { seq, at_ms, what } in entries {
        match what {
            RecordedWhat::Intended {
                number,
                classes,
                statement,
            } => actions.push(ActionView {
                number: *number,
                seq: *seq,
                at_ms: *at_ms,
                statement: statement.clone(),
                classes: classes.clone(),
                state: ActionState::Running,
            }),
            RecordedWhat::Refused {
                number,
                class,
                statement,
            } => actions.push(ActionView {
                number: *number,
                seq: *seq,
                at_ms: *at_ms,
                statement: statement.clone(),
                classes: vec![*class],
                state: ActionState::Refused(*class),
            }),
            RecordedWhat::Finished {
                number,
                outcome,
                rows,
                duration_ms,
            } => {
                // Of those that are still open it is nearly always the newest.
                let of_it = |action: &&mut ActionView| action.number == *number;
                if let Some(action) = actions.iter_mut().rev().find(of_it) {
                    action.state = ActionState::Finished {
                        outcome: *outcome,
                        rows: *rows,
                        duration_ms: *duration_ms,
                    };
                }
            }
            RecordedWhat::Chunk { .. } | RecordedWhat::Gap { .. } | RecordedWhat::Ended { .. } => {}
        }
    }
    actions
}
