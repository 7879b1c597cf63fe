//! The attributes of a server other than Entra: by its own `/Schemas` (RFC 7643 section 7) and `/ResourceTypes`
//! (section 6) as far as it has them, and by RFC 7643.

use std::sync::LazyLock;

use serde_json::Value;

use crate::filter::{AttrPath, Resource, known};
use crate::limits;
use crate::profile::member;

/// One attribute, with its parts.
#[derive(Debug, Clone)]
pub(crate) struct Attribute {
    /// None: of users and groups alike.
    resource: Option<Resource>,
    /// The extension's URN; None for a core attribute.
    urn: Option<String>,
    name: String,
    pub(crate) is_multi_valued: bool,
    /// The names of its parts; none where it is not complex.
    pub(crate) subs: Vec<String>,
    /// The types that its values may have, as far as the schema names some.
    pub(crate) types: Vec<String>,
}

/// What is known of a server's attributes.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Those that the server publishes, the core ones first.
    own: Vec<Attribute>,
    is_published: bool,
}

static RFC: LazyLock<Vec<Attribute>> = LazyLock::new(|| {
    let lines = include_str!("../../../../schema/rfc7643.tsv").lines().skip(1);
    lines.filter_map(rfc_attribute).collect()
});
static UNPUBLISHED: Names = Names {
    own: Vec::new(),
    is_published: false,
};

/// resource, schema, name, multiValued, subAttributes, canonicalTypes
fn rfc_attribute(line: &str) -> Option<Attribute> {
    let mut columns = line.split('\t');
    let mut next = || columns.next();
    let list = |text: &str| {
        text.split(',')
            .filter(|t| !t.is_empty())
            .map(str::to_owned)
            .collect()
    };
    Some(Attribute {
        resource: match next()? {
            "User" => Some(Resource::User),
            "Group" => Some(Resource::Group),
            _ => None,
        },
        urn: Some(next()?)
            .filter(|urn| !urn.is_empty() && !known::is_core(urn))
            .map(str::to_owned),
        name: next()?.to_owned(),
        is_multi_valued: next()? == "true",
        subs: list(next()?),
        types: list(next()?),
    })
}

impl Attribute {
    fn is_of(&self, resource: Resource) -> bool {
        self.resource.is_none_or(|of| of == resource)
    }

    fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    fn is_at(&self, path: &AttrPath) -> bool {
        let urn = path.urn().filter(|urn| !known::is_core(urn));
        self.is_named(path.name())
            && match (&self.urn, urn) {
                (None, None) => true,
                (Some(own), Some(urn)) => own.eq_ignore_ascii_case(urn),
                _ => false,
            }
    }

    fn has(&self, sub: Option<&str>) -> bool {
        sub.is_none_or(|sub| self.subs.iter().any(|known| known.eq_ignore_ascii_case(sub)))
    }

    fn path(&self, sub: Option<&str>) -> Option<AttrPath> {
        let sub = sub.map(|sub| {
            let known = self.subs.iter().find(|known| known.eq_ignore_ascii_case(sub));
            known.map_or(sub, String::as_str)
        });
        AttrPath::new(self.urn.as_deref(), &self.name, sub)
    }
}

impl Names {
    /// The one of a server that publishes none.
    pub(crate) fn rfc() -> &'static Self {
        &UNPUBLISHED
    }

    /// Whether the server publishes its schemas: then there is no attribute that neither they nor the RFC's core have.
    pub(crate) fn is_published(&self) -> bool {
        self.is_published
    }

    /// Those that the server publishes: the documents of its resource types and of its schemas.
    pub(crate) fn learn(types: Option<&Value>, schemas: &Value) -> Self {
        let types = Kinds::of(types);
        let mut own: Vec<Attribute> = Vec::new();
        for schema in list(schemas) {
            let Some(urn) = text(schema, "id") else { continue };
            for (resource, is_core) in types.places(urn) {
                let attributes = member(schema, "attributes").map(list).unwrap_or_default();
                for attribute in attributes {
                    if own.len() < limits::NAMES
                        && let Some(attribute) = learned(attribute, resource, urn, is_core)
                    {
                        own.push(attribute);
                    }
                }
            }
        }
        let is_published = own.iter().any(|a| a.urn.is_none());
        own.sort_by_key(|attribute| attribute.urn.is_some());
        Self { own, is_published }
    }

    /// Where an attribute of this name is: in the core, or else in an extension.
    pub(super) fn find(&self, resource: Resource, path: &AttrPath) -> Option<AttrPath> {
        let named = |a: &&Attribute| a.is_of(resource) && a.is_named(path.name()) && a.has(path.sub());
        let core = || RFC.iter().filter(|a| a.urn.is_none());
        // The enterprise extension is every server's that doesn't publish its own.
        let rest = || RFC.iter().filter(|a| a.urn.is_some() && self.is_default(a));
        let all = || core().chain(&self.own).chain(rest());
        if let Some(found) = all().find(named) {
            return found.path(path.sub());
        }
        if path.sub().is_some() {
            // The server may know the attribute better than the RFC.
            return None;
        }
        let mut parts = all().filter(|a| a.is_of(resource) && a.name != "meta" && a.has(Some(path.name())));
        let first = parts.next()?;
        parts
            .all(|other| other.is_named(&first.name) && other.urn == first.urn)
            .then(|| first.path(Some(path.name())))
            .flatten()
    }

    /// Whether an attribute of the RFC's extension holds, since the server publishes no such extension.
    fn is_default(&self, attribute: &Attribute) -> bool {
        !self
            .own
            .iter()
            .any(|own| own.urn.is_some() && own.urn == attribute.urn)
    }

    /// Whether a schema that the server publishes, or the RFC's core, has the attribute.
    pub(super) fn has(&self, resource: Resource, path: &AttrPath) -> bool {
        let core = RFC.iter().filter(|a| a.urn.is_none() || !self.is_published);
        core.chain(&self.own).any(|a| a.is_of(resource) && a.is_at(path))
    }

    /// The attribute at a path with its URN.
    pub(crate) fn at(&self, resource: Resource, path: &AttrPath) -> Option<&Attribute> {
        let rest = RFC.iter();
        self.own
            .iter()
            .chain(rest)
            .find(|a| a.is_of(resource) && a.is_at(path))
    }

    /// The attributes of an extension.
    pub(crate) fn inside(&self, resource: Resource, urn: &str) -> Vec<AttrPath> {
        let is_in = |a: &&Attribute| {
            a.is_of(resource) && a.urn.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(urn))
        };
        let own: Vec<AttrPath> = self
            .own
            .iter()
            .filter(is_in)
            .filter_map(|a| a.path(None))
            .collect();
        if own.is_empty() {
            return RFC.iter().filter(is_in).filter_map(|a| a.path(None)).collect();
        }
        own
    }

    pub(super) fn has_core(&self, resource: Resource, path: &AttrPath) -> bool {
        let mut core = RFC.iter().filter(|a| a.urn.is_none());
        core.any(|a| a.is_of(resource) && a.is_named(path.name()) && a.has(path.sub()))
    }

    pub(super) fn names(&self, resource: Resource) -> Vec<String> {
        let rest = RFC.iter().filter(|a| a.urn.is_none() || self.is_default(a));
        let of = self.own.iter().chain(rest).filter(|a| a.is_of(resource));
        of.flat_map(|a| {
            let subs = a.subs.iter().map(|sub| format!("{}.{sub}", a.name));
            std::iter::once(a.name.clone()).chain(subs)
        })
        .collect()
    }
}

