//! Where the parts of a log file lie, for a page that holds one.

use core::ops::Range;

use ledger::log_file::{Head, LogFileError};
use serde::Serialize;

/// The parts of a log file, as ranges of its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogFileParts {
    /// The checkpoint's signed note.
    pub checkpoint: Range<u64>,
    /// The leaf hashes, 32 bytes each.
    pub leaves: Range<u64>,
    /// The entries, framed as bundles.
    pub entries: Range<u64>,
}

/// Why a file is no log file, in a sentence for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "This is no whole log file: {0}. Choose the file that the portal gave you, or export the log anew."
)]
pub struct NotALogFile(#[from] pub LogFileError);

impl LogFileParts {
    /// Reads the head of a file of so many bytes: its first 128 bytes, or all of a shorter one.
    ///
    /// # Errors
    /// Why it is no log file, and what to do.
    pub fn of(head: &[u8], file_len: u64) -> Result<Self, NotALogFile> {
        let (head, _) = Head::parse(head)?;
        let parts = head.parts(file_len)?;
        Ok(Self {
            checkpoint: parts.checkpoint,
            leaves: parts.leaves,
            entries: parts.entries,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_learns_where_each_part_begins_and_ends() {
        let head = Head::new(174, 9).expect("it is sound").encode();
        let parts = LogFileParts::of(head.as_bytes(), 1000).expect("it is long enough");
        let json = serde_json::to_value(parts).expect("it is data");
        let wanted = serde_json::json!({
            "checkpoint": { "start": 47, "end": 221 },
            "leaves": { "start": 221, "end": 509 },
            "entries": { "start": 509, "end": 1000 },
        });
        assert_eq!(json, wanted);
        let cut = LogFileParts::of(head.as_bytes(), 508);
        let cut = cut.expect_err("it ends before the entries").to_string();
        assert!(cut.contains("it was cut off. Choose"), "{cut}");
    }
}
