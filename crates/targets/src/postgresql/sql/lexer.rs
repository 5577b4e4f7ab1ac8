//! Words, cut as PostgreSQL cuts them.

/// How a backslash in a plain string counts: `standard_conforming_strings`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strings {
    /// On: as any other character.
    Standard,
    /// Off: it escapes what follows.
    Escaped,
}

/// A piece of a text that counts; comments and blanks do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    /// As it stands there, quotes and all.
    pub(super) text: &'a str,
    /// The byte it begins at.
    pub(super) at: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or a name without quotes.
    Word,
    /// A name in double quotes.
    Quoted,
    /// A name in double quotes with `U&` before it: what it names is written in escapes.
    Escaped,
    /// `'…'`, and nothing in it but what it says.
    Plain,
    /// Any other string: `E''`, `U&''`, `B''`, `X''`, `$$…$$`, or one with quotes in it.
    String,
    Number,
    /// `$1`.
    Parameter,
    /// One character of anything else.
    Sign(u8),
}

/// A string or a comment does not end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unended;

impl Token<'_> {
    /// Whether it is this keyword; `word` is lower case.
    pub(super) fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it names this, in quotes or not. Names of settings have no case, not even in quotes.
    pub(super) fn names(&self, name: &str) -> bool {
        match self.kind {
            Kind::Word => self.text.eq_ignore_ascii_case(name),
            Kind::Quoted => self.text.trim_matches('"').eq_ignore_ascii_case(name),
            _ => false,
        }
    }

    pub(super) fn is_sign(&self, sign: u8) -> bool {
        self.kind == Kind::Sign(sign)
    }
}

/// Cuts a text.
pub(super) fn tokens(text: &str, strings: Strings) -> Result<Vec<Token<'_>>, Unended> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        strings,
    };
    let mut found = Vec::new();
    while let Some(token) = lexer.next()? {
        found.push(token);
    }
    Ok(found)
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    strings: Strings,
}

impl<'a> Lexer<'a> {
    fn next(&mut self) -> Result<Option<Token<'a>>, Unended> {
        self.skip()?;
        let start = self.at;
        let Some(first) = self.peek(0) else {
            return Ok(None);
        };
        let kind = match first {
            b'\'' => self.string(self.strings == Strings::Escaped)?,
            b'"' => self.name(Kind::Quoted)?,
            b'$' => self.dollar()?,
            b'0'..=b'9' => self.number(),
            b'.' if self.digit(1) => self.number(),
            b'e' | b'E' if self.peek(1) == Some(b'\'') => {
                self.at += 1;
                self.string(true)?;
                Kind::String
            }
            b'b' | b'B' | b'x' | b'X' | b'n' | b'N' if self.peek(1) == Some(b'\'') => {
                self.at += 1;
                // N'' is a plain string behind a type's name.
                let national = matches!(first, b'n' | b'N');
                self.string(national && self.strings == Strings::Escaped)?;
                Kind::String
            }
            b'u' | b'U' if self.peek(1) == Some(b'&') && self.peek(2) == Some(b'\'') => {
                self.at += 2;
                self.string(false)?;
                Kind::String
            }
            b'u' | b'U' if self.peek(1) == Some(b'&') && self.peek(2) == Some(b'"') => {
                self.at += 2;
                self.name(Kind::Escaped)?
            }
            first if begins_word(first) => {
                self.at += 1;
                self.skip_while(continues_word);
                Kind::Word
            }
            sign => {
                self.at += 1;
                Kind::Sign(sign)
            }
        };
        Ok(Some(Token {
            kind,
            text: &self.text[start..self.at],
            at: start,
        }))
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn digit(&self, ahead: usize) -> bool {
        self.peek(ahead).is_some_and(|byte| byte.is_ascii_digit())
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.peek(0).is_some_and(&wanted) {
            self.at += 1;
        }
    }

