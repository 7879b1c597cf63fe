//! What the operations of a PATCH do to an object (RFC 7644 section 3.5.2), done here: for a server without PATCH.
//!
//! How many values an attribute has is told by what the object holds, by the server's schema, or by RFC 7643. Where none
//! of them says it, the change is refused: a guess could replace all values by one.

use serde_json::{Map, Value};

use crate::filter::{Filter, Matcher, Operator, PatchPath, Resource, Rule, Value as Literal, parse_path};
use crate::schema::{Mutability, Schema, Traits, core};

pub(super) type Object = Map<String, Value>;

/// The attributes of one kind of resource.
#[derive(Clone, Copy)]
pub(super) struct Known<'s> {
    pub(super) schema: &'s Schema,
    pub(super) resource: Resource,
}

impl Known<'_> {
    fn of(&self, path: &PatchPath) -> Option<Traits> {
        self.find(path.attribute.urn(), path.attribute.name(), None)
    }

    fn find(&self, urn: Option<&str>, name: &str, sub: Option<&str>) -> Option<Traits> {
        self.schema.find(self.resource, urn, name, sub)
    }
}

/// An object after the operations of a PATCH; the reason where they cannot be done.
pub(super) fn patched(stored: &Object, patch: &[u8], known: Known<'_>) -> Result<Object, String> {
    let patch: Value = serde_json::from_slice(patch).map_err(|e| e.to_string())?;
    let mut object = stored.clone();
    let operations = patch.get("Operations").and_then(Value::as_array);
    for operation in operations.ok_or("it has no operations")? {
        let text = |name: &str| operation.get(name).and_then(Value::as_str);
        let value = operation.get("value").filter(|value| !value.is_null());
        let op = text("op").unwrap_or_default().to_ascii_lowercase();
        match (op.as_str(), text("path"), value) {
            ("remove", Some(path), value) => remove(&mut object, path, value, known)?,
            ("replace", Some(path), None) => remove(&mut object, path, None, known)?,
            ("add" | "replace", Some(path), Some(value)) => {
                assign(&mut object, path, value, op == "add", known)?;
            }
            ("add" | "replace", None, Some(Value::Object(members))) => {
                for (name, value) in members {
                    assign(&mut object, name, value, op == "add", known)?;
                }
            }
            _ => return Err(format!("the operation {operation} isn't valid")),
        }
    }
    Ok(object)
}

/// What of an object can be sent back: without what only the server sets (RFC 7643 section 7) and without what it shows
/// to nobody, such as a masked password. `id` stays, as in the example of RFC 7644 section 3.5.1.
pub(super) fn sendable(object: &Object, known: Known<'_>) -> Object {
    let mut kept = Map::new();
    let mut extensions = Vec::new();
    for (name, value) in object {
        if name.eq_ignore_ascii_case("id") || name.eq_ignore_ascii_case("schemas") {
            kept.insert(name.clone(), value.clone());
        } else if let (true, Value::Object(members)) = (name.contains(':'), value) {
            let inner = members.iter().filter_map(|(inner, value)| {
                Some((inner.clone(), writable(known, Some(name), inner, value)?))
            });
            kept.insert(name.clone(), Value::Object(inner.collect()));
            extensions.push(name.clone());
        } else if let Some(value) = writable(known, None, name, value) {
            kept.insert(name.clone(), value);
        }
    }
    let name = spelled(&kept, "schemas").unwrap_or_else(|| "schemas".to_owned());
    let schemas = kept.entry(name).or_insert(Value::Null);
    if !schemas.is_array() {
        *schemas = Value::Array(vec![core(known.resource).into()]);
    }
    if let Value::Array(schemas) = schemas {
        for urn in extensions {
            let there = |known: &Value| {
                known
                    .as_str()
                    .is_some_and(|known| known.eq_ignore_ascii_case(&urn))
            };
            if !schemas.iter().any(there) {
                schemas.push(urn.into());
            }
        }
    }
    kept
}

/// An attribute's value without the parts that only the server sets; None where it sets all of it.
fn writable(known: Known<'_>, urn: Option<&str>, name: &str, value: &Value) -> Option<Value> {
    let hidden = |traits: Option<Traits>| {
        traits.is_some_and(|traits| matches!(traits.mutability, Mutability::ReadOnly | Mutability::WriteOnly))
    };
    if hidden(known.find(urn, name, None)) {
        return None;
    }
    let without = |parts: &Object| -> Value {
        let keeps = |part: &&String| !hidden(known.find(urn, name, Some(part.as_str())));
        let parts = parts.iter().filter(|(part, _)| keeps(part));
        Value::Object(parts.map(|(part, value)| (part.clone(), value.clone())).collect())
    };
    Some(match value {
        Value::Object(parts) => without(parts),
        Value::Array(elements) => elements
            .iter()
            .map(|element| element.as_object().map_or_else(|| element.clone(), without))
            .collect(),
        plain => plain.clone(),
    })
}

