//! Values in their canonical form, taken from the front of a text. Each step answers `None` for
//! every other form, so that what was read is what would be written.

use uuid::Uuid;

use crate::digest::{Commitment, Digest};
use crate::time::UnixMillis;

/// Numbers of up to so many digits fit into 63 bits; longer ones are left to the other reader.
const MAX_DIGITS: usize = 18;

/// How long an id is: 32 digits and four hyphens.
const ID_LEN: usize = 36;

/// How long a digest is: 43 characters of base64 and one of padding.
const DIGEST_LEN: usize = 44;

/// What is still to be read.
pub(super) struct Text<'a> {
    rest: &'a str,
}

impl<'a> Text<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// Whether exactly this is left.
    pub(super) fn ends(&self, with: &str) -> bool {
        self.rest == with
    }

    /// Steps over what stands between two values.
    pub(super) fn after(&mut self, literal: &str) -> Option<&mut Self> {
        self.rest = self.rest.strip_prefix(literal)?;
        Some(self)
    }

    /// `null`, or the value.
    pub(super) fn optional<T>(
        &mut self,
        value: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.rest.strip_prefix("null") {
            Some(rest) => {
                self.rest = rest;
                Some(None)
            }
            None => value(self).map(Some),
        }
    }

    /// A string in which nothing is escaped and nothing would be.
    pub(super) fn plain(&mut self) -> Option<&'a str> {
        let inner = self.rest.strip_prefix('"')?;
        let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
        let end = inner.as_bytes().iter().position(special)?;
        let (text, rest) = inner.split_at_checked(end)?;
        self.rest = rest.strip_prefix('"')?;
        Some(text)
    }

    /// A name of its kind.
    pub(super) fn name<T: TryFrom<String>>(&mut self) -> Option<T> {
        T::try_from(self.plain()?.to_owned()).ok()
    }

    /// One of a few words.
    pub(super) fn word<T>(&mut self, meaning: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        meaning(self.plain()?)
    }

    /// A whole number from 0 on.
    pub(super) fn whole(&mut self) -> Option<i64> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at_checked(digits)?;
        let leading_zero = digits.len() > 1 && digits.starts_with('0');
        if digits.is_empty() || leading_zero || digits.len() > MAX_DIGITS {
            return None;
        }
        self.rest = rest;
        let value = |sum: i64, digit: u8| sum * 10 + i64::from(digit - b'0');
        Some(digits.bytes().fold(0, value))
    }

    pub(super) fn number(&mut self) -> Option<u32> {
        self.whole()?.try_into().ok()
    }

    pub(super) fn count(&mut self) -> Option<u64> {
        self.whole()?.try_into().ok()
    }

    /// Values between brackets; none of them takes no memory.
    pub(super) fn list<T>(&mut self, value: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut all = Vec::new();
        if let Some(rest) = self.rest.strip_prefix("[]") {
            self.rest = rest;
            return Some(all);
        }
        self.after("[")?;
        loop {
            all.push(value(self)?);
            match self.after(",") {
                Some(_) => {}
                None => break,
            }
        }
        self.after("]")?;
        Some(all)
    }

    pub(super) fn moment(&mut self) -> Option<UnixMillis> {
        self.whole().map(UnixMillis::new)
    }

    /// 32 lower-case digits of base 16, with hyphens.
    pub(super) fn id<T: From<Uuid>>(&mut self) -> Option<T> {
        let text: &[u8; ID_LEN] = self.quoted()?;
        if [8, 13, 18, 23].iter().any(|at| text[*at] != b'-') {
            return None;
        }
        let part = |from: usize, to: usize| base16(&text[from..to]);
        let high = part(0, 8)? << 32 | part(9, 13)? << 16 | part(14, 18)?;
        let low = part(19, 23)? << 48 | part(24, 36)?;
        Some(Uuid::from_u64_pair(high, low).into())
    }

    pub(super) fn digest(&mut self) -> Option<Digest> {
        let text: &[u8; DIGEST_LEN] = self.quoted()?;
        let (text, padding) = text.split_first_chunk::<43>()?;
        if padding != b"=" {
            return None;
        }
        base64(text).map(Digest::new)
    }

    pub(super) fn commitment(&mut self) -> Option<Commitment> {
        let c = self.after(r#"{"c":"#)?.digest()?;
        let n = self.after(r#","n":"#)?.number()?;
        self.after("}")?;
        Some(Commitment { c, n })
    }

    /// So many bytes in quotation marks, whatever they are.
    fn quoted<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (inner, rest) = self.rest.strip_prefix('"')?.split_at_checked(N)?;
        self.rest = rest.strip_prefix('"')?;
        inner.as_bytes().first_chunk()
    }
}

/// A number of at most 16 lower-case digits of base 16.
fn base16(digits: &[u8]) -> Option<u64> {
    let (number, wrong) = digits.iter().fold((0, 0), |(number, wrong), digit| {
        let value = VALUES_16[usize::from(*digit)];
        (number << 4 | u64::from(value & 15), wrong | value)
    });
    (wrong < NONE).then_some(number)
}

/// 32 bytes from 43 characters of standard base64. The last one carries four bits, and the two
/// beside them must not be set.
fn base64(text: &[u8; 43]) -> Option<[u8; 32]> {
    let (mut bytes, mut wrong) = ([0; 32], 0);
    let mut three = |four: &[u8]| {
        let value = |sum: u32, character: &u8| {
            let value = VALUES_64[usize::from(*character)];
            wrong |= value;
            sum << 6 | u32::from(value & 63)
        };
        four.iter().fold(0, value)
    };
    let (fours, last) = text.as_chunks::<4>();
    for (four, to) in fours.iter().zip(bytes.chunks_exact_mut(3)) {
        to.copy_from_slice(&three(four).to_be_bytes()[1..]);
    }
    let last = three(last);
    bytes[30..].copy_from_slice(&(last >> 2).to_be_bytes()[2..]);
    (wrong < NONE && last & 3 == 0).then_some(bytes)
}

/// What stands in the tables for a byte that is no digit.
const NONE: u8 = 128;

const VALUES_16: [u8; 256] = values(b"0123456789abcdef");

const VALUES_64: [u8; 256] =
    values(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

/// For each byte, its place among the digits.
const fn values(digits: &[u8]) -> [u8; 256] {
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < digits.len() {
        values[digits[value] as usize] = value as u8;
        value += 1;
    }
    values
}
