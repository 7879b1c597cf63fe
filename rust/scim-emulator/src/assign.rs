//! Applying one operation of a PATCH to the attribute that its path names.

use serde_json::{Map, Value};

use crate::directory::Resource;
use crate::patch::{Operation, Verb, selector};
use crate::schema::{self, Attribute, Kind, SECURITY_ATTRIBUTES};
use crate::values::{attribute, last, normalise, single};
use crate::wire::Failure;

/// An operation whose value is an object of attributes.
pub(crate) fn spread(
    kind: Kind,
    resource: &mut Resource,
    operation: &Operation<'_>,
    urn: Option<&str>,
) -> Result<(), Failure> {
    let Value::Object(object) = operation.value else {
        return Err(Failure::invalid_syntax(
            "An operation without an attribute in its path takes an object.",
        ));
    };
    for (name, value) in object {
        if urn.is_none() && name == "schemas" {
            continue;
        }
        let path = urn.map_or_else(|| name.clone(), |urn| format!("{urn}:{name}"));
        apply(kind, resource, operation.verb, &path, value)?;
    }
    Ok(())
}

pub(crate) fn apply(
    kind: Kind,
    resource: &mut Resource,
    verb: Verb,
    path: &str,
    value: &Value,
) -> Result<(), Failure> {
    let (urn, rest) = schema::split_urn(kind, path);
    let rest = rest.trim();
    if rest.is_empty() {
        let urn = urn.ok_or_else(|| Failure::invalid_path("The path is empty."))?;
        if verb == Verb::Remove {
            return Err(Failure::invalid_path("A whole extension cannot be removed."));
        }
        return spread(
            kind,
            resource,
            &Operation {
                verb,
                path: None,
                value,
            },
            Some(urn),
        );
    }
    let verb = if value.is_null() { Verb::Remove } else { verb };
    if urn == Some(SECURITY_ATTRIBUTES) {
        return security_attribute(resource, verb, rest, value);
    }
    if rest.contains('[') {
        return apply_selected(kind, child(resource, urn), urn, verb, rest, value);
    }
    let a = attribute(kind, urn, rest)?;
    writable(a, verb)?;
    if a.multi_valued && a.kind == "complex" {
        return Err(Failure::invalid_path(format!(
            r#"'{}' is multi-valued: name the value, as in {}[type eq "work"]."#,
            a.path, a.path
        )));
    }
    let target = child(resource, urn);
    match a.path.split_once('.') {
        Some((parent, name)) => {
            let parent_attribute = attribute(kind, urn, parent)?;
            if parent_attribute.multi_valued {
                let detail = format!(
                    r#"'{parent}' is multi-valued: name the value, as in {parent}[type eq "work"].{name}."#
                );
                return Err(Failure::invalid_path(detail));
            }
            set(kind, child(target, Some(parent)), a, verb, value)?;
            if target
                .get(parent)
                .and_then(Value::as_object)
                .is_some_and(Map::is_empty)
            {
                target.shift_remove(parent);
            }
        }
        None => set(kind, target, a, verb, value)?,
    }
    if let Some(urn) = urn {
        if resource
            .get(urn)
            .and_then(Value::as_object)
            .is_some_and(Map::is_empty)
        {
            resource.shift_remove(urn);
        } else {
            name_schema(resource, urn);
        }
    }
    Ok(())
}

fn writable(a: &Attribute, verb: Verb) -> Result<(), Failure> {
    if a.read_only() {
        return Err(Failure::mutability(format!("'{}' is read-only.", a.path)));
    }
    if a.mutability == "immutable" || a.mutability == "writeOnly" {
        return Err(Failure::mutability(format!(
            "'{}' can be set on create only.",
            a.path
        )));
    }
    if verb == Verb::Remove && (a.required || a.path == "mailNickname") {
        return Err(Failure::mutability(format!("'{}' cannot be removed.", a.path)));
    }
    Ok(())
}

fn set(
    kind: Kind,
    target: &mut Map<String, Value>,
    a: &Attribute,
    verb: Verb,
    value: &Value,
) -> Result<(), Failure> {
    let name = last(a.path);
    let value = if verb == Verb::Remove {
        None
    } else {
        normalise(kind, a, value)?
    };
    match (target.get_mut(name), value) {
        (_, None) => {
            target.shift_remove(name);
        }
        // RFC 7644: what an add or replace does not name of a complex attribute stays as it is.
        (Some(Value::Object(old)), Some(Value::Object(new))) => old.extend(new),
        (_, Some(new)) => {
            target.insert(name.to_owned(), new);
        }
    }
    Ok(())
}