    /// Past blanks and comments. They end operators too, so signs need not be put together first.
    fn skip(&mut self) -> Result<(), Unended> {
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some(byte), _) if is_blank(byte) => self.at += 1,
                (Some(b'-'), Some(b'-')) => self.skip_while(|byte| !is_newline(byte)),
                (Some(b'/'), Some(b'*')) => self.comment()?,
                _ => return Ok(()),
            }
        }
    }

    /// `/* … /* … */ … */`.
    fn comment(&mut self) -> Result<(), Unended> {
        let mut depth = 0;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some(b'/'), Some(b'*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (Some(b'*'), Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                (Some(_), _) => self.at += 1,
                (None, _) => return Err(Unended),
            }
        }
    }

    /// A string from its quote to the end of its last part: one that goes on after a line's end is one.
    fn string(&mut self, escapes: bool) -> Result<Kind, Unended> {
        let mut kind = Kind::Plain;
        self.at += 1;
        loop {
            match self.peek(0).ok_or(Unended)? {
                b'\\' if escapes => {
                    kind = Kind::String;
                    self.at += 2;
                }
                b'\'' if self.peek(1) == Some(b'\'') => {
                    kind = Kind::String;
                    self.at += 2;
                }
                b'\'' => {
                    self.at += 1;
                    match self.continued() {
                        Some(next) => {
                            kind = Kind::String;
                            self.at = next + 1;
                        }
                        None => return Ok(kind),
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    /// Where the string that has just ended goes on: behind blanks with a line's end among them, and comments of
    /// the kind that ends a line after that.
    fn continued(&self) -> Option<usize> {
        let mut at = self.at;
        let mut lines = 0;
        loop {
            match self.bytes.get(at).copied()? {
                b'\'' => return (lines > 0).then_some(at),
                byte if is_newline(byte) => {
                    lines += 1;
                    at += 1;
                }
                byte if is_blank(byte) => at += 1,
                b'-' if self.bytes.get(at + 1) == Some(&b'-') => {
                    while self.bytes.get(at).is_some_and(|byte| !is_newline(*byte)) {
                        at += 1;
                    }
                }
                _ => return None,
            }
        }
    }

    fn name(&mut self, kind: Kind) -> Result<Kind, Unended> {
        self.at += 1;
        loop {
            match self.peek(0).ok_or(Unended)? {
                b'"' if self.peek(1) == Some(b'"') => self.at += 2,
                b'"' => {
                    self.at += 1;
                    return Ok(kind);
                }
                _ => self.at += 1,
            }
        }
    }

    /// `$1`, `$tag$ … $tag$`, or the sign alone.
    fn dollar(&mut self) -> Result<Kind, Unended> {
        let start = self.at;
        self.at += 1;
        if self.digit(0) {
            self.skip_while(|byte| byte.is_ascii_digit());
            return Ok(Kind::Parameter);
        }
        self.skip_while(|byte| continues_word(byte) && byte != b'$');
        if self.peek(0) != Some(b'$') {
            self.at = start + 1;
            return Ok(Kind::Sign(b'$'));
        }
        self.at += 1;
        let tag = &self.text[start..self.at];
        let length = self.text[self.at..].find(tag).ok_or(Unended)?;
        self.at += length + tag.len();
        Ok(Kind::String)
    }

    /// Digits, a point, an exponent if one follows: `1E'…'` is a number and a string of the kind `E''`.
    fn number(&mut self) -> Kind {
        self.skip_while(|byte| byte.is_ascii_digit() || byte == b'.');
        if matches!(self.peek(0), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.peek(1), Some(b'+' | b'-')));
            if self.digit(1 + sign) {
                self.at += 1 + sign;
                self.skip_while(|byte| byte.is_ascii_digit());
            }
        }
        Kind::Number
    }
}

/// PostgreSQL 16 knows the vertical tab too. No version lets it be part of a word.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn is_newline(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Every byte of a character beyond ASCII is a letter there.
fn begins_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn continues_word(byte: u8) -> bool {
    begins_word(byte) || byte.is_ascii_digit() || byte == b'$'
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        let found = tokens(text, Strings::Standard).unwrap();
        found.into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn words_are_cut_as_the_server_cuts_them() {
        for (text, wanted) in [
            ("a/* /* b */ c */d--e\nf", vec!["a", "d", "f"]),
            (r"'\' x", vec![r"'\'", "x"]),
            (r"E'\' x'", vec![r"E'\' x'"]),
            ("'a' 'b'", vec!["'a'", "'b'"]),
            ("'a' -- c\n 'b' d", vec!["'a' -- c\n 'b'", "d"]),
            ("E'a'\n'\\' b'", vec!["E'a'\n'\\' b'"]),
            ("$a$ ' $$ $a$ b", vec!["$a$ ' $$ $a$", "b"]),
            ("a$b$c $1$$x$$", vec!["a$b$c", "$1", "$$x$$"]),
            ("1E'\\'' 1e5 .5x", vec!["1", "E'\\''", "1e5", ".5", "x"]),
            (r#"u&"a""b" "c""#, vec![r#"u&"a""b""#, "\"c\""]),
            ("a+--b\n-c", vec!["a", "+", "-", "c"]),
            ("é$é$é", vec!["é$é$é"]),
        ] {
            assert_eq!(cut(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_does_not_end_is_said() {
        for text in ["'a", "E'a\\'", "\"a", "/* /* */", "$a$ $b$", "'a'\n'b"] {
            assert_eq!(tokens(text, Strings::Standard), Err(Unended), "{text}");
        }
        assert_eq!(tokens(r"'\'", Strings::Escaped), Err(Unended));
    }
}
