//! What Entra ID's SCIM API takes as a filter: its own short list, not all of RFC 7644. One table; the check and the
//! advice both come from it.

use std::fmt;

use super::ast::{Filter, Operator};
use super::known::{self, Resource};
use super::path::AttrPath;
use super::value::Value;

const ENTRA_USER: &str = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User";
const ENTRA_GROUP: &str = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group";

/// An attribute by which Entra can filter; always with `eq`.
#[derive(Debug)]
pub struct Filterable {
    /// What is filtered by it.
    pub resource: Resource,
    /// The extension's URN, which the request must carry.
    pub urn: Option<&'static str>,
    /// The attribute.
    pub name: &'static str,
    /// Its sub-attribute.
    pub sub: Option<&'static str>,
    /// Whether it is true or false; the others are text.
    pub boolean: bool,
    /// Whether it takes `ew`, and `not ( … ew … )`.
    pub ends_with: bool,
    /// Whether it can be joined with other tests.
    pub joins: bool,
}

const fn row(
    resource: Resource,
    urn: Option<&'static str>,
    name: &'static str,
    sub: Option<&'static str>,
) -> Filterable {
    Filterable {
        resource,
        urn,
        name,
        sub,
        boolean: false,
        ends_with: false,
        joins: true,
    }
}

#[rustfmt::skip]
static TABLE: &[Filterable] = &[
    Filterable { boolean: true,   ..row(Resource::User,  None,              "active",          None) },
    Filterable { ends_with: true, ..row(Resource::User,  None,              "userName",        None) },
    Filterable { joins: false,    ..row(Resource::User,  None,              "externalId",      None) },
                                    row(Resource::User,  None,              "id",              None),
                                    row(Resource::User,  None,              "groups",          Some("value")),
    Filterable { ends_with: true, ..row(Resource::User,  Some(ENTRA_USER),  "mailNickname",    None) },
                                    row(Resource::User,  Some(ENTRA_USER),  "ownedGroups",     Some("value")),
    Filterable { ends_with: true, ..row(Resource::Group, None,              "displayName",     None) },
                                    row(Resource::Group, None,              "id",              None),
                                    row(Resource::Group, None,              "members",         Some("value")),
    Filterable { boolean: true,   ..row(Resource::Group, Some(ENTRA_GROUP), "securityEnabled", None) },
    Filterable { boolean: true,   ..row(Resource::Group, Some(ENTRA_GROUP), "mailEnabled",     None) },
                                    row(Resource::Group, Some(ENTRA_GROUP), "owners",          Some("value")),
];

/// The attributes by which Entra can filter.
pub fn filterable(resource: Resource) -> impl Iterator<Item = &'static Filterable> {
    TABLE.iter().filter(move |row| row.resource == resource)
}

impl Filterable {
    /// The path as the request must carry it.
    #[must_use]
    pub fn path(&self) -> Option<AttrPath> {
        AttrPath::new(self.urn, self.name, self.sub)
    }

    fn is_at(&self, path: &AttrPath) -> bool {
        let schema = match (self.urn, path.urn()) {
            (Some(own), Some(urn)) => own.eq_ignore_ascii_case(urn),
            (None, urn) => urn.is_none_or(known::is_core),
            (Some(_), None) => false,
        };
        let sub = match (self.sub, path.sub()) {
            (Some(own), Some(sub)) => own.eq_ignore_ascii_case(sub),
            (own, sub) => own == sub,
        };
        schema && sub && self.name.eq_ignore_ascii_case(path.name())
    }
}

/// The short name, as people write it.
impl fmt::Display for Filterable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        self.sub.map_or(Ok(()), |sub| write!(f, ".{sub}"))
    }
}

/// A filter that the service, or the evaluation here, cannot serve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} {advice}")]
pub struct Unsupported {
    /// The part of the filter that is to blame, printed.
    pub part: String,
    /// Why, as a sentence that names the part.
    pub reason: String,
    /// What would work, as a sentence.
    pub advice: String,
}

impl Unsupported {
    pub(super) fn new(part: &Filter, reason: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            part: part.to_string(),
            reason: reason.into(),
            advice: advice.into(),
        }
    }
}

/// What Entra can filter by, as a sentence.
#[must_use]
pub fn advice(resource: Resource) -> String {
    let names = |wanted: fn(&Filterable) -> bool| {
        let names: Vec<String> = filterable(resource)
            .filter(|row| wanted(row))
            .map(|row| row.to_string())
            .collect();
        match names.split_last() {
            Some((last, first)) if !first.is_empty() => format!("{} or {last}", first.join(", ")),
            _ => names.concat(),
        }
    };
    let alone = match names(|row| !row.joins) {
        none if none.is_empty() => String::new(),
        name => format!(" {name} can't be combined with other tests."),
    };
    format!(
        "Entra can filter {} by {} with eq, and by {} with ew or not (… ew …). Combine tests with and.{alone}",
        plural(resource),
        names(|_| true),
        names(|row| row.ends_with),
    )
}

fn plural(resource: Resource) -> &'static str {
    match resource {
        Resource::User => "users",
        Resource::Group => "groups",
    }
}

