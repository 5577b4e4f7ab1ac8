//! What agents and tools report, on the wire: `POST /api/v1/grants/{grant}/actions` with the grant's token as
//! `Authorization: Bearer …`.
//!
//! - 200 with [`Expected`]: all of it is in the log. What was there already was passed over, so a report may be sent
//!   again; a report without items asks where the log stands.
//! - 409 with [`Expected`]: numbers are missing before these items. Nothing was taken.
//! - 429 with `Retry-After`: not now. Nothing was taken.
//! - 401, 403, 404: the token or the access is not good for it, any more or at all.

use access::event::ActionOutcome;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most items of one report.
pub const MOST_ITEMS: usize = 256;

/// The longest report, in bytes.
pub const LONGEST_REPORT: usize = 1 << 20;

/// A part of one recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Which recording. Its agent made the id at random; the first report begins it.
    pub recording: Uuid,
    /// In the order in which it happened.
    pub items: Vec<Item>,
    /// How much there is in all, once it is over.
    pub ended: Option<Ended>,
}

/// A step of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Item {
    /// Something is about to be done.
    Intended {
        /// Of the actions, from 0 without gaps.
        number: u32,
        /// When, by the clock of who reports, in milliseconds since 1970.
        at_ms: i64,
        /// What.
        statement: String,
    },
    /// It is over.
    Finished {
        /// Of the action.
        number: u32,
        /// What became of it.
        outcome: ActionOutcome,
        /// Rows that it returned or changed, where there is such a thing.
        rows: Option<u64>,
        /// How long it took, in milliseconds.
        duration_ms: u32,
    },
    /// A piece of what was typed and shown.
    Chunk {
        /// Of the pieces, from 0 without gaps.
        number: u32,
        /// Lines of asciicast v2; the very first one is its header.
        lines: String,
    },
}

/// What there is of a recording in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    /// Actions.
    pub actions: u32,
    /// Pieces.
    pub chunks: u32,
}

/// What comes next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// The next action's number.
    pub next_action: u32,
    /// The next piece's.
    pub next_chunk: u32,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn a_report_is_written_as_tools_are_told() {
        let text = r#"{"recording":"00000000-0000-0000-0000-000000000007","items":[{"kind":"intended","number":0,"at_ms":5,"statement":"ls"},{"kind":"chunk","number":0,"lines":"[]\n"},{"kind":"finished","number":0,"outcome":"done","rows":null,"duration_ms":3}],"ended":{"actions":1,"chunks":1}}"#;
        let report: Report = serde_json::from_str(text).unwrap();
        assert_eq!(report.items.len(), 3);
        assert_eq!(serde_json::to_string(&report).unwrap(), text);
        for bad in [
            text.replace("\"rows\":null", "\"rows\":-1"),
            text.replace("\"at_ms\":5", "\"at_ms\":5,\"more\":1"),
            text.replace("\"done\"", "\"great\""),
            text.replace("\"chunk\"", "\"piece\""),
        ] {
            assert!(serde_json::from_str::<Report>(&bad).is_err(), "{bad}");
        }
    }
}