/// `attribute[type eq "work"].sub`.
fn apply_selected(
    kind: Kind,
    target: &mut Map<String, Value>,
    urn: Option<&str>,
    verb: Verb,
    path: &str,
    value: &Value,
) -> Result<(), Failure> {
    let (name, conditions, sub) = selector(path)?;
    let a = attribute(kind, urn, name)?;
    writable(a, verb)?;
    let unsupported = || {
        Failure::invalid_path(format!(
            r#"'{name}' takes only [type eq "…"]{}."#,
            if a.path == "emails" {
                r#" or [type eq "work" and primary eq true]"#
            } else {
                ""
            }
        ))
    };
    let kept = match conditions.as_slice() {
        [("type", Value::String(kept))] => kept,
        [("type", Value::String(kept)), ("primary", Value::Bool(true))]
            if a.path == "emails" && kept == "work" =>
        {
            kept
        }
        _ => return Err(unsupported()),
    };
    if !a.multi_valued {
        return Err(unsupported());
    }
    single(
        kind,
        attribute(kind, urn, &format!("{}.type", a.path))?,
        &Value::String(kept.clone()),
    )?;

    let list = target.entry(a.path).or_insert_with(|| Value::Array(Vec::new()));
    let Value::Array(items) = list else {
        return Err(unsupported());
    };
    let at = items
        .iter()
        .position(|item| item.get("type").and_then(Value::as_str) == Some(kept));
    match (verb, sub) {
        (Verb::Remove, None | Some("value")) => {
            if let Some(at) = at {
                items.remove(at);
            }
        }
        (_, sub) => {
            let at = at.unwrap_or_else(|| {
                let mut item = Map::new();
                item.insert("type".into(), kept.clone().into());
                if a.path == "emails" {
                    item.insert("primary".into(), (kept == "work").into());
                }
                items.push(Value::Object(item));
                items.len() - 1
            });
            let Some(Value::Object(item)) = items.get_mut(at) else {
                return Err(unsupported());
            };
            match sub {
                Some(sub) => {
                    let sub = attribute(kind, urn, &format!("{}.{sub}", a.path))?;
                    set(kind, item, sub, verb, value)?;
                }
                None => {
                    let mut whole = value.clone();
                    if let Value::Object(object) = &mut whole {
                        object.entry("type").or_insert_with(|| kept.clone().into());
                    }
                    if let Value::Object(new) = single(kind, a, &whole)? {
                        item.extend(new);
                    }
                }
            }
        }
    }
    if items.is_empty() {
        target.shift_remove(a.path);
    }
    Ok(())
}

/// `Set.Attribute` below the URN of the custom security attributes. Values keep their JSON type.
fn security_attribute(resource: &mut Resource, verb: Verb, rest: &str, value: &Value) -> Result<(), Failure> {
    let (set, name) = rest.split_once('.').ok_or_else(|| {
        Failure::invalid_path("A custom security attribute is named as URN:SetName.AttributeName.")
    })?;
    let cleared = verb == Verb::Remove || value.as_array().is_some_and(Vec::is_empty);
    let sets = child(resource, Some(SECURITY_ATTRIBUTES));
    let attributes = child(sets, Some(set));
    if cleared {
        attributes.shift_remove(name);
    } else {
        attributes.insert(name.to_owned(), value.clone());
    }
    if attributes.is_empty() {
        sets.shift_remove(set);
    }
    if sets.is_empty() {
        resource.shift_remove(SECURITY_ATTRIBUTES);
    }
    Ok(())
}

/// The object below a member, made when it is not there; the map itself without a name.
fn child<'m>(map: &'m mut Map<String, Value>, name: Option<&str>) -> &'m mut Map<String, Value> {
    let Some(name) = name else { return map };
    if !map.get(name).is_some_and(Value::is_object) {
        map.insert(name.to_owned(), Value::Object(Map::new()));
    }
    match map.get_mut(name) {
        Some(Value::Object(object)) => object,
        _ => unreachable!("an object was put there"),
    }
}

fn name_schema(resource: &mut Resource, urn: &str) {
    if let Some(Value::Array(schemas)) = resource.get_mut("schemas")
        && !schemas.iter().any(|known| known == urn)
    {
        schemas.push(urn.into());
    }
}
