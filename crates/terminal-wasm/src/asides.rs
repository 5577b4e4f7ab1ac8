//! What a program says to the terminal beside what stands on the screen: the window's title, whether it wants to be
//! told what is pasted, and questions. `avt` draws and leaves these out.

/// Characters of a title, and of a command's parameters, beyond which nothing is read.
const LONGEST: usize = 256;

/// Digits of how often a character is repeated: no screen has more than 999 columns.
const MOST_DIGITS: usize = 3;

/// One thing said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Aside {
    /// The window is called so (OSC 0 and 2).
    Title(String),
    /// What is pasted is to be put in brackets, or not (DECSET and DECRST 2004).
    Pastes(bool),
    /// Everything as in the beginning (RIS).
    Reset,
    /// It wants an answer.
    Asks(Question),
    /// A command that a page does not follow: how large the screen is, who looks at it says (XTWINOPS 8), and a few
    /// bytes from a hostile host are not to cost a browser its memory or minutes (REP).
    Unwanted,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// What kind of terminal it is (DA).
    Device,
    /// Whether it is well (DSR 5).
    Status,
    /// Where the cursor is (DSR 6, CPR).
    Cursor,
}

/// Reads the output as it comes, in pieces that may end anywhere.
#[derive(Debug, Default)]
pub(crate) struct Asides {
    within: Within,
    read: String,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Within {
    #[default]
    Text,
    /// Behind an escape.
    Escape,
    /// Behind `ESC [`.
    Command,
    /// Behind `ESC ]`.
    System,
    /// Behind an escape in that, which is its end if a backslash follows.
    SystemEscape,
}

impl Asides {
    /// The first aside in the text: what is before its end, the aside, and what comes after. `None` where there is
    /// none; the whole text is read then.
    pub(crate) fn next<'a>(&mut self, text: &'a str) -> Option<(&'a str, Aside, &'a str)> {
        text.char_indices().find_map(|(at, char)| {
            let aside = self.char(char)?;
            let (before, after) = text.split_at(at + char.len_utf8());
            Some((before, aside, after))
        })
    }

    fn char(&mut self, char: char) -> Option<Aside> {
        match (self.within, char) {
            (Within::System, '\x1b') => self.goes_on(Within::SystemEscape),
            (Within::System, '\x07') | (Within::SystemEscape, '\\') => {
                self.within = Within::Text;
                title(&self.read)
            }
            // Any other escape begins something new, and ends what was not ended.
            (_, '\x1b') => self.goes_on(Within::Escape),
            (_, '\x18' | '\x1a') => self.goes_on(Within::Text),
            (Within::Escape | Within::SystemEscape, '[') => self.begins(Within::Command),
            (Within::Escape | Within::SystemEscape, ']') => self.begins(Within::System),
            (Within::Escape | Within::SystemEscape, 'c') => {
                self.within = Within::Text;
                Some(Aside::Reset)
            }
            (Within::Escape | Within::SystemEscape, _) => self.goes_on(Within::Text),
            (Within::Command, '\x40'..='\x7e') => {
                self.within = Within::Text;
                command(&self.read, char)
            }
            (Within::Command | Within::System, _) => {
                if self.read.len() < LONGEST {
                    self.read.push(char);
                }
                None
            }
            (Within::Text, _) => None,
        }
    }

    fn begins(&mut self, within: Within) -> Option<Aside> {
        self.read.clear();
        self.goes_on(within)
    }

    fn goes_on(&mut self, within: Within) -> Option<Aside> {
        self.within = within;
        None
    }
}

fn command(parameters: &str, end: char) -> Option<Aside> {
    let pastes = || {
        parameters
            .strip_prefix('?')
            .is_some_and(|modes| modes.split(';').any(|mode| mode == "2004"))
    };
    match (parameters, end) {
        ("" | "0", 'c') => Some(Aside::Asks(Question::Device)),
        ("5", 'n') => Some(Aside::Asks(Question::Status)),
        ("6", 'n') => Some(Aside::Asks(Question::Cursor)),
        (_, 't') => Some(Aside::Unwanted),
        (times, 'b') if times.len() > MOST_DIGITS => Some(Aside::Unwanted),
        (_, 'h') => pastes().then_some(Aside::Pastes(true)),
        (_, 'l') => pastes().then_some(Aside::Pastes(false)),
        _ => None,
    }
}

fn title(said: &str) -> Option<Aside> {
    let (what, title) = said.split_once(';')?;
    let title = title.chars().filter(|char| !char.is_control()).collect();
    matches!(what, "0" | "2").then_some(Aside::Title(title))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(pieces: &[&str]) -> Vec<Aside> {
        let mut asides = Asides::default();
        let mut found = Vec::new();
        for piece in pieces {
            let mut rest = *piece;
            while let Some((_, aside, after)) = asides.next(rest) {
                found.push(aside);
                rest = after;
            }
        }
        found
    }

    #[test]
    fn what_is_said_is_heard_wherever_the_pieces_end() {
        let text = "a\x1b]0;vim: café\x07b\x1b[?1;2004hc\x1b[6nd\x1b[?2004l\x1b]2;x\x1b\\\x1b[c\x1b[5n\x1bc";
        let expected = [
            Aside::Title("vim: café".to_owned()),
            Aside::Pastes(true),
            Aside::Asks(Question::Cursor),
            Aside::Pastes(false),
            Aside::Title("x".to_owned()),
            Aside::Asks(Question::Device),
            Aside::Asks(Question::Status),
            Aside::Reset,
        ];
        assert_eq!(all(&[text]), expected);
        for (at, _) in text.char_indices() {
            let (one, other) = text.split_at(at);
            assert_eq!(all(&[one, other]), expected, "cut at {at}");
        }
    }

    #[test]
    fn a_command_that_would_cost_too_much_is_known() {
        let unwanted = ["\x1b[8;65535;65535t", "\x1b[65535b"];
        assert_eq!(all(&unwanted), [Aside::Unwanted, Aside::Unwanted]);
        assert_eq!(all(&["\x1b[80b"]), []);
    }

    #[test]
    fn what_is_something_else_is_not() {
        let nothing = [
            "\x1b[>c",
            "\x1b[?6n",
            "\x1b[2004h",
            "\x1b]52;c;c2VjcmV0\x07",
            "\x1b]4;1;?\x07",
            "6n",
            "\x1b[31m",
            "\x1b[6\x18n",
        ];
        assert_eq!(all(&nothing), []);
    }

    #[test]
    fn a_title_without_an_end_takes_no_room() {
        let mut asides = Asides::default();
        assert_eq!(
            asides.next(&format!("\x1b]0;{}", "x".repeat(1 << 20))),
            None
        );
        assert!(asides.read.len() <= LONGEST);
    }
}
