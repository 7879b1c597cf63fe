//! The operations of a PATCH.

use serde_json::{Value, json};

use super::assign::{Leaf, leaves};
use super::place::{self, Place};
use super::{Assignment, Change, Rules, value};
use crate::cloud::Service;
use crate::error::{Error, Kind};
use crate::filter::{AttrPath, Filter, Operator, Resource, Value as Literal};

/// One operation (RFC 7644 section 3.5.2). A server without PATCH can have them applied to what it stores, and PUT.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// `add`, `replace` or `remove`.
    pub op: &'static str,
    /// The path.
    pub path: String,
    /// The value; none for `remove`.
    pub value: Option<Value>,
}

impl Operation {
    pub(super) fn to_json(&self) -> Value {
        match &self.value {
            Some(value) => json!({"op": self.op, "path": self.path, "value": value}),
            None => json!({"op": self.op, "path": self.path}),
        }
    }
}

/// What a change does: first what it removes, then what it adds and replaces, at last what it clears. Of two values for
/// the same place the later counts.
pub(super) fn operations(change: &Change, rules: Rules, resource: Resource) -> Result<Vec<Operation>, Error> {
    let mut all = Vec::new();
    for assignment in &change.remove {
        removals(rules, resource, assignment, &mut all)?;
    }
    for leaf in leaves(rules, resource, &change.add)? {
        writable(rules, &leaf.name, &leaf.place)?;
        if leaf.value.is_null() {
            return Err(value::wrong(
                &leaf.name,
                &Value::Null,
                "a value that can be added",
            ));
        }
        all.push(Operation {
            op: "add",
            path: leaf.place.to_string(),
            value: Some(leaf.value),
        });
    }
    for leaf in leaves(rules, resource, &change.set)? {
        writable(rules, &leaf.name, &leaf.place)?;
        all.push(assigned(rules, leaf)?);
    }
    let nothing = |name: &String| Assignment {
        name: name.clone(),
        value: Value::Null,
    };
    let cleared: Vec<Assignment> = change.clear.iter().map(nothing).collect();
    for leaf in leaves(rules, resource, &cleared)? {
        writable(rules, &leaf.name, &leaf.place)?;
        all.push(assigned(rules, leaf)?);
    }
    Ok(last_of_each(all))
}

fn assigned(rules: Rules, leaf: Leaf) -> Result<Operation, Error> {
    if leaf.value.is_null() {
        return cleared(rules, &leaf.name, &leaf.place);
    }
    // By RFC 7644 a replace fails where no element is of the type, and an add takes the place of what is there.
    let op = match leaf.place.which {
        Some(_) if rules.service == Service::Generic => "add",
        _ => "replace",
    };
    Ok(Operation {
        op,
        path: leaf.place.to_string(),
        value: Some(leaf.value),
    })
}

fn cleared(rules: Rules, name: &str, place: &Place) -> Result<Operation, Error> {
    let required = place.known.is_some_and(|row| row.required)
        || place.whole.is_some_and(|row| row.name == "mailNickname");
    if required && rules.service == Service::Entra {
        let message = format!("'{name}' can't be cleared, because it's required. No request was made.");
        return Err(Error::new(Kind::RequiredAttribute, message));
    }
    // What remains of an address without its value is no address.
    let gone = match place.sub.as_deref() {
        Some("value") => place.without_sub(),
        _ => place.clone(),
    };
    Ok(Operation {
        op: "remove",
        path: gone.to_string(),
        value: None,
    })
}

