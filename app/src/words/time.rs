//! Moments and spans in words. The server has no idea of a reader's "now", so it says the moment itself; the browser
//! says how far away it is.

use access::time::UnixMillis;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `22 Nov 2026, 23:04:05 UTC`.
pub fn utc(at: UnixMillis) -> String {
    let civil = Civil::of(at);
    let month = MONTHS[civil.month as usize - 1];
    format!(
        "{} {month} {}, {:02}:{:02}:{:02} UTC",
        civil.day, civil.year, civil.hour, civil.minute, civil.second
    )
}

/// `2026-11-22T23:04:05Z`, for the `datetime` attribute.
pub fn iso(at: UnixMillis) -> String {
    let civil = Civil::of(at);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second
    )
}

/// The moment that `2026-11-22T23:04` names in UTC, with seconds or without.
#[cfg(feature = "ssr")]
pub fn parse_utc(text: &str) -> Option<UnixMillis> {
    let (date, time) = text.split_once('T')?;
    let numbers = |text: &str, sign| -> Option<Vec<i64>> {
        text.split(sign).map(|part| part.parse().ok()).collect()
    };
    let (date, time) = (numbers(date, '-')?, numbers(time, ':')?);
    let ([year, month, day], [hour, minute, seconds @ ..]) = (&date[..], &time[..]) else {
        return None;
    };
    let second = match seconds {
        [] => 0,
        [second] => *second,
        _ => return None,
    };
    let civil = Civil {
        year: *year,
        month: *month,
        day: *day,
        hour: *hour,
        minute: *minute,
        second,
    };
    civil.moment()
}

/// `2026-11-22T23:04`, as a form has it.
#[cfg(feature = "ssr")]
pub fn field(at: UnixMillis) -> String {
    iso(at).chars().take("2026-11-22T23:04".len()).collect()
}

/// `5 min ago`, `in 2 h`, `just now`; beyond a week the moment itself.
pub fn relative(at: UnixMillis, now: UnixMillis) -> String {
    let distance = at.millis().saturating_sub(now.millis());
    let far = distance.saturating_abs();
    let amount = match far {
        f if f < 10 * SECOND => {
            return if distance > 0 {
                "in a moment"
            } else {
                "just now"
            }
            .into();
        }
        f if f < MINUTE => format!("{} s", f / SECOND),
        f if f < HOUR => format!("{} min", f / MINUTE),
        f if f < DAY => format!("{} h", f / HOUR),
        f if f < 2 * DAY => "1 day".into(),
        f if f < 7 * DAY => format!("{} days", f / DAY),
        _ => return utc(at),
    };
    if distance > 0 {
        format!("in {amount}")
    } else {
        format!("{amount} ago")
    }
}

/// `30 minutes`, `4 hours`, `1 h 30 min`, `3 days`.
pub fn span(seconds: u32) -> String {
    let counted = |n: u32, unit: &str| format!("{n} {unit}{}", if n == 1 { "" } else { "s" });
    match (
        seconds / 86_400,
        seconds % 86_400 / 3_600,
        seconds % 3_600 / 60,
        seconds % 60,
    ) {
        (0, 0, 0, s) => counted(s, "second"),
        (0, 0, m, 0) => counted(m, "minute"),
        (0, 0, m, s) => format!("{m} min {s} s"),
        (0, h, 0, 0) => counted(h, "hour"),
        (0, h, m, _) => format!("{h} h {m} min"),
        (d, 0, 0, 0) => counted(d, "day"),
        (d, h, _, _) => format!("{d} d {h} h"),
    }
}

