//! A whole log as one file, for whoever checks it without a network (FORMAT.md, section 11).
//!
//! ```text
//! breakglass.log-file/1\n
//! checkpoint <length in bytes>\n
//! leaves <count>\n
//! \n
//! checkpoint ‖ leaf hashes, 32 bytes each ‖ entries, framed as in a bundle, to the file's end
//! ```
//!
//! The head says where the parts lie and nothing else: who reads the file checks the checkpoint's
//! signature, and then the entries against it, as if a server had sent them.

use alloc::string::{String, ToString as _};
use core::fmt;
use core::ops::Range;

use crate::proof_lines::Lines;
use crate::tile::decimal;

/// The longest head, in bytes: with both numbers at their longest it has 83.
pub const MAX_HEAD_LEN: usize = 128;

/// The longest checkpoint, in bytes; a real one with a dozen witnesses has 2,000.
pub const MAX_CHECKPOINT_LEN: u64 = 65_536;

/// The most leaves: 2^47, of which the hashes alone take 4 petabytes. Each place in the file is so a
/// number that JavaScript holds exactly.
pub const MAX_LEAVES: u64 = 1 << 47;

/// How long a leaf hash is, in bytes.
const HASH_LEN: u64 = 32;

const FIRST_LINE: &str = "breakglass.log-file/1";

/// Where the parts of a log file lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    checkpoint_len: u64,
    leaves: u64,
}

/// The parts of a log file, as ranges of its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// The signed note.
    pub checkpoint: Range<u64>,
    /// The leaf hashes, 32 bytes each.
    pub leaves: Range<u64>,
    /// The entries, each behind its length.
    pub entries: Range<u64>,
}

/// Why bytes are no log file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogFileError {
    /// The first line is another one.
    #[error(
        "the file does not begin with the line \"{FIRST_LINE}\": it is no log file of this version"
    )]
    FirstLine,
    /// The head has no end where it has to.
    #[error("the file's head does not end in an empty line within {MAX_HEAD_LEN} bytes")]
    EndsEarly,
    /// The line is missing, or its number has not the one form that it may have.
    #[error("the file's head has no line \"{0}\" with a decimal number in its place")]
    Line(&'static str),
    /// The checkpoint's length.
    #[error("the file's checkpoint has {0} bytes by its head; it has 1 to {MAX_CHECKPOINT_LEN}")]
    Checkpoint(u64),
    /// The number of leaves.
    #[error("the file has {0} leaf hashes by its head; more than {MAX_LEAVES} are not read")]
    Leaves(u64),
    /// The file ends before the entries.
    #[error(
        "the file has {found} bytes, and by its head the entries begin at byte {wanted}: it was cut off"
    )]
    Cut {
        /// Where the entries begin.
        wanted: u64,
        /// How long the file is.
        found: u64,
    },
}

impl Head {
    /// The head of a file with a checkpoint of so many bytes and so many leaf hashes.
    ///
    /// # Errors
    /// Where no file has that.
    pub fn new(checkpoint_len: u64, leaves: u64) -> Result<Self, LogFileError> {
        if checkpoint_len == 0 || checkpoint_len > MAX_CHECKPOINT_LEN {
            return Err(LogFileError::Checkpoint(checkpoint_len));
        }
        if leaves > MAX_LEAVES {
            return Err(LogFileError::Leaves(leaves));
        }
        Ok(Self {
            checkpoint_len,
            leaves,
        })
    }

    /// Reads a head, and says where the parts begin. The first [`MAX_HEAD_LEN`] bytes of the file are
    /// enough; what follows the head is not looked at.
    ///
    /// # Errors
    /// Where the bytes do not begin with a head in its one form.
    pub fn parse(bytes: &[u8]) -> Result<(Self, usize), LogFileError> {
        let bytes = bytes.get(..MAX_HEAD_LEN).unwrap_or(bytes);
        let mut lines = Lines::new(bytes);
        if lines.next() != Some(FIRST_LINE) {
            return Err(LogFileError::FirstLine);
        }
        let checkpoint_len = member(&mut lines, "checkpoint")?;
        let leaves = member(&mut lines, "leaves")?;
        match lines.next() {
            Some("") => {}
            _ => return Err(LogFileError::EndsEarly),
        }
        let head = Self::new(checkpoint_len, leaves)?;
        Ok((head, bytes.len() - lines.rest().len()))
    }

    /// The bytes with which the file begins.
    pub fn encode(&self) -> String {
        self.to_string()
    }

    /// How long the checkpoint is, in bytes.
    pub fn checkpoint_len(&self) -> u64 {
        self.checkpoint_len
    }

    /// How many leaf hashes there are: as many as the checkpoint covers.
    pub fn leaves(&self) -> u64 {
        self.leaves
    }

    /// The parts of a file of so many bytes. Whether its entries are whole, whoever reads them sees.
    ///
    /// # Errors
    /// Where the file ends before the entries begin.
    pub fn parts(&self, file_len: u64) -> Result<Parts, LogFileError> {
        let begin = self.encode().len() as u64;
        // Neither sum comes near 2^64: both numbers have their limits.
        let leaves = begin + self.checkpoint_len;
        let entries = leaves + self.leaves * HASH_LEN;
        if file_len < entries {
            return Err(LogFileError::Cut {
                wanted: entries,
                found: file_len,
            });
        }
        Ok(Parts {
            checkpoint: begin..leaves,
            leaves: leaves..entries,
            entries: entries..file_len,
        })
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        writeln!(f, "checkpoint {}", self.checkpoint_len)?;
        writeln!(f, "leaves {}\n", self.leaves)
    }
}

