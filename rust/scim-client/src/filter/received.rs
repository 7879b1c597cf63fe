//! Filters evaluated on the records of a page, without making anything of them first.

use super::eval::{self, Attributes, Item};
use super::known;
use crate::record::{Record, Value};

impl<'a> Attributes<'a> for Record<'a> {
    fn attribute(self, schema: Option<&str>, name: &str) -> impl Iterator<Item = Item<'a, Self>> {
        let object = match schema.filter(|urn| !known::is_core(urn)) {
            None => Some(self),
            Some(urn) => match self.get(urn) {
                Some(Value::Object(extension)) => Some(extension),
                _ => None,
            },
        };
        object
            .and_then(|object| object.get(name))
            .into_iter()
            .flat_map(items)
    }

    fn is_empty(self) -> bool {
        self.members()
            .all(|(_, value)| items(value).all(|item| eval::is_empty(&item)))
    }
}

/// The values of an attribute: those of an array one by one.
fn items(value: Value<'_>) -> impl Iterator<Item = Item<'_, Record<'_>>> {
    let (single, many) = match value {
        Value::Array(array) => (None, Some(array)),
        single => (Some(single), None),
    };
    single
        .into_iter()
        .chain(many.into_iter().flat_map(|array| array.iter()))
        .map(|value| match value {
            Value::Null | Value::Array(_) => Item::Null,
            Value::Bool(value) => Item::Bool(value),
            Value::Integer(value) => Item::Integer(value),
            Value::Number(text) => Item::Number(text.parse().unwrap_or(f64::NAN)),
            Value::String(text) => Item::String(text),
            Value::Object(record) => Item::Complex(record),
        })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::filter::{Filter, Matcher, Resource, known, qualify};
    use crate::page::PageParser;
    use crate::record::Records;

    const USER: &str = r#"{
        "id": "1", "userName": "Ann@Contoso.com", "active": "True", "shoeSize": 41, "weight": 70.5, "note": "",
        "name": {"givenName": "Ann", "familyName": null},
        "emails": [{"type": "work", "value": "ann@contoso.com", "primary": true}, {"type": "other", "value": "a@x"}],
        "tags": ["red", "blue"], "nothing": [], "hollow": {"value": null},
        "meta": {"created": "2026-01-31T12:00:00Z"},
        "URN:ietf:params:scim:schemas:extension:enterprise:2.0:user": {"Department": "Sales"}
    }"#;

    /// The same answer as for the JSON that the record was made of, whatever the operator, the type and the place.
    #[test]
    fn a_record_passes_what_its_json_passes() {
        let page = PageParser::default().resource(USER.as_bytes()).unwrap();
        let record = Records::open(&page.buffer).unwrap().get(0).unwrap();
        let json: serde_json::Value = serde_json::from_str(USER).unwrap();
        let mut passed = 0;
        let filters = [
            r#"userName ew "@contoso.COM""#,
            r#"id eq "1""#,
            "active eq true",
            "active ne true",
            "shoeSize gt 40 and shoeSize le 41",
            "weight lt 70.4",
            "weight ge 70.5",
            "note pr",
            "name pr",
            r#"name.givenName sw "an""#,
            "name.familyName pr",
            "name.familyName eq null",
            r#"emails[type eq "work" and value co "contoso"]"#,
            r#"emails[type eq "other" and primary eq true]"#,
            r#"emails co "@x""#,
            r#"emails.type ne "work""#,
            r#"not (emails.type eq "home")"#,
            r#"tags eq "BLUE""#,
            "nothing pr",
            "hollow pr",
            r#"meta.created lt "2026-02-01""#,
            r#"department eq "sales""#,
            r#"department ne "sales""#,
            r#"costCenter ne "1""#,
            r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "ann""#,
        ];
        for text in filters {
            let filter = qualify(Resource::User, text.parse::<Filter>().unwrap());
            let matcher = Matcher::new(&filter, |path| known::rule(Resource::User, path)).unwrap();
            let expected = matcher.matches(json.as_object().unwrap());
            assert_eq!(matcher.matches(record), expected, "{text}");
            passed += usize::from(expected);
        }
        assert_eq!(passed, 17);
    }
}
