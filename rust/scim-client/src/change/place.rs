//! Where an attribute is that the user named: in the core or in an extension, in which element of a multi-valued
//! attribute, in which part of a complex one.

use std::fmt;

use super::{Rules, nearest};
use crate::attributes::parse_name;
use crate::cloud::Service;
use crate::error::{Error, Kind};
use crate::filter::known::{self, Attribute};
use crate::filter::{AttrPath, Filter, Operator, Resource, Value};

/// The URN of Entra's custom security attributes, of which no table can know: each tenant has its own.
pub(super) const SECURITY_ATTRIBUTES: &str =
    "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:CustomSecurityAttributes";

/// A place in a resource.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The extension's URN; None for the core.
    pub(super) schema: Option<String>,
    /// The attribute; None for an extension as a whole.
    pub(super) name: Option<String>,
    /// Which elements of a multi-valued attribute.
    pub(super) which: Option<Filter>,
    /// The part of the complex attribute.
    pub(super) sub: Option<String>,
    /// The attribute's line in the table.
    pub(super) whole: Option<&'static Attribute>,
    /// The line of `sub`, or again the attribute's.
    pub(super) known: Option<&'static Attribute>,
}

impl Place {
    /// Finds the place that a name means.
    pub(super) fn find(rules: Rules, resource: Resource, name: &str) -> Result<Self, Error> {
        if let Some(schema) = ends_with_version(name.trim()) {
            return extension(rules, resource, name, schema);
        }
        let path = parse_name(name).map_err(|mistake| {
            let message = format!(
                "'{name}' isn't a valid attribute name: {}. No request was made.",
                mistake.message
            );
            Error::new(Kind::UnknownAttribute, message)
        })?;
        let (attribute, which) = (path.attribute, path.filter);
        let sub = path.sub_attribute.or_else(|| attribute.sub().map(str::to_owned));
        if rules.service == Service::Entra && is(attribute.urn(), SECURITY_ATTRIBUTES) {
            return security_attribute(name, &attribute, which.is_some());
        }
        if let Some(schema) = attribute.whole_schema().filter(|_| which.is_none()) {
            return extension(rules, resource, name, &schema);
        }
        let found = row(rules, resource, &attribute).and_then(|whole| {
            let Some(sub) = &sub else {
                return Some((whole, whole));
            };
            let known = rows(rules, resource)
                .find(|row| row.is_part_of(whole) && row.sub.is_some_and(|s| s.eq_ignore_ascii_case(sub)))?;
            Some((whole, known))
        });
        match found {
            Some((whole, known)) => Self::known(rules, name, whole, known, which),
            None if attribute.urn().is_none() && sub.is_none() && which.is_none() => {
                match part(rules, resource, attribute.name()) {
                    Some((whole, known)) => Self::known(rules, name, whole, known, None),
                    None => Self::unknown(rules, resource, name, &attribute, None, None),
                }
            }
            None => Self::unknown(rules, resource, name, &attribute, which, sub),
        }
    }

    fn known(
        rules: Rules,
        name: &str,
        whole: &'static Attribute,
        known: &'static Attribute,
        which: Option<Filter>,
    ) -> Result<Self, Error> {
        let place = Self {
            schema: whole.is_extension().then(|| whole.schema.to_owned()),
            name: Some(whole.name.to_owned()),
            sub: known.sub.map(str::to_owned),
            which,
            whole: Some(whole),
            known: Some(known),
        };
        if rules.service == Service::Generic {
            return Ok(place);
        }
        place.chosen(name)
    }

    /// A name that the schema lacks: an error on Entra; on other servers it is what it says.
    fn unknown(
        rules: Rules,
        resource: Resource,
        name: &str,
        attribute: &AttrPath,
        which: Option<Filter>,
        sub: Option<String>,
    ) -> Result<Self, Error> {
        if rules.service == Service::Entra {
            return Err(nearest::unknown(rules, resource, name));
        }
        Ok(Self {
            schema: attribute
                .urn()
                .filter(|urn| !known::is_core(urn))
                .map(str::to_owned),
            name: Some(attribute.name().to_owned()),
            which,
            sub,
            whole: None,
            known: None,
        })
    }