fn remove(object: &mut Object, path: &str, value: Option<&Value>, known: Known<'_>) -> Result<(), String> {
    if let Some(name) = extension(object, path, known) {
        object.remove(&name);
        return Ok(());
    }
    let path = parsed(path)?;
    settable(&path, known)?;
    let Some(home) = home(object, &path, false) else {
        return Ok(());
    };
    let Some(name) = spelled(home, path.attribute.name()) else {
        return Ok(());
    };
    let sub = path.sub_attribute.as_deref().or(path.attribute.sub());
    let Some(present) = home.get_mut(&name) else {
        return Ok(());
    };
    match (path.filter.is_some(), sub) {
        (true, sub) => {
            let chosen = chosen(&path, present, known)?;
            match (sub, present) {
                (None, Value::Array(elements)) => {
                    let mut at = 0..;
                    elements.retain(|_| !at.next().is_some_and(|at| chosen.contains(&at)));
                }
                (None, _) if !chosen.is_empty() => drop(home.remove(&name)),
                (None, _) => {}
                (Some(sub), present) => {
                    for element in elements_mut(present, &chosen) {
                        take(element, sub);
                    }
                }
            }
        }
        (false, Some(sub)) => match present {
            Value::Array(_) => return Err(vague(&path)),
            inside => take(inside, sub),
        },
        (false, None) => match (value, present) {
            (Some(gone), Value::Array(elements)) => {
                let gone = as_list(gone.clone());
                elements.retain(|element| !gone.iter().any(|one| is_within(one, element)));
            }
            (Some(gone), present) if !as_list(gone.clone()).iter().any(|one| is_within(one, present)) => {}
            _ => drop(home.remove(&name)),
        },
    }
    Ok(())
}

fn assign(
    object: &mut Object,
    path: &str,
    value: &Value,
    adds: bool,
    known: Known<'_>,
) -> Result<(), String> {
    // The whole of an extension.
    if let Some(urn) = extension(object, path, known) {
        let Value::Object(members) = value else {
            return Err(format!("'{path}' is an extension, and its value isn't an object"));
        };
        return members
            .iter()
            .try_for_each(|(name, value)| assign(object, &format!("{urn}:{name}"), value, adds, known));
    }
    let path = parsed(path)?;
    settable(&path, known)?;
    let traits = known.of(&path);
    let home = home(object, &path, true).ok_or("its schema isn't an object there")?;
    let name = spelled(home, path.attribute.name()).unwrap_or_else(|| path.attribute.name().to_owned());
    let sub = path.sub_attribute.as_deref().or(path.attribute.sub());
    if path.filter.is_some() {
        let present = home.entry(name).or_insert_with(|| Value::Array(Vec::new()));
        let mut found = chosen(&path, present, known)?;
        if found.is_empty() {
            // RFC 7644 section 3.5.2.3: a replace whose filter matches nothing has no target.
            if !adds {
                return Err(format!(
                    "no value of '{}' matches the filter",
                    path.attribute.name()
                ));
            }
            let elements = as_array(present);
            elements.push(Value::Object(chosen_by(&path)));
            found.push(elements.len() - 1);
        }
        for element in elements_mut(present, &found) {
            put(element, sub, value)?;
        }
        one_primary(present, &found, sub, value);
        return Ok(());
    }
    let several = match home.get(&name) {
        Some(Value::Array(_)) => Some(true),
        Some(Value::Null) | None => traits.map(|traits| traits.multi_valued),
        Some(_) => Some(traits.is_some_and(|traits| traits.multi_valued)),
    };
    match (sub, several, value) {
        (Some(_), Some(true), _) => Err(vague(&path)),
        (sub @ Some(_), _, value) => put(home.entry(name).or_insert(Value::Null), sub, value),
        (None, Some(true), value) => {
            let present = home.entry(name).or_insert(Value::Null);
            let mut new = as_list(value.clone());
            if !adds {
                *present = Value::Array(new);
                return Ok(());
            }
            let elements = as_array(present);
            new.retain(|one| !elements.iter().any(|element| is_within(one, element)));
            let from = elements.len();
            elements.extend(new);
            let added: Vec<usize> = (from..elements.len()).collect();
            let primary = added.iter().rev().find(|at| is_primary(&elements[**at])).copied();
            if let Some(primary) = primary {
                one_primary(present, &[primary], Some("primary"), &Value::Bool(true));
            }
            Ok(())
        }
        (None, None, Value::Object(_)) => Err(format!(
            "neither the object nor the server's schema says whether '{}' has one value or several",
            path.attribute
        )),
        (None, Some(false), Value::Array(_)) if traits.is_none() && adds => Err(format!(
            "'{}' has a single value, and the server's schema doesn't say that it can have several",
            path.attribute
        )),
        (None, _, value) => put(home.entry(name).or_insert(Value::Null), None, value),
    }
}

