//! What the operations of a PATCH do to an object (RFC 7644 section 3.5.2), done here.

use serde_json::{Map, Value};

use crate::filter::{Filter, Matcher, Operator, PatchPath, Rule, parse_path};

type Object = Map<String, Value>;

/// An object after the operations of a PATCH; the reason where they cannot be done.
pub(super) fn patched(stored: &Object, patch: &[u8]) -> Result<Object, String> {
    let patch: Value = serde_json::from_slice(patch).map_err(|e| e.to_string())?;
    let mut object = stored.clone();
    // What the server itself keeps (RFC 7643 section 3.1) is not sent back.
    object.remove("meta");
    let operations = patch.get("Operations").and_then(Value::as_array);
    for operation in operations.ok_or("it has no operations")? {
        let text = |name: &str| operation.get(name).and_then(Value::as_str);
        let value = operation.get("value").filter(|value| !value.is_null());
        let op = text("op").unwrap_or_default().to_ascii_lowercase();
        match (op.as_str(), text("path"), value) {
            ("remove", Some(path), value) => remove(&mut object, path, value)?,
            ("replace", Some(path), None) => remove(&mut object, path, None)?,
            ("add" | "replace", Some(path), Some(value)) => assign(&mut object, path, value, op == "add")?,
            ("add" | "replace", None, Some(Value::Object(members))) => {
                for (name, value) in members {
                    assign(&mut object, name, value, op == "add")?;
                }
            }
            _ => return Err(format!("the operation {operation} isn't valid")),
        }
    }
    if stored.get("meta").is_some() && object == without_meta(stored) {
        return Ok(stored.clone());
    }
    Ok(object)
}

fn without_meta(stored: &Object) -> Object {
    let mut object = stored.clone();
    object.remove("meta");
    object
}

fn remove(object: &mut Object, path: &str, value: Option<&Value>) -> Result<(), String> {
    let path = parsed(path)?;
    let Some(home) = home(object, &path, false) else {
        return Ok(());
    };
    let Some(name) = spelled(home, path.attribute.name()) else {
        return Ok(());
    };
    let sub = path.sub_attribute.as_deref().or(path.attribute.sub());
    match (&path.filter, sub, home.get_mut(&name)) {
        (Some(_), sub, Some(Value::Array(elements))) => {
            let matches = matcher(&path)?;
            match sub {
                None => elements.retain(|element| !holds(&matches, element)),
                Some(sub) => elements
                    .iter_mut()
                    .filter(|element| holds(&matches, element))
                    .for_each(|element| take(element, sub)),
            }
        }
        (None, Some(sub), Some(inside)) => take(inside, sub),
        (None, None, Some(Value::Array(elements))) if value.is_some() => {
            let gone = value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            elements.retain(|element| !gone.iter().any(|one| same_value(element, one)));
        }
        (None, None, _) => {
            home.remove(&name);
        }
        (Some(_), ..) => {}
        (None, Some(_), None) => {}
    }
    Ok(())
}

fn assign(object: &mut Object, path: &str, value: &Value, adds: bool) -> Result<(), String> {
    // The whole of an extension.
    if let (Some(name), Value::Object(members)) = (
        object
            .keys()
            .find(|name| name.eq_ignore_ascii_case(path))
            .cloned(),
        value,
    ) && path.starts_with("urn:")
    {
        let extension = object.entry(name).or_insert_with(|| Value::Object(Map::new()));
        return match extension.as_object_mut() {
            Some(extension) => members
                .iter()
                .try_for_each(|(name, value)| assign(extension, name, value, adds)),
            None => Err(format!("{path} isn't an object")),
        };
    }
    let path = parsed(path)?;
    let home = home(object, &path, true).ok_or("its schema isn't an object")?;
    let name = spelled(home, path.attribute.name()).unwrap_or_else(|| path.attribute.name().to_owned());
    let sub = path.sub_attribute.as_deref().or(path.attribute.sub());
    if path.filter.is_some() {
        let matches = matcher(&path)?;
        let present = home.entry(name).or_insert_with(|| Value::Array(Vec::new()));
        let elements = present
            .as_array_mut()
            .ok_or("only a multi-valued attribute can have a filter")?;
        let mut found = false;
        for element in elements.iter_mut().filter(|element| holds(&matches, element)) {
            found = true;
            put(element, sub, value);
        }
        if !found {
            let mut element = Value::Object(chosen_by(&path));
            put(&mut element, sub, value);
            elements.push(element);
        }
        return Ok(());
    }
    let present = home.entry(name).or_insert(Value::Null);
    match (sub, present, value) {
        (None, Value::Array(elements), Value::Array(more)) if adds => {
            for one in more {
                if !elements.iter().any(|element| same_value(element, one)) {
                    elements.push(one.clone());
                }
            }
        }
        (sub, present, value) => put(present, sub, value),
    }
    Ok(())
}

fn parsed(path: &str) -> Result<PatchPath, String> {
    parse_path(path).map_err(|_| format!("'{path}' isn't a valid path"))
}

/// The object in which a path's attribute stands: the resource, or one of its extensions.
fn home<'o>(object: &'o mut Object, path: &PatchPath, make: bool) -> Option<&'o mut Object> {
    let Some(urn) = path.attribute.urn().filter(|urn| !is_core(urn)) else {
        return Some(object);
    };
    let name = spelled(object, urn).unwrap_or_else(|| urn.to_owned());
    if make && !object.contains_key(&name) {
        object.insert(name.clone(), Value::Object(Map::new()));
        if let Some(Value::Array(schemas)) = object.get_mut("schemas") {
            schemas.push(name.clone().into());
        }
    }
    object.get_mut(&name)?.as_object_mut()
}

