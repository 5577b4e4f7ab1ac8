//! What stands in the file of a policy: every member, what it takes, and what it is for.

use core::fmt::Display;
use core::str::FromStr;

use serde::de::DeserializeOwned;
use serde_json::Value;

mod tables;

pub(super) use tables::POLICY;

/// A table: its members in the order in which they are written.
pub(super) type Table = [Member];

/// One member of a table.
pub(super) struct Member {
    pub(super) name: &'static str,
    /// Whether a table has to have it.
    pub(super) needed: bool,
    pub(super) takes: Takes,
    /// The comment above it.
    pub(super) words: &'static str,
}

/// What a member takes.
#[derive(Clone, Copy)]
pub(super) enum Takes {
    /// A text; why it is none of its kind.
    Text(Check),
    /// Texts, each of the kind.
    Texts(Check),
    /// A whole number up to this one.
    Number(u64),
    /// Yes or no; no where it is left out.
    Flag,
    /// A table.
    Table(&'static Table),
    /// Any number of tables.
    Tables(&'static Table),
}

/// Why a text is none of its kind.
type Check = fn(&str) -> Result<(), String>;

impl Member {
    /// Whether a value says no more than leaving the member out.
    pub(super) fn says_nothing(&self, value: &Value) -> bool {
        let unsaid = match value {
            Value::Null | Value::Bool(false) => true,
            Value::Number(number) => self.name == "min_reason_chars" && number.as_u64() == Some(0),
            Value::Array(items) => items.is_empty(),
            Value::String(_) => false,
            Value::Object(members) => members.is_empty(),
            Value::Bool(true) => false,
        };
        unsaid && !self.needed
    }
}

/// What somebody may have meant by a name that a table does not have: "; did you mean …?"
pub(super) fn meant(name: &str, table: &'static Table) -> String {
    if let Some(elsewhere) = find(name, POLICY, "") {
        return format!("; it belongs to {elsewhere}");
    }
    let likeness = |member: &&Member| strsim::normalized_damerau_levenshtein(name, member.name);
    let nearest = table
        .iter()
        .max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
    let prefixed = table
        .iter()
        .find(|member| member.name.trim_end_matches("_s") == name);
    let near = prefixed.or(nearest.filter(|member| likeness(member) >= 0.5));
    near.map_or(String::new(), |member| {
        format!("; did you mean `{}`?", member.name)
    })
}

/// Where a member of this name stands.
fn find(name: &str, table: &'static Table, at: &str) -> Option<String> {
    table.iter().find_map(|member| {
        let (inner, path) = match member.takes {
            Takes::Table(inner) => (inner, format!("{at}{}", member.name)),
            Takes::Tables(inner) => (inner, format!("{at}{}[]", member.name)),
            _ => return None,
        };
        if inner.iter().any(|member| member.name == name) {
            return Some(format!("`{path}`"));
        }
        find(name, inner, &format!("{path}."))
    })
}

/// Any text.
fn any(_: &str) -> Result<(), String> {
    Ok(())
}

/// A text that its type reads.
fn parsed<T: FromStr<Err: Display>>(text: &str) -> Result<(), String> {
    text.parse::<T>()
        .map(drop)
        .map_err(|error| error.to_string())
}

/// A text that stands for a value of its type, such as one out of a few words.
fn word<T: DeserializeOwned>(text: &str) -> Result<(), String> {
    let read = serde_json::from_value::<T>(Value::String(text.to_owned()));
    read.map(drop).map_err(|error| error.to_string())
}
