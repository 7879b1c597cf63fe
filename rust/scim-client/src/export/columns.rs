//! Which columns a CSV file has, and where in a resource their values are.

use crate::attributes::{Attributes, never_returned, parse_name};
use crate::cloud::Service;
use crate::error::{Error, Kind};
use crate::filter::{self, AttrPath, Filter, Matcher, PatchPath, Resource, known};

/// A column: an attribute path, as `-Attributes` takes it.
#[derive(Debug)]
pub(super) struct Column {
    /// As it was named, or the shortest name that means it.
    pub(super) title: String,
    pub(super) path: Path,
    /// Whether no schema is known to have it.
    pub(super) is_unverified: bool,
}

/// The members to go through, and which elements of the first array on the way to look at.
#[derive(Debug)]
pub(super) struct Path {
    pub(super) names: Vec<String>,
    /// Behind so many names only some elements are looked at.
    pub(super) elements: Option<(usize, Elements)>,
}

/// Elements of a multi-valued attribute.
#[derive(Debug)]
pub(super) enum Elements {
    /// Those whose `type` is this one, in any case.
    OfType(String),
    Passing(Matcher),
    /// Those that other columns don't hold as a whole: of another type than these, or with other parts.
    Rest {
        types: Vec<String>,
        parts: Vec<String>,
    },
}

/// The columns, and the attributes to ask the service for.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) columns: Vec<Column>,
    pub(super) attributes: Vec<String>,
}

impl Columns {
    /// Those that `attributes` names. With none, on Entra, all that it returns but the manager, which would make it ten
    /// times as many requests; elsewhere what a server returns is not known before it is there.
    pub(super) fn of(
        names: Attributes<'_>,
        resource: Resource,
        attributes: &[String],
    ) -> Result<Self, Error> {
        let mut all = Self {
            columns: Vec::new(),
            attributes: Vec::new(),
        };
        if !attributes.is_empty() {
            for text in attributes {
                all.add_named(names, resource, text)?;
            }
        } else if names.service == Service::Entra {
            for attribute in known::returned(resource) {
                let Some(path) = attribute.path().filter(is_wanted) else {
                    continue;
                };
                all.add_whole(resource, &path, short(resource, &path))?;
            }
            all.attributes = all_but_manager(resource);
        } else {
            let message =
                "The columns of the file aren't known, because PSScim doesn't know this server's attributes.";
            return Err(Error::new(Kind::InvalidExport, message).with(|d| {
                "List them with -Attributes, or export to a .jsonl file.".clone_into(&mut d.advice);
            }));
        }
        Ok(all)
    }

    fn add_named(&mut self, names: Attributes<'_>, resource: Resource, text: &str) -> Result<(), Error> {
        let text = text.trim();
        let mut path = parse_name(text).map_err(|e| {
            let message = format!("-Attributes '{text}' isn't an attribute path: {}.", e.message);
            Error::new(Kind::InvalidExport, message)
        })?;
        if let Some(schema) = path.attribute.whole_schema() {
            self.ask(&path.attribute);
            return self.add_schema(names, resource, &schema, text);
        }
        let meaning = names
            .meaning(resource, &path.attribute)
            .ok_or_else(|| names.unknown(resource, text))?;
        if names.service == Service::Entra && known::is_never_returned(resource, &meaning.path) {
            return Err(never_returned(resource, &meaning.path, text));
        }
        path.attribute = meaning.path;
        self.ask(&path.attribute);
        let first = self.columns.len();
        let part = path.filter.is_some() || path.sub_attribute.is_some() || path.attribute.sub().is_some();
        match names.service {
            _ if path.sub_attribute.is_some() || path.attribute.sub().is_some() => {
                self.add(resource, text.to_owned(), &path)?;
            }
            Service::Entra if part => self.add_element(resource, text, &path)?,
            Service::Entra => self.add_whole(resource, &path.attribute, text.to_owned())?,
            Service::Generic if part => self.add_element_of(names, resource, text, &path)?,
            Service::Generic => self.add_whole_of(names, resource, &path.attribute, text)?,
        }
        for column in self.columns.iter_mut().skip(first) {
            column.is_unverified = !meaning.is_known;
        }
        Ok(())
    }

    fn ask(&mut self, path: &AttrPath) {
        let name = path.to_string();
        if !self
            .attributes
            .iter()
            .any(|other| other.eq_ignore_ascii_case(&name))
        {
            self.attributes.push(name);
        }
    }