/// Says whether Entra takes the filter as it is. Short names of extensions' attributes are refused, as the service
/// refuses them: see [`qualify`].
pub fn check(resource: Resource, filter: &Filter) -> Result<(), Unsupported> {
    let terms = filter.conjuncts();
    let fail = |part: &Filter, reason: String| Err(Unsupported::new(part, reason, advice(resource)));
    for term in terms {
        let row = match check_term(resource, term) {
            Ok(row) => row,
            Err(reason) => return fail(term, reason),
        };
        if !row.joins && terms.len() > 1 {
            return fail(term, format!("Entra can't combine {row} with other tests."));
        }
    }
    Ok(())
}

/// The table's row of a term that can be served by itself, or why it can't.
fn check_term(resource: Resource, term: &Filter) -> Result<&'static Filterable, String> {
    match term {
        Filter::Compare {
            attribute,
            operator,
            value,
        } => compare(resource, attribute, *operator, value),
        Filter::Not(inner) => match &**inner {
            Filter::Compare {
                attribute,
                operator: Operator::Ew,
                value,
            } => compare(resource, attribute, Operator::Ew, value),
            _ => Err(format!(
                "Entra supports 'not' only around ew, but the filter contains {term}."
            )),
        },
        Filter::Present(attribute) => Err(format!(
            "Entra doesn't support pr, so it can't evaluate {attribute} pr."
        )),
        Filter::Element { attribute, .. } => Err(format!(
            "Entra doesn't support brackets in filters, as in {attribute}[…]."
        )),
        Filter::Or(_) => Err(format!(
            "Entra doesn't support 'or', so it can't evaluate {term}."
        )),
        Filter::And(_) => Err(format!(
            "Entra doesn't support 'and' inside other tests, as in {term}."
        )),
    }
}

fn compare(
    resource: Resource,
    path: &AttrPath,
    operator: Operator,
    value: &Value,
) -> Result<&'static Filterable, String> {
    let Some(row) = filterable(resource).find(|row| row.is_at(path)) else {
        return Err(match known::spelled(resource, path) {
            Some(whole) if filterable(resource).any(|row| row.is_at(&whole)) => {
                format!("Entra requires the full name of {path}, which is {whole}.")
            }
            _ => format!("Entra can't filter {} by {path}.", plural(resource)),
        });
    };
    if operator != Operator::Eq && !(operator == Operator::Ew && row.ends_with) {
        let takes = if row.ends_with { "eq or ew" } else { "eq" };
        return Err(format!("Entra supports only {takes} for {row}, not {operator}."));
    }
    match (row.boolean, value) {
        (true, Value::Bool(_)) | (false, Value::String(_)) => Ok(row),
        (true, _) => Err(format!(
            "{row} requires true or false without quotes, but the value is {value}."
        )),
        (false, _) => Err(format!(
            "{row} requires text in double quotes, but the value is {value}."
        )),
    }
}

/// Whether a test can be joined with others.
pub(super) fn joins(resource: Resource, test: &Filter) -> bool {
    check_term(resource, test).map_or(true, |row| row.joins)
}

/// Whether the path is one of Entra's booleans, which always have a value.
pub(super) fn is_boolean(resource: Resource, path: &AttrPath) -> bool {
    filterable(resource).any(|row| row.boolean && row.is_at(path))
}

/// The filter with names written as the service wants them: known ones are spelled as in the schema, `mailNickname` and
/// other attributes of extensions get their URN, and `groups eq "…"` or `groups[value eq "…"]` become `groups.value eq "…"`. What is not
/// known stays.
#[must_use]
pub fn qualify(resource: Resource, filter: Filter) -> Filter {
    let whole = |path: AttrPath| known::spelled(resource, &path).unwrap_or(path);
    match filter {
        Filter::Or(terms) => Filter::Or(terms.map(|term| qualify(resource, term))),
        Filter::And(terms) => Filter::And(terms.map(|term| qualify(resource, term))),
        Filter::Not(inner) => qualify(resource, *inner).negated(),
        Filter::Present(path) => Filter::Present(whole(path)),
        Filter::Compare {
            attribute,
            operator,
            value,
        } => {
            let attribute = whole(attribute);
            let attribute = value_of(resource, &attribute).unwrap_or(attribute);
            Filter::Compare {
                attribute,
                operator,
                value,
            }
        }
        Filter::Element { attribute, filter } => {
            let attribute = whole(attribute);
            match (value_of(resource, &attribute), *filter) {
                (
                    Some(path),
                    Filter::Compare {
                        attribute: sub,
                        operator: Operator::Eq,
                        value,
                    },
                ) if sub.to_string().eq_ignore_ascii_case("value") && value != Value::Null => {
                    Filter::Compare {
                        attribute: path,
                        operator: Operator::Eq,
                        value,
                    }
                }
                (_, filter) => Filter::Element {
                    attribute,
                    filter: Box::new(filter),
                },
            }
        }
    }
}

/// For `groups`, whose `value` Entra can filter by, `groups.value`.
fn value_of(resource: Resource, path: &AttrPath) -> Option<AttrPath> {
    let whole = path.sub().is_none().then(|| path.with_sub("value"))?;
    filterable(resource).any(|row| row.is_at(&whole)).then_some(whole)
}

#[cfg(test)]
#[path = "entra_tests.rs"]
mod tests;
