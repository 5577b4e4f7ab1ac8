//! A scanner for the one permitted form of JSON: it builds nothing, it only accepts or refuses.
//!
//! Permitted is what `serde_json` writes for values without floating-point numbers: no white space,
//! the shortest escapes, integers. Two texts that mean the same are thus the same bytes.

use alloc::vec::Vec;

use super::error::ParseError;
use super::layout::NUMBER_LIMIT;
use super::stops::Stops;

/// How deep objects and arrays may stand inside of each other, counted from `actor` or `body` as 1:
/// it bounds the stack, and no entry comes near it.
const MAX_DEPTH: usize = 32;

/// Up to this many members are compared pair by pair; more are sorted first, so that an object of
/// ten thousand members cannot make the scan quadratic.
const PAIRWISE: usize = 24;

/// Where a member's name stands, quotes excluded. An entry's offsets fit into two bytes.
pub(crate) type Name = (u16, u16);

/// A place in the text, moving forward only.
pub(super) struct Scanner<'a, 'k> {
    text: &'a [u8],
    at: usize,
    stops: Stops<'a>,
    /// The names of all open objects, innermost last: the one thing that needs memory.
    names: &'k mut Vec<Name>,
}

impl<'a, 'k> Scanner<'a, 'k> {
    /// A scanner at `at`. The text is at most [`MAX_ENTRY_LEN`](super::MAX_ENTRY_LEN) bytes long.
    pub(super) fn new(text: &'a [u8], at: usize, names: &'k mut Vec<Name>) -> Self {
        names.clear();
        let stops = Stops::new(text);
        Self {
            text,
            at,
            stops,
            names,
        }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes the next `n` bytes, all that there are where fewer are left.
    pub(super) fn take(&mut self, n: usize) -> &'a [u8] {
        let rest = self.rest();
        let taken = &rest[..n.min(rest.len())];
        self.at += taken.len();
        taken
    }

    /// Where the next quote, backslash or control character stands, or the text ends.
    #[inline(always)]
    pub(super) fn next_stop(&mut self) -> usize {
        self.stops.from(self.at)
    }

    /// Steps over the literal, if it follows.
    #[inline(always)]
    pub(super) fn literal(&mut self, literal: &str) -> bool {
        let follows = self.rest().starts_with(literal.as_bytes());
        if follows {
            self.at += literal.len();
        }
        follows
    }

    /// An object and everything in it.
    pub(super) fn object(&mut self) -> Result<(), ParseError> {
        match self.peek() {
            Some(b'{') => self.members(1),
            _ => Err(ParseError::NotAnObject { at: self.at }),
        }
    }

