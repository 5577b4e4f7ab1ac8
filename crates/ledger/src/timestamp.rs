//! Milliseconds since 1970 and their one text form.

use core::fmt;
use core::str::FromStr;

use serde::{Serialize, Serializer};

/// How long the text is: `2026-11-22T23:04:05.123Z`.
pub(crate) const TIMESTAMP_TEXT_LEN: usize = 24;

const DAY_MS: i64 = 86_400_000;
/// 0000-01-01T00:00:00.000Z, the first moment with a year of four digits.
const MIN_MS: i64 = -62_167_219_200_000;
/// 9999-12-31T23:59:59.999Z, the last one.
const MAX_MS: i64 = 253_402_300_799_999;

/// A moment in UTC to the millisecond, in the years 0000 to 9999 (proleptic Gregorian, no leap
/// seconds). As text always `2026-11-22T23:04:05.123Z`, nothing shorter and no offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A text that is not a moment in the one accepted form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time has the form 2026-11-22T23:04:05.123Z and names a day that exists")]
pub struct TimestampError;

impl Timestamp {
    /// A moment by its milliseconds since 1970-01-01T00:00:00Z; what lies outside of the years
    /// 0000 to 9999 becomes the nearest moment inside.
    pub const fn new(unix_millis: i64) -> Self {
        if unix_millis < MIN_MS {
            Self(MIN_MS)
        } else if unix_millis > MAX_MS {
            Self(MAX_MS)
        } else {
            Self(unix_millis)
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn unix_millis(self) -> i64 {
        self.0
    }

    /// Reads the 24 characters, without an allocation.
    pub(crate) fn from_text(text: &[u8]) -> Result<Self, TimestampError> {
        let text: &[u8; TIMESTAMP_TEXT_LEN] = text.try_into().map_err(|_| TimestampError)?;
        let digits = digits(text).ok_or(TimestampError)?;
        let two = |at: usize| digits[at] * 10 + digits[at + 1];
        let (year, month, day) = (two(0) * 100 + two(2), two(5), two(8));
        let (hour, minute, second) = (two(11), two(14), two(17));
        let milli = two(20) * 10 + digits[22];
        let exists = (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
        if !exists || hour > 23 || minute > 59 || second > 59 {
            return Err(TimestampError);
        }
        let ms = ((hour * 60 + minute) * 60 + second) * 1000 + milli;
        let days = days_from_civil(year, month, day);
        Ok(Self(days * DAY_MS + i64::from(ms)))
    }
}

/// The value of each digit and 0 for each mark between them; `None` where something else stands there. Eight bytes at a
/// time: of a byte that is right, what differs from the form is a digit's value, or nothing, and the slack that is added
/// keeps it below 0x80.
fn digits(text: &[u8; TIMESTAMP_TEXT_LEN]) -> Option<[u32; TIMESTAMP_TEXT_LEN]> {
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let (text, form, slack) = (text.as_chunks().0, FORM.as_chunks().0, SLACK.as_chunks().0);
    let mut wrong = 0;
    let mut digits = [0; TIMESTAMP_TEXT_LEN];
    for (((to, text), form), slack) in digits
        .as_chunks_mut::<8>()
        .0
        .iter_mut()
        .zip(text)
        .zip(form)
        .zip(slack)
    {
        let [text, form, slack] = [text, form, slack].map(|bytes| u64::from_le_bytes(*bytes));
        let values = text ^ form;
        wrong |= values | values.wrapping_add(slack);
        *to = values.to_le_bytes().map(u32::from);
    }
    (wrong & HIGH == 0).then_some(digits)
}

/// A time, all of its digits being 0.
const FORM: &[u8; TIMESTAMP_TEXT_LEN] = b"0000-00-00T00:00:00.000Z";

/// What may be added to each byte's value before it is too large.
const SLACK: [u8; TIMESTAMP_TEXT_LEN] = {
    let mut slack = [0x7f; TIMESTAMP_TEXT_LEN];
    let mut at = 0;
    while at < slack.len() {
        if FORM[at] == b'0' {
            slack[at] -= 9;
        }
        at += 1;
    }
    slack
};

fn days_in_month(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01. Years begin in March here, so that the leap day is a year's last, and are
/// counted from 400 years, which have 146,097 days, before the year 0.
fn days_from_civil(year: u32, month: u32, day: u32) -> i64 {
    let year = year + 400 - u32::from(month <= 2);
    let leap_days = year / 4 - year / 100 + year / 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    i64::from(year * 365 + leap_days + day_of_year) - 146_097 - 719_468
}

/// Year, month and day of a day since 1970-01-01; the inverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        Self::from_text(text.as_bytes())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0.div_euclid(DAY_MS));
        let ms = self.0.rem_euclid(DAY_MS);
        let (hour, minute) = (ms / 3_600_000, ms / 60_000 % 60);
        let (second, milli) = (ms / 1000 % 60, ms % 1000);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"
        )
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_moments() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_795_388_645_123, "2026-11-22T23:04:05.123Z"),
            (MIN_MS, "0000-01-01T00:00:00.000Z"),
            (MAX_MS, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Timestamp::new(ms).to_string(), text);
            assert_eq!(text.parse(), Ok(Timestamp::new(ms)));
        }
        assert_eq!(Timestamp::new(i64::MAX).unix_millis(), MAX_MS);
        assert_eq!(Timestamp::new(i64::MIN).unix_millis(), MIN_MS);
    }

    #[test]
    fn no_other_form_is_read() {
        for bad in [
            "",
            "2026-11-22T23:04:05Z",
            "2026-11-22T23:04:05.123+00",
            "2026-11-22t23:04:05.123Z",
            "2026-11-22 23:04:05.123Z",
            "2026-02-29T00:00:00.000Z",
            "1900-02-29T00:00:00.000Z",
            "2026-00-01T00:00:00.000Z",
            "2026-13-01T00:00:00.000Z",
            "2026-04-31T00:00:00.000Z",
            "2026-11-22T24:00:00.000Z",
            "2026-11-22T23:60:00.000Z",
            "2026-11-22T23:59:60.000Z",
            "2026-11-22T23:04:05.12 Z",
            "+026-11-22T23:04:05.123Z",
            "20260-1-22T23:04:05.123Z",
        ] {
            assert_eq!(bad.parse::<Timestamp>(), Err(TimestampError), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn display_then_parse_is_the_same(ms in MIN_MS..=MAX_MS) {
            prop_assert_eq!(Timestamp::new(ms).to_string().parse(), Ok(Timestamp::new(ms)));
        }
    }
}