fn is_core(urn: &str) -> bool {
    urn.to_ascii_lowercase()
        .starts_with("urn:ietf:params:scim:schemas:core:2.0:")
}

/// A member's name as the object spells it.
fn spelled(object: &Object, name: &str) -> Option<String> {
    object.keys().find(|n| n.eq_ignore_ascii_case(name)).cloned()
}

fn matcher(path: &PatchPath) -> Result<Matcher, String> {
    let filter = path.filter.as_ref().ok_or("the path has no filter")?;
    Matcher::new(filter, |_| Rule::Text { case_exact: false }).map_err(|e| e.reason)
}

fn holds(matcher: &Matcher, element: &Value) -> bool {
    element
        .as_object()
        .is_some_and(|members| matcher.matches(members))
}

/// What a new element has so that the filter of its path chooses it: `type eq "work"` says the type.
fn chosen_by(path: &PatchPath) -> Object {
    let mut element = Map::new();
    let mut terms: Vec<&Filter> = path.filter.iter().collect();
    while let Some(term) = terms.pop() {
        match term {
            Filter::And(inner) => terms.extend(inner.iter()),
            Filter::Compare {
                attribute,
                operator,
                value,
            } if *operator == Operator::Eq => {
                let literal = serde_json::from_str(&value.to_string()).unwrap_or(Value::Null);
                element.insert(attribute.name().to_owned(), literal);
            }
            _ => {}
        }
    }
    element
}

/// Puts a value in the place of another, or of one of its members.
fn put(place: &mut Value, sub: Option<&str>, value: &Value) {
    let Some(sub) = sub else {
        match (place, value) {
            (Value::Object(present), Value::Object(members)) => {
                for (name, value) in members {
                    let name = spelled(present, name).unwrap_or_else(|| name.clone());
                    present.insert(name, value.clone());
                }
            }
            (place, value) => *place = value.clone(),
        }
        return;
    };
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    if let Some(members) = place.as_object_mut() {
        let name = spelled(members, sub).unwrap_or_else(|| sub.to_owned());
        members.insert(name, value.clone());
    }
}

fn take(place: &mut Value, sub: &str) {
    if let Some(members) = place.as_object_mut()
        && let Some(name) = spelled(members, sub)
    {
        members.remove(&name);
    }
}

/// Whether two elements are the same: by their `value`, where they have one.
fn same_value(one: &Value, other: &Value) -> bool {
    match (one.get("value"), other.get("value")) {
        (Some(a), Some(b)) => a == b,
        _ => one == other,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn after(operations: Value) -> Value {
        let stored = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "id": "1", "meta": { "version": "W/\"1\"" }, "userName": "ada", "title": "Countess",
            "name": { "givenName": "Ada" },
            "emails": [{ "type": "work", "value": "a@b" }, { "type": "home", "value": "c@d" }],
            "members": [{ "value": "1" }, { "value": "2" }],
        });
        let patch = json!({ "Operations": operations }).to_string();
        let mut object = patched(stored.as_object().unwrap(), patch.as_bytes()).unwrap();
        object.remove("schemas");
        object.remove("id");
        object.remove("userName");
        Value::Object(object)
    }

    #[test]
    fn operations_do_here_what_they_do_at_a_server() {
        let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let changed = after(json!([
            { "op": "replace", "path": "TITLE", "value": "Lady" },
            { "op": "add", "path": "name.familyName", "value": "Lovelace" },
            { "op": "replace", "path": "emails[type eq \"work\"].value", "value": "x@y" },
            { "op": "add", "path": "emails[type eq \"other\"].value", "value": "o@p" },
            { "op": "remove", "path": "emails[type eq \"home\"]" },
            { "op": "add", "path": "members", "value": [{ "value": "2" }, { "value": "3" }] },
            { "op": "remove", "path": "members[value eq \"1\"]" },
            { "op": "add", "path": format!("{urn}:department"), "value": "R" },
        ]));
        assert_eq!(
            changed,
            json!({
                "title": "Lady",
                "name": { "givenName": "Ada", "familyName": "Lovelace" },
                "emails": [{ "type": "work", "value": "x@y" }, { "type": "other", "value": "o@p" }],
                "members": [{ "value": "2" }, { "value": "3" }],
                urn: { "department": "R" },
            })
        );
        let cleared = after(json!([
            { "op": "remove", "path": "title" },
            { "op": "remove", "path": "name.givenName" },
            { "op": "replace", "path": "emails" },
            { "op": "Remove", "path": "members", "value": [{ "value": "2" }] },
        ]));
        assert_eq!(cleared, json!({ "name": {}, "members": [{ "value": "1" }] }));
    }

    #[test]
    fn what_changes_nothing_is_nothing() {
        let stored = json!({ "id": "1", "meta": {}, "title": "x" });
        let stored = stored.as_object().unwrap();
        let patch = br#"{"Operations":[{"op":"replace","path":"title","value":"x"}]}"#;
        assert_eq!(&patched(stored, patch).unwrap(), stored);
        assert!(patched(stored, br#"{"Operations":[{"op":"move","path":"a"}]}"#).is_err());
        assert!(patched(stored, b"{}").is_err());
    }
}
