//! Values that a PATCH chooses by a filter (`emails[type eq "work"].value`), on servers that follow RFC 7644 section 3.5.2:
//! where the filter matches nothing, there is no target. So the object is read first, and what isn't there is added whole.
//! Entra takes the filter in either case, and isn't asked.

use std::borrow::Cow;

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::differences::is_same;
use super::patched::{Known, Object, chosen, chosen_by, home_of, patched};
use super::put;
use super::work::Sending;
use crate::change::{Draft, Target};
use crate::cloud::Service;
use crate::error::{Error, Kind};
use crate::filter::{Filter, Operator, PatchPath, parse_path};
use crate::request::Unsuccessful;
use crate::schema::resource;

/// A draft whose operations all have a target, and what was read to know that.
pub(super) struct Aimed<'d> {
    /// None where nothing is left to do.
    pub(super) draft: Option<Cow<'d, Draft>>,
    /// The object as the service has it, where it was read.
    pub(super) stored: Option<Object>,
}

/// A draft whose operations all have a target in what the server stores, and where it is to be compared, without those that
/// change nothing. `found` is the object, where it was looked up just now.
pub(super) async fn aimed<'d>(
    work: &Sending<'_>,
    draft: &'d Draft,
    id: &str,
    found: Option<Object>,
) -> Result<Aimed<'d>, Unsuccessful> {
    let as_it_is = Aimed {
        draft: Some(Cow::Borrowed(draft)),
        stored: None,
    };
    let (Target::One(endpoint, _) | Target::Found(endpoint, _)) = &draft.target else {
        return Ok(as_it_is);
    };
    let Some(mut patch) = asking(work, draft) else {
        return Ok(as_it_is);
    };
    let stored = match found {
        Some(found) => found,
        None => {
            let url = work
                .session
                .url(*endpoint, Some(id), &[])
                .map_err(Unsuccessful::unsent)?;
            match put::read(work, url).await.and_then(|stored| stored.of(id)) {
                Ok(stored) => stored.object,
                // Who may write and not read gets the RFC's form.
                Err(unsuccessful) if unsuccessful.error.kind() == Kind::InsufficientPrivileges => {
                    return Ok(as_it_is);
                }
                Err(unsuccessful) => return Err(unsuccessful),
            }
        }
    };
    let schema = work.session.schema(work.caller().observer).await;
    let known = Known {
        schema: schema.map_err(Unsuccessful::unsent)?,
        resource: resource(*endpoint),
    };
    let aimed = match work.session.service() {
        Service::Generic => operations(&stored, &patch, known),
        Service::Entra => Ok(patch["Operations"].as_array().cloned().unwrap_or_default()),
    };
    let mut operations = aimed.map_err(|reason| {
        let message = format!("The change can't be made: {reason}. Nothing was changed.");
        Unsuccessful::refused(Error::new(Kind::InvalidValue, message))
    })?;
    if draft.compare {
        operations = changing(&stored, operations, known);
    }
    if operations.is_empty() && !draft.secret {
        return Ok(Aimed {
            draft: None,
            stored: Some(stored),
        });
    }
    if let Some(patch) = patch.as_object_mut() {
        patch.insert("Operations".to_owned(), Value::Array(operations));
    }
    let body = Some(patch.to_string().into_bytes());
    Ok(Aimed {
        draft: Some(Cow::Owned(Draft {
            body,
            ..draft.clone()
        })),
        stored: Some(stored),
    })
}

/// The operations that change something. What can't be done here, the server judges.
fn changing(stored: &Object, operations: Vec<Value>, known: Known<'_>) -> Vec<Value> {
    let mut object = stored.clone();
    operations
        .into_iter()
        .filter(|operation| {
            let one = json!({ "Operations": [operation] }).to_string();
            let Ok(changed) = patched(&object, one.as_bytes(), known) else {
                return true;
            };
            let differs = !same_members(&object, &changed);
            object = changed;
            differs
        })
        .collect()
}

/// Whether two objects mean the same: `null` and an empty list are no value, and texts may be written in several ways.
fn same_members(one: &Object, other: &Object) -> bool {
    let filled = |object: &Object| -> Vec<(String, Value)> {
        let is_filled = |value: &Value| match value {
            Value::Null => false,
            Value::Array(items) => !items.is_empty(),
            Value::Object(members) => !members.is_empty(),
            _ => true,
        };
        let members = object.iter().filter(|(_, value)| is_filled(value));
        members
            .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
            .collect()
    };
    let (one, other) = (filled(one), filled(other));
    one.len() == other.len()
        && one.iter().all(|(name, value)| {
            let same_name = other.iter().find(|(there, _)| there == name);
            same_name.is_some_and(|(_, there)| same(value, there))
        })
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => same_members(one, other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(_) | Value::Array(_), _) | (_, Value::Object(_) | Value::Array(_)) => false,
        (one, other) => is_same(one, other),
    }
}