    /// Entra's elements are told apart by their type alone, and for the main address by `primary` too.
    fn chosen(mut self, name: &str) -> Result<Self, Error> {
        let Some(types) = self.types() else {
            return match self.which {
                Some(_) => Err(unusable(
                    name,
                    "it has no typed values, so it can't have a type in brackets",
                )),
                None => Ok(self),
            };
        };
        let whole = self.name.clone().unwrap_or_default();
        let advice = || {
            let forms: Vec<String> = types.iter().map(|kind| format!("{whole}[{kind}]")).collect();
            format!("use {}", forms.join(", "))
        };
        match &self.which {
            None if self.sub.is_some() => match types.as_slice() {
                [only] => self.which = typed(only),
                _ => return Err(unusable(name, &format!("specify the type: {}", advice()))),
            },
            None => {}
            Some(which) => {
                let Some((kind, primary)) = kind_of(which) else {
                    return Err(unusable(
                        name,
                        &format!("Entra selects values by type only: {}", advice()),
                    ));
                };
                let Some(kind) = types.iter().find(|known| known.eq_ignore_ascii_case(&kind)) else {
                    if whole == "emails" && kind.eq_ignore_ascii_case("proxyAddress") {
                        return Err(read_only(name));
                    }
                    return Err(unusable(
                        name,
                        &format!("'{kind}' isn't one of its types: {}", advice()),
                    ));
                };
                if primary && (whole != "emails" || *kind != "work") {
                    return Err(unusable(name, "only emails of type work can have primary"));
                }
                if !primary {
                    self.which = typed(kind);
                }
            }
        }
        Ok(self)
    }

    /// The types that the values of a multi-valued attribute may have, less those that are read-only.
    pub(super) fn types(&self) -> Option<Vec<&'static str>> {
        let whole = self
            .whole
            .filter(|row| row.multi_valued && row.kind == "complex")?;
        let kinds = known::attributes(Resource::User)
            .chain(known::attributes(Resource::Group))
            .find(|row| row.is_part_of(whole) && row.sub == Some("type"))?;
        Some(
            kinds
                .canonical
                .split(',')
                .filter(|kind| *kind != "proxyAddress")
                .collect(),
        )
    }

    /// A part of this place.
    pub(super) fn inside(&self, rules: Rules, resource: Resource, part: &str) -> Result<Self, Error> {
        let name = match (&self.name, &self.which) {
            (None, _) => format!("{}:{part}", self.schema.as_deref().unwrap_or_default()),
            _ => format!("{self}.{part}"),
        };
        let found = Self::find(rules, resource, &name)?;
        // Behind a URN that ends in a version, a name reads as the last part of another URN.
        Ok(match (&self.name, &found.name) {
            (None, None) => Self {
                name: Some(part.to_owned()),
                ..self.clone()
            },
            _ => found,
        })
    }

    /// `urn:acme:profile:1.0:badge` may be a schema, or the attribute `badge` of `urn:acme:profile:1.0`. What is set to a
    /// plain value is an attribute.
    pub(super) fn attribute_of_version(self, rules: Rules, resource: Resource) -> Self {
        let is_known = |schema: &str| {
            is(Some(SECURITY_ATTRIBUTES), schema)
                || rows(rules, resource).any(|row| row.schema.eq_ignore_ascii_case(schema))
        };
        let split = self
            .schema
            .as_deref()
            .filter(|schema| self.name.is_none() && !is_known(schema));
        match split.and_then(|schema| schema.rsplit_once(':')) {
            Some((urn, name)) if ends_with_version(urn).is_some() && ends_with_version(name).is_none() => {
                Self {
                    name: Some(name.to_owned()),
                    schema: Some(urn.to_owned()),
                    ..self
                }
            }
            _ => self,
        }
    }

    /// The attribute without the part: what goes when its value goes.
    pub(super) fn without_sub(&self) -> Self {
        Self {
            sub: None,
            known: self.whole,
            ..self.clone()
        }
    }

    /// The type of the element, where it is chosen by it.
    pub(super) fn element_type(&self) -> Option<String> {
        self.which.as_ref().and_then(kind_of).map(|(kind, _)| kind)
    }

    /// Whether the place is a multi-valued attribute as a whole.
    pub(super) fn is_many(&self) -> bool {
        self.which.is_none() && self.sub.is_none() && self.whole.is_some_and(|row| row.multi_valued)
    }
}

/// As PATCH spells it (RFC 7644 section 3.5.2).
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.schema, &self.name) {
            (Some(schema), Some(name)) => write!(f, "{schema}:{name}")?,
            (Some(one), None) | (None, Some(one)) => f.write_str(one)?,
            (None, None) => {}
        }
        if let Some(which) = &self.which {
            write!(f, "[{which}]")?;
        }
        self.sub.as_ref().map_or(Ok(()), |sub| write!(f, ".{sub}"))
    }
}

/// A URN that ends in a version, such as `urn:acme:profile:1.0`: an attribute's name begins with a letter, so it is a schema.
fn ends_with_version(name: &str) -> Option<&str> {
    let last = name.rsplit(':').next().unwrap_or_default();
    let is_version = last.starts_with(|c: char| c.is_ascii_digit())
        && last.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let is_urn = name
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("urn:"));
    (is_version && is_urn).then_some(name)
}