    /// The elements of a type without a sub-attribute, such as `emails[work]`: their `value`, as it means in a row that is
    /// read; of what has none, such as addresses, a column for each part.
    fn add_element(&mut self, resource: Resource, text: &str, path: &PatchPath) -> Result<(), Error> {
        let subs: Vec<String> = known::at(resource, &path.attribute)
            .map(|attribute| known::subs(resource, attribute))
            .into_iter()
            .flatten()
            .filter_map(|sub| Some(sub.path()?.sub()?.to_owned()))
            .filter(|sub| !matches!(sub.as_str(), "type" | "primary"))
            .collect();
        self.add_parts(resource, text, path, &subs)
    }

    /// The same on another server.
    fn add_element_of(
        &mut self,
        names: Attributes<'_>,
        resource: Resource,
        text: &str,
        path: &PatchPath,
    ) -> Result<(), Error> {
        let subs: Vec<String> = match names.schema.at(resource, &path.attribute) {
            Some(attribute) => attribute
                .subs
                .iter()
                .filter(|sub| is_content(sub))
                .cloned()
                .collect(),
            None => Vec::new(),
        };
        self.add_parts(resource, text, path, &subs)
    }

    fn add_parts(
        &mut self,
        resource: Resource,
        text: &str,
        path: &PatchPath,
        subs: &[String],
    ) -> Result<(), Error> {
        let part = |sub: &str| PatchPath {
            sub_attribute: Some(sub.to_owned()),
            ..path.clone()
        };
        if subs.iter().any(|sub| sub == "value") {
            return self.add(resource, text.to_owned(), &part("value"));
        }
        if subs.is_empty() {
            return self.add(resource, text.to_owned(), path);
        }
        for sub in subs {
            self.add(resource, format!("{text}.{sub}"), &part(sub))?;
        }
        Ok(())
    }

    /// An attribute of another server: a column for each part, of one with several values for each part of each type that
    /// the schema names, and a last one, called as the attribute, with what these don't hold, as JSON. So nothing is lost.
    fn add_whole_of(
        &mut self,
        names: Attributes<'_>,
        resource: Resource,
        path: &AttrPath,
        title: &str,
    ) -> Result<(), Error> {
        let plain = |attribute: AttrPath, filter, sub_attribute| PatchPath {
            attribute,
            filter,
            sub_attribute,
        };
        let known = names
            .schema
            .at(resource, path)
            .filter(|known| !known.subs.is_empty());
        let Some(known) = known.filter(|known| !known.is_multi_valued || !known.types.is_empty()) else {
            return self.add(resource, title.to_owned(), &plain(path.clone(), None, None));
        };
        let parts: Vec<String> = match known.is_multi_valued {
            true => known
                .subs
                .iter()
                .filter(|sub| is_content(sub) || *sub == "primary")
                .cloned()
                .collect(),
            false => known.subs.clone(),
        };
        if !known.is_multi_valued {
            for sub in &parts {
                self.add(
                    resource,
                    format!("{title}.{sub}"),
                    &plain(path.with_sub(sub), None, None),
                )?;
            }
        }
        for kind in &known.types {
            for sub in &parts {
                let chosen = plain(path.clone(), of_type(kind), Some(sub.clone()));
                self.add(resource, format!("{title}[{kind}].{sub}"), &chosen)?;
            }
        }
        let rest = Elements::Rest {
            types: known.types.clone(),
            parts,
        };
        self.push(title.to_owned(), path, None, Some(rest));
        Ok(())
    }

    /// The attributes of an extension; of one that is not known, its JSON in one column.
    fn add_schema(
        &mut self,
        names: Attributes<'_>,
        resource: Resource,
        schema: &str,
        text: &str,
    ) -> Result<(), Error> {
        if names.service == Service::Generic && !known::is_core(schema) {
            let inside = names.schema.inside(resource, schema);
            for path in &inside {
                self.add_whole_of(names, resource, path, path.name())?;
            }
            if !inside.is_empty() {
                return Ok(());
            }
        }
        let inside: Vec<AttrPath> = known::returned(resource)
            .filter_map(|attribute| attribute.path())
            .filter(|path| match path.urn() {
                Some(urn) => urn.eq_ignore_ascii_case(schema),
                None => known::is_core(schema),
            })
            .collect();
        if inside.is_empty() {
            let names = vec![schema.to_owned()];
            let path = Path {
                names,
                elements: None,
            };
            self.columns.push(Column {
                title: text.to_owned(),
                path,
                is_unverified: false,
            });
        }
        for path in inside {
            self.add_whole(resource, &path, short(resource, &path))?;
        }
        Ok(())
    }

