//! Terminal recordings in asciinema's format, version 2: a line of JSON each.
//!
//! ```text
//! {"version":2,"width":80,"height":24,"timestamp":1700000000}
//! [0.248848,"o","$ "]
//! [1.001376,"i","ls\r"]
//! [2.143733,"r","120x40"]
//! [3.5,"m","…"]
//! ```
//!
//! Strict and bounded: what is read here is what was written here, or what anybody wrote who keeps to the format.
//! Times are whole microseconds and never fall.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The longest line that is read: what 64 KiB of text take when each byte is escaped as `\u001b`.
pub const LINE_LIMIT: usize = 400 * 1024;

/// The longest recording that is read as a whole: a day of work with a few screens a second.
pub const CAST_LIMIT: usize = 256 * 1024 * 1024;

/// Columns and rows of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    columns: u16,
    rows: u16,
}

/// A size that no terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a terminal has 1 to 1000 columns and 1 to 1000 rows")]
pub struct BadSize;

impl Size {
    /// What most terminals start with.
    pub const DEFAULT: Self = Self {
        columns: 80,
        rows: 24,
    };

    /// A size.
    ///
    /// # Errors
    /// [`BadSize`]: a host makes room for what it is told.
    pub fn new(columns: u16, rows: u16) -> Result<Self, BadSize> {
        let fits = |count| (1..=1000).contains(&count);
        if fits(columns) && fits(rows) {
            Ok(Self { columns, rows })
        } else {
            Err(BadSize)
        }
    }

    /// Characters in a row.
    pub const fn columns(self) -> u16 {
        self.columns
    }

    /// Rows.
    pub const fn rows(self) -> u16 {
        self.rows
    }

    fn parse(text: &str) -> Option<Self> {
        let (columns, rows) = text.split_once('x')?;
        let size = Self::new(columns.parse().ok()?, rows.parse().ok()?).ok()?;
        // One size has one form: no plus sign, no zeros before it.
        (size.to_string() == text).then_some(size)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.columns, self.rows)
    }
}

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// How large the terminal was at first.
    pub size: Size,
    /// When it started, in Unix seconds.
    pub timestamp: u64,
    /// What it is a recording of.
    pub title: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderLine {
    version: u8,
    width: u16,
    height: u16,
    timestamp: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    title: Option<String>,
}

/// Every other line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// How long after the start, in microseconds.
    pub at_us: u64,
    /// What happened.
    pub what: Happened,
}

/// What happens on a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// The host showed this.
    Shown(String),
    /// Somebody typed this.
    Typed(String),
    /// The terminal got another size.
    Resized(Size),
    /// Something to find again, such as who types from here on.
    Marked(String),
}

/// A whole recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cast {
    /// Its first line.
    pub header: Header,
    /// All others.
    pub events: Vec<Event>,
}

/// Why a text is no recording.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct BadCast {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it.
    #[source]
    pub fault: BadLine,
}

/// Why a line is none of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLine {
    /// Too much text.
    #[error("it is too long")]
    TooLong,
    /// There is no first line.
    #[error("there is no header")]
    NoHeader,
    /// The first line is no header of version 2.
    #[error("it is no header of version 2 with width, height and timestamp")]
    Header,
    /// Another line is no event.
    #[error("it is no event: [seconds, \"o\", \"i\", \"r\" or \"m\", text]")]
    Event,
    /// The time is none, or finer than a microsecond.
    #[error("its time is no number of seconds with six decimals at most")]
    Time,
    /// The time fell.
    #[error("its time is before that of the line before")]
    Backwards,
}

impl Header {
    /// The line, without its end.
    pub fn line(&self) -> String {
        let line = HeaderLine {
            version: 2,
            width: self.size.columns,
            height: self.size.rows,
            timestamp: self.timestamp,
            title: self.title.clone(),
        };
        serde_json::to_string(&line).expect("numbers and a text are JSON")
    }

    /// Reads a line.
    ///
    /// # Errors
    /// [`BadLine`]
    pub fn parse(line: &str) -> Result<Self, BadLine> {
        if line.len() > LINE_LIMIT {
            return Err(BadLine::TooLong);
        }
        let read: HeaderLine = serde_json::from_str(line).map_err(|_| BadLine::Header)?;
        if read.version != 2 {
            return Err(BadLine::Header);
        }
        let size = Size::new(read.width, read.height).map_err(|_| BadLine::Header)?;
        Ok(Self {
            size,
            timestamp: read.timestamp,
            title: read.title,
        })
    }
}

