//! Checking written values against the schema.

use serde_json::{Map, Value};

use crate::directory::{Directory, Resource};
use crate::schema::{self, Attribute, ENTERPRISE_USER, Kind};
use crate::wire::Failure;
use crate::world::parse_guid;

/// Finds an attribute, or says that there is none.
pub(crate) fn attribute(kind: Kind, urn: Option<&str>, path: &str) -> Result<&'static Attribute, Failure> {
    schema::find(kind, urn.unwrap_or(kind.schemas()[0]), path).ok_or_else(|| {
        let name = urn.map_or_else(|| path.to_owned(), |urn| format!("{urn}:{path}"));
        Failure::invalid_path(format!(
            "'{name}' is not an attribute of a {}.",
            kind.resource_type()
        ))
    })
}

/// The value as it is stored: names as the schema spells them, read-only parts left out. `None` for null.
pub(crate) fn normalise(kind: Kind, a: &Attribute, value: &Value) -> Result<Option<Value>, Failure> {
    if value.is_null() {
        return Ok(None);
    }
    if !a.multi_valued {
        return single(kind, a, value).map(Some);
    }
    let Value::Array(items) = value else {
        return Err(Failure::invalid_syntax(format!(
            "'{}' is multi-valued: its value is an array.",
            a.path
        )));
    };
    let items: Vec<Value> = items
        .iter()
        .map(|item| single(kind, a, item))
        .collect::<Result<_, _>>()?;
    Ok((!items.is_empty()).then_some(Value::Array(items)))
}

/// One value of an attribute, whether or not it is multi-valued.
pub(crate) fn single(kind: Kind, a: &Attribute, value: &Value) -> Result<Value, Failure> {
    let wrong = || Failure::invalid_value(format!("The value of '{}' is not a {}: {value}.", a.path, a.kind));
    match (a.kind, value) {
        ("boolean", Value::Bool(_)) => {}
        ("integer", Value::Number(n)) if n.is_i64() => {}
        ("decimal", Value::Number(_)) => {}
        ("dateTime", Value::String(text)) if looks_like_time(text) => {}
        ("string" | "reference" | "binary", Value::String(text)) => {
            if text.is_empty() {
                let detail = format!("Invalid value specified for property '{}': it is empty.", a.path);
                return Err(Failure::invalid_value(detail));
            }
            if !a.canonical.is_empty() && !a.canonical.split(',').any(|known| known == text) {
                return Err(Failure::invalid_value(format!(
                    "'{text}' is not a value of '{}': it takes {}.",
                    a.path,
                    a.canonical.replace(',', ", ")
                )));
            }
            if a.path == "emails.type" && text == "proxyAddress" {
                return Err(Failure::mutability(
                    "Emails of type 'proxyAddress' are read-only.",
                ));
            }
        }
        ("complex", Value::Object(object)) => return complex(kind, a, object),
        _ => return Err(wrong()),
    }
    Ok(value.clone())
}

fn complex(kind: Kind, a: &Attribute, object: &Map<String, Value>) -> Result<Value, Failure> {
    let mut kept = Map::new();
    for (name, value) in object {
        let urn = (a.schema != kind.schemas()[0]).then_some(a.schema);
        let sub = attribute(kind, urn, &format!("{}.{name}", a.path))?;
        if sub.read_only() {
            continue;
        }
        if let Some(value) = normalise(kind, sub, value)? {
            kept.insert(last(sub.path).to_owned(), value);
        }
    }
    // Values of these are told apart by their type, so one without cannot be addressed again.
    if a.multi_valued
        && schema::find(kind, a.schema, &format!("{}.type", a.path)).is_some()
        && !kept.contains_key("type")
    {
        return Err(Failure::invalid_value(format!(
            "Each value of '{}' needs a type.",
            a.path
        )));
    }
    Ok(Value::Object(kept))
}

pub(crate) fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn looks_like_time(text: &str) -> bool {
    let pattern = b"0000-00-00T00:00:00";
    let bytes = text.as_bytes();
    let digits = |byte: u8, like: u8| {
        if like == b'0' {
            byte.is_ascii_digit()
        } else {
            byte == like
        }
    };
    match bytes.len() {
        10 => bytes.iter().zip(pattern).all(|(b, p)| digits(*b, *p)),
        20.. => bytes.iter().zip(pattern).all(|(b, p)| digits(*b, *p)),
        _ => false,
    }
}

/// What must hold of a whole user or group before it is stored under `index`.
pub(crate) fn check_whole(
    directory: &Directory,
    kind: Kind,
    index: Option<u32>,
    resource: &Resource,
) -> Result<(), Failure> {
    for a in schema::attributes() {
        let ours = a.required && !a.read_only() && a.mutability != "writeOnly";
        if ours && kind.schemas().contains(&a.schema) && lookup(kind, a, resource).is_none() {
            return Err(Failure::invalid_value(format!(
                "The required attribute '{}' is missing.",
                a.path
            )));
        }
    }
    if kind == Kind::Group {
        return Ok(());
    }
    let name = resource
        .get("userName")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !matches!(name.split_once('@'), Some((local, domain)) if !local.is_empty() && domain.contains('.') && !domain.contains('@'))
        || name.contains(char::is_whitespace)
    {
        return Err(Failure::invalid_value(
            "The userName must be of the form alias@domain.",
        ));
    }
    if directory
        .user_named(name)
        .is_some_and(|other| Some(other) != index)
    {
        return Err(Failure::new(
            http::StatusCode::CONFLICT,
            "uniqueness",
            "Another object with the same value for property userPrincipalName already exists.",
        ));
    }
    if let Some(manager) = resource.get(ENTERPRISE_USER).and_then(|e| e.get("manager")) {
        let id = manager.get("value").and_then(Value::as_str).unwrap_or_default();
        if directory.find(Kind::User, id).is_none() {
            return Err(Failure::invalid_value(Failure::not_found(id).detail));
        }
    }
    Ok(())
}

fn lookup<'r>(kind: Kind, a: &Attribute, resource: &'r Resource) -> Option<&'r Value> {
    let mut at = match a.schema == kind.schemas()[0] {
        true => resource,
        false => resource.get(a.schema)?.as_object()?,
    };
    let (parents, name) = a.path.rsplit_once('.').unwrap_or(("", a.path));
    for parent in parents.split('.').filter(|p| !p.is_empty()) {
        at = at.get(parent)?.as_object()?;
    }
    at.get(name)
}

/// Ids are GUIDs: the service calls anything else a bad request rather than not found.
pub(crate) fn checked(id: &str) -> Result<&str, Failure> {
    match parse_guid(id) {
        Some(_) => Ok(id),
        None => Err(Failure::invalid_value(format!(
            "Invalid object identifier '{id}'."
        ))),
    }
}
