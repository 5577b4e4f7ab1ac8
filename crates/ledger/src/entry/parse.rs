//! Reading an entry strictly.

use alloc::vec::Vec;

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
    let kind_end = scan.next_stop();
    let kind = scan.take(kind_end - kind_at);
    if !is_kind(kind) || scan.rest().first() != Some(&b'"') {
        let ends = scan.rest().contains(&b'"');
        let early = ParseError::EndsEarly { at: bytes.len() };
        return Err(if ends { ParseError::Kind } else { early });
    }
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
#[inline(always)]
fn member(
    scan: &mut Scanner<'_, '_>,
    literal: &str,
    member: &'static str,
) -> Result<(), ParseError> {
    if scan.literal(literal) {
        return Ok(());
    }
    Err(not_there(scan, literal, member))
}

#[cold]
fn not_there(scan: &Scanner<'_, '_>, literal: &str, member: &'static str) -> ParseError {
    let at = scan.at();
    if literal.as_bytes().starts_with(scan.rest()) {
        return ParseError::EndsEarly {
            at: at + scan.rest().len(),
        };
    }
    ParseError::Member { member, at }
}

/// A version 4 UUID in lower case with hyphens.
fn read_id(text: &[u8]) -> Option<Uuid> {
    let text: &[u8; ID_LEN] = text.try_into().ok()?;
    if [8, 13, 18, 23].iter().any(|at| text[*at] != b'-') {
        return None;
    }
    let eight = |a: usize, b: usize| {
        let (Some(first), Some(second)) = (text[a..].first_chunk(), text[b..].first_chunk()) else {
            return None;
        };
        let halves = [u32::from_le_bytes(*first), u32::from_le_bytes(*second)].map(u64::from);
        base16(halves[0] | halves[1] << 32)
    };
    let (a, b) = (eight(0, 4)?, eight(9, 14)?);
    let (c, d) = (eight(19, 24)?, eight(28, 32)?);
    let id = Uuid::from_u64_pair(a << 32 | b, c << 32 | d);
    Some(id).filter(|id| is_random_id(*id))
}

/// Eight lower-case digits of base 16, the first one in the lowest byte, all at once: no byte lends to the next.
fn base16(digits: u64) -> Option<u64> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    // Letters differ from numerals by this bit.
    let letters = digits >> 6 & ONES;
    let values = (digits & (ONES * 0x0f)) + letters * 9;
    let from_ten = (values + ONES * 6) >> 4 & ONES;
    let written = values + ONES * u64::from(b'0') + from_ten * u64::from(b'a' - b'0' - 10);
    if written != digits || values & (ONES * 0xf0) != 0 {
        return None;
    }
    let pairs = values.swap_bytes();
    let bytes = (pairs | pairs >> 4) & 0x00ff_00ff_00ff_00ff;
    let halves = (bytes | bytes >> 8) & 0x0000_ffff_0000_ffff;
    Some((halves | halves >> 16) & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_has_one_form() {
        let id = "6f1f6f5c-29a3-4a8e-9d0a-0b6c1c2d3e4f";
        assert_eq!(read_id(id.as_bytes()), id.parse().ok());
        for at in 0..id.len() {
            for byte in 0..=0xff {
                let mut bent = id.as_bytes().to_vec();
                bent[at] = byte;
                let same = |read: &Uuid| read.to_string().as_bytes() == bent && is_random_id(*read);
                let parsed = core::str::from_utf8(&bent)
                    .ok()
                    .and_then(|text| text.parse().ok());
                assert_eq!(read_id(&bent), parsed.filter(same), "{byte} at {at}");
            }
            assert_eq!(read_id(&id.as_bytes()[..at]), None);
        }
    }

    proptest! {
        #[test]
        fn every_random_id_is_read(high: u64, low: u64) {
            let id = Uuid::from_u64_pair(high & !0xf000 | 0x4000, low & (!0 >> 2) | 1 << 63);
            prop_assert_eq!(read_id(id.to_string().as_bytes()), Some(id));
        }
    }
}
