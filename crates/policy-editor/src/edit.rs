//! Texts in, texts out.

use std::collections::BTreeMap;

use access::file::{FileError, Seen, look, write_unread};
use access::policy::Policy;
use serde::Serialize;
use serde::de::DeserializeOwned;

#[cfg(test)]
mod tests;

/// What [`check()`] answers.
#[derive(Serialize)]
struct Checked {
    errors: Vec<FileError>,
    warnings: Vec<FileError>,
    policy: Option<Policy>,
    sentences: Vec<String>,
}

pub(crate) fn check(text: &str, zones: &str) -> Result<String, String> {
    let zones: BTreeMap<String, String> = parse(zones, "the list of time zones")?;
    let Seen {
        policy,
        errors,
        warnings,
    } = look(text, &|zone| zones.get(zone).cloned());
    let sentences = policy.as_ref().map(access::sentences).unwrap_or_default();
    written(&Checked {
        errors,
        warnings,
        policy,
        sentences,
    })
}

pub(crate) fn to_toml(policy: &str) -> Result<String, String> {
    Ok(write_unread(&parse(policy, "the form's policy")?))
}

pub(crate) fn diff(old: &str, new: &str) -> Result<String, String> {
    let old: Option<Policy> = parse(old, "the version in force")?;
    let new: Policy = parse(new, "the draft")?;
    written(&access::diff::diff(old.as_ref(), &new))
}

fn parse<T: DeserializeOwned>(json: &str, what: &str) -> Result<T, String> {
    let unreadable = |error| format!("This page cannot read {what}: {error}. Reload it.");
    serde_json::from_str(json).map_err(unreadable)
}

fn written<T: Serialize>(value: &T) -> Result<String, String> {
    serde_json::to_string(value).map_err(|error| error.to_string())
}
