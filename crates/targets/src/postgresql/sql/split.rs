//! Several statements, one by one.

use super::lexer::{Strings, Token, tokens};

/// Cuts a text into its statements, without the semicolons between them and without what is empty. Where it cannot
/// be cut, because a string or a comment does not end, all of it is one: the server says what is wrong with it.
///
/// Where the server would cut otherwise it says so itself, since each piece is sent as what may hold one statement
/// only.
pub fn split(text: &str, strings: Strings) -> Vec<&str> {
    let Ok(tokens) = tokens(text, strings) else {
        return vec![text.trim()];
    };
    let mut pieces = Vec::new();
    let mut piece = Piece::default();
    for token in &tokens {
        if token.is_sign(b';') && piece.may_end() {
            pieces.extend(piece.taken(text));
            piece = Piece::default();
        } else {
            piece.add(token);
        }
    }
    pieces.extend(piece.taken(text));
    pieces
}

/// A statement that is read.
#[derive(Default)]
struct Piece {
    from: Option<usize>,
    to: usize,
    words: usize,
    /// `CREATE [OR REPLACE] FUNCTION` or `PROCEDURE`: its body may hold statements between `BEGIN ATOMIC` and `END`.
    routine: bool,
    brackets: usize,
    /// Within a body, `BEGIN`s and `CASE`s that are not ended.
    blocks: usize,
    after_begin: bool,
    creates: bool,
}

impl Piece {
    fn may_end(&self) -> bool {
        self.brackets == 0 && self.blocks == 0
    }

    fn add(&mut self, token: &Token<'_>) {
        self.from.get_or_insert(token.at);
        self.to = token.at + token.text.len();
        self.words += 1;
        self.creates |= self.words == 1 && token.is("create");
        if self.creates && self.words <= 4 {
            self.routine |= token.is("function") || token.is("procedure");
        }
        if token.is_sign(b'(') {
            self.brackets += 1;
        } else if token.is_sign(b')') {
            self.brackets = self.brackets.saturating_sub(1);
        } else if self.routine {
            let begun = self.after_begin && token.is("atomic");
            if begun || (self.blocks > 0 && token.is("case")) {
                self.blocks += 1;
            } else if self.blocks > 0 && token.is("end") {
                self.blocks -= 1;
            }
        }
        self.after_begin = token.is("begin");
    }

    fn taken<'a>(&self, text: &'a str) -> Option<&'a str> {
        self.from.map(|from| &text[from..self.to])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_end_where_they_end() {
        let text = "select ';' ; ; -- ;\nselect $$;$$; create rule r as on insert to t do (a; b);
            create function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3";
        let pieces = split(text, Strings::Standard);
        assert_eq!(pieces.len(), 5, "{pieces:?}");
        assert_eq!(pieces[0], "select ';'");
        assert_eq!(pieces[1], "select $$;$$");
        assert!(pieces[3].ends_with("select 2; end"));
        assert_eq!(pieces[4], "select 3");
    }

    #[test]
    fn what_cannot_be_cut_is_one() {
        assert_eq!(
            split("select 1; select 'a; x", Strings::Standard),
            ["select 1; select 'a; x"]
        );
        assert!(split(" ; -- nothing\n;", Strings::Standard).is_empty());
    }
}
