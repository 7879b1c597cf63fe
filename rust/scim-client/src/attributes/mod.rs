//! One rule for the names of attributes, for reading, writing, filters and exports, on every server: `department` stands for
//! the extension's attribute of that name, `givenName` for `name.givenName`, and a core attribute goes before an extension's.
//! On Entra the offline schema decides; elsewhere the schemas that the server itself publishes, and where it publishes none,
//! RFC 7643.

mod names;
mod nearest;
mod resolve;

pub(crate) use names::Names;
pub(crate) use nearest::nearest;
pub(crate) use resolve::never_returned;
pub use resolve::{Asked, Resolved};

use std::borrow::Cow;

use crate::cloud::Service;
use crate::error::{Error, Kind};
use crate::filter::{AttrPath, FilterError, PatchPath, Resource, known, parse_path};

/// The attributes that names may mean.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attributes<'s> {
    pub(crate) service: Service,
    /// Of a server other than Entra.
    pub(crate) schema: &'s Names,
}

/// What a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Meaning {
    /// With its schema's URN where it is an extension's.
    pub(crate) path: AttrPath,
    /// Whether a schema has it. Else the server may have it all the same: its schemas aren't known.
    pub(crate) is_known: bool,
}

impl Attributes<'_> {
    /// What a path means. A path with a URN is taken as it is. None where the schemas are known and no attribute has the
    /// name.
    pub(crate) fn meaning(&self, resource: Resource, path: &AttrPath) -> Option<Meaning> {
        let path = &undotted(path.clone());
        if path.urn().is_some() {
            let spelled = match self.service {
                Service::Entra => known::spelled(resource, path),
                Service::Generic => None,
            };
            return Some(Meaning {
                path: spelled.unwrap_or_else(|| path.clone()),
                is_known: true,
            });
        }
        let known = match self.service {
            Service::Entra => entra(resource, path),
            Service::Generic => self.schema.find(resource, path),
        };
        match known {
            Some(path) => Some(Meaning {
                is_known: self.service == Service::Entra || self.schema.has(resource, &path),
                path,
            }),
            None if self.service == Service::Generic && !self.schema.is_published() => Some(Meaning {
                path: path.clone(),
                is_known: false,
            }),
            None => None,
        }
    }

    /// The error for a name that no attribute has.
    pub(crate) fn unknown(&self, resource: Resource, name: &str) -> Error {
        let of = match resource {
            Resource::User => "user",
            Resource::Group => "group",
        };
        let meant = match nearest(self.names(resource), name) {
            Some(meant) => format!(" Did you mean '{meant}'?"),
            None => String::new(),
        };
        let message = format!("'{name}' isn't an attribute of a {of}.{meant} No request was made.");
        Error::new(Kind::UnknownAttribute, message).with(|d| {
            d.advice =
                "Check the spelling. If the service has the attribute although its schema doesn't list it, \
                        write the name with its schema's URN."
                    .to_owned();
        })
    }

    fn names(&self, resource: Resource) -> Vec<String> {
        match self.service {
            Service::Entra => known::attributes(resource)
                .map(known::Attribute::dotted)
                .collect(),
            Service::Generic => self.schema.names(resource),
        }
    }
}

/// Whether a path has a URN or is one of RFC 7643's core names, so that its meaning is the same on every server.
pub(crate) fn is_plain(resource: Resource, path: &AttrPath) -> bool {
    path.urn().is_some() || Names::rfc().has_core(resource, path)
}

/// Reads a name as people write it: `emails[work].value` is short for `emails[type eq "work"].value`, and a dot after a
/// schema's URN stands for the colon.
pub(crate) fn parse_name(text: &str) -> Result<PatchPath, FilterError> {
    let text = with_type(text.trim());
    let mut path = parse_path(&colon_after_schema(&text))?;
    path.attribute = undotted(path.attribute);
    Ok(path)
}

/// `urn:…:2.0:User.manager.value` for `urn:…:2.0:User:manager.value`.
fn colon_after_schema(text: &str) -> Cow<'_, str> {
    let dotted = text.rsplit_once(':').and_then(|(urn, rest)| {
        let (schema, attribute) = rest.split_once('.')?;
        ends_with_version(urn).then(|| format!("{urn}:{schema}:{attribute}"))
    });
    dotted.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The same of a path in a filter.
fn undotted(path: AttrPath) -> AttrPath {
    let Some(attribute) = path.sub().filter(|_| path.urn().is_some_and(ends_with_version)) else {
        return path;
    };
    let schema = format!("{}:{}", path.urn().unwrap_or_default(), path.name());
    AttrPath::new(Some(&schema), attribute, None).unwrap_or(path)
}

/// Whether a URN ends where a schema's name is still to come.
fn ends_with_version(urn: &str) -> bool {
    let version = urn.rsplit(':').next().unwrap_or_default();
    version.contains('.') && version.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

fn with_type(text: &str) -> String {
    let short = text.split_once('[').and_then(|(before, rest)| {
        let (kind, after) = rest.split_once(']')?;
        let word = !kind.is_empty()
            && kind
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        word.then(|| format!("{before}[type eq \"{kind}\"]{after}"))
    });
    short.unwrap_or_else(|| text.to_owned())
}

fn entra(resource: Resource, path: &AttrPath) -> Option<AttrPath> {
    if let Some(found) = known::spelled(resource, path) {
        let has_sub = found.sub().is_none_or(|sub| {
            let is_usual = ["$ref", "display", "displayName", "value", "type", "primary"]
                .iter()
                .any(|usual| usual.eq_ignore_ascii_case(sub));
            let mut subs = known::attributes(resource)
                .filter(|row| row.is_at(&found))
                .filter_map(|row| row.sub);
            is_usual || subs.any(|known| known.eq_ignore_ascii_case(sub))
        });
        return has_sub.then_some(found);
    }
    if path.sub().is_some() {
        return None;
    }
    // A part that only one attribute has.
    let mut parts = known::attributes(resource)
        .filter(|row| row.name != "meta" && row.sub.is_some_and(|sub| sub.eq_ignore_ascii_case(path.name())));
    let (part, other) = (parts.next()?, parts.next());
    if other.is_some() { None } else { part.path() }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