impl Event {
    /// The line, without its end.
    pub fn line(&self) -> String {
        let (code, text) = match &self.what {
            Happened::Shown(text) => ("o", text.as_str()),
            Happened::Typed(text) => ("i", text.as_str()),
            Happened::Resized(size) => ("r", &*size.to_string()),
            Happened::Marked(text) => ("m", text.as_str()),
        };
        let text = serde_json::to_string(text).expect("a text is JSON");
        let (seconds, micros) = (self.at_us / 1_000_000, self.at_us % 1_000_000);
        format!("[{seconds}.{micros:06},\"{code}\",{text}]")
    }

    /// Reads a line.
    ///
    /// # Errors
    /// [`BadLine`]
    pub fn parse(line: &str) -> Result<Self, BadLine> {
        if line.len() > LINE_LIMIT {
            return Err(BadLine::TooLong);
        }
        let (at, code, text): (&RawValue, &str, String) =
            serde_json::from_str(line).map_err(|_| BadLine::Event)?;
        let what = match code {
            "o" => Happened::Shown(text),
            "i" => Happened::Typed(text),
            "r" => Happened::Resized(Size::parse(&text).ok_or(BadLine::Event)?),
            "m" => Happened::Marked(text),
            _ => return Err(BadLine::Event),
        };
        let at_us = micros(at.get()).ok_or(BadLine::Time)?;
        Ok(Self { at_us, what })
    }
}

/// Seconds as JSON writes them, without an exponent and to the microsecond: exact, where a float is not.
fn micros(number: &str) -> Option<u64> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    if whole.starts_with('-') || part.len() > 6 {
        return None;
    }
    let seconds: u64 = whole.parse().ok()?;
    let micros: u64 = format!("{part:0<6}").parse().ok()?;
    seconds.checked_mul(1_000_000)?.checked_add(micros)
}

impl Cast {
    /// Reads a recording.
    ///
    /// # Errors
    /// [`BadCast`] names the first line that is not as it should be.
    pub fn parse(text: &str) -> Result<Self, BadCast> {
        let bad = |line, fault| BadCast { line, fault };
        if text.len() > CAST_LIMIT {
            return Err(bad(1, BadLine::TooLong));
        }
        let mut lines = (1..).zip(text.lines());
        let (_, first) = lines.next().ok_or(bad(1, BadLine::NoHeader))?;
        let header = Header::parse(first).map_err(|fault| bad(1, fault))?;
        let mut events: Vec<Event> = Vec::new();
        for (at, line) in lines {
            let event = Event::parse(line).map_err(|fault| bad(at, fault))?;
            if events
                .last()
                .is_some_and(|before| before.at_us > event.at_us)
            {
                return Err(bad(at, BadLine::Backwards));
            }
            events.push(event);
        }
        Ok(Self { header, events })
    }
}

impl fmt::Display for Cast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.header.line())?;
        let mut lines = self.events.iter().map(Event::line);
        lines.try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Text out of bytes that come in pieces: a character that is cut in two waits for its end.
///
/// What is not UTF-8 becomes U+FFFD, as terminals show it.
#[derive(Debug, Default)]
pub struct Utf8Pieces {
    /// The beginning of a character: three bytes at most.
    begun: Vec<u8>,
}

