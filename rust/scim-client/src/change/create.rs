//! The body of a POST.

use serde_json::{Map, Value, json};

use super::assign::{Leaf, leaves};
use super::place::{self, Place};
use super::{Assignment, Lookup, Rules, members, value};
use crate::cloud::Service;
use crate::error::{Error, Kind};
use crate::filter::Resource;
use crate::filter::known::{self, Attribute};

const CORE_USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const CORE_GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// A new object: the body, and by what it can be found again.
pub(super) fn body(
    rules: Rules,
    resource: Resource,
    set: &[Assignment],
) -> Result<(Map<String, Value>, Option<Lookup>), Error> {
    let core = match resource {
        Resource::User => CORE_USER,
        Resource::Group => CORE_GROUP,
    };
    let mut body = Map::new();
    body.insert("schemas".to_owned(), json!([core]));
    for leaf in leaves(rules, resource, set)? {
        if leaf.value.is_null() {
            continue;
        }
        check(rules, &leaf)?;
        put(&mut body, leaf.place, leaf.value);
    }
    if rules.service == Service::Entra {
        fill(rules, resource, &mut body);
    }
    require(rules, resource, &body)?;
    let extensions: Vec<Value> = body
        .keys()
        .filter(|name| is_urn(name))
        .map(|urn| urn.as_str().into())
        .collect();
    if let Some(Value::Array(schemas)) = body.get_mut("schemas") {
        schemas.extend(extensions);
    }
    let lookup = lookup(resource, &body);
    Ok((body, lookup))
}

fn check(rules: Rules, leaf: &Leaf) -> Result<(), Error> {
    let Some(row) = leaf.place.known else {
        return Ok(());
    };
    let own = leaf.place.whole.unwrap_or(row);
    if own.mutability == "readOnly" || row.mutability == "readOnly" {
        return Err(place::read_only(&leaf.name));
    }
    if own.dotted() == "password" {
        // It would stand in the clear in every plan and journal.
        let message = "A password can't be passed as an ordinary attribute.";
        return Err(Error::new(Kind::InternalError, message));
    }
    let many = own.multi_valued && own.kind == "complex";
    let vague = many && leaf.place.sub.is_some() && leaf.place.which.is_none();
    if vague || (leaf.place.which.is_some() && leaf.place.element_type().is_none()) {
        let wanted = format!(
            "a type in the attribute name when the object is new, as in {}[work]",
            own.name
        );
        return Err(value::wrong(&leaf.name, &leaf.value, &wanted));
    }
    let most = members::PACK;
    if rules.service == Service::Entra
        && own.name == "members"
        && leaf.value.as_array().is_some_and(|ids| ids.len() > most)
    {
        let wanted = format!(
            "at most {most} members when the group is created; use Add-ScimGroupMember to add the others"
        );
        return Err(value::wrong(&leaf.name, &"A longer list".into(), &wanted));
    }
    Ok(())
}

/// Puts a value into its place.
fn put(body: &mut Map<String, Value>, place: Place, value: Value) {
    let kind = place.element_type();
    let mut at = body;
    if let Some(schema) = place.schema {
        at = object(at, schema);
    }
    let name = place.name.unwrap_or_default();
    if let Some(kind) = kind {
        let primary = name == "emails" && kind == "work";
        at = element(at, name, &kind);
        if primary && !at.contains_key("primary") {
            at.insert("primary".to_owned(), true.into());
        }
        match place.sub {
            Some(sub) => drop(at.insert(sub, value)),
            None => drop(at.insert("value".to_owned(), value)),
        }
        return;
    }
    match place.sub {
        Some(sub) => drop(object(at, name).insert(sub, value)),
        None => drop(at.insert(name, value)),
    }
}

/// The object below a member, made where it is not there.
fn object(at: &mut Map<String, Value>, name: String) -> &mut Map<String, Value> {
    let slot = at.entry(name).or_insert_with(|| Value::Object(Map::new()));
    if !slot.is_object() {
        *slot = Value::Object(Map::new());
    }
    match slot {
        Value::Object(map) => map,
        _ => unreachable!("an object was put there"),
    }
}