/// What an object has at the path of an operation, as a plan shows it.
pub(super) fn value_at(stored: &Object, path: &str, known: Known<'_>) -> Option<Value> {
    let parsed = parse_path(path).ok()?;
    let present = home_of(stored, &parsed)?;
    let sub = parsed.sub_attribute.as_deref().or(parsed.attribute.sub());
    let whole = match &parsed.filter {
        Some(_) => {
            let at = chosen(&parsed, present, known).ok()?;
            match (present, at.as_slice()) {
                (Value::Array(elements), [only]) => elements.get(*only)?.clone(),
                _ => return None,
            }
        }
        None => present.clone(),
    };
    match sub {
        None => Some(whole),
        Some(sub) => {
            let members = whole.as_object()?;
            let mut found = members.iter().filter(|(name, _)| name.eq_ignore_ascii_case(sub));
            found.next().map(|(_, value)| value.clone())
        }
    }
}

/// Whether the object has to be read to know the operations.
pub(super) fn are_needed(work: &Sending<'_>, draft: &Draft) -> bool {
    asking(work, draft).is_some()
}

fn asking(work: &Sending<'_>, draft: &Draft) -> Option<Value> {
    let body = draft.body.as_deref().filter(|_| draft.method == Method::PATCH)?;
    if draft.compare {
        return serde_json::from_slice(body).ok();
    }
    (work.session.service() == Service::Generic)
        .then(|| chooses(body))
        .flatten()
}

/// A patch, where one of its paths chooses values.
fn chooses(body: &[u8]) -> Option<Value> {
    let patch: Value = serde_json::from_slice(body).ok()?;
    let operations = patch.get("Operations")?.as_array()?;
    let chooses = |operation: &Value| operation.get("path")?.as_str()?.contains('[').then_some(());
    operations
        .iter()
        .any(|operation| chooses(operation).is_some())
        .then_some(patch)
}

/// The operations that have the same effect on what is stored, each with a target.
fn operations(stored: &Object, patch: &Value, known: Known<'_>) -> Result<Vec<Value>, String> {
    // What the operations before have made of it.
    let mut object = stored.clone();
    let mut all: Vec<Value> = Vec::new();
    // Elements that are added whole, and by which operation.
    let mut added: Vec<(String, usize)> = Vec::new();
    for operation in patch["Operations"].as_array().into_iter().flatten() {
        let path = operation["path"].as_str().unwrap_or_default();
        let parsed = parse_path(path).ok().filter(|path| path.filter.is_some());
        let Some(parsed) = parsed else {
            follow(&mut object, operation, known);
            all.push(operation.clone());
            continue;
        };
        let element = element_of(path);
        let again = added.iter().find(|(other, _)| *other == element);
        if let Some((_, at)) = again.filter(|_| !is_remove(operation)) {
            extend(&mut all[*at], &parsed, &operation["value"]);
            continue;
        }
        let found = match home_of(&object, &parsed) {
            Some(present) => chosen(&parsed, present, known)?,
            None => Vec::new(),
        };
        let sub = parsed.sub_attribute.as_deref();
        let aimed = match (is_remove(operation), found.len()) {
            (true, 0) => continue,
            (true, _) => {
                added.retain(|(other, _)| *other != element);
                operation.clone()
            }
            (false, 0) => {
                creatable(&parsed)?;
                let attribute = parsed.attribute.to_string();
                let mut whole = json!({ "op": "add", "path": attribute, "value": [chosen_by(&parsed)] });
                extend(&mut whole, &parsed, &operation["value"]);
                added.push((element, all.len()));
                whole
            }
            (false, several @ 2..) if sub.is_some() => {
                return Err(format!(
                    "the object has {several} values that '{path}' could mean. Set all values of '{}' at once instead",
                    parsed.attribute.name()
                ));
            }
            (false, _) => json!({ "op": "replace", "path": path, "value": operation["value"] }),
        };
        follow(&mut object, &aimed, known);
        all.push(aimed);
    }
    Ok(all)
}

fn is_remove(operation: &Value) -> bool {
    operation["op"]
        .as_str()
        .is_some_and(|op| op.eq_ignore_ascii_case("remove"))
}