impl Utf8Pieces {
    /// The characters that are whole by now.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.begun.extend_from_slice(bytes);
        let mut text = String::with_capacity(self.begun.len());
        let mut rest: &[u8] = &self.begun;
        loop {
            match str::from_utf8(rest) {
                Ok(valid) => {
                    text.push_str(valid);
                    rest = &[];
                    break;
                }
                Err(fault) => {
                    let (valid, after) = rest.split_at(fault.valid_up_to());
                    text.push_str(&String::from_utf8_lossy(valid));
                    let Some(wrong) = fault.error_len() else {
                        rest = after;
                        break;
                    };
                    text.push(char::REPLACEMENT_CHARACTER);
                    rest = &after[wrong..];
                }
            }
        }
        self.begun = rest.to_vec();
        text
    }

    /// What is left at the end.
    pub fn finish(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.begun)).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEADER: &str = r#"{"version":2,"width":80,"height":24,"timestamp":1700000000}"#;

    #[test]
    fn what_asciinema_shows_in_its_format_is_read() {
        let text = format!(
            "{HEADER}\n[0.248848,\"o\",\"\\u001b[1;31mHello \\u001b[32mWorld!\\u001b[0m\\n\"]\n[1.5, \"i\", \"x\"]\n[2,\"r\",\"100x30\"]\n[2.0,\"m\",\"\"]\n"
        );
        let cast = Cast::parse(&text).expect("a recording");
        let times: Vec<u64> = cast.events.iter().map(|event| event.at_us).collect();
        assert_eq!(times, [248_848, 1_500_000, 2_000_000, 2_000_000]);
        let hello = "\u{1b}[1;31mHello \u{1b}[32mWorld!\u{1b}[0m\n";
        assert_eq!(cast.events[0].what, Happened::Shown(hello.into()));
        assert_eq!(
            cast.events[2].what,
            Happened::Resized(Size::new(100, 30).expect("a size"))
        );
    }

    #[test]
    fn what_is_none_is_refused_with_its_line() {
        let of = |lines: &str| {
            Cast::parse(&format!("{HEADER}\n{lines}")).map_err(|bad| (bad.line, bad.fault))
        };
        assert_eq!(
            of("[1,\"o\",\"\"]\n[0.9,\"o\",\"\"]"),
            Err((3, BadLine::Backwards))
        );
        for line in [
            "",
            "[]",
            "[1,\"x\",\"\"]",
            "[1,\"o\"]",
            "[1,\"o\",\"\",1]",
            "[1,\"o\",2]",
            "[1,\"r\",\"80\"]",
            "[1,\"r\",\"+80x24\"]",
            "[1,\"r\",\"0x24\"]",
            "[1,\"o\",\"\"] x",
        ] {
            assert_eq!(of(&format!("{line}\n")), Err((2, BadLine::Event)), "{line}");
        }
        for time in [
            "-1",
            "-0.5",
            "1e3",
            "1.2345678",
            "\"1\"",
            "99999999999999999999",
            "null",
        ] {
            assert_eq!(
                of(&format!("[{time},\"o\",\"\"]")),
                Err((2, BadLine::Time)),
                "{time}"
            );
        }
        let long = format!("[1,\"o\",\"{}\"]", "x".repeat(LINE_LIMIT));
        assert_eq!(of(&long), Err((2, BadLine::TooLong)));
        for header in [
            "",
            "{}",
            "[1]",
            r#"{"version":1,"width":80,"height":24,"timestamp":1}"#,
            r#"{"version":2,"width":0,"height":24,"timestamp":1}"#,
            r#"{"version":2,"width":80,"height":24,"timestamp":1,"env":{}}"#,
            r#"{"version":2,"width":80,"height":24,"timestamp":-1}"#,
        ] {
            let bad = Cast::parse(header).expect_err(header);
            assert!(
                bad.line == 1 && matches!(bad.fault, BadLine::Header | BadLine::NoHeader),
                "{header}"
            );
        }
    }

    fn any_cast() -> impl Strategy<Value = Cast> {
        let size = (1..=1000_u16, 1..=1000_u16).prop_map(|(columns, rows)| Size { columns, rows });
        let what = prop_oneof![
            any::<String>().prop_map(Happened::Shown),
            any::<String>().prop_map(Happened::Typed),
            size.clone().prop_map(Happened::Resized),
            any::<String>().prop_map(Happened::Marked),
        ];
        let events = proptest::collection::vec((0..=u64::MAX / 64, what), 0..20);
        let header = (size, any::<u64>(), any::<Option<String>>());
        (header, events).prop_map(|((size, timestamp, title), steps)| {
            let mut at_us = 0;
            let events = steps.into_iter().map(|(step, what)| {
                at_us += step;
                Event { at_us, what }
            });
            Cast {
                events: events.collect(),
                header: Header {
                    size,
                    timestamp,
                    title,
                },
            }
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_it_was(cast in any_cast()) {
            let text = cast.to_string();
            prop_assert_eq!(text.lines().count(), 1 + cast.events.len());
            prop_assert_eq!(Cast::parse(&text), Ok(cast));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in any::<String>(), line in ".{0,80}") {
            let _ = Cast::parse(&text);
            let _ = Cast::parse(&format!("{HEADER}\n{line}"));
        }

        #[test]
        fn characters_come_out_whole_wherever_they_are_cut(text in any::<String>(), cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8)) {
            let bytes = text.as_bytes();
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            places.extend([0, bytes.len()]);
            places.sort_unstable();
            let mut pieces = Utf8Pieces::default();
            let mut whole = String::new();
            for pair in places.windows(2) {
                whole += &pieces.push(&bytes[pair[0]..pair[1]]);
                prop_assert!(pieces.begun.len() < 4);
            }
            whole += &pieces.finish();
            prop_assert_eq!(whole, text);
        }

        #[test]
        fn bytes_that_are_no_text_come_out_as_terminals_show_them(bytes in proptest::collection::vec(any::<u8>(), 0..64), cut in any::<proptest::sample::Index>()) {
            let (first, second) = bytes.split_at(cut.index(bytes.len() + 1));
            let mut pieces = Utf8Pieces::default();
            let whole = pieces.push(first) + &pieces.push(second) + &pieces.finish();
            prop_assert_eq!(whole, String::from_utf8_lossy(&bytes));
        }
    }
}