/// -Remove: a value of an attribute that has several; with null, all of them.
fn removals(
    rules: Rules,
    resource: Resource,
    assignment: &Assignment,
    all: &mut Vec<Operation>,
) -> Result<(), Error> {
    let Assignment { name, value } = assignment;
    let place = Place::find(rules, resource, name)?;
    writable(rules, name, &place)?;
    let single = place.known.is_some_and(|row| !row.multi_valued) && place.which.is_none();
    if !value.is_null() && single && rules.service == Service::Generic {
        let wanted = "one value only, so that none of several can be removed. -Clear removes the value";
        return Err(value::wrong(name, value, wanted));
    }
    if value.is_null() {
        for leaf in leaves(rules, resource, std::slice::from_ref(assignment))? {
            all.push(cleared(rules, &leaf.name, &leaf.place)?);
        }
        return Ok(());
    }
    let items = match value {
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    for item in items {
        let element = chosen(rules, name, &place, item)?;
        all.push(Operation {
            op: "remove",
            path: element.to_string(),
            value: None,
        });
    }
    Ok(())
}

/// The element that a value names.
fn chosen(rules: Rules, name: &str, place: &Place, item: &Value) -> Result<Place, Error> {
    let kind = item.get("type").and_then(Value::as_str);
    if rules.service == Service::Entra {
        let by_type = item.as_object().is_some_and(|parts| parts.len() == 1);
        return match (kind, by_type, place.is_many()) {
            (Some(kind), true, true) => Place::find(rules, Resource::User, &format!("{place}[{kind}]")),
            _ => Err(value::wrong(
                name,
                item,
                "a type, as in @{ phoneNumbers = @{ type = 'mobile' } }, because Entra doesn't compare values. To remove the whole attribute, use -Clear",
            )),
        };
    }
    let mut terms: Vec<Filter> = place.which.iter().cloned().collect();
    let parts: Vec<(&str, &Value)> = match item {
        Value::Object(parts) => parts.iter().map(|(part, value)| (part.as_str(), value)).collect(),
        plain => vec![("value", plain)],
    };
    for (part, wanted) in parts {
        let path = AttrPath::new(None, part, None);
        let literal: Option<Literal> = match wanted {
            Value::String(text) => Some(text.as_str().into()),
            Value::Bool(flag) => Some((*flag).into()),
            Value::Number(number) => number.as_i64().map(Into::into),
            _ => None,
        };
        match (path, literal) {
            (Some(path), Some(literal)) => terms.push(Filter::compare(path, Operator::Eq, literal)),
            _ => {
                return Err(value::wrong(
                    name,
                    item,
                    "the value to remove, as text or as an object with text values",
                ));
            }
        }
    }
    Ok(Place {
        which: Filter::all(terms),
        ..place.clone()
    })
}

fn writable(rules: Rules, name: &str, place: &Place) -> Result<(), Error> {
    let Some(row) = place.known else { return Ok(()) };
    let own = place.whole.unwrap_or(row);
    if own.name == "password" {
        return Err(password(rules.service));
    }
    if own.name == "members" {
        let message = "Members can't be set as an attribute. No request was made.";
        return Err(Error::new(Kind::ReadOnlyAttribute, message).with(|d| {
            "Use Add-ScimGroupMember, Remove-ScimGroupMember or Sync-ScimGroupMember."
                .clone_into(&mut d.advice);
        }));
    }
    match (own.mutability, row.mutability) {
        ("readOnly", _) | (_, "readOnly") => Err(place::read_only(name)),
        ("immutable", _) => {
            let message =
                format!("'{name}' can be set only when the object is created. No request was made.");
            Err(Error::new(Kind::ReadOnlyAttribute, message))
        }
        _ => Ok(()),
    }
}

/// A password on an update.
pub(crate) fn password(service: Service) -> Error {
    let (message, advice) = match service {
        Service::Entra => (
            "A password can be set only when a user is created. No request was made.",
            "Remove the password. To make users change theirs at the next sign-in, set passwordForceChangeOnNextSignIn.",
        ),
        Service::Generic => (
            "The server says that it doesn't support password changes. No request was made.",
            "Remove the password, and change it where users sign in.",
        ),
    };
    Error::new(Kind::PasswordOnUpdate, message).with(|d| advice.clone_into(&mut d.advice))
}

/// An add adds to others; of the rest, the last to a path counts.
fn last_of_each(all: Vec<Operation>) -> Vec<Operation> {
    let mut kept: Vec<Operation> = Vec::with_capacity(all.len());
    for operation in all {
        if operation.op != "add" {
            kept.retain(|other| other.path != operation.path);
        }
        kept.push(operation);
    }
    kept
}
