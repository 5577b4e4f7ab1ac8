//! What an entry says, cut out of its bytes without reading JSON.
//!
//! Whether the entry has the log's one strict form is checked where chain and tree are, once. In that
//! form the members' places follow from a few bytes, and here nothing else is looked at. From bytes
//! in another form this cuts something or nothing: the check of the form names them either way.

use ledger::Timestamp;

/// Where `prev` ends in every entry: after `{"v":1,"prev":"` and 44 characters.
const PREV_END: usize = 59;

/// How long an id and a time are, in characters.
const ID_LEN: usize = 36;
const TIME_LEN: usize = 24;

/// The members that the rules ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words<'a> {
    pub(crate) seq: u64,
    pub(crate) time: Timestamp,
    pub(crate) kind: &'a str,
    pub(crate) actor: &'a str,
    pub(crate) body: &'a str,
}

impl<'a> Words<'a> {
    /// Cuts an entry; `None` where a member's place does not follow from the one before.
    pub(crate) fn cut(entry: &'a [u8]) -> Option<Self> {
        let text = core::str::from_utf8(entry).ok()?;
        let rest = text.get(PREV_END..)?.strip_prefix(r#"","seq":"#)?;
        let (seq, rest) = cut_at(rest, r#","id":""#)?;
        let rest = rest.get(ID_LEN..)?.strip_prefix(r#"","time":""#)?;
        let (time, rest) = rest.split_at_checked(TIME_LEN)?;
        let (kind, rest) = cut_at(rest.strip_prefix(r#"","kind":""#)?, r#"","actor":"#)?;
        // A quotation mark within a string has a backslash before it, so this is no part of one; and
        // no actor that the rules know has a member of that name.
        let (actor, rest) = cut_at(rest, r#","body":"#)?;
        Some(Self {
            seq: seq.parse().ok()?,
            time: time.parse().ok()?,
            kind,
            actor,
            body: rest.strip_suffix('}')?,
        })
    }
}

/// As `split_once`, without its set-up, which takes longer than to look through an entry's head.
fn cut_at<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let (bytes, first) = (text.as_bytes(), *mark.as_bytes().first()?);
    let mut from = 0;
    while let Some(found) = bytes.get(from..)?.iter().position(|byte| *byte == first) {
        let at = from + found;
        if bytes[at..].starts_with(mark.as_bytes()) {
            return Some((text.get(..at)?, text.get(at + mark.len()..)?));
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use ledger::Entry;

    use super::*;
    use crate::sample::Sample;

    #[test]
    fn what_is_cut_is_what_the_strict_reader_reads() {
        for bytes in &Sample::lawful(200).entries {
            let (words, entry) = (Words::cut(bytes), Entry::parse(bytes).expect("lawful"));
            let read = Words {
                seq: entry.seq(),
                time: entry.time(),
                kind: entry.kind(),
                actor: entry.actor(),
                body: entry.body(),
            };
            assert_eq!(words, Some(read));
        }
    }

    #[test]
    fn nothing_panics() {
        let entry = &Sample::lawful(64).entries[63];
        for end in 0..entry.len() {
            let cut_off = Words::cut(&entry[..end]);
            assert!(
                cut_off.is_none_or(|words| !words.body.ends_with("}")),
                "cut off at {end}"
            );
            let mut bent = entry.clone();
            bent[end] = 0xc3;
            assert_eq!(Words::cut(&bent), None, "no UTF-8 at {end}");
        }
    }
}
