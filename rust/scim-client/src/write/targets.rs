//! Values that a PATCH chooses by a filter (`emails[type eq "work"].value`), on servers that follow RFC 7644 section 3.5.2:
//! where the filter matches nothing, there is no target. So the object is read first, and what isn't there is added whole.
//! Entra takes the filter in either case, and isn't asked.

use std::borrow::Cow;

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::patched::{Known, Object, chosen, chosen_by, home_of, patched};
use super::put;
use super::work::Sending;
use crate::change::{Draft, Target};
use crate::cloud::Service;
use crate::error::{Error, Kind};
use crate::filter::{Filter, Operator, PatchPath, parse_path};
use crate::request::Unsuccessful;
use crate::schema::resource;

/// A draft whose operations all have a target in what the server stores; None where nothing is left to do.
pub(super) async fn aimed<'d>(
    work: &Sending<'_>,
    draft: &'d Draft,
    id: &str,
) -> Result<Option<Cow<'d, Draft>>, Unsuccessful> {
    let (Target::One(endpoint, _) | Target::Found(endpoint, _)) = &draft.target else {
        return Ok(Some(Cow::Borrowed(draft)));
    };
    let Some(mut patch) = asking(work, draft) else {
        return Ok(Some(Cow::Borrowed(draft)));
    };
    let url = work
        .session
        .url(*endpoint, Some(id), &[])
        .map_err(Unsuccessful::unsent)?;
    let stored = match put::read(work, url).await.and_then(|stored| stored.of(id)) {
        Ok(stored) => stored.object,
        // Who may write and not read gets the RFC's form.
        Err(unsuccessful) if unsuccessful.error.kind() == Kind::InsufficientPrivileges => {
            return Ok(Some(Cow::Borrowed(draft)));
        }
        Err(unsuccessful) => return Err(unsuccessful),
    };
    let schema = work.session.schema(work.caller().observer).await;
    let known = Known {
        schema: schema.map_err(Unsuccessful::unsent)?,
        resource: resource(*endpoint),
    };
    let operations = match operations(&stored, &patch, known) {
        Ok(operations) => operations,
        Err(reason) => {
            let message = format!("The change can't be made: {reason}. Nothing was changed.");
            return Err(Unsuccessful::refused(Error::new(Kind::InvalidValue, message)));
        }
    };
    if operations.is_empty() && !draft.secret {
        return Ok(None);
    }
    if let Some(patch) = patch.as_object_mut() {
        patch.insert("Operations".to_owned(), Value::Array(operations));
    }
    Ok(Some(Cow::Owned(Draft {
        body: Some(patch.to_string().into_bytes()),
        ..draft.clone()
    })))
}

/// Whether the object has to be read to know the operations.
pub(super) fn are_needed(work: &Sending<'_>, draft: &Draft) -> bool {
    asking(work, draft).is_some()
}

fn asking(work: &Sending<'_>, draft: &Draft) -> Option<Value> {
    let asks = work.session.service() == Service::Generic && draft.method == Method::PATCH;
    draft.body.as_deref().filter(|_| asks).and_then(chooses)
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