/// Does an operation to the object here, for those behind it. What can't be done here the server may still do.
fn follow(object: &mut Object, operation: &Value, known: Known<'_>) {
    let one = json!({ "Operations": [operation] }).to_string();
    if let Ok(changed) = patched(object, one.as_bytes(), known) {
        *object = changed;
    }
}

/// A path up to its filter's end: what the parts of one element have in common.
fn element_of(path: &str) -> String {
    let end = path.rfind(']').map_or(path.len(), |at| at + 1);
    path[..end].to_ascii_lowercase()
}

/// Puts a value into the element that an operation adds.
fn extend(operation: &mut Value, path: &PatchPath, value: &Value) {
    let Some(element) = operation["value"][0].as_object_mut() else {
        return;
    };
    match (path.sub_attribute.as_deref(), value) {
        (Some(sub), value) => drop(element.insert(sub.to_owned(), value.clone())),
        (None, Value::Object(parts)) => element.extend::<Map<String, Value>>(parts.clone()),
        (None, plain) => drop(element.insert("value".to_owned(), plain.clone())),
    }
}

/// Whether an element can be made that the filter chooses: it has to say what the parts are.
fn creatable(path: &PatchPath) -> Result<(), String> {
    let says = |term: &Filter| {
        matches!(
            term,
            Filter::Compare {
                operator: Operator::Eq,
                ..
            }
        )
    };
    match path
        .filter
        .as_ref()
        .is_some_and(|filter| filter.conjuncts().iter().all(says))
    {
        true => Ok(()),
        false => Err(format!(
            "no value of '{}' matches the filter",
            path.attribute.name()
        )),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::filter::Resource;
    use crate::schema::Schema;

    fn aimed_at(stored: Value, operations_given: Value) -> Result<Value, String> {
        let known = Known {
            schema: &Schema::default(),
            resource: Resource::User,
        };
        let patch = json!({ "Operations": operations_given });
        operations(stored.as_object().unwrap(), &patch, known).map(Value::Array)
    }

    #[test]
    fn a_value_that_is_not_there_is_added_whole() {
        let stored = json!({ "emails": [{ "type": "work", "value": "a@b" }] });
        let given = json!([
            { "op": "add", "path": "emails[type eq \"work\"].value", "value": "x@y" },
            { "op": "add", "path": "emails[type eq \"home\"].value", "value": "h@y" },
            { "op": "add", "path": "addresses[type eq \"work\"].locality", "value": "Graz" },
            { "op": "add", "path": "addresses[type eq \"work\"].country", "value": "AT" },
            { "op": "remove", "path": "phoneNumbers[type eq \"fax\"]" },
            { "op": "replace", "path": "title", "value": "Lady" },
        ]);
        assert_eq!(
            aimed_at(stored, given).unwrap(),
            json!([
                { "op": "replace", "path": "emails[type eq \"work\"].value", "value": "x@y" },
                { "op": "add", "path": "emails", "value": [{ "type": "home", "value": "h@y" }] },
                { "op": "add", "path": "addresses", "value": [{ "type": "work", "locality": "Graz", "country": "AT" }] },
                { "op": "replace", "path": "title", "value": "Lady" },
            ])
        );
    }

    #[test]
    fn a_value_that_an_operation_before_removes_is_not_there() {
        let stored = json!({ "emails": [{ "type": "work", "value": "a@b" }] });
        let given = json!([
            { "op": "remove", "path": "emails[type eq \"work\"]" },
            { "op": "add", "path": "emails[type eq \"work\"].value", "value": "x@y" },
        ]);
        assert_eq!(
            aimed_at(stored, given).unwrap(),
            json!([
                { "op": "remove", "path": "emails[type eq \"work\"]" },
                { "op": "add", "path": "emails", "value": [{ "type": "work", "value": "x@y" }] },
            ])
        );
    }

    #[test]
    fn two_values_of_one_type_are_not_both_overwritten() {
        let stored =
            json!({ "emails": [{ "type": "work", "value": "a@b" }, { "type": "work", "value": "c@d" }] });
        let given = json!([{ "op": "add", "path": "emails[type eq \"work\"].value", "value": "x@y" }]);
        assert!(aimed_at(stored.clone(), given).unwrap_err().contains("2 values"));
        let given = json!([{ "op": "replace", "path": "emails[value sw \"z\"].value", "value": "x@y" }]);
        assert!(
            aimed_at(stored, given)
                .unwrap_err()
                .contains("matches the filter")
        );
    }
}
