//! POST: new users and groups.

use serde_json::{Map, Value, json};

use crate::directory::{Directory, Resource};
use crate::schema::{self, ENTERPRISE_USER, ENTRA_USER, Kind};
use crate::values::{attribute, check_whole, checked, last, normalise};
use crate::wire::Failure;
use crate::world::now_text;

/// Most members in one request.
pub(crate) const MAX_MEMBERS: usize = 20;

/// Creates a resource from a request body and returns its id.
pub(crate) fn create(
    directory: &mut Directory,
    kind: Kind,
    body: &Map<String, Value>,
) -> Result<String, Failure> {
    let core = kind.schemas()[0];
    if !names_schema(body, core) {
        return Err(Failure::invalid_syntax(format!(
            "The member 'schemas' must name '{core}'."
        )));
    }
    let mut resource = Resource::new();
    let mut extensions: Vec<(&str, Map<String, Value>)> = Vec::new();
    let mut members = Vec::new();
    let mut password = false;
    for (name, value) in body {
        let (urn, rest) = schema::split_urn(kind, name);
        match (urn, rest) {
            (Some(urn), "") => {
                let Value::Object(object) = value else {
                    return Err(Failure::invalid_syntax(format!(
                        "The value of '{urn}' is not an object."
                    )));
                };
                extensions.push((urn, attributes(kind, Some(urn), object)?));
            }
            (None, "members") if kind == Kind::Group => members = member_indexes(directory, value)?,
            (None, "password") if kind == Kind::User => {
                password = value.as_str().is_some_and(|p| !p.is_empty())
            }
            _ => {
                let one = Map::from_iter([(rest.to_owned(), value.clone())]);
                resource.extend(attributes(kind, urn, &one)?);
            }
        }
    }
    if kind == Kind::User {
        derive_nickname(&resource, &mut extensions);
    }
    let schemas: Vec<&str> = [core]
        .into_iter()
        .chain(extensions.iter().map(|(urn, _)| *urn))
        .collect();
    resource.insert("schemas".into(), json!(schemas));
    for (urn, object) in extensions.into_iter().filter(|(_, object)| !object.is_empty()) {
        resource.insert(urn.into(), Value::Object(object));
    }
    if kind == Kind::User && !password {
        return Err(Failure::invalid_value(
            "The required attribute 'password' is missing.",
        ));
    }
    check_whole(directory, kind, None, &resource)?;

    let index = directory.allot(kind);
    let id = directory.id(kind, index);
    let location = format!("{}/{}/{id}", directory.world.base_uri, kind.collection());
    resource.insert("id".into(), id.clone().into());
    resource.insert(
        "meta".into(),
        match kind {
            Kind::User => json!({"resourceType": kind.resource_type(), "location": location}),
            Kind::Group => {
                json!({"resourceType": kind.resource_type(), "created": now_text(), "location": location})
            }
        },
    );
    directory.store(kind, index, ordered(resource));
    for user in members {
        directory.set_member(index, user, true);
    }
    Ok(id)
}

/// Whether the `schemas` of a body has this URN.
pub(crate) fn names_schema(body: &Map<String, Value>, urn: &str) -> bool {
    let schemas = body.get("schemas").and_then(Value::as_array);
    schemas
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .any(|s| s.eq_ignore_ascii_case(urn))
}

fn attributes(
    kind: Kind,
    urn: Option<&str>,
    object: &Map<String, Value>,
) -> Result<Map<String, Value>, Failure> {
    let mut kept = Map::new();
    for (name, value) in object {
        let a = attribute(kind, urn, name)?;
        // RFC 7644 section 3.3: what is read-only is ignored on create.
        if a.read_only() {
            continue;
        }
        if let Some(value) = normalise(kind, a, value)? {
            kept.insert(last(a.path).to_owned(), value);
        }
    }
    Ok(kept)
}

fn derive_nickname(resource: &Resource, extensions: &mut Vec<(&str, Map<String, Value>)>) {
    let name = resource
        .get("userName")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let nickname = name.split('@').next().unwrap_or(name);
    let at = match extensions.iter().position(|(urn, _)| *urn == ENTRA_USER) {
        Some(at) => at,
        None => {
            extensions.push((ENTRA_USER, Map::new()));
            extensions.len() - 1
        }
    };
    extensions[at]
        .1
        .entry("mailNickname")
        .or_insert_with(|| nickname.into());
}

/// The users in a list of members, all of whom must exist.
pub(crate) fn member_indexes(directory: &Directory, value: &Value) -> Result<Vec<u32>, Failure> {
    let one = std::slice::from_ref(value);
    let items = value.as_array().map_or(one, Vec::as_slice);
    if items.is_empty() || items.len() > MAX_MEMBERS {
        return Err(Failure::invalid_value(format!(
            "A request adds 1 to {MAX_MEMBERS} members, not {}.",
            items.len()
        )));
    }
    items
        .iter()
        .map(|item| {
            let id = item.get("value").and_then(Value::as_str);
            let id =
                id.ok_or_else(|| Failure::invalid_syntax("A member is an object whose 'value' is an id."))?;
            checked(id)?;
            directory
                .find(Kind::User, id)
                .ok_or_else(|| Failure::not_found(id))
        })
        .collect()
}

/// Members in the order in which generated resources have them.
pub(crate) fn ordered(mut resource: Resource) -> Resource {
    const LAST: [&str; 5] = [
        ENTERPRISE_USER,
        ENTRA_USER,
        schema::ENTRA_GROUP,
        schema::SECURITY_ATTRIBUTES,
        "meta",
    ];
    let mut sorted = Resource::new();
    for name in ["schemas", "id", "externalId", "userName", "displayName", "active"] {
        sorted.extend(resource.shift_remove_entry(name));
    }
    let last: Vec<_> = LAST
        .iter()
        .filter_map(|name| resource.shift_remove_entry(*name))
        .collect();
    sorted.extend(resource);
    sorted.extend(last);
    sorted
}
