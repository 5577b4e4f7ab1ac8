//! From a policy to its file, in one form.

use core::fmt::Write as _;

use serde_json::Value;

use super::schema::{self, Member, Takes};
use crate::policy::Policy;

/// The widest line of a list, in characters; a longer one has a line for each item.
const WIDTH: usize = 100;

/// The policy as TOML, in one form: members in their order, each with a comment, and nothing that says no
/// more than leaving it out. Where a table repeats, the first has the comments.
pub fn write(policy: &Policy) -> String {
    let value = serde_json::to_value(policy).expect("a policy has string keys and no floats");
    let mut out = String::new();
    table(&mut out, "", schema::POLICY, &value, true);
    out
}

fn table(out: &mut String, path: &str, schema: &'static schema::Table, value: &Value, explained: bool) {
    let said = |member: &&Member| !member.says_nothing(&value[member.name]);
    let plain = |member: &&Member| !matches!(member.takes, Takes::Table(_) | Takes::Tables(_));
    for member in schema.iter().filter(plain).filter(said) {
        explain(out, member, explained);
        line(out, member.name, &value[member.name]);
    }
    for member in schema.iter().filter(said) {
        let path = match path {
            "" => member.name.to_owned(),
            _ => format!("{path}.{}", member.name),
        };
        let value = &value[member.name];
        match member.takes {
            Takes::Table(inner) => {
                let mut members = String::new();
                table(&mut members, &path, inner, value, explained);
                if member.needed || !members.is_empty() {
                    out.push('\n');
                    explain(out, member, explained);
                    // A table that has tables only is named by them.
                    let named = !members.starts_with('\n');
                    let header = if named { format!("[{path}]\n") } else { String::new() };
                    out.push_str(&header);
                    out.push_str(&members);
                }
            }
            Takes::Tables(inner) => {
                for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                    let explained = explained && number == 0;
                    out.push('\n');
                    explain(out, member, explained);
                    let _ = writeln!(out, "[[{path}]]");
                    table(out, &path, inner, item, explained);
                }
                if value.as_array().is_some_and(Vec::is_empty) {
                    // The member is needed, and empty: a contradiction that is written as it is.
                    let _ = writeln!(out, "{} = []", member.name);
                }
            }
            _ => {}
        }
    }
}

fn explain(out: &mut String, member: &Member, explained: bool) {
    if explained {
        let _ = writeln!(out, "# {}", member.words);
    }
}

fn line(out: &mut String, name: &str, value: &Value) {
    let Value::Array(items) = value else {
        let _ = writeln!(out, "{name} = {}", plain(value));
        return;
    };
    let items: Vec<String> = items.iter().map(plain).collect();
    let short = format!("{name} = [{}]\n", items.join(", "));
    if short.chars().count() <= WIDTH {
        out.push_str(&short);
        return;
    }
    let _ = writeln!(out, "{name} = [");
    for item in items {
        let _ = writeln!(out, "    {item},");
    }
    out.push_str("]\n");
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
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
