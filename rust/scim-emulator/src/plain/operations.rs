//! The operations of a PATCH (RFC 7644 section 3.5.2), as the plain server takes them and as its [`Quirk`]s make it.

use http::StatusCode;
use serde_json::{Map, Value};

use super::{Object, text};
use crate::quirks::Quirk;
use crate::wire::Failure;

/// Does one operation to an object.
pub(super) fn apply(object: &mut Object, operation: &Value, quirks: &[Quirk]) -> Result<(), Failure> {
    let word = |name: &str| operation.get(name).and_then(Value::as_str);
    let (op, path) = (word("op").unwrap_or_default(), word("path"));
    let value = operation.get("value");
    if quirks.contains(&Quirk::CapitalOperations) && !op.starts_with(|c: char| c.is_ascii_uppercase()) {
        return Err(Failure::invalid_syntax(format!("There is no operation '{op}'.")));
    }
    if quirks.contains(&Quirk::NoPaths) && path.is_some() && !op.eq_ignore_ascii_case("remove") {
        return Err(Failure::invalid_path("Attributes belong into the value."));
    }
    match (op.to_ascii_lowercase().as_str(), path, value) {
        ("add" | "replace", None, Some(Value::Object(members))) => {
            for (name, value) in members {
                set(object, name, value.clone(), op.eq_ignore_ascii_case("add"));
            }
            Ok(())
        }
        ("add", Some("members"), Some(Value::Array(more)))
            if quirks.contains(&Quirk::KnownMemberRefused)
                && more.iter().any(|one| is_member(object, &text(one.get("value")))) =>
        {
            Err(Failure::new(
                StatusCode::CONFLICT,
                "uniqueness",
                "That is a member already.",
            ))
        }
        ("add" | "replace", Some(path), Some(value)) => {
            let home = home(object, path);
            set(home, last(path), value.clone(), op.eq_ignore_ascii_case("add"));
            Ok(())
        }
        ("remove", Some("members"), Some(Value::Array(gone))) => {
            let gone: Vec<String> = gone.iter().map(|one| text(one.get("value"))).collect();
            keep_members(object, |id| !gone.contains(&id));
            Ok(())
        }
        ("remove", Some(path), None) if path.starts_with("members[") => {
            if quirks.contains(&Quirk::MembersByValue) {
                return Err(Failure::invalid_path("Members are removed by their values."));
            }
            let quoted = path
                .strip_prefix("members[value eq ")
                .and_then(|p| p.strip_suffix(']'));
            let id: String = quoted
                .and_then(|q| serde_json::from_str(q).ok())
                .ok_or_else(|| Failure::invalid_path(format!("'{path}' isn't a valid path.")))?;
            keep_members(object, |member| member != id);
            Ok(())
        }
        ("remove", Some(path), None) => {
            let name = last(path).to_owned();
            let home = home(object, path);
            home.retain(|n, _| !n.eq_ignore_ascii_case(&name));
            Ok(())
        }
        _ => Err(Failure::invalid_syntax(format!(
            "The operation {operation} has no meaning."
        ))),
    }
}

/// Where a path's last name stands: in the object, in an extension, or in a complex attribute.
fn home<'o>(object: &'o mut Object, path: &str) -> &'o mut Object {
    let (urn, rest) = match path.rfind(':') {
        Some(colon) => (Some(&path[..colon]), &path[colon + 1..]),
        None => (None, path),
    };
    let complex = rest.split_once('.').map(|(name, _)| name);
    let mut at = object;
    for name in urn.into_iter().chain(complex) {
        let name = at
            .keys()
            .find(|n| n.eq_ignore_ascii_case(name))
            .cloned()
            .unwrap_or_else(|| name.to_owned());
        let inner = at.entry(name).or_insert_with(|| Value::Object(Map::new()));
        if !inner.is_object() {
            *inner = Value::Object(Map::new());
        }
        at = match inner {
            Value::Object(inner) => inner,
            _ => unreachable!("it was just made an object"),
        };
    }
    at
}

fn last(path: &str) -> &str {
    path.rsplit([':', '.']).next().unwrap_or(path)
}

fn set(object: &mut Object, name: &str, value: Value, adds: bool) {
    let name = object
        .keys()
        .find(|n| n.eq_ignore_ascii_case(name))
        .cloned()
        .unwrap_or_else(|| name.to_owned());
    match (object.get_mut(&name), value) {
        (Some(Value::Array(present)), Value::Array(more)) if adds => {
            for one in more {
                if !present.iter().any(|p| p.get("value") == one.get("value")) {
                    present.push(one);
                }
            }
        }
        (Some(Value::Object(present)), Value::Object(members)) => present.extend(members),
        (_, value) => {
            object.insert(name, value);
        }
    }
}

fn is_member(object: &Object, id: &str) -> bool {
    let members = object.get("members").and_then(Value::as_array);
    members.is_some_and(|members| members.iter().any(|one| text(one.get("value")) == id))
}

fn keep_members(object: &mut Object, keep: impl Fn(String) -> bool) {
    if let Some(Value::Array(members)) = object.get_mut("members") {
        members.retain(|member| keep(text(member.get("value"))));
    }
}
