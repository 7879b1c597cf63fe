//! The name that a misspelled one was meant to be.

use super::Rules;
use super::place::rows;
use crate::error::{Error, Kind};
use crate::filter::Resource;

/// Names further apart than this, as a share of the longer, are not suggested.
const ALIKE: f64 = 0.6;

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
    // Of a qualified name the last part is where the finger slipped, or the URN is wrong and it shows the right one.
    let wanted = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
    let wanted = wanted.split('[').next().unwrap_or(&wanted);
    rows(rules, resource)
        .filter(|row| row.is_writable() && !matches!(row.sub, Some("value" | "type" | "primary")))
        .flat_map(|row| {
            let path = row.dotted();
            let full = (
                strsim::normalized_damerau_levenshtein(&path.to_ascii_lowercase(), wanted),
                path.clone(),
            );
            // A part may be named alone.
            let part = row.sub.map(|sub| {
                (
                    strsim::normalized_damerau_levenshtein(&sub.to_ascii_lowercase(), wanted),
                    path,
                )
            });
            [Some(full), part]
        })
        .flatten()
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, path)| path)
}