/// The number of the next line, which bears this name.
fn member(lines: &mut Lines<'_>, name: &'static str) -> Result<u64, LogFileError> {
    let wrong = LogFileError::Line(name);
    let line = lines.next().ok_or(LogFileError::EndsEarly)?;
    let text = line
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix(' '));
    let text = text.ok_or(wrong)?;
    decimal(text).ok_or(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use proptest::prelude::*;

    const HEAD: &str = "breakglass.log-file/1\ncheckpoint 174\nleaves 9\n\n";

    #[test]
    fn a_head_says_where_the_parts_lie() {
        let file = format!("{HEAD}example.org/log\n9\n");
        let (head, begin) = Head::parse(file.as_bytes()).expect("it is sound");
        assert_eq!((head.checkpoint_len(), head.leaves()), (174, 9));
        assert_eq!(begin, HEAD.len());
        let begin = begin as u64;
        let parts = head.parts(10_000).expect("it is sound");
        assert_eq!(parts.checkpoint, begin..begin + 174);
        assert_eq!(parts.leaves, begin + 174..begin + 174 + 288);
        assert_eq!(parts.entries, begin + 174 + 288..10_000);
    }

    #[test]
    fn a_file_that_ends_before_its_entries_was_cut_off() {
        let (head, begin) = Head::parse(HEAD.as_bytes()).expect("it is sound");
        let wanted = begin as u64 + 174 + 288;
        assert!(head.parts(wanted).expect("it is sound").entries.is_empty());
        let found = wanted - 1;
        assert_eq!(head.parts(found), Err(LogFileError::Cut { wanted, found }));
    }

    #[test]
    fn a_head_has_one_form() {
        use LogFileError::{Checkpoint, EndsEarly, FirstLine, Leaves, Line};
        let first = "breakglass.log-file/1\n";
        for (rest, why) in [
            ("", EndsEarly),
            ("checkpoint 174", EndsEarly),
            ("checkpoint 174\n", EndsEarly),
            ("checkpoint 174\nleaves 9\n", EndsEarly),
            ("checkpoint 174\nleaves 9\nmore 1\n\n", EndsEarly),
            ("checkpoint 174\r\nleaves 9\r\n\r\n", Line("checkpoint")),
            ("leaves 9\ncheckpoint 174\n\n", Line("checkpoint")),
            ("Checkpoint 174\nleaves 9\n\n", Line("checkpoint")),
            ("checkpoint  174\nleaves 9\n\n", Line("checkpoint")),
            ("checkpoint 174 \nleaves 9\n\n", Line("checkpoint")),
            ("checkpoint 0174\nleaves 9\n\n", Line("checkpoint")),
            ("checkpoint +174\nleaves 9\n\n", Line("checkpoint")),
            ("checkpoint -1\nleaves 9\n\n", Line("checkpoint")),
            ("checkpoint 0xa\nleaves 9\n\n", Line("checkpoint")),
            ("checkpoint \nleaves 9\n\n", Line("checkpoint")),
            ("checkpoint\nleaves 9\n\n", Line("checkpoint")),
            ("checkpoint 174\nleaves \u{0669}\n\n", Line("leaves")),
            ("checkpoint 174\nleaves 09\n\n", Line("leaves")),
            (
                "checkpoint 174\nleaves 18446744073709551616\n\n",
                Line("leaves"),
            ),
            ("checkpoint 0\nleaves 9\n\n", Checkpoint(0)),
            ("checkpoint 65537\nleaves 9\n\n", Checkpoint(65_537)),
            (
                "checkpoint 174\nleaves 140737488355329\n\n",
                Leaves((1 << 47) + 1),
            ),
        ] {
            let bytes = format!("{first}{rest}");
            assert_eq!(Head::parse(bytes.as_bytes()), Err(why), "{rest:?}");
        }
        for bytes in ["", "breakglass.log-file/1", "breakglass.log-file/2\n", "\n"] {
            assert_eq!(Head::parse(bytes.as_bytes()), Err(FirstLine), "{bytes:?}");
        }
    }

    #[test]
    fn the_longest_head_is_within_the_limit() {
        let head = Head::new(MAX_CHECKPOINT_LEN, MAX_LEAVES).expect("it is sound");
        assert!(head.encode().len() <= MAX_HEAD_LEN);
        assert!(head.parts(u64::MAX).expect("it is sound").entries.start < 1 << 53);
        let late = format!("{}\n\n", HEAD.trim_end().to_owned() + &" ".repeat(100));
        assert_eq!(Head::parse(late.as_bytes()), Err(LogFileError::EndsEarly));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            checkpoint_len in 1..=MAX_CHECKPOINT_LEN,
            leaves in 0..=MAX_LEAVES,
            rest in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let head = Head::new(checkpoint_len, leaves);
            prop_assert!(head.is_ok());
            let Ok(head) = head else { return Ok(()) };
            let mut bytes = head.encode().into_bytes();
            let begin = bytes.len();
            bytes.extend(rest);
            prop_assert_eq!(Head::parse(&bytes), Ok((head, begin)));
            prop_assert!(Head::parse(&bytes[..begin - 1]).is_err());
        }

        #[test]
        fn what_is_read_is_written_as_it_was(text in "breakglass.log-file/1\ncheckpoint [0-9+ ]{1,6}\nleaves [0-9+ ]{1,16}\n\n.{0,9}") {
            if let Ok((head, begin)) = Head::parse(text.as_bytes()) {
                prop_assert_eq!(head.encode(), &text[..begin]);
            }
        }
    }
}
