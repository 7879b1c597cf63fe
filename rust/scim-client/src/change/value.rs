//! Values, held against the type that the schema says, and written as that type: a CSV's cells are all text.

use serde_json::Value;

use super::Rules;
use super::id::is_guid;
use super::place::Place;
use crate::cloud::Service;
use crate::error::{Error, Kind};
use crate::filter::known::{self, Attribute};
use crate::filter::{Resource, instant};
use crate::limits;

/// A value as it is to be sent; null where the attribute is to be cleared. An empty text means that too: no service
/// stores one on purpose.
pub(super) fn typed(rules: Rules, name: &str, place: &Place, value: Value) -> Result<Value, Error> {
    if value.as_str() == Some("") {
        return Ok(Value::Null);
    }
    if rules.service == Service::Entra {
        check_length(name, &value)?;
    }
    let (row, value) = match (place.known, value) {
        (_, Value::Null) => return Ok(Value::Null),
        (Some(row), value) => (row, trimmed_key(row, value)),
        (None, value) => return judged(rules, name, place, value),
    };
    if !place.is_many() {
        return single(rules, name, row, value);
    }
    let items = match value {
        Value::Array(items) => items,
        one => vec![one],
    };
    let items: Result<Vec<_>, _> = items
        .into_iter()
        .map(|item| single(rules, name, row, item))
        .collect();
    items.map(Value::Array)
}

/// Keys without the blanks around them, which come from copying; other values stay as they are.
fn trimmed_key(row: &Attribute, value: Value) -> Value {
    match value {
        Value::String(text) if matches!(row.dotted().as_str(), "userName" | "externalId") => {
            let blank = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\u{2060}');
            Value::String(text.trim_matches(blank).to_owned())
        }
        other => other,
    }
}

/// A value of an attribute that no table knows. What is called a date there must be one: a text such as `01/02/2026` or
/// the number of a spreadsheet's day would be stored as it is, or be read as another day.
fn judged(rules: Rules, name: &str, place: &Place, value: Value) -> Result<Value, Error> {
    let called = place.sub.as_deref().or(place.name.as_deref()).unwrap_or(name);
    // The same date elsewhere, such as employeeHireDate of Entra.
    let dates = known::attributes(Resource::User).chain(known::attributes(Resource::Group));
    let known = dates
        .filter(|row| row.kind == "dateTime")
        .find(|row| row.sub.unwrap_or(row.name).eq_ignore_ascii_case(called));
    if let Some(row) = known {
        return single(rules, name, row, value);
    }
    let is_date = ["Date", "DateTime", "_date"]
        .iter()
        .any(|end| called.ends_with(end))
        || called.eq_ignore_ascii_case("date");
    match &value {
        Value::String(text) if is_date && instant(text.trim()).is_none() => Err(wrong(name, &value, DATE)),
        Value::Number(_) if is_date => Err(wrong(name, &value, DATE)),
        _ => Ok(value),
    }
}

const DATE: &str = "a date, year-month-day, such as 2026-01-31 or 2026-01-31T08:00:00Z";

/// What a CSV may have for a boolean, besides JSON's words.
fn flag(value: &Value) -> Option<bool> {
    let is = |text: &str, words: [&str; 3]| words.iter().any(|word| text.trim().eq_ignore_ascii_case(word));
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if is(text, ["true", "yes", "1"]) => Some(true),
        Value::String(text) if is(text, ["false", "no", "0"]) => Some(false),
        Value::Number(number) => match number.as_i64() {
            Some(1) => Some(true),
            Some(0) => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn single(rules: Rules, name: &str, row: &Attribute, value: Value) -> Result<Value, Error> {
    match (row.kind, value) {
        ("boolean", value) => match flag(&value) {
            Some(flag) => Ok(flag.into()),
            None => Err(wrong(name, &value, "true or false (or yes, no, 1, 0)")),
        },
        ("integer", Value::Number(number)) if number.is_i64() => Ok(number.into()),
        ("integer", Value::String(text)) if text.trim().parse::<i64>().is_ok() => {
            Ok(text.trim().parse::<i64>().unwrap_or_default().into())
        }
        ("integer", other) => Err(wrong(name, &other, "a whole number")),
        ("decimal", Value::Number(number)) => Ok(number.into()),
        ("decimal", other) => Err(wrong(name, &other, "a number")),
        ("dateTime", Value::String(text)) => match instant(text.trim()) {
            Some(time) => Ok(time.to_string().into()),
            None => Err(wrong(name, &text.into(), DATE)),
        },
        ("dateTime", other) => Err(wrong(name, &other, DATE)),
        ("complex", Value::Object(parts)) => Ok(parts.into()),
        ("complex", other) => Err(wrong(
            name,
            &other,
            "an object with the attribute's sub-attributes",
        )),
        (_, Value::String(text)) => choose(rules, name, row, text).map(Value::String),
        // The number of an employee reads as one.
        (_, Value::Number(number)) if number.is_i64() || number.is_u64() => Ok(number.to_string().into()),
        (_, other) => Err(wrong(name, &other, "text")),
    }
}

/// A text that is one of those that may be, where the schema says which, and an id where it has to be one.
fn choose(rules: Rules, name: &str, row: &Attribute, text: String) -> Result<String, Error> {
    if rules.service != Service::Entra {
        return Ok(text);
    }
    if row.dotted() == "manager.value" && !is_guid(&text) {
        return Err(wrong(
            name,
            &text.into(),
            "the manager's id, as Get-ScimUser shows it",
        ));
    }
    if row.canonical.is_empty() {
        return Ok(text);
    }
    match row
        .canonical
        .split(',')
        .find(|known| known.eq_ignore_ascii_case(&text))
    {
        Some(known) => Ok(known.to_owned()),
        None => Err(wrong(name, &text.into(), &row.canonical.replace(',', " or "))),
    }
}

fn check_length(name: &str, value: &Value) -> Result<(), Error> {
    match value {
        Value::String(text) => {
            let length = text.chars().count();
            if length <= limits::VALUE_CHARACTERS {
                return Ok(());
            }
            let most = limits::VALUE_CHARACTERS;
            let message = format!(
                "The value of '{name}' has {length} characters, but the limit is {most}. No request was made."
            );
            Err(Error::new(Kind::ValueTooLong, message))
        }
        Value::Array(items) => items.iter().try_for_each(|item| check_length(name, item)),
        Value::Object(parts) => parts.values().try_for_each(|part| check_length(name, part)),
        _ => Ok(()),
    }
}

/// A value that does not fit. It is shown, as far as it is short.
pub(super) fn wrong(name: &str, value: &Value, wanted: &str) -> Error {
    const SHOWN: usize = 60;
    let mut shown: String = value.to_string().chars().take(SHOWN + 1).collect();
    if shown.chars().count() > SHOWN {
        shown.pop();
        shown.push('…');
    }
    let message =
        format!("{shown} isn't a valid value of '{name}', which requires {wanted}. No request was made.");
    Error::new(Kind::InvalidValue, message)
}