/// `29:05` or `3:59:05`, rounded up so that it ends at `0:00` and not a second before.
pub fn left(until: UnixMillis, now: UnixMillis) -> String {
    let millis = until.millis().saturating_sub(now.millis()).max(0);
    let seconds = millis.saturating_add(SECOND - 1) / SECOND;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[derive(PartialEq, Eq)]
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Civil {
    /// The proleptic Gregorian date in UTC, by counting in 400-year eras that begin on 1 March (so that the leap day
    /// is the last of its year).
    fn of(at: UnixMillis) -> Self {
        let days = at.millis().div_euclid(DAY);
        let in_day = at.millis().rem_euclid(DAY) / SECOND;
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
            hour: in_day / 3_600,
            minute: in_day / 60 % 60,
            second: in_day % 60,
        }
    }
}

#[cfg(feature = "ssr")]
impl Civil {
    /// The moment, where there is such a date and time.
    fn moment(&self) -> Option<UnixMillis> {
        let Self {
            year, month, day, ..
        } = *self;
        if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) {
            return None;
        }
        // The other way round than `of`: years that begin on 1 March.
        let shifted = year - i64::from(month <= 2);
        let (era, year_of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * 146_097 + day_of_era - 719_468;
        let at = days * DAY + self.hour * HOUR + self.minute * MINUTE + self.second * SECOND;
        let at = UnixMillis::new(at);
        (Self::of(at) == *self).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: UnixMillis = UnixMillis::new(1_795_388_645_123);

    #[test]
    fn a_moment_in_utc() {
        assert_eq!(iso(AT), "2026-11-22T23:04:05Z");
        assert_eq!(utc(AT), "22 Nov 2026, 23:04:05 UTC");
        assert_eq!(iso(UnixMillis::new(0)), "1970-01-01T00:00:00Z");
        assert_eq!(iso(UnixMillis::new(-1)), "1969-12-31T23:59:59Z");
        assert_eq!(
            iso(UnixMillis::new(951_782_400_000)),
            "2000-02-29T00:00:00Z"
        );
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn a_form_s_moment_is_read_as_utc() {
        let at = UnixMillis::new(AT.millis() / MINUTE * MINUTE);
        assert_eq!(field(at), "2026-11-22T23:04");
        assert_eq!(parse_utc(&field(at)), Some(at));
        assert_eq!(parse_utc("1970-01-01T00:00"), Some(UnixMillis::new(0)));
        assert_eq!(
            parse_utc("2028-02-29T12:00:30").map(iso).as_deref(),
            Some("2028-02-29T12:00:30Z")
        );
        for bad in [
            "",
            "tomorrow",
            "2026-11-22",
            "2026-02-29T00:00",
            "2026-13-01T00:00",
            "2026-11-22T24:00",
            "2026-11-22T23:60",
            "2026-11-22T23",
            "1969-12-31T23:59",
            "99999-01-01T00:00",
            "2026-11-22T1:2:3:4",
        ] {
            assert_eq!(parse_utc(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn how_far_away() {
        let after = |ms: i64| UnixMillis::new(AT.millis() + ms);
        assert_eq!(relative(after(-3 * SECOND), AT), "just now");
        assert_eq!(relative(after(-5 * MINUTE), AT), "5 min ago");
        assert_eq!(relative(after(2 * HOUR + MINUTE), AT), "in 2 h");
        assert_eq!(relative(after(-30 * HOUR), AT), "1 day ago");
        assert_eq!(relative(after(-9 * DAY), AT), "13 Nov 2026, 23:04:05 UTC");
    }

    #[test]
    fn spans_read_as_people_say_them() {
        assert_eq!(span(1_800), "30 minutes");
        assert_eq!(span(60), "1 minute");
        assert_eq!(span(3_600), "1 hour");
        assert_eq!(span(5_400), "1 h 30 min");
        assert_eq!(span(86_400), "1 day");
    }

    #[test]
    fn time_left_rounds_up() {
        let until = |ms: i64| UnixMillis::new(AT.millis() + ms);
        assert_eq!(left(until(1), AT), "0:01");
        assert_eq!(left(until(0), AT), "0:00");
        assert_eq!(left(until(-5), AT), "0:00");
        assert_eq!(left(until(4 * HOUR - SECOND), AT), "3:59:59");
    }
}