/// The element of this type, made where it is not there.
fn element<'b>(at: &'b mut Map<String, Value>, name: String, kind: &str) -> &'b mut Map<String, Value> {
    let slot = at.entry(name).or_insert_with(|| Value::Array(Vec::new()));
    if !slot.is_array() {
        *slot = Value::Array(Vec::new());
    }
    let Value::Array(items) = slot else {
        unreachable!("an array was put there")
    };
    let found = items
        .iter()
        .position(|item| item.get("type").and_then(Value::as_str) == Some(kind));
    let index = found.unwrap_or_else(|| {
        items.push(json!({"type": kind}));
        items.len() - 1
    });
    match &mut items[index] {
        Value::Object(map) => map,
        _ => unreachable!("it has a type"),
    }
}

/// What Entra requires and everybody means alike: an account that is enabled, a group for security with the nickname
/// of its name.
fn fill(rules: Rules, resource: Resource, body: &mut Map<String, Value>) {
    let default = |body: &mut Map<String, Value>, name: &str, value: Value| {
        if let Ok(place) = Place::find(rules, resource, name)
            && lookup_value(body, place.schema.as_deref(), name, None).is_none()
        {
            put(body, place, value);
        }
    };
    match resource {
        Resource::User => default(body, "active", true.into()),
        Resource::Group => {
            default(body, "securityEnabled", true.into());
            default(body, "mailEnabled", false.into());
            let named = body
                .get("displayName")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let nickname: String = named
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
                .collect();
            if !nickname.is_empty() {
                default(body, "mailNickname", nickname.into());
            }
        }
    }
}

/// All that is missing, in one error. The password may be left out, as users of federated domains have none.
fn require(rules: Rules, resource: Resource, body: &Map<String, Value>) -> Result<(), Error> {
    let wanted = |row: &&Attribute| {
        let entra = rules.service == Service::Entra;
        let by_rfc = matches!(
            (resource, row.name),
            (Resource::User, "userName") | (Resource::Group, "displayName")
        );
        row.required
            && row.is_writable()
            && row.kind != "complex"
            && row.name != "password"
            && (entra || by_rfc)
    };
    let missing: Vec<String> = place::rows(rules, resource)
        .filter(wanted)
        .filter(|row| {
            let schema = row.is_extension().then_some(row.schema);
            lookup_value(body, schema, row.name, row.sub).is_none()
        })
        .map(|row| row.dotted())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let kind = match resource {
        Resource::User => "user",
        Resource::Group => "group",
    };
    let message = format!(
        "{} {} required to create a {kind}. No request was made.",
        missing.join(", "),
        if missing.len() == 1 { "is" } else { "are" }
    );
    Err(Error::new(Kind::RequiredAttribute, message))
}

fn lookup_value<'b>(
    body: &'b Map<String, Value>,
    schema: Option<&str>,
    name: &str,
    sub: Option<&str>,
) -> Option<&'b Value> {
    let at = match schema {
        Some(schema) => body.get(schema)?.as_object()?,
        None => body,
    };
    let whole = at.get(name)?;
    sub.map_or(Some(whole), |sub| whole.get(sub))
}

fn lookup(resource: Resource, body: &Map<String, Value>) -> Option<Lookup> {
    let names: &[&str] = match resource {
        Resource::User => &["userName", "externalId"],
        // The display name of a group is not its own, and Entra finds no group by externalId.
        Resource::Group => &["externalId"],
    };
    names.iter().find_map(|name| {
        let value = body.get(*name)?.as_str()?;
        Some(Lookup {
            attribute: (*name).to_owned(),
            value: value.to_owned(),
        })
    })
}

fn is_urn(name: &str) -> bool {
    name.len() > 4 && name[..4].eq_ignore_ascii_case("urn:") && !known::is_core(name)
}
