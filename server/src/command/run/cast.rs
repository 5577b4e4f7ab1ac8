//! A terminal's recording as lines of asciicast v2: <https://docs.asciinema.org/manual/asciicast/v2/>.

use std::fmt::Write as _;
use std::time::Instant;

use serde_json::json;

/// What stands where a line was typed that the terminal does not show: a password.
pub(super) const NOT_SHOWN: &str = "(typed without echo, not recorded)";

/// A terminal's width and height, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) columns: u16,
    pub(super) rows: u16,
}

/// Lines that are not taken yet.
#[derive(Debug)]
pub(super) struct Cast {
    started: Instant,
    lines: String,
    /// Bytes of a character that has not come whole: shown, and typed.
    shown: Vec<u8>,
    typed: Vec<u8>,
}

impl Cast {
    pub(super) fn begin(size: Size, started: Instant, unix_s: i64, command: &str) -> Self {
        let header = json!({
            "version": 2, "width": size.columns, "height": size.rows, "timestamp": unix_s,
            "command": command, "env": {"TERM": std::env::var("TERM").unwrap_or_default()},
        });
        Self {
            started,
            lines: format!("{header}\n"),
            shown: Vec::new(),
            typed: Vec::new(),
        }
    }

    pub(super) fn shown(&mut self, bytes: &[u8]) {
        let text = whole_characters(&mut self.shown, bytes);
        self.event("o", &text);
    }

    pub(super) fn typed(&mut self, bytes: &[u8]) {
        let text = whole_characters(&mut self.typed, bytes);
        self.event("i", &text);
    }

    pub(super) fn typed_without_echo(&mut self) {
        self.event("i", NOT_SHOWN);
    }

    pub(super) fn resized(&mut self, size: Size) {
        self.event("r", &format!("{}x{}", size.columns, size.rows));
    }

    fn event(&mut self, kind: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        let micros = u32::try_from(self.started.elapsed().as_micros()).map_or_else(
            |_| self.started.elapsed().as_secs_f64(),
            |micros| f64::from(micros) / 1e6,
        );
        let line = json!([micros, kind, text]);
        writeln!(self.lines, "{line}").expect("a String takes every write");
    }

    /// How many bytes wait.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// What waits, if anything does.
    pub(super) fn take(&mut self) -> Option<String> {
        let lines = std::mem::take(&mut self.lines);
        (!lines.is_empty()).then_some(lines)
    }

    /// What waits, with what will not become whole.
    pub(super) fn take_last(&mut self) -> Option<String> {
        for (kind, rest) in [
            ("o", std::mem::take(&mut self.shown)),
            ("i", std::mem::take(&mut self.typed)),
        ] {
            self.event(kind, &String::from_utf8_lossy(&rest));
        }
        self.take()
    }
}

/// The text of what came before and these bytes, without a character at the end that has only begun. What is no UTF-8
/// becomes U+FFFD.
fn whole_characters(before: &mut Vec<u8>, bytes: &[u8]) -> String {
    before.extend_from_slice(bytes);
    let begun = match before.utf8_chunks().last() {
        // Its last bytes may be the first of a character.
        Some(last)
            if std::str::from_utf8(last.invalid())
                .is_err_and(|fault| fault.error_len().is_none()) =>
        {
            last.invalid().len()
        }
        _ => 0,
    };
    let rest = before.split_off(before.len() - begun);
    let text = String::from_utf8_lossy(before).into_owned();
    *before = rest;
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use serde_json::Value;

    use super::*;

    const SIZE: Size = Size {
        columns: 80,
        rows: 24,
    };

    /// The header and the events, as a player reads them.
    fn read(lines: &str) -> (Value, Vec<(f64, String, String)>) {
        let mut lines = lines.lines();
        let header = serde_json::from_str(lines.next().unwrap()).unwrap();
        (
            header,
            lines
                .map(|line| serde_json::from_str(line).unwrap())
                .collect(),
        )
    }

    #[test]
    fn a_cast_is_a_header_and_events_in_order() {
        let mut cast = Cast::begin(SIZE, Instant::now(), 1_700_000_000, "echo 'a'");
        cast.shown(b"\x1b[31mred\r\n");
        cast.typed(b"q");
        cast.typed_without_echo();
        cast.resized(Size {
            columns: 100,
            rows: 30,
        });
        let (header, events) = read(&cast.take().unwrap());
        assert_eq!(
            (&header["version"], &header["width"], &header["height"]),
            (&json!(2), &json!(80), &json!(24))
        );
        assert_eq!(header["command"], "echo 'a'");
        let told: Vec<(&str, &str)> = events
            .iter()
            .map(|(_, kind, text)| (kind.as_str(), text.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("o", "\u{1b}[31mred\r\n"),
                ("i", "q"),
                ("i", NOT_SHOWN),
                ("r", "100x30")
            ]
        );
        assert!(events.iter().all(|(at, ..)| *at < 5.0));
        assert!(cast.take().is_none());
    }

    #[test]
    fn a_character_that_comes_in_pieces_is_one() {
        let mut cast = Cast::begin(SIZE, Instant::now(), 0, "");
        cast.take();
        let text = "grün 🦀";
        for byte in text.as_bytes() {
            cast.shown(&[*byte]);
        }
        // Broken off, not UTF-8, and then one that never becomes whole.
        cast.shown(b"\xf0\x9f");
        cast.shown(b"a\xff\xc3");
        let lines = cast.take_last().unwrap();
        let events: Vec<(f64, String, String)> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let shown: String = events.into_iter().map(|(_, _, text)| text).collect();
        assert_eq!(shown, format!("{text}\u{fffd}a\u{fffd}\u{fffd}"));
    }
}
