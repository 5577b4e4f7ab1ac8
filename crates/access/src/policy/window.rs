//! Times of the week.

use core::fmt;

use serde::{Deserialize, Serialize};

/// The minutes of a day.
const DAY: u16 = 24 * 60;

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Day {
    /// The week, from Monday.
    pub const ALL: [Self; 7] = [
        Self::Mon,
        Self::Tue,
        Self::Wed,
        Self::Thu,
        Self::Fri,
        Self::Sat,
        Self::Sun,
    ];

    /// "Mon".
    pub const fn short(self) -> &'static str {
        match self {
            Self::Mon => "Mon",
            Self::Tue => "Tue",
            Self::Wed => "Wed",
            Self::Thu => "Thu",
            Self::Fri => "Fri",
            Self::Sat => "Sat",
            Self::Sun => "Sun",
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.short())
    }
}

/// A time of day to the minute: `HH:MM`, up to `24:00` for the end of the day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

/// A text that is no time of day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no time of day: write HH:MM, from 00:00 to 24:00")]
pub struct BadTime(String);

impl TimeOfDay {
    /// Minutes since midnight, at most 1,440.
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = BadTime;

    fn try_from(text: String) -> Result<Self, BadTime> {
        let number = |digits: &str| {
            let whole = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u16>().ok().filter(|_| whole)
        };
        let minutes = text.split_once(':').and_then(|(hours, minutes)| {
            let (hours, minutes) = (number(hours)?, number(minutes)?);
            (minutes < 60 && hours * 60 + minutes <= DAY).then_some(hours * 60 + minutes)
        });
        minutes.map(Self).ok_or(BadTime(text))
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Debug for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

/// A time of the week: on each of the days from one time to another. Where `to` is before `from` it lasts
/// past midnight, into the day after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// On which days it begins.
    pub days: Vec<Day>,
    /// When it begins.
    pub from: TimeOfDay,
    /// When it is over.
    pub to: TimeOfDay,
}

impl Window {
    /// Whether it holds at a minute of a day, counted from Monday as 0.
    pub(super) fn holds(&self, day: u8, minute: u16) -> bool {
        let begins = |day: u8| self.days.iter().any(|begins| *begins as u8 == day);
        let (from, to) = (self.from.minutes(), self.to.minutes());
        if from < to {
            return begins(day) && (from..to).contains(&minute);
        }
        (begins(day) && minute >= from) || (begins((day + 6) % 7) && minute < to)
    }

    /// Whether there is no minute in it.
    pub(super) fn never_holds(&self) -> bool {
        let (from, to) = (self.from.minutes(), self.to.minutes());
        self.days.is_empty() || from == to || (from == DAY && to == 0)
    }
}

/// "Mon, Tue 08:00–18:00".
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days: Vec<&str> = self.days.iter().map(|day| day.short()).collect();
        write!(f, "{} {}–{}", days.join(", "), self.from, self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(days: &[Day], from: &str, to: &str) -> Window {
        let time = |text: &str| TimeOfDay::try_from(text.to_owned()).expect("a time of day");
        let (from, to) = (time(from), time(to));
        Window {
            days: days.to_vec(),
            from,
            to,
        }
    }

    /// Each minute of a week, found by walking through it.
    #[test]
    fn a_window_holds_as_long_as_it_says() {
        for (from, to, minutes) in [
            ("08:00", "18:00", 600),
            ("22:00", "06:00", 480),
            ("00:00", "24:00", 1_440),
            ("23:59", "00:00", 1),
            ("12:00", "12:00", 0),
            ("24:00", "00:00", 0),
            ("24:00", "01:00", 60),
        ] {
            for days in [&[Day::Mon][..], &[Day::Sun], &[Day::Fri, Day::Sun], &[]] {
                let window = window(days, from, to);
                let held = (0..7 * DAY)
                    .filter(|at| window.holds((at / DAY) as u8, at % DAY))
                    .count();
                let wanted = minutes * days.len();
                assert!(held == wanted || window.never_holds(), "{window} {held}");
                assert_eq!(window.never_holds(), wanted == 0, "{window}");
            }
        }
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        let night = window(&[Day::Sun], "22:00", "06:00");
        assert!(night.holds(6, 22 * 60) && night.holds(0, 5 * 60 + 59));
        assert!(!night.holds(0, 6 * 60) && !night.holds(6, 0) && !night.holds(0, 22 * 60));
    }

    #[test]
    fn other_texts_are_no_times() {
        for text in [
            "", "8:00", "08:60", "24:01", "25:00", "08:00:00", "+8:00", "08-00", "08:0a",
        ] {
            assert!(TimeOfDay::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
