//! One value of a file, by what its member takes.

use serde_json::Value;
use toml::Spanned;
use toml::de::DeValue;

use super::Reader;
use crate::file::schema::Takes;

impl Reader<'_> {
    /// The value, where it is what the member takes; otherwise what is wrong is noted.
    pub(super) fn value(
        &mut self,
        at: &str,
        value: &Spanned<DeValue<'_>>,
        begins: usize,
        takes: Takes,
    ) -> Option<Value> {
        match (takes, value.get_ref()) {
            (Takes::Text(check), DeValue::String(text)) => match check(text) {
                Ok(()) => Some(Value::String(text.to_string())),
                Err(why) => {
                    self.error(at, value.span().start, format!("is wrong: {why}"));
                    None
                }
            },
            (Takes::Number(most), DeValue::Integer(number)) => {
                let read = u64::from_str_radix(number.as_str(), number.radix()).ok();
                if read.is_none_or(|number| number > most) {
                    let why = format!("is {}, and not between 0 and {most}", number.as_str());
                    self.error(at, value.span().start, why);
                }
                read.filter(|number| *number <= most).map(Value::from)
            }
            (Takes::Flag, DeValue::Boolean(flag)) => Some(Value::Bool(*flag)),
            (Takes::Texts(check), DeValue::Array(items)) => {
                let item = Takes::Text(check);
                Some(Value::Array(self.items(at, items, item)))
            }
            (Takes::Tables(_), DeValue::Array(items)) => {
                Some(Value::Array(self.items(at, items, takes)))
            }
            (Takes::Table(schema) | Takes::Tables(schema), DeValue::Table(table))
                if matches!(takes, Takes::Table(_)) || at.ends_with(']') =>
            {
                Some(Value::Object(self.table(at, table, begins, schema)))
            }
            (_, found) => {
                let why = wrong_kind(at, takes, found);
                self.error(at, value.span().start, why);
                None
            }
        }
    }

    fn items<'v, 'i: 'v>(
        &mut self,
        at: &str,
        items: impl IntoIterator<Item = &'v Spanned<DeValue<'i>>>,
        takes: Takes,
    ) -> Vec<Value> {
        let mut all = Vec::new();
        for (number, item) in items.into_iter().enumerate() {
            let at = format!("{at}[{number}]");
            let start = item.span().start;
            self.places.insert(at.clone(), start);
            all.extend(self.value(&at, item, start, takes));
        }
        all
    }
}

fn wrong_kind(at: &str, takes: Takes, found: &DeValue<'_>) -> String {
    let found = match found {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time without quotes",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    let name = at.rsplit('.').next().unwrap_or(at);
    let wanted = match takes {
        Takes::Text(_) => "write a text in quotes".to_owned(),
        Takes::Texts(_) => "write a list of texts, as [\"one\", \"two\"]".to_owned(),
        Takes::Number(_) if name.ends_with("_s") => {
            "write whole seconds without quotes, as 3600 for an hour".to_owned()
        }
        Takes::Number(_) => "write a whole number without quotes".to_owned(),
        Takes::Flag => "write true or false without quotes".to_owned(),
        Takes::Table(_) => format!("write [{at}] on a line of its own, and its members below"),
        Takes::Tables(_) => format!("write [[{at}]] on a line of its own, and its members below"),
    };
    format!("is {found}: {wanted}")
}
