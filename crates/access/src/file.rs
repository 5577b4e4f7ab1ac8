//! Policies as files: TOML with the members that the policy has in entries, read with every finding at its
//! line, written with a comment to each member.
//!
//! Invariant: what [`write()`] writes, [`read()`] reads as the same policy.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::policy::Policy;

mod reader;
mod schema;
mod template;
mod write;

pub use template::template;
pub use write::{write, write_unread};

/// The rule of a time zone in the form of POSIX `TZ`, by its name, where whoever reads knows it.
pub type Zones<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Something that a file says and that cannot be so, or that should be known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileError {
    /// The line, from 1.
    pub line: u32,
    /// The character of that line, from 1.
    pub column: u32,
    /// Which member, as a path: `approval.stages[0].n`; empty where the text is no TOML.
    pub at: String,
    /// What is wrong with it, and what to do.
    pub why: String,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            column,
            at,
            why,
        } = self;
        write!(f, "line {line}, column {column}: ")?;
        if !at.is_empty() {
            write!(f, "`{at}` ")?;
        }
        f.write_str(why)
    }
}

impl core::error::Error for FileError {}

/// A policy that can be put in force, as a file says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The policy.
    pub policy: Policy,
    /// What its author should know.
    pub warnings: Vec<FileError>,
}

/// What there is in a text, right or wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The policy, once every member can be read; with `errors` it contradicts itself.
    pub policy: Option<Policy>,
    /// What is wrong, by line.
    pub errors: Vec<FileError>,
    /// What its author should know, by line.
    pub warnings: Vec<FileError>,
}

/// Reads as much of a text as can be read: what an editor shows while somebody types.
pub fn look(text: &str, zones: Zones<'_>) -> Seen {
    reader::one(text, zones)
}

/// Reads a policy.
///
/// # Errors
///
/// Everything that is wrong with it, by line. Contradictions between members are found once all of them
/// can be read.
pub fn read(text: &str, zones: Zones<'_>) -> Result<Read, Vec<FileError>> {
    finish(look(text, zones))
}

/// Reads every `[[policy]]` of a text. What else stands there is for others to read.
///
/// # Errors
///
/// As of [`read()`], for all of them together; the paths begin with `policy[0].`. Two of the same name are
/// wrong as well.
pub fn read_all(text: &str, zones: Zones<'_>) -> Result<Vec<Read>, Vec<FileError>> {
    let mut seen = reader::all(text, zones)?;
    let mut errors: Vec<FileError> = Vec::new();
    errors.extend(seen.iter_mut().flat_map(|seen| seen.errors.drain(..)));
    if !errors.is_empty() {
        return Err(errors);
    }
    seen.into_iter().map(finish).collect()
}

fn finish(seen: Seen) -> Result<Read, Vec<FileError>> {
    match seen {
        Seen {
            policy: Some(policy),
            errors,
            warnings,
        } if errors.is_empty() => Ok(Read { policy, warnings }),
        Seen { errors, .. } => Err(errors),
    }
}
