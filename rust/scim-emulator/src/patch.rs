//! PATCH (RFC 7644 section 3.5.2), as far as the service takes it.

use serde_json::{Map, Value};

use crate::assign::{apply, spread};
use crate::create::{MAX_MEMBERS, member_indexes, names_schema, ordered};
use crate::directory::Directory;
use crate::schema::{self, Kind};
use crate::values::{check_whole, checked};
use crate::wire::Failure;

const MESSAGE: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Add,
    Replace,
    Remove,
}

pub(crate) struct Operation<'b> {
    pub(crate) verb: Verb,
    pub(crate) path: Option<&'b str>,
    pub(crate) value: &'b Value,
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
            checked(id)?;
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

pub(crate) type Selector<'p> = (&'p str, Vec<(&'p str, Value)>, Option<&'p str>);

/// Splits `name[a eq x and b eq y].sub`.
pub(crate) fn selector(path: &str) -> Result<Selector<'_>, Failure> {
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
