//! The name that a misspelled one was meant to be.

use super::Rules;
use super::place::rows;
use crate::attributes;
use crate::error::{Error, Kind};
use crate::filter::Resource;
use crate::filter::known::Attribute;

/// The error for a name that no attribute has.
pub(super) fn unknown(rules: Rules, resource: Resource, name: &str) -> Error {
    let kind = match resource {
        Resource::User => "user",
        Resource::Group => "group",
    };
    let meant = match nearest(rules, resource, name) {
        Some(meant) => format!(" Did you mean '{meant}'?"),
        None => String::new(),
    };
    let message = format!("'{name}' isn't an attribute of a {kind}.{meant} No request was made.");
    Error::new(Kind::UnknownAttribute, message)
}

fn nearest(rules: Rules, resource: Resource, name: &str) -> Option<String> {
    let settable = rows(rules, resource)
        .filter(|row| row.is_writable() && !matches!(row.sub, Some("value" | "type" | "primary")));
    attributes::nearest(settable.map(Attribute::dotted).collect(), name)
}
