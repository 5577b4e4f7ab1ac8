//! Reading an entry strictly.

use uuid::Uuid;

use super::error::ParseError;
use super::json::{Name, Scanner};
use super::layout::{
    BEFORE_ACTOR, BEFORE_BODY, BEFORE_ID, BEFORE_KIND, BEFORE_PREV, BEFORE_SEQ, BEFORE_TIME, END,
    PREV_AT, PREV_END, is_kind, is_random_id,
};
use super::{Entry, MAX_ENTRY_LEN};
use crate::hash::HASH_TEXT_LEN;
use crate::timestamp::TIMESTAMP_TEXT_LEN;
use crate::{Hash, Timestamp};

/// How long a UUID with hyphens is.
const ID_LEN: usize = 36;

/// The link that the reader of a whole log expects, as hash and as text: where the text stands in
/// the entry, there is nothing to decode.
pub(crate) struct KnownPrev<'a> {
    pub(crate) hash: Hash,
    pub(crate) text: &'a [u8; HASH_TEXT_LEN],
}

/// The `prev` of an entry, from its fixed place and without a look at the rest.
///
/// # Errors
/// Where the bytes do not begin as an entry of version 1 does, or the link is not canonical base64.
pub fn prev_of(bytes: &[u8]) -> Result<Hash, ParseError> {
    check_start(bytes)?;
    let text = prev_text(bytes).ok_or(ParseError::EndsEarly { at: bytes.len() })?;
    Hash::from_text(text).map_err(|_| ParseError::Prev)
}

/// The 44 bytes where `prev` stands, whatever they are.
pub(crate) fn prev_text(bytes: &[u8]) -> Option<&[u8; HASH_TEXT_LEN]> {
    bytes.get(PREV_AT..PREV_END)?.try_into().ok()
}

fn check_start(bytes: &[u8]) -> Result<(), ParseError> {
    if bytes.starts_with(BEFORE_PREV.as_bytes()) {
        return Ok(());
    }
    if BEFORE_PREV.as_bytes().starts_with(bytes) {
        return Err(ParseError::EndsEarly { at: bytes.len() });
    }
    Err(match bytes.strip_prefix(br#"{"v":"#) {
        Some(rest) if !rest.starts_with(b"1,") => ParseError::UnknownVersion,
        Some(_) => ParseError::Member {
            member: "prev",
            at: r#"{"v":1"#.len(),
        },
        None => ParseError::Member { member: "v", at: 0 },
    })
}

/// [`Entry::parse`] with what the reader of many entries brings: the expected link, and memory for
/// the names of members.
#[inline(never)]
pub(crate) fn parse_with<'a>(
    bytes: &'a [u8],
    known: Option<&KnownPrev<'_>>,
    names: &mut Vec<Name>,
) -> Result<Entry<'a>, ParseError> {
    if bytes.len() > MAX_ENTRY_LEN {
        return Err(ParseError::TooLong);
    }
    let text = core::str::from_utf8(bytes);
    let text = text.map_err(|error| ParseError::NotUtf8 {
        at: error.valid_up_to(),
    })?;
    let prev = match known {
        Some(known) if prev_text(bytes) == Some(known.text) => {
            check_start(bytes)?;
            known.hash
        }
        _ => prev_of(bytes)?,
    };
    let mut scan = Scanner::new(bytes, PREV_END, names);
    member(&mut scan, BEFORE_SEQ, "seq")?;
    let seq = scan.unsigned()?;
    member(&mut scan, BEFORE_ID, "id")?;
    let id = read_id(scan.take(ID_LEN)).ok_or(ParseError::Id)?;
    member(&mut scan, BEFORE_TIME, "time")?;
    let time = Timestamp::from_text(scan.take(TIMESTAMP_TEXT_LEN));
    let time = time.map_err(|_| ParseError::Time)?;
    member(&mut scan, BEFORE_KIND, "kind")?;
    let kind_at = scan.at();
    let kind_len = scan.rest().iter().position(|b| *b == b'"');
    let kind = scan.take(kind_len.ok_or(ParseError::EndsEarly { at: bytes.len() })?);
    if !is_kind(kind) {
        return Err(ParseError::Kind);
    }
    let kind_end = scan.at();
    member(&mut scan, BEFORE_ACTOR, "actor")?;
    let actor_at = scan.at();
    scan.object()?;
    let actor_end = scan.at();
    member(&mut scan, BEFORE_BODY, "body")?;
    let body_at = scan.at();
    scan.object()?;
    let body_end = scan.at();
    member(&mut scan, END, "end")?;
    if !scan.rest().is_empty() {
        return Err(ParseError::Trailing { at: scan.at() });
    }
    // All offsets lie at ASCII characters, so these are slices of whole characters.
    Ok(Entry {
        prev,
        seq,
        id,
        time,
        kind: text.get(kind_at..kind_end).unwrap_or_default(),
        actor: text.get(actor_at..actor_end).unwrap_or_default(),
        body: text.get(body_at..body_end).unwrap_or_default(),
    })
}

/// Steps over what stands between two of the entry's own values.
fn member(
    scan: &mut Scanner<'_, '_>,
    literal: &str,
    member: &'static str,
) -> Result<(), ParseError> {
    if scan.literal(literal) {
        return Ok(());
    }
    let at = scan.at();
    if literal.as_bytes().starts_with(scan.rest()) {
        return Err(ParseError::EndsEarly {
            at: at + scan.rest().len(),
        });
    }
    Err(ParseError::Member { member, at })
}

/// A version 4 UUID in lower case with hyphens.
fn read_id(text: &[u8]) -> Option<Uuid> {
    let text: &[u8; ID_LEN] = text.try_into().ok()?;
    let mut number: u128 = 0;
    for (at, byte) in text.iter().enumerate() {
        let digit = match (at, byte) {
            (8 | 13 | 18 | 23, b'-') => continue,
            (8 | 13 | 18 | 23, _) => return None,
            (_, b'0'..=b'9') => byte - b'0',
            (_, b'a'..=b'f') => byte - b'a' + 10,
            _ => return None,
        };
        number = number << 4 | u128::from(digit);
    }
    Some(Uuid::from_u128(number)).filter(|id| is_random_id(*id))
}