/// The name, as the object spells it, of the extension that a path is the whole of.
fn extension(object: &Object, path: &str, known: Known<'_>) -> Option<String> {
    let is_urn = path
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("urn:"));
    if !is_urn || path.contains('[') {
        return None;
    }
    match spelled(object, path) {
        Some(name) => Some(name),
        None => known
            .schema
            .has_extension(known.resource, path)
            .then(|| path.to_owned()),
    }
}

/// Refuses what the server sets by itself: it would be left out of the PUT, and nothing would change.
fn settable(path: &PatchPath, known: Known<'_>) -> Result<(), String> {
    let sub = path.sub_attribute.as_deref().or(path.attribute.sub());
    let read_only =
        |traits: Option<Traits>| traits.is_some_and(|traits| traits.mutability == Mutability::ReadOnly);
    let part =
        sub.is_some_and(|sub| read_only(known.find(path.attribute.urn(), path.attribute.name(), Some(sub))));
    if part || read_only(known.of(path)) {
        return Err(format!("the server says that '{}' is read-only", path.attribute));
    }
    Ok(())
}

fn vague(path: &PatchPath) -> String {
    format!(
        "'{}' has several values, and the path doesn't say which one is meant",
        path.attribute.name()
    )
}

fn parsed(path: &str) -> Result<PatchPath, String> {
    parse_path(path).map_err(|_| format!("'{path}' isn't a valid path"))
}

/// The object in which a path's attribute stands: the resource, or one of its extensions.
fn home<'o>(object: &'o mut Object, path: &PatchPath, make: bool) -> Option<&'o mut Object> {
    let Some(urn) = path
        .attribute
        .urn()
        .filter(|urn| !crate::filter::known::is_core(urn))
    else {
        return Some(object);
    };
    let name = spelled(object, urn).unwrap_or_else(|| urn.to_owned());
    if make && !object.contains_key(&name) {
        object.insert(name.clone(), Value::Object(Map::new()));
    }
    object.get_mut(&name)?.as_object_mut()
}

/// What an object has of a path's attribute.
pub(super) fn home_of<'o>(object: &'o Object, path: &PatchPath) -> Option<&'o Value> {
    let is_core = |urn: &&str| !crate::filter::known::is_core(urn);
    let home = match path.attribute.urn().filter(is_core) {
        Some(urn) => object.get(&spelled(object, urn)?)?.as_object()?,
        None => object,
    };
    home.get(&spelled(home, path.attribute.name())?)
}

/// A member's name as the object spells it.
fn spelled(object: &Object, name: &str) -> Option<String> {
    object.keys().find(|n| n.eq_ignore_ascii_case(name)).cloned()
}

/// The positions of the elements that a path's filter chooses. Text is compared exactly first, and without regard to case
/// where that finds nothing and the schema doesn't forbid it.
pub(super) fn chosen(path: &PatchPath, present: &Value, known: Known<'_>) -> Result<Vec<usize>, String> {
    let filter = path.filter.as_ref().ok_or("the path has no filter")?;
    let case_exact = |name: &str| {
        let traits = known.find(path.attribute.urn(), path.attribute.name(), Some(name));
        traits.is_some_and(|traits| traits.case_exact)
    };
    for exact in [true, false] {
        let rule = |attribute: &crate::filter::AttrPath| match literal_of(filter, attribute) {
            Some(Literal::Bool(_)) => Rule::Boolean,
            Some(Literal::Number(_)) => Rule::Number,
            _ => Rule::Text {
                case_exact: exact || case_exact(attribute.sub().unwrap_or(attribute.name())),
            },
        };
        let matcher = Matcher::new(filter, rule).map_err(|e| e.reason)?;
        let elements = match present {
            Value::Array(elements) => elements.as_slice(),
            Value::Null => &[],
            single => std::slice::from_ref(single),
        };
        let found: Vec<usize> = (0..elements.len())
            .filter(|at| match &elements[*at] {
                Value::Object(members) => matcher.matches(members),
                // A simple value is its own `value` (RFC 7643 section 2.4).
                plain => matcher.matches(&Map::from_iter([("value".to_owned(), plain.clone())])),
            })
            .collect();
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// What a filter compares an attribute with.
fn literal_of<'f>(filter: &'f Filter, wanted: &crate::filter::AttrPath) -> Option<&'f Literal> {
    match filter {
        Filter::Compare { attribute, value, .. } => attribute.same_as(wanted).then_some(value),
        Filter::And(terms) | Filter::Or(terms) => terms.iter().find_map(|term| literal_of(term, wanted)),
        Filter::Not(inner) => literal_of(inner, wanted),
        _ => None,
    }
}