/// The rows that hold for a service: Entra's extension means nothing elsewhere.
pub(super) fn rows(rules: Rules, resource: Resource) -> impl Iterator<Item = &'static Attribute> {
    known::attributes(resource)
        .filter(move |row| rules.service == Service::Entra || !row.schema.contains(":Microsoft:Entra:"))
}

/// The attribute of this name; one of the core goes before one of an extension.
fn row(rules: Rules, resource: Resource, path: &AttrPath) -> Option<&'static Attribute> {
    let named = || {
        rows(rules, resource).filter(|row| row.sub.is_none() && row.name.eq_ignore_ascii_case(path.name()))
    };
    let qualified = |row: &&Attribute| match path.urn() {
        None => !row.is_extension(),
        Some(urn) => row.schema.eq_ignore_ascii_case(urn) || (row.schema.is_empty() && known::is_core(urn)),
    };
    named()
        .find(qualified)
        .or_else(|| path.urn().is_none().then(|| named().next())?)
}

/// `givenName` stands for `name.givenName` and `country` for `addresses.country`: a part that only one attribute has.
fn part(rules: Rules, resource: Resource, name: &str) -> Option<(&'static Attribute, &'static Attribute)> {
    let mut parts = rows(rules, resource)
        .filter(|row| row.sub.is_some_and(|sub| sub.eq_ignore_ascii_case(name)) && row.name != "meta");
    let (part, other) = (parts.next()?, parts.next());
    if other.is_some() {
        return None;
    }
    let whole = rows(rules, resource).find(|row| row.sub.is_none() && part.is_part_of(row))?;
    Some((whole, part))
}

fn security_attribute(name: &str, path: &AttrPath, chosen: bool) -> Result<Place, Error> {
    // The bare URN, whose last part reads as a name.
    if path.sub().is_none() || chosen {
        return Err(unusable(
            name,
            &format!("write a custom security attribute as {SECURITY_ATTRIBUTES}:SetName.AttributeName"),
        ));
    }
    Ok(Place {
        schema: Some(SECURITY_ATTRIBUTES.to_owned()),
        name: Some(path.name().to_owned()),
        which: None,
        sub: path.sub().map(str::to_owned),
        whole: None,
        known: None,
    })
}

fn extension(rules: Rules, resource: Resource, name: &str, schema: &str) -> Result<Place, Error> {
    let known = rows(rules, resource)
        .map(|row| row.schema)
        .chain([SECURITY_ATTRIBUTES])
        .find(|known| known.eq_ignore_ascii_case(schema));
    if known.is_none() && rules.service == Service::Entra {
        return Err(nearest::unknown(rules, resource, name));
    }
    Ok(Place {
        schema: Some(known.unwrap_or(schema).to_owned()).filter(|urn| !known::is_core(urn)),
        name: None,
        which: None,
        sub: None,
        whole: None,
        known: None,
    })
}

fn is(urn: Option<&str>, wanted: &str) -> bool {
    urn.is_some_and(|urn| urn.eq_ignore_ascii_case(wanted))
}

/// `type eq "…"`, and whether `primary eq true` stands with it.
fn kind_of(which: &Filter) -> Option<(String, bool)> {
    let (mut kind, mut primary) = (None, false);
    for term in which.conjuncts() {
        match term {
            Filter::Compare {
                attribute,
                operator: Operator::Eq,
                value: Value::String(text),
            } if kind.is_none() && attribute.to_string().eq_ignore_ascii_case("type") => {
                kind = Some(text.clone());
            }
            Filter::Compare {
                attribute,
                operator: Operator::Eq,
                value: Value::Bool(true),
            } if attribute.to_string().eq_ignore_ascii_case("primary") => {
                primary = true;
            }
            _ => return None,
        }
    }
    kind.map(|kind| (kind, primary))
}

/// `type eq "…"`.
pub(super) fn typed(kind: &str) -> Option<Filter> {
    AttrPath::new(None, "type", None).map(|path| Filter::compare(path, Operator::Eq, kind))
}

fn unusable(name: &str, why: &str) -> Error {
    let message = format!("'{name}' can't be set: {why}. No request was made.");
    Error::new(Kind::UnknownAttribute, message)
}

/// An attribute that only the service sets.
pub(super) fn read_only(name: &str) -> Error {
    let message = format!("'{name}' is read-only, because the service sets it. No request was made.");
    Error::new(Kind::ReadOnlyAttribute, message)
}
