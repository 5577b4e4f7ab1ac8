//! From a policy to its file, in one form.

use core::fmt::Write as _;
use std::collections::BTreeSet;

use serde_json::Value;

use super::schema::{self, Member, Takes};
use crate::policy::Policy;

/// The widest line of a list, in characters; a longer one has a line for each item.
const WIDTH: usize = 100;

/// The policy as TOML, in one form: members in their order, each with a comment where it stands first, and
/// nothing that says no more than leaving it out.
pub fn write(policy: &Policy) -> String {
    write_unread(&serde_json::to_value(policy).expect("a policy has string keys and no floats"))
}

/// The same of what is to become a policy, right or wrong: its members as JSON. Others are left out; what
/// is wrong with the rest [`look()`](super::look) tells, at the lines of this text.
pub fn write_unread(policy: &Value) -> String {
    let mut writer = Writer::default();
    writer.table("", schema::POLICY, policy);
    writer.out
}

#[derive(Default)]
struct Writer {
    out: String,
    /// The members that have their comment.
    explained: BTreeSet<String>,
}

impl Writer {
    fn table(&mut self, path: &str, schema: &'static schema::Table, value: &Value) {
        let said = |member: &&Member| speaks(member, &value[member.name]);
        let is_table =
            |member: &&Member| matches!(member.takes, Takes::Table(_) | Takes::Tables(_));
        for member in schema
            .iter()
            .filter(|member| !is_table(member))
            .filter(said)
        {
            self.explain(path, member);
            self.line(member.name, &value[member.name]);
        }
        for member in schema.iter().filter(is_table).filter(said) {
            self.inner(path, member, &value[member.name]);
        }
    }

    /// The tables that a member is.
    fn inner(&mut self, path: &str, member: &Member, value: &Value) {
        let below = match path {
            "" => member.name.to_owned(),
            _ => format!("{path}.{}", member.name),
        };
        match (member.takes, value) {
            (Takes::Tables(_), Value::Array(items)) if items.is_empty() => {
                // It cannot be left out: a contradiction that is written as it is.
                self.line(member.name, value);
            }
            (Takes::Tables(schema), Value::Array(items)) => {
                for item in items {
                    self.out.push('\n');
                    self.explain(path, member);
                    let _ = writeln!(self.out, "[[{below}]]");
                    self.table(&below, schema, item);
                }
            }
            (Takes::Table(schema), _) => {
                self.out.push('\n');
                self.explain(path, member);
                let _ = writeln!(self.out, "[{below}]");
                self.table(&below, schema, value);
            }
            _ => {}
        }
    }

    fn explain(&mut self, path: &str, member: &Member) {
        if self.explained.insert(format!("{path}.{}", member.name)) {
            let _ = writeln!(self.out, "# {}", member.words);
        }
    }

    fn line(&mut self, name: &str, value: &Value) {
        let Value::Array(items) = value else {
            let _ = writeln!(self.out, "{name} = {}", plain(value));
            return;
        };
        let items: Vec<String> = items
            .iter()
            .filter(|item| !item.is_null())
            .map(plain)
            .collect();
        let short = format!("{name} = [{}]", items.join(", "));
        if short.chars().count() <= WIDTH {
            let _ = writeln!(self.out, "{short}");
            return;
        }
        let _ = writeln!(self.out, "{name} = [");
        for item in items {
            let _ = writeln!(self.out, "    {item},");
        }
        self.out.push_str("]\n");
    }
}

/// Whether anything is lost where the member is left out.
fn speaks(member: &Member, value: &Value) -> bool {
    match member.takes {
        _ if value.is_null() => false,
        Takes::Table(schema) if !member.needed => {
            schema.iter().any(|inner| speaks(inner, &value[inner.name]))
        }
        _ => !member.says_nothing(value),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        // A text in the place of a table, or the other way round: JSON in quotes says so at least.
        Value::Object(_) | Value::Array(_) => quoted(&value.to_string()),
        other => other.to_string(),
    }
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
