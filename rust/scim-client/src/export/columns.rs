//! Which columns a CSV file has, and where in a resource their values are.

use crate::cloud::Service;
use crate::error::{Error, Kind};
use crate::filter::{self, AttrPath, Filter, Matcher, PatchPath, Resource, known};

/// A column: an attribute path, as `-Attributes` takes it.
#[derive(Debug)]
pub(super) struct Column {
    /// As it was named, or the shortest name that means it.
    pub(super) title: String,
    pub(super) path: Path,
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
    pub(super) fn of(service: Service, resource: Resource, attributes: &[String]) -> Result<Self, Error> {
        let mut all = Self {
            columns: Vec::new(),
            attributes: Vec::new(),
        };
        if !attributes.is_empty() {
            for text in attributes {
                all.add_named(service, resource, text)?;
            }
        } else if service == Service::Entra {
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

    fn add_named(&mut self, service: Service, resource: Resource, text: &str) -> Result<(), Error> {
        let spelled = |path: AttrPath| match service {
            Service::Entra => known::spelled(resource, &path).unwrap_or(path),
            Service::Generic => path,
        };
        let text = text.trim();
        let mut path = filter::parse_path(&with_type(text)).map_err(|e| {
            let message = format!("-Attributes '{text}' isn't an attribute path: {}.", e.message);
            Error::new(Kind::InvalidExport, message)
        })?;
        let whole = path.attribute.whole_schema();
        path.attribute = if whole.is_some() {
            path.attribute
        } else {
            spelled(path.attribute)
        };
        self.attributes.push(path.attribute.to_string());
        match whole {
            Some(schema) => self.add_schema(resource, &schema, text),
            None if path.filter.is_none() && path.attribute.sub().is_none() => {
                self.add_whole(resource, &path.attribute, text.to_owned())
            }
            None if path.sub_attribute.is_none() && path.attribute.sub().is_none() => {
                self.add_element(resource, text, &path)
            }
            None => self.add(resource, text.to_owned(), &path),
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
            self.add(resource, format!("{text}.{sub}"), &part(&sub))?;
        }
        Ok(())
    }

    /// The attributes of an extension; of one that is not known, its JSON in one column.
    fn add_schema(&mut self, resource: Resource, schema: &str, text: &str) -> Result<(), Error> {
        let inside: Vec<AttrPath> = known::returned(resource)
            .filter_map(|attribute| attribute.path())
            .filter(|path| match path.urn() {
                Some(urn) => urn.eq_ignore_ascii_case(schema),
                None => known::is_core(schema),
            })
            .collect();
        if inside.is_empty() {
            let names = vec![schema.to_ascii_lowercase()];
            let path = Path {
                names,
                elements: None,
            };
            self.columns.push(Column {
                title: text.to_owned(),
                path,
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
        let urn = attribute.urn().filter(|urn| !known::is_core(urn));
        let names = [
            urn,
            Some(attribute.name()),
            attribute.sub(),
            path.sub_attribute.as_deref(),
        ];
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
        self.columns.push(Column {
            title,
            path: Path {
                names: names.into_iter().flatten().map(str::to_ascii_lowercase).collect(),
                elements: elements.map(|which| (1 + usize::from(urn.is_some()), which)),
            },
        });
        Ok(())
    }
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

/// `emails[work].value` means `emails[type eq "work"].value`.
fn with_type(text: &str) -> String {
    match text
        .split_once('[')
        .and_then(|(before, rest)| Some((before, rest.split_once(']')?)))
    {
        Some((before, (kind, after)))
            if !kind.is_empty() && kind.chars().all(|c| c.is_alphanumeric() || c == '_') =>
        {
            format!("{before}[type eq \"{kind}\"]{after}")
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
#[path = "columns_tests.rs"]
mod tests;
