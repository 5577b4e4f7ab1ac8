//! Writing an entry: the only place where an entry's bytes are made.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use uuid::Uuid;

use super::MAX_ENTRY_LEN;
use super::error::ParseError;
use super::json::Scanner;
use super::layout::{
    BEFORE_ACTOR, BEFORE_BODY, BEFORE_ID, BEFORE_KIND, BEFORE_PREV, BEFORE_SEQ, BEFORE_TIME, END,
    NUMBER_LIMIT, is_kind, is_random_id,
};
use crate::{Hash, Timestamp};

/// What an entry's maker decides; `prev`, `seq` and `time` come from the log's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draft<'a> {
    /// A version 4 UUID, made before the first try: a retry brings the same one.
    pub id: Uuid,
    /// What happened: dotted words in lower case, at most 64 bytes.
    pub kind: &'a str,
    /// Who did it: a compact JSON object as `serde_json` writes it, without floating-point numbers.
    pub actor: &'a str,
    /// The facts, in the same form.
    pub body: &'a str,
}

/// Why a draft cannot become an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The place is 2^53 or beyond.
    #[error("seq {0} cannot be written: it is not below 2^53")]
    Seq(u64),
    /// The id is not of version 4.
    #[error("id {0} is not a version 4 UUID")]
    Id(Uuid),
    /// The kind is not dotted words in lower case, or too long.
    #[error("the kind is not dotted words in lower case of at most 64 bytes")]
    Kind,
    /// The actor is not a compact JSON object in the permitted form.
    #[error("the actor is not a compact JSON object")]
    Actor(#[source] ParseError),
    /// The body is not a compact JSON object in the permitted form.
    #[error("the body is not a compact JSON object")]
    Body(#[source] ParseError),
    /// The entry would be longer than any bundle can frame.
    #[error("the entry would have {0} bytes, {MAX_ENTRY_LEN} are the limit")]
    TooLong(usize),
}

/// Writes an entry's bytes. What this returns, [`Entry::parse`](super::Entry::parse) accepts, and it
/// finds the same values in it.
///
/// # Errors
/// One [`EncodeError`] for the first value that has no permitted form.
pub fn encode(
    prev: &Hash,
    seq: u64,
    time: Timestamp,
    draft: &Draft<'_>,
) -> Result<Vec<u8>, EncodeError> {
    if seq >= NUMBER_LIMIT {
        return Err(EncodeError::Seq(seq));
    }
    if !is_random_id(draft.id) {
        return Err(EncodeError::Id(draft.id));
    }
    if !is_kind(draft.kind.as_bytes()) {
        return Err(EncodeError::Kind);
    }
    check_object(draft.actor).map_err(EncodeError::Actor)?;
    check_object(draft.body).map_err(EncodeError::Body)?;
    // The fixed parts take less than 300 bytes.
    let mut text = String::with_capacity(300 + draft.actor.len() + draft.body.len());
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "{BEFORE_PREV}{prev}{BEFORE_SEQ}{seq}{BEFORE_ID}{id}{BEFORE_TIME}{time}{BEFORE_KIND}{kind}\
         {BEFORE_ACTOR}{actor}{BEFORE_BODY}{body}{END}",
        id = draft.id.hyphenated(),
        kind = draft.kind,
        actor = draft.actor,
        body = draft.body,
    );
    if text.len() > MAX_ENTRY_LEN {
        return Err(EncodeError::TooLong(text.len()));
    }
    Ok(text.into_bytes())
}

fn check_object(text: &str) -> Result<(), ParseError> {
    if text.len() > MAX_ENTRY_LEN {
        return Err(ParseError::TooLong);
    }
    let mut names = Vec::new();
    let mut scan = Scanner::new(text.as_bytes(), 0, &mut names);
    scan.object()?;
    if scan.rest().is_empty() {
        Ok(())
    } else {
        Err(ParseError::Trailing { at: scan.at() })
    }
}
