//! The rules' enums as the words that stand in columns: the same words as in entries.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::corrupt;

/// The word for a unit variant.
pub(crate) fn of<T: Serialize>(value: T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => unreachable!("only enums without fields are stored as words"),
    }
}

/// The variant for a word.
pub(crate) fn parse<T: DeserializeOwned>(word: &str) -> Result<T, sqlx::Error> {
    serde_json::from_value(serde_json::Value::String(word.to_owned()))
        .map_err(|_| corrupt("a state"))
}
