//! What a server made of the values that were sent.

use serde_json::{Map, Value};

use crate::filter::instant;
use crate::page::Page;
use crate::record::Records;

/// Differences that are named at most.
const MOST: usize = 5;

/// The plain values of a body that the object in a page has otherwise, each as `userName is "A" instead of "B"`. What it
/// lacks isn't one, and neither are arrays, which come back in the server's own order and form.
pub(super) fn differences(page: &Page, body: &[u8]) -> Vec<String> {
    let record = Records::open(&page.buffer).and_then(|records| records.get(0));
    let stored = record.and_then(|record| serde_json::from_str::<Map<String, Value>>(&record.to_json()).ok());
    let sent = serde_json::from_slice::<Map<String, Value>>(body);
    let (Some(stored), Ok(sent)) = (stored, sent) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    compare("", &sent, &stored, &mut found);
    if found.len() > MOST {
        let more = found.len() - MOST;
        found.truncate(MOST);
        found.push(format!("and {more} more"));
    }
    found
}

fn compare(outer: &str, sent: &Map<String, Value>, stored: &Map<String, Value>, found: &mut Vec<String>) {
    for (name, sent) in sent {
        let there = stored.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        match (sent, there.map(|(_, value)| value)) {
            (_, None | Some(Value::Null)) | (Value::Array(_), _) => {}
            (Value::Object(sent), Some(Value::Object(stored))) => {
                let separator = if name.contains(':') { ':' } else { '.' };
                compare(&format!("{outer}{name}{separator}"), sent, stored, found);
            }
            (Value::Object(_), _) | (_, Some(Value::Object(_) | Value::Array(_))) => {}
            (sent, Some(stored)) if !is_same(sent, stored) => {
                found.push(format!("{outer}{name} is {stored} instead of {sent}"));
            }
            _ => {}
        }
    }
}

/// Whether two plain values mean the same, in whichever type and form they are written.
pub(super) fn is_same(sent: &Value, stored: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let (sent_text, stored_text) = (text(sent), text(stored));
    let plain = sent.is_string() && stored.is_string();
    let same = match plain {
        true => sent_text == stored_text,
        false => sent_text.eq_ignore_ascii_case(&stored_text),
    };
    same || matches!((instant(&sent_text), instant(&stored_text)), (Some(sent), Some(stored)) if sent == stored)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::page::PageParser;

    #[test]
    fn only_other_values_are_differences() {
        let of = |stored: Value, sent: Value| {
            let page = PageParser::default()
                .resource(stored.to_string().as_bytes())
                .unwrap();
            differences(&page, sent.to_string().as_bytes())
        };
        let sent = json!({"userName": "kim", "active": true, "hired": "2026-01-31T00:00:00Z", "name": {"givenName": "Kim"}, "emails": [1]});
        assert!(of(json!({"id": 7, "USERNAME": "kim", "active": "True", "hired": "2026-01-31T00:00:00.000+00:00"}), sent.clone()).is_empty());
        assert_eq!(
            of(
                json!({"id": 7, "userName": "CORP/kim", "name": {"givenName": "KIM"}, "emails": []}),
                sent
            ),
            [
                r#"userName is "CORP/kim" instead of "kim""#,
                r#"name.givenName is "KIM" instead of "Kim""#
            ]
        );
        let many: Map<String, Value> = (0..9).map(|n| (format!("a{n}"), json!(n))).collect();
        let other: Map<String, Value> = (0..9).map(|n| (format!("a{n}"), json!(n + 1))).collect();
        let found = of(Value::Object(other), Value::Object(many));
        assert_eq!((found.len(), found[MOST].as_str()), (6, "and 4 more"));
    }
}