/// Which schemas are whose, as ResourceTypes has it.
struct Kinds(Vec<(Resource, String, bool)>);

impl Kinds {
    fn of(types: Option<&Value>) -> Self {
        let mut found = Vec::new();
        for kind in types.map(list).unwrap_or_default() {
            let is = |wanted: &str| {
                ["id", "name"]
                    .iter()
                    .any(|n| text(kind, n).is_some_and(|t| t.eq_ignore_ascii_case(wanted)))
            };
            let resource = match (is("User"), is("Group")) {
                (true, _) => Resource::User,
                (_, true) => Resource::Group,
                _ => continue,
            };
            if let Some(urn) = text(kind, "schema") {
                found.push((resource, urn.to_owned(), true));
            }
            for extension in member(kind, "schemaExtensions").map(list).unwrap_or_default() {
                if let Some(urn) = text(extension, "schema") {
                    found.push((resource, urn.to_owned(), false));
                }
            }
        }
        Self(found)
    }

    /// Whose a schema is, and whether its attributes stand at the top of a resource.
    fn places(&self, urn: &str) -> Vec<(Option<Resource>, bool)> {
        let told: Vec<_> = self
            .0
            .iter()
            .filter(|(_, own, _)| own.eq_ignore_ascii_case(urn))
            .map(|(resource, _, is_core)| (Some(*resource), *is_core))
            .collect();
        if !told.is_empty() {
            return told;
        }
        let last = urn.rsplit(':').next().unwrap_or_default();
        let resource = match (
            last.eq_ignore_ascii_case("User"),
            last.eq_ignore_ascii_case("Group"),
        ) {
            (true, _) => Some(Resource::User),
            (_, true) => Some(Resource::Group),
            _ => None,
        };
        match known::is_core(urn) {
            // Those of what a service says of itself are nobody's.
            true if resource.is_none() => Vec::new(),
            is_core => vec![(resource, is_core)],
        }
    }
}

fn learned(attribute: &Value, resource: Option<Resource>, urn: &str, is_core: bool) -> Option<Attribute> {
    let name = text(attribute, "name")?;
    let urn = (!is_core).then_some(urn);
    // Only names that a filter may have.
    AttrPath::new(urn, name, None)?;
    let mut found = Attribute {
        resource,
        urn: urn.map(str::to_owned),
        name: name.to_owned(),
        is_multi_valued: member(attribute, "multiValued")
            .and_then(Value::as_bool)
            .unwrap_or(false),
        subs: Vec::new(),
        types: Vec::new(),
    };
    for sub in member(attribute, "subAttributes").map(list).unwrap_or_default() {
        let Some(name) = text(sub, "name").filter(|name| AttrPath::new(None, "a", Some(name)).is_some())
        else {
            continue;
        };
        found.subs.push(name.to_owned());
        if name.eq_ignore_ascii_case("type") {
            let values = member(sub, "canonicalValues").map(list).unwrap_or_default();
            found.types = values
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect();
        }
    }
    Some(found)
}

/// The elements of an array, of a list response, or the one object.
fn list(value: &Value) -> &[Value] {
    match value {
        Value::Array(list) => list,
        other => match member(other, "Resources").and_then(Value::as_array) {
            Some(list) => list,
            None => std::slice::from_ref(other),
        },
    }
}

fn text<'v>(of: &'v Value, name: &str) -> Option<&'v str> {
    member(of, name).and_then(Value::as_str)
}