    /// An attribute without a sub-attribute: where it is complex, a column for each part of it, and where it has elements
    /// of several types, for each type.
    fn add_whole(&mut self, resource: Resource, path: &AttrPath, title: String) -> Result<(), Error> {
        let plain = |attribute: AttrPath, filter| PatchPath {
            attribute,
            filter,
            sub_attribute: None,
        };
        let Some(attribute) = known::at(resource, path).filter(|a| a.is_complex()) else {
            return self.add(resource, title, &plain(path.clone(), None));
        };
        let subs: Vec<AttrPath> = known::subs(resource, attribute)
            .filter_map(|sub| sub.path())
            .collect();
        let names = || subs.iter().filter_map(|sub| sub.sub());
        if !attribute.is_multi_valued() {
            for sub in names() {
                self.add(
                    resource,
                    format!("{title}.{sub}"),
                    &plain(path.with_sub(sub), None),
                )?;
            }
            return Ok(());
        }
        let types: Vec<&str> = known::subs(resource, attribute)
            .filter(|sub| sub.path().is_some_and(|path| path.sub() == Some("type")))
            .flat_map(known::Attribute::canonical_values)
            .collect();
        if types.is_empty() {
            return self.add(resource, title, &plain(path.clone(), None));
        }
        for kind in types {
            for sub in names().filter(|sub| !matches!(*sub, "type" | "primary")) {
                let chosen = PatchPath {
                    sub_attribute: Some(sub.to_owned()),
                    ..plain(path.clone(), of_type(kind))
                };
                self.add(resource, format!("{title}[{kind}].{sub}"), &chosen)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, resource: Resource, title: String, path: &PatchPath) -> Result<(), Error> {
        let attribute = &path.attribute;
        let elements = path.filter.as_ref().map(|filter| {
            if let Some(kind) = type_of(resource, attribute, filter) {
                return Ok(Elements::OfType(kind));
            }
            let element = Filter::Element {
                attribute: attribute.clone(),
                filter: Box::new(filter.clone()),
            };
            let rule = |whole: &AttrPath| known::rule(resource, whole);
            let matcher = Matcher::of_element(&element, rule).map_err(|refused| {
                Error::new(Kind::InvalidExport, refused.reason).with(|d| d.advice = refused.advice)
            });
            matcher.map(Elements::Passing)
        });
        let elements = elements.transpose()?;
        self.push(title, attribute, path.sub_attribute.as_deref(), elements);
        Ok(())
    }

    /// Adds a column, unless there is one of this title: two of one title make a file that nobody can read.
    fn push(&mut self, title: String, attribute: &AttrPath, sub: Option<&str>, elements: Option<Elements>) {
        if self
            .columns
            .iter()
            .any(|column| column.title.eq_ignore_ascii_case(&title))
        {
            return;
        }
        let urn = attribute.urn().filter(|urn| !known::is_core(urn));
        let names = [urn, Some(attribute.name()), attribute.sub(), sub];
        self.columns.push(Column {
            title,
            path: Path {
                names: names.into_iter().flatten().map(str::to_owned).collect(),
                elements: elements.map(|which| (1 + usize::from(urn.is_some()), which)),
            },
            is_unverified: false,
        });
    }
}

/// Whether a part of an element is what the element is about, and not what is said of it.
fn is_content(sub: &str) -> bool {
    !["type", "primary", "display", "$ref"]
        .iter()
        .any(|other| other.eq_ignore_ascii_case(sub))
}

/// What to name to get all that Entra returns, in the largest pages.
pub(super) fn all_but_manager(resource: Resource) -> Vec<String> {
    known::returned(resource)
        .filter_map(|attribute| attribute.path())
        .filter(|path| path.name() != MANAGER)
        .map(|path| path.to_string())
        .collect()
}

const MANAGER: &str = "manager";

/// `schemas` says of every user the same.
fn is_wanted(path: &AttrPath) -> bool {
    !matches!(path.name(), MANAGER | "schemas")
}

/// The name without the URN, where that means the same.
fn short(resource: Resource, path: &AttrPath) -> String {
    let name = path.name();
    let means = AttrPath::new(None, name, None).and_then(|short| known::spelled(resource, &short));
    if means.is_some_and(|means| means.same_as(path)) {
        name.to_owned()
    } else {
        path.to_string()
    }
}

/// The type, where that is all that a filter asks of an element.
fn type_of(resource: Resource, attribute: &AttrPath, filter: &Filter) -> Option<String> {
    let Filter::Compare {
        attribute: inside,
        operator: filter::Operator::Eq,
        value: filter::Value::String(kind),
    } = filter
    else {
        return None;
    };
    let is_type =
        inside.urn().is_none() && inside.sub().is_none() && inside.name().eq_ignore_ascii_case("type");
    let in_any_case = filter::Rule::Text { case_exact: false };
    (is_type && kind.is_ascii() && known::rule(resource, &attribute.with_sub("type")) == in_any_case)
        .then(|| kind.clone())
}

fn of_type(kind: &str) -> Option<Filter> {
    let path = AttrPath::new(None, "type", None)?;
    Some(Filter::compare(path, filter::Operator::Eq, kind))
}

#[cfg(test)]
#[path = "columns_tests.rs"]
mod tests;
