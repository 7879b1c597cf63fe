//! PATCH (RFC 7644 section 3.5.2), as far as the service takes it.

use serde_json::{Map, Value};

use crate::create::{MAX_MEMBERS, member_indexes, names_schema, ordered};
use crate::directory::{Directory, Resource};
use crate::schema::{self, Attribute, Kind, SECURITY_ATTRIBUTES};
use crate::values::{attribute, check_whole, last, normalise, single};
use crate::wire::Failure;
use crate::world::{now_text, parse_guid};

const MESSAGE: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Add,
    Replace,
    Remove,
}

struct Operation<'b> {
    verb: Verb,
    path: Option<&'b str>,
    value: &'b Value,
}

/// Applies a request body to a resource: all of it or nothing.
pub(crate) fn patch(
    directory: &mut Directory,
    kind: Kind,
    index: u32,
    body: &Map<String, Value>,
) -> Result<(), Failure> {
    if !names_schema(body, MESSAGE) {
        return Err(Failure::invalid_syntax(format!(
            "The member 'schemas' must name '{MESSAGE}'."
        )));
    }
    let operations = match member(body, "Operations") {
        Value::Array(items) if !items.is_empty() => {
            items.iter().map(operation).collect::<Result<Vec<_>, _>>()?
        }
        _ => {
            return Err(Failure::invalid_syntax(
                "'Operations' must be an array with at least one operation.",
            ));
        }
    };
    if kind == Kind::Group && operations.iter().any(concerns_members) {
        return match operations.as_slice() {
            [only] => patch_members(directory, index, only),
            _ => Err(Failure::bad_request(
                "A change of members must be the only operation of its request.",
            )),
        };
    }
    let mut resource = directory.resource(kind, index);
    for operation in &operations {
        match operation.path {
            Some(path) => apply(kind, &mut resource, operation.verb, path, operation.value)?,
            None => spread(kind, &mut resource, operation, None)?,
        }
    }
    check_whole(directory, kind, Some(index), &resource)?;
    if let Some(meta) = resource.get_mut("meta").and_then(Value::as_object_mut) {
        meta.insert("lastModified".into(), now_text().into());
    }
    directory.store(kind, index, ordered(resource));
    Ok(())
}

fn member<'b>(object: &'b Map<String, Value>, name: &str) -> &'b Value {
    object
        .iter()
        .find(|(n, _)| n.eq_ignore_ascii_case(name))
        .map_or(&Value::Null, |(_, value)| value)
}

fn operation(item: &Value) -> Result<Operation<'_>, Failure> {
    let object = item
        .as_object()
        .ok_or_else(|| Failure::invalid_syntax("An operation is an object."))?;
    let verb = match member(object, "op")
        .as_str()
        .map(str::to_ascii_lowercase)
        .as_deref()
    {
        Some("add") => Verb::Add,
        Some("replace") => Verb::Replace,
        Some("remove") => Verb::Remove,
        _ => {
            return Err(Failure::invalid_syntax(
                "The 'op' of an operation is add, replace or remove.",
            ));
        }
    };
    let path = member(object, "path").as_str();
    if path.is_none() && verb == Verb::Remove {
        return Err(Failure::new(
            http::StatusCode::BAD_REQUEST,
            "noTarget",
            "A remove operation needs a path.",
        ));
    }
    Ok(Operation {
        verb,
        path,
        value: member(object, "value"),
    })
}

fn concerns_members(operation: &Operation<'_>) -> bool {
    match operation.path {
        Some(path) => {
            let (urn, rest) = schema::split_urn(Kind::Group, path);
            let name = rest.split(['[', '.']).next().unwrap_or(rest);
            urn.is_none() && name.eq_ignore_ascii_case("members")
        }
        None => operation
            .value
            .as_object()
            .is_some_and(|o| !member(o, "members").is_null()),
    }
}

fn patch_members(directory: &mut Directory, group: u32, operation: &Operation<'_>) -> Result<(), Failure> {
    let (_, path) = schema::split_urn(Kind::Group, operation.path.unwrap_or_default());
    match operation.verb {
        Verb::Add if path.eq_ignore_ascii_case("members") => {
            for user in member_indexes(directory, operation.value)? {
                directory.set_member(group, user, true);
            }
            Ok(())
        }
        Verb::Remove if path.contains('[') => {
            let (name, conditions, sub) = selector(path)?;
            let [(what, Value::String(id))] = conditions.as_slice() else {
                return Err(Failure::invalid_path(
                    r#"Members are removed by members[value eq "id"]."#,
                ));
            };
            if !name.eq_ignore_ascii_case("members") || !what.eq_ignore_ascii_case("value") || sub.is_some() {
                return Err(Failure::invalid_path(
                    r#"Members are removed by members[value eq "id"]."#,
                ));
            }
            if parse_guid(id).is_none() {
                return Err(Failure::invalid_value(format!(
                    "Invalid object identifier '{id}'."
                )));
            }
            let user = directory
                .find(Kind::User, id)
                .filter(|user| directory.is_member(group, *user));
            // The service names the group, not the user, when the user is no member.
            let user = user.ok_or_else(|| Failure::not_found(&directory.id(Kind::Group, group)))?;
            directory.set_member(group, user, false);
            Ok(())
        }
        Verb::Add => Err(Failure::invalid_path(format!(
            "Members are added by the path 'members', up to {MAX_MEMBERS} in a request."
        ))),
        Verb::Remove => Err(Failure::invalid_path(
            r#"Members are removed one by one, by members[value eq "id"]."#,
        )),
        Verb::Replace => Err(Failure::bad_request(
            "Members cannot be replaced: add and remove them.",
        )),
    }
}

/// An operation whose value is an object of attributes.
fn spread(
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

fn apply(kind: Kind, resource: &mut Resource, verb: Verb, path: &str, value: &Value) -> Result<(), Failure> {
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

type Selector<'p> = (&'p str, Vec<(&'p str, Value)>, Option<&'p str>);

/// Splits `name[a eq x and b eq y].sub`.
fn selector(path: &str) -> Result<Selector<'_>, Failure> {
    let wrong = || Failure::invalid_path(format!("The path '{path}' is not valid."));
    let (name, rest) = path.split_once('[').ok_or_else(wrong)?;
    let (inner, rest) = rest.rsplit_once(']').ok_or_else(wrong)?;
    let sub = match rest {
        "" => None,
        rest => Some(rest.strip_prefix('.').ok_or_else(wrong)?),
    };
    let conditions = inner
        .split(" and ")
        .map(|condition| {
            let mut words = condition.trim().splitn(3, ' ');
            match (words.next(), words.next(), words.next()) {
                (Some(what), Some(eq), Some(value)) if eq.eq_ignore_ascii_case("eq") => {
                    Ok((what, serde_json::from_str(value.trim()).map_err(|_| wrong())?))
                }
                _ => Err(wrong()),
            }
        })
        .collect::<Result<_, _>>()?;
    Ok((name, conditions, sub))
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
