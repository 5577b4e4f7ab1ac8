//! What a ticket has to look like.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest pattern, in bytes.
const MAX_LEN: usize = 100;

/// A ticket's form: `#` stands for one digit or more, everything else for itself, and `|` stands between
/// forms of which one is enough: `INC-#|CHG-#`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TicketPattern(String);

/// A text that no ticket can be like.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no form of a ticket: write what stands in it, # for a number, | between two forms, as INC-#"
)]
pub struct BadTicketPattern(String);

impl TicketPattern {
    /// Whether the whole text has this form.
    pub fn matches(&self, text: &str) -> bool {
        self.0.split('|').any(|form| has_form(form, text))
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn has_form(form: &str, text: &str) -> bool {
    let mut left = text;
    for (at, part) in form.split('#').enumerate() {
        if at > 0 {
            let digits = left.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return false;
            }
            left = &left[digits..];
        }
        match left.strip_prefix(part) {
            Some(rest) => left = rest,
            None => return false,
        }
    }
    left.is_empty()
}

/// After a number no digit can follow: the number would have taken it.
fn can_match(form: &str) -> bool {
    let mut parts = form.split('#');
    let whole = !form.is_empty() && form.trim() == form && !form.chars().any(char::is_control);
    parts.next();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let touches = part.is_empty() && parts.peek().is_some();
        if touches || part.starts_with(|c: char| c.is_ascii_digit()) {
            return false;
        }
    }
    whole
}

impl FromStr for TicketPattern {
    type Err = BadTicketPattern;

    fn from_str(text: &str) -> Result<Self, BadTicketPattern> {
        if text.len() <= MAX_LEN && text.split('|').all(can_match) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadTicketPattern(text.to_owned()))
        }
    }
}

impl TryFrom<String> for TicketPattern {
    type Error = BadTicketPattern;

    fn try_from(text: String) -> Result<Self, BadTicketPattern> {
        text.parse()
    }
}

impl From<TicketPattern> for String {
    fn from(pattern: TicketPattern) -> Self {
        pattern.0
    }
}

impl fmt::Display for TicketPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TicketPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_has_the_form_or_not() {
        let pattern: TicketPattern = "INC-#|CHG-#/#".parse().expect("a pattern");
        for (ticket, fits) in [
            ("INC-1", true),
            ("INC-20391", true),
            ("CHG-4/2", true),
            ("INC-", false),
            ("INC-1a", false),
            ("inc-1", false),
            (" INC-1", false),
            ("CHG-4/", false),
            ("INC-1|CHG-4/2", false),
            ("", false),
        ] {
            assert_eq!(pattern.matches(ticket), fits, "{ticket:?}");
        }
    }

    #[test]
    fn what_no_ticket_can_be_like_is_refused() {
        for text in [
            "",
            "|",
            "INC-#|",
            "##",
            "#1",
            "INC-\n",
            " #",
            &"x".repeat(101),
        ] {
            assert!(text.parse::<TicketPattern>().is_err(), "{text:?}");
        }
    }
}
