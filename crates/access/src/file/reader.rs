//! From a text to policies, each finding at its place.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::schema::{self, Takes};
use super::{FileError, Seen, Zones};
use crate::policy::{Policy, Recording};

mod value;
mod zone;

/// The policy that is the whole text.
pub(super) fn one(text: &str, zones: Zones<'_>) -> Seen {
    match parse(text) {
        Ok(document) => Reader::new(text, "").policy(document.get_ref(), 0, zones),
        Err(errors) => Seen {
            errors,
            ..Seen::default()
        },
    }
}

/// The policies that are the tables `policy` of the text.
pub(super) fn all(text: &str, zones: Zones<'_>) -> Result<Vec<Seen>, Vec<FileError>> {
    let document = parse(text)?;
    let Some((key, value)) = document.get_ref().get_key_value("policy") else {
        return Ok(Vec::new());
    };
    let DeValue::Array(items) = value.get_ref() else {
        let mut reader = Reader::new(text, "");
        reader.error(
            "policy",
            key.span().start,
            "is no list: write [[policy]] above each policy",
        );
        return Err(reader.errors);
    };
    let mut names = BTreeSet::new();
    let mut seen = Vec::new();
    for (number, item) in items.iter().enumerate() {
        let mut reader = Reader::new(text, &format!("policy[{number}]."));
        let start = item.span().start;
        let Some(table) = item.get_ref().as_table() else {
            reader.error("", start, "is no table: write [[policy]] above each policy");
            return Err(reader.errors);
        };
        let mut read = reader.policy(table, start, zones);
        if let Some(policy) = &read.policy
            && !names.insert(policy.name.clone())
        {
            let mut again = Reader::new(text, &format!("policy[{number}]."));
            let start = table.get("name").map_or(start, |name| name.span().start);
            again.error("name", start, "is the name of another policy of this file");
            read.errors.extend(again.errors);
        }
        seen.push(read);
    }
    Ok(seen)
}

fn parse(text: &str) -> Result<Spanned<DeTable<'_>>, Vec<FileError>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(document);
    }
    let mut reader = Reader::new(text, "");
    for error in errors {
        let start = error.span().map_or(0, |span| span.start);
        // The message alone: it quotes no line.
        reader.error(
            "",
            start,
            format!("is no TOML: {}", error.message().replace('\n', " ")),
        );
    }
    Err(reader.sorted())
}

/// Reads one policy.
struct Reader<'t> {
    text: &'t str,
    /// What the paths of findings begin with.
    prefix: String,
    errors: Vec<FileError>,
    warnings: Vec<FileError>,
    /// Where each member begins, in bytes, by its path.
    places: BTreeMap<String, usize>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, prefix: &str) -> Self {
        Self {
            text,
            prefix: prefix.to_owned(),
            errors: Vec::new(),
            warnings: Vec::new(),
            places: BTreeMap::new(),
        }
    }

    fn policy(mut self, table: &DeTable<'_>, start: usize, zones: Zones<'_>) -> Seen {
        self.places.insert(String::new(), start);
        let mut members = self.table("", table, start, schema::POLICY);
        self.fill_zone(&mut members, zones);
        let policy = self.whole(members);
        if let Some(policy) = &policy {
            self.refusals(policy);
        }
        let found = policy.as_ref().map(Policy::contradictions);
        let told: BTreeSet<String> = self.errors.iter().map(|error| error.at.clone()).collect();
        for contradiction in found.into_iter().flatten() {
            let at = contradiction.at;
            // An unknown zone has no rule: that was said once.
            let said = at.starts_with("conditions.zone")
                && told.contains(&format!("{}conditions.zone", self.prefix));
            if !said {
                self.error(&at, self.place(&at), contradiction.why);
            }
        }
        let mut warnings = core::mem::take(&mut self.warnings);
        warnings.sort();
        Seen {
            policy,
            errors: self.sorted(),
            warnings,
        }
    }

    /// The policy, where every member could be read.
    fn whole(&mut self, members: Map<String, Value>) -> Option<Policy> {
        let unread = |error: &FileError| error.at != format!("{}conditions.zone", self.prefix);
        if self.errors.iter().any(unread) {
            return None;
        }
        match serde_json::from_value(Value::Object(members)) {
            Ok(policy) => Some(policy),
            Err(error) => {
                self.error("", self.place(""), format!("is no policy: {error}"));
                None
            }
        }
    }

    /// Whoever refuses statements should know where they are refused.
    fn refusals(&mut self, policy: &Policy) {
        let grant = &policy.grant;
        if !grant.refuse.is_empty() && grant.recording == Recording::Optional {
            let at = "grant.refuse";
            let why = "binds recorded ways in only, and the policy offers a direct one as well: set `recording` to \
                       \"required\" to have these statements refused to everybody";
            self.warning(at, self.place(at), why);
        }
    }

    /// Where a member begins, or what it would stand in.
    fn place(&self, at: &str) -> usize {
        let mut at = at;
        loop {
            if let Some(place) = self.places.get(at) {
                return *place;
            }
            at = at.rfind(['.', '[']).map_or("", |end| &at[..end]);
        }
    }

    fn error(&mut self, at: &str, offset: usize, why: impl Into<String>) {
        let error = self.finding(at, offset, why.into());
        self.errors.push(error);
    }

    fn warning(&mut self, at: &str, offset: usize, why: impl Into<String>) {
        let warning = self.finding(at, offset, why.into());
        self.warnings.push(warning);
    }

    fn finding(&self, at: &str, offset: usize, why: String) -> FileError {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[..end];
        let line = before.rfind('\n').map_or(0, |feed| feed + 1);
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let at = format!("{}{at}", self.prefix);
        FileError {
            line: count(before.matches('\n').count() + 1),
            column: count(before[line..].chars().count() + 1),
            at: at.trim_end_matches('.').to_owned(),
            why,
        }
    }

    fn sorted(mut self) -> Vec<FileError> {
        self.errors.sort();
        self.errors.dedup();
        self.errors
    }

    /// The members of a table that can be read.
    fn table(
        &mut self,
        at: &str,
        table: &DeTable<'_>,
        start: usize,
        schema: &'static schema::Table,
    ) -> Map<String, Value> {
        for key in table.keys() {
            if !schema
                .iter()
                .any(|member| member.name == key.get_ref().as_ref())
            {
                let name = key.get_ref().as_ref();
                let why = format!(
                    "is no member of a policy here{}",
                    schema::meant(name, schema)
                );
                self.error(&join(at, name), key.span().start, why);
            }
        }
        let mut members = Map::new();
        for member in schema {
            let at = join(at, member.name);
            let Some((key, value)) = table.get_key_value(member.name) else {
                if member.needed {
                    self.error(&at, start, format!("is missing: {}", member.words));
                }
                continue;
            };
            let table = matches!(member.takes, Takes::Table(_) | Takes::Tables(_));
            let begins = if table { key.span() } else { value.span() };
            self.places.insert(at.clone(), begins.start);
            if let Some(value) = self.value(&at, value, begins.start, member.takes) {
                members.insert(member.name.to_owned(), value);
            }
        }
        members
    }
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() {
        name.to_owned()
    } else {
        format!("{at}.{name}")
    }
}