    /// An integer without a sign: `0`, or digits that begin with another, below 2^53.
    #[inline]
    pub(super) fn unsigned(&mut self) -> Result<u64, ParseError> {
        let start = self.at;
        let mut number: u64 = 0;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            // A number that is too large stays so, and does not grow until it wraps.
            if number < NUMBER_LIMIT {
                number = number * 10 + u64::from(digit - b'0');
            }
            self.at += 1;
        }
        let leading_zero = self.text.get(start) == Some(&b'0') && self.at > start + 1;
        let continues = matches!(self.peek(), Some(b'.' | b'e' | b'E' | b'+' | b'-'));
        if self.at == start || leading_zero || continues || number >= NUMBER_LIMIT {
            return Err(ParseError::Number { at: start });
        }
        Ok(number)
    }

    #[inline(always)]
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// The error for a byte that does not belong here.
    #[cold]
    fn misplaced(&self) -> ParseError {
        match self.peek() {
            None => ParseError::EndsEarly { at: self.at },
            Some(b' ' | b'\t' | b'\n' | b'\r') => ParseError::WhiteSpace { at: self.at },
            Some(_) => ParseError::Unexpected { at: self.at },
        }
    }

    /// Steps over the byte, if it follows.
    #[inline(always)]
    fn eat(&mut self, byte: u8) -> bool {
        let follows = self.peek() == Some(byte);
        self.at += usize::from(follows);
        follows
    }

    #[inline(always)]
    fn expect(&mut self, byte: u8) -> Result<(), ParseError> {
        if self.eat(byte) {
            Ok(())
        } else {
            Err(self.misplaced())
        }
    }

    #[inline(always)]
    fn value(&mut self, depth: usize) -> Result<(), ParseError> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'{') => self.members(depth + 1),
            Some(b'[') => self.elements(depth + 1),
            Some(b'-') => self.negative(),
            Some(b'0'..=b'9') => self.unsigned().map(drop),
            Some(b't') if self.literal("true") => Ok(()),
            Some(b'f') if self.literal("false") => Ok(()),
            Some(b'n') if self.literal("null") => Ok(()),
            _ => Err(self.misplaced()),
        }
    }

    fn negative(&mut self) -> Result<(), ParseError> {
        let start = self.at;
        self.at += 1;
        match self.unsigned() {
            Ok(1..) => Ok(()),
            _ => Err(ParseError::Number { at: start }),
        }
    }

    fn members(&mut self, depth: usize) -> Result<(), ParseError> {
        self.open(depth)?;
        if self.eat(b'}') {
            return Ok(());
        }
        let first = self.names.len();
        let (mut seen, mut twice) = (Seen::default(), false);
        loop {
            let (start, end) = self.string()?;
            if seen.maybe(self.text, start, end) {
                twice = twice || self.stands_there(first, &self.text[start..end]);
            }
            let offset = |at: usize| u16::try_from(at).map_err(|_| ParseError::TooLong);
            self.names.push((offset(start)?, offset(end)?));
            self.expect(b':')?;
            self.value(depth)?;
            if !self.eat(b',') {
                break;
            }
        }
        self.expect(b'}')?;
        if twice {
            self.compare(first)?;
        }
        self.names.truncate(first);
        Ok(())
    }

    fn elements(&mut self, depth: usize) -> Result<(), ParseError> {
        self.open(depth)?;
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            self.value(depth)?;
            if !self.eat(b',') {
                return self.expect(b']');
            }
        }
    }

    /// Steps over the opening bracket.
    fn open(&mut self, depth: usize) -> Result<(), ParseError> {
        if depth > MAX_DEPTH {
            return Err(ParseError::TooDeep { at: self.at });
        }
        self.at += 1;
        Ok(())
    }

    /// Whether the open object has the name already; of one with many members that is said too where it may be.
    #[inline(never)]
    fn stands_there(&self, first: usize, name: &[u8]) -> bool {
        let names = &self.names[first..];
        names.len() > PAIRWISE
            || names
                .iter()
                .any(|earlier| &self.text[usize::from(earlier.0)..usize::from(earlier.1)] == name)
    }

    /// Looks for the first name that stands twice in an object. Since each string has one permitted form, equal names
    /// are equal bytes.
    #[inline(never)]
    fn compare(&mut self, first: usize) -> Result<(), ParseError> {
        let text = self.text;
        let bytes = |name: &Name| &text[usize::from(name.0)..usize::from(name.1)];
        let names = &mut self.names[first..];
        let mut second = None;
        if names.len() > PAIRWISE {
            names.sort_unstable_by(|a, b| bytes(a).cmp(bytes(b)).then(a.0.cmp(&b.0)));
            let pairs = names
                .windows(2)
                .filter(|pair| bytes(&pair[0]) == bytes(&pair[1]));
            second = pairs.map(|pair| pair[1].0).min();
        } else {
            for (i, name) in names.iter().enumerate() {
                if names[..i]
                    .iter()
                    .any(|earlier| bytes(earlier) == bytes(name))
                {
                    second = Some(name.0);
                    break;
                }
            }
        }
        match second {
            Some(at) => Err(ParseError::DuplicateMember { at: at.into() }),
            None => Ok(()),
        }
    }

    /// A string; returns where its content begins and ends.
    #[inline(always)]
    fn string(&mut self) -> Result<(usize, usize), ParseError> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            self.at = self.next_stop();
            match self.peek() {
                None => return Err(ParseError::EndsEarly { at: self.at }),
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(_) => return Err(ParseError::ControlCharacter { at: self.at }),
            }
        }
        let end = self.at;
        self.at += 1;
        Ok((start, end))
    }

    /// An escape: `\"` `\\` `\b` `\f` `\n` `\r` `\t`, and `\u00xx` with lower-case digits for those
    /// control characters that have no short one.
    fn escape(&mut self) -> Result<(), ParseError> {
        let length = match self.rest() {
            [_, b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            [
                _,
                b'u',
                b'0',
                b'0',
                b'0',
                b'0'..=b'7' | b'b' | b'e' | b'f',
                ..,
            ] => 6,
            [_, b'u', b'0', b'0', b'1', b'0'..=b'9' | b'a'..=b'f', ..] => 6,
            _ => return Err(ParseError::Escape { at: self.at }),
        };
        self.at += length;
        Ok(())
    }
}

/// Which names an object had so far, roughly: a bit for each, which two names seldom share. Nearly always that tells
/// that none stands twice; else they are compared.
#[derive(Default)]
struct Seen {
    bits: [u64; 4],
}

impl Seen {
    /// Whether the name may have been there before.
    #[inline(always)]
    fn maybe(&mut self, text: &[u8], start: usize, end: usize) -> bool {
        let Some(mixed) = mix(text, start, end) else {
            return true;
        };
        let (word, bit) = ((mixed >> 62) as usize, 1 << (mixed >> 56 & 63));
        let maybe = self.bits[word] & bit != 0;
        self.bits[word] |= bit;
        maybe
    }
}

/// A number made of a name's length, its first eight bytes and its last eight; `None` for a short one so near to the
/// text's end that there are no eight.
#[inline(always)]
fn mix(text: &[u8], start: usize, end: usize) -> Option<u64> {
    let eight = |at: usize| {
        let bytes = text.get(at..)?.first_chunk()?;
        Some(u64::from_le_bytes(*bytes))
    };
    let length = end - start;
    let first = eight(start)?;
    let bytes = if length < 8 {
        first & ((1 << (8 * length)) - 1)
    } else {
        first ^ eight(end - 8)?.rotate_left(29)
    };
    Some((bytes ^ length as u64).wrapping_mul(MIX))
}

/// Spreads bits over a number's upper end: 2^64 divided by the golden ratio.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
