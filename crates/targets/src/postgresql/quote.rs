//! Texts within statements that take no parameters.

/// A name in double quotes, quotes inside doubled.
pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in single quotes.
pub(super) fn literal(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\'', "''");
    format!("E'{escaped}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_cannot_end_a_quoted_text() {
        assert_eq!(
            identifier("a\"; drop role x; --"),
            "\"a\"\"; drop role x; --\""
        );
        assert_eq!(literal("a'; \\"), "E'a''; \\\\'");
    }
}
