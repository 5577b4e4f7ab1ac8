//! Which resources a policy opens: by name, by a pattern of names, or by labels.

use core::fmt;
use core::str::FromStr;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::ResourceName;

/// What a resource is: `env` is `prod`. Names and values are 1 to 63 characters out of a-z, 0-9, `-`, `_`,
/// `.` and `/`.
pub type Labels = BTreeMap<String, String>;

/// Some resources: `orders-db`, `orders-*`, or `env=prod,team=orders` for those that have all the labels.
/// A name alone needs nothing else; patterns and labels find only resources that the log knows.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Selector(Form);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Form {
    Name(ResourceName),
    /// Has at least one `*`.
    Pattern(String),
    /// At least one.
    Labels(Labels),
}

/// A text that selects nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} selects nothing: write a resource's name, a pattern with '*', or label=value[,label=value]"
)]
pub struct BadSelector(String);

impl Selector {
    /// The labels that it asks for; none where it goes by names.
    pub(crate) fn labels(&self) -> Labels {
        match &self.0 {
            Form::Labels(wanted) => wanted.clone(),
            Form::Name(_) | Form::Pattern(_) => Labels::new(),
        }
    }

    /// Whether the resource is one of them; `labels` are those that the log knows of it, if it does.
    pub fn covers(&self, name: &ResourceName, labels: Option<&Labels>) -> bool {
        match &self.0 {
            Form::Name(wanted) => wanted == name,
            Form::Pattern(pattern) => labels.is_some() && like(pattern, name.as_str()),
            Form::Labels(wanted) => labels.is_some_and(|labels| {
                wanted
                    .iter()
                    .all(|(label, value)| labels.get(label) == Some(value))
            }),
        }
    }
}

/// Whether a name is like a pattern, in which each `*` stands for any characters or none.
fn like(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut left) = name.strip_prefix(head) else {
        return false;
    };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return left.ends_with(part);
        }
        // The first place is the best one: it leaves the most for what follows.
        let Some(at) = left.find(part) else {
            return false;
        };
        left = &left[at + part.len()..];
    }
    true
}

/// Whether a label's name or value is written as it must be.
pub(crate) fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_./".contains(&byte)
        })
}

impl FromStr for Selector {
    type Err = BadSelector;

    fn from_str(text: &str) -> Result<Self, BadSelector> {
        let bad = || BadSelector(text.to_owned());
        let form = if text.contains('=') {
            let mut labels = Labels::new();
            for pair in text.split(',') {
                let (label, value) = pair.split_once('=').ok_or_else(bad)?;
                if !is_label(label) || !is_label(value) {
                    return Err(bad());
                }
                labels.insert(label.to_owned(), value.to_owned());
            }
            Form::Labels(labels)
        } else if text.contains('*') {
            // What stands around the stars is a part of a name.
            text.replace('*', "a")
                .parse::<ResourceName>()
                .map_err(|_| bad())?;
            Form::Pattern(text.to_owned())
        } else {
            Form::Name(text.parse().map_err(|_| bad())?)
        };
        let selector = Self(form);
        // One selection has one form: labels in order, none twice.
        if selector.to_string() == text {
            Ok(selector)
        } else {
            Err(bad())
        }
    }
}

impl TryFrom<String> for Selector {
    type Error = BadSelector;

    fn try_from(text: String) -> Result<Self, BadSelector> {
        text.parse()
    }
}

impl From<Selector> for String {
    fn from(selector: Selector) -> Self {
        selector.to_string()
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Name(name) => name.fmt(f),
            Form::Pattern(pattern) => f.write_str(pattern),
            Form::Labels(labels) => {
                for (at, (label, value)) in labels.iter().enumerate() {
                    let comma = if at == 0 { "" } else { "," };
                    write!(f, "{comma}{label}={value}")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Debug for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(selector: &str, name: &str, labels: Option<&Labels>) -> bool {
        let selector: Selector = selector.parse().expect("a selector");
        selector.covers(&name.parse().expect("a name"), labels)
    }

    #[test]
    fn names_patterns_and_labels_select() {
        let none = Labels::new();
        let pair = |label: &str, value: &str| (label.to_owned(), value.to_owned());
        let labels = Labels::from([pair("env", "prod"), pair("team", "orders")]);
        assert!(covers("orders-db", "orders-db", None));
        assert!(!covers("orders-db", "orders-db2", Some(&labels)));
        for (pattern, name, like) in [
            ("orders-*", "orders-db", true),
            ("orders-*", "orders-", true),
            ("*", "anything", true),
            ("*-db", "orders-db", true),
            ("a*b*c", "abc", true),
            ("a*b*c", "axxbyybzc", true),
            ("a*b*c", "ac", false),
            ("*b", "abab", true),
            ("*ab*ab", "ab", false),
            ("orders-*", "order-db", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(covers(pattern, name, Some(&none)), like, "{pattern} {name}");
            assert!(!covers(pattern, name, None), "the log does not know it");
        }
        assert!(covers("env=prod", "x", Some(&labels)));
        assert!(covers("env=prod,team=orders", "x", Some(&labels)));
        assert!(!covers("env=prod,team=billing", "x", Some(&labels)));
        assert!(!covers("env=prod", "x", Some(&none)));
    }

    #[test]
    fn one_selection_has_one_form() {
        for text in [
            "",
            "A",
            "a b",
            "env=",
            "=prod",
            "env=prod,",
            "team=a,env=b",
            "env=a,env=b",
            "env=p*",
            "ä*",
        ] {
            assert!(text.parse::<Selector>().is_err(), "{text}");
        }
    }
}
