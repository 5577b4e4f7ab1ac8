//! Output without what steers a terminal.

use std::fmt;

use avt::Parser;
use avt::parser::Function;

/// Reads with the terminal's own parser, so that what it takes for a command no search finds.
#[derive(Default)]
pub(crate) struct Plain {
    parser: Parser,
    last: Option<char>,
}

impl Plain {
    /// The words and ends of lines in the next piece. Whatever puts the cursor elsewhere separates words.
    pub(crate) fn feed(&mut self, text: &str) -> String {
        let mut plain = String::with_capacity(text.len());
        for char in text.chars() {
            match self.parser.feed(char) {
                Some(Function::Print(char)) => self.push(&mut plain, char),
                Some(Function::Lf | Function::Nel) => self.push(&mut plain, '\n'),
                Some(
                    Function::Ht
                    | Function::Cup(..)
                    | Function::Vpa(_)
                    | Function::Cuf(_)
                    | Function::Cha(_),
                ) if self.last.is_some_and(|last| !last.is_whitespace()) => {
                    self.push(&mut plain, ' ');
                }
                // Whoever corrects what they type leaves what they meant.
                Some(Function::Bs) if plain.ends_with(|last| last != '\n') => {
                    plain.pop();
                }
                _ => {}
            }
        }
        plain
    }

    fn push(&mut self, plain: &mut String, char: char) {
        plain.push(char);
        self.last = Some(char);
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plain").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Plain;

    #[test]
    fn only_words_and_lines_are_left() {
        let text = "\x1b]0;title\x07\x1b[1;31mro\x1b[0mot\x1b[?2004h\r\nls\x08\x08cd \x1b[5;9Hx";
        assert_eq!(Plain::default().feed(text), "root\ncd x");
    }

    #[test]
    fn a_word_that_comes_in_pieces_is_one() {
        let mut plain = Plain::default();
        let pieces: String = ["pass", "\x1b[3", "2mw", "ord"]
            .map(|piece| plain.feed(piece))
            .concat();
        assert_eq!(pieces, "password");
    }
}
