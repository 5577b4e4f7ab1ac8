//! The log's name, which is also the name of its key.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use crate::Hash;

/// The longest origin, in bytes: it stands in every checkpoint and on every signature line.
const MAX_LEN: usize = 255;

/// The log's name, first line of each checkpoint and name of the log's key, e.g. `example.org/log`.
///
/// Not empty, at most 255 bytes, without white space, control characters and `+` (signed-note's
/// rule for key names).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

/// A name that cannot name a log or a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name is 1 to 255 bytes without white space, control characters and '+'")]
pub struct NameError;

/// Whether the text may name a key or a log.
pub(crate) fn check_name(name: &str) -> Result<(), NameError> {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
    let fits = !name.is_empty() && name.len() <= MAX_LEN;
    if fits && name.chars().all(plain) {
        Ok(())
    } else {
        Err(NameError)
    }
}

impl Origin {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What entry 0 names as its predecessor, SHA-256(origin): the first entry of one log cannot
    /// be the first of another.
    pub fn genesis(&self) -> Hash {
        Hash::of(self.0.as_bytes())
    }
}

impl FromStr for Origin {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        check_name(name).map(|()| Self(name.to_owned()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_break_a_line_are_refused() {
        assert!("example.org/log".parse::<Origin>().is_ok());
        let long = "x".repeat(256);
        for bad in [
            "",
            " ",
            "a b",
            "a\n",
            "a+b",
            "a\u{2003}b",
            "a\u{85}",
            "a\0",
            &long,
        ] {
            assert_eq!(bad.parse::<Origin>(), Err(NameError), "{bad:?}");
        }
    }
}