/// What a new element has so that the filter of its path chooses it: `type eq "work"` says the type.
pub(super) fn chosen_by(path: &PatchPath) -> Object {
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

fn elements_mut<'v>(present: &'v mut Value, at: &[usize]) -> Vec<&'v mut Value> {
    match present {
        Value::Array(elements) => {
            let chosen = elements.iter_mut().enumerate().filter(|(n, _)| at.contains(n));
            chosen.map(|(_, element)| element).collect()
        }
        single if at.contains(&0) => vec![single],
        _ => Vec::new(),
    }
}

/// The values of a multi-valued attribute, which some servers show as a single one.
fn as_array(present: &mut Value) -> &mut Vec<Value> {
    if !present.is_array() {
        *present = Value::Array(match std::mem::take(present) {
            Value::Null => Vec::new(),
            single => vec![single],
        });
    }
    match present {
        Value::Array(elements) => elements,
        _ => unreachable!("an array was put there"),
    }
}

fn as_list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(elements) => elements,
        single => vec![single],
    }
}

/// One value alone is primary (RFC 7644 section 3.5.2): where these became it, the others are no longer.
fn one_primary(present: &mut Value, these: &[usize], sub: Option<&str>, value: &Value) {
    let makes = match sub {
        Some(sub) => sub.eq_ignore_ascii_case("primary") && value == &Value::Bool(true),
        None => is_primary(value),
    };
    let Value::Array(elements) = present else { return };
    if !makes {
        return;
    }
    for (at, element) in elements.iter_mut().enumerate() {
        if !these.contains(&at)
            && is_primary(element)
            && let Some(members) = element.as_object_mut()
            && let Some(name) = spelled(members, "primary")
        {
            members.insert(name, Value::Bool(false));
        }
    }
}

fn is_primary(element: &Value) -> bool {
    element.as_object().is_some_and(|members| {
        spelled(members, "primary").is_some_and(|name| members.get(&name) == Some(&Value::Bool(true)))
    })
}

/// Puts a value in the place of another, or of one of its members.
fn put(place: &mut Value, sub: Option<&str>, value: &Value) -> Result<(), String> {
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
        return Ok(());
    };
    match place {
        Value::Object(members) => {
            let name = spelled(members, sub).unwrap_or_else(|| sub.to_owned());
            members.insert(name, value.clone());
        }
        Value::Null => *place = Value::Object(Map::from_iter([(sub.to_owned(), value.clone())])),
        // A simple value is its own `value`.
        plain if sub.eq_ignore_ascii_case("value") => *plain = value.clone(),
        _ => {
            return Err(format!(
                "what is stored there is a plain value and has no '{sub}'"
            ));
        }
    }
    Ok(())
}

fn take(place: &mut Value, sub: &str) {
    if let Some(members) = place.as_object_mut()
        && let Some(name) = spelled(members, sub)
    {
        members.remove(&name);
    }
}

/// Whether an element has all that a value says: a server adds parts of its own, such as `$ref`.
pub(super) fn is_within(one: &Value, element: &Value) -> bool {
    match (one, element) {
        (Value::Object(parts), Value::Object(members)) => parts.iter().all(|(name, value)| {
            spelled(members, name)
                .and_then(|name| members.get(&name))
                .is_some_and(|there| is_same(value, there))
        }),
        (Value::Object(parts), plain) => {
            parts.len() == 1 && parts.get("value").is_some_and(|value| is_same(value, plain))
        }
        (plain, Value::Object(members)) => members.get("value").is_some_and(|value| is_same(plain, value)),
        (one, element) => is_same(one, element),
    }
}

/// Whether two values are equal; some servers write as a number what was sent as text.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(text), Value::Number(number)) | (Value::Number(number), Value::String(text)) => {
            *text == number.to_string()
        }
        _ => one == other,
    }
}

#[cfg(test)]
#[path = "patched_tests.rs"]
mod tests;
