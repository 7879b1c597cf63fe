//! The attributes that are known without asking the service, as far as filters go by them: `schema/attributes.tsv`.

use std::sync::LazyLock;

use super::eval::Rule;
use super::path::AttrPath;

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resource {
    /// Users.
    User,
    /// Groups.
    Group,
}

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Attribute {
    resource: &'static str,
    /// The schema's URN; empty for what every resource has.
    pub(crate) schema: &'static str,
    pub(crate) name: &'static str,
    pub(crate) sub: Option<&'static str>,
    /// A SCIM data type (RFC 7643 section 2.3).
    pub(crate) kind: &'static str,
    pub(crate) multi_valued: bool,
    pub(crate) required: bool,
    pub(crate) mutability: &'static str,
    returned: &'static str,
    case_exact: bool,
    /// The values that may be, with commas between; empty where any may.
    pub(crate) canonical: &'static str,
}

static ATTRIBUTES: LazyLock<Vec<Attribute>> = LazyLock::new(|| {
    include_str!("../../../../schema/attributes.tsv")
        .lines()
        .skip(1)
        .filter_map(attribute)
        .collect()
});

/// The attributes of a resource, with what every resource has.
pub(crate) fn attributes(resource: Resource) -> impl Iterator<Item = &'static Attribute> {
    ATTRIBUTES.iter().filter(move |a| a.is_of(resource))
}

/// resource, schema, path, type, multiValued, required, mutability, returned, caseExact, uniqueness, canonicalValues, …
fn attribute(line: &'static str) -> Option<Attribute> {
    let column = |index: usize| line.split('\t').nth(index);
    let path = column(2)?;
    let (name, sub) = path
        .split_once('.')
        .map_or((path, None), |(name, sub)| (name, Some(sub)));
    Some(Attribute {
        resource: column(0)?,
        schema: column(1)?,
        name,
        sub,
        kind: column(3)?,
        multi_valued: column(4)? == "true",
        required: column(5)? == "true",
        mutability: column(6)?,
        returned: column(7)?,
        case_exact: column(8)? == "true",
        canonical: column(10)?,
    })
}

/// Whether a URN is that of a core schema, whose attributes stand at the top of a resource and need no URN.
#[must_use]
pub fn is_core(urn: &str) -> bool {
    const CORE: &str = "urn:ietf:params:scim:schemas:core:";
    urn.get(..CORE.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(CORE))
}

impl Attribute {
    /// Its path, with the URN where it is an extension's.
    pub(crate) fn path(&self) -> Option<AttrPath> {
        AttrPath::new(self.is_extension().then_some(self.schema), self.name, self.sub)
    }

    pub(crate) fn is_complex(&self) -> bool {
        self.kind == "complex"
    }

    pub(crate) fn is_multi_valued(&self) -> bool {
        self.multi_valued
    }

    /// The values that its schema lists, such as the types of addresses.
    pub(crate) fn canonical_values(&self) -> impl Iterator<Item = &'static str> {
        self.canonical.split(',').filter(|value| !value.is_empty())
    }

    pub(crate) fn is_case_exact(&self) -> bool {
        self.case_exact
    }

    fn is_returned(&self) -> bool {
        matches!(self.returned, "always" | "default")
    }

    fn is_of(&self, resource: Resource) -> bool {
        let name = match resource {
            Resource::User => "User",
            Resource::Group => "Group",
        };
        self.resource == name || self.resource == "Common"
    }

    /// `name.givenName`, without the schema.
    pub(crate) fn dotted(&self) -> String {
        match self.sub {
            Some(sub) => format!("{}.{sub}", self.name),
            None => self.name.to_owned(),
        }
    }

    /// Whether it is a part of this complex attribute.
    pub(crate) fn is_part_of(&self, whole: &Attribute) -> bool {
        self.sub.is_some()
            && self.resource == whole.resource
            && self.schema == whole.schema
            && self.name == whole.name
    }

    /// Whether anybody but the service sets it.
    pub(crate) fn is_writable(&self) -> bool {
        self.mutability != "readOnly"
    }

    pub(crate) fn is_extension(&self) -> bool {
        !self.schema.is_empty() && !is_core(self.schema)
    }

    /// Whether `path` is this attribute, or the complex attribute of which this is a part.
    pub(crate) fn is_at(&self, path: &AttrPath) -> bool {
        let schema = match path.urn() {
            None => !self.is_extension(),
            Some(urn) => urn.eq_ignore_ascii_case(self.schema) || (self.schema.is_empty() && is_core(urn)),
        };
        schema && self.name.eq_ignore_ascii_case(path.name())
    }
}

fn find(resource: Resource, path: &AttrPath) -> Option<&'static Attribute> {
    ATTRIBUTES.iter().find(|a| {
        a.is_of(resource)
            && a.is_at(path)
            && match (a.sub, path.sub()) {
                (Some(sub), Some(wanted)) => sub.eq_ignore_ascii_case(wanted),
                (sub, wanted) => sub == wanted,
            }
    })
}

/// The attributes that come without being asked for by name, without their sub-attributes, in the table's order.
pub(crate) fn returned(resource: Resource) -> impl Iterator<Item = &'static Attribute> {
    ATTRIBUTES
        .iter()
        .filter(move |a| a.is_of(resource) && a.sub.is_none() && a.is_returned())
}

/// The attribute at a path, which may be short.
pub(crate) fn at(resource: Resource, path: &AttrPath) -> Option<&'static Attribute> {
    find(resource, &spelled(resource, path)?)
}

/// The sub-attributes of a complex attribute.
pub(crate) fn subs(
    resource: Resource,
    whole: &'static Attribute,
) -> impl Iterator<Item = &'static Attribute> {
    ATTRIBUTES.iter().filter(move |a| {
        a.is_of(resource)
            && a.schema == whole.schema
            && a.name == whole.name
            && a.sub.is_some()
            && a.is_returned()
    })
}

/// How values of an attribute are compared. Those that the table does not know are text without regard to case, which
/// is RFC 7643's default; for other servers' schemas, give [`super::Matcher`] a function of your own.
#[must_use]
pub fn rule(resource: Resource, path: &AttrPath) -> Rule {
    let found = find(resource, path);
    // Of a complex attribute its `value` is compared.
    let found = match found {
        Some(attribute) if attribute.kind == "complex" => find(resource, &path.with_sub("value")).or(found),
        other => other,
    };
    match found {
        None => Rule::Text { case_exact: false },
        Some(attribute) => match attribute.kind {
            "dateTime" => Rule::DateTime,
            "boolean" => Rule::Boolean,
            "binary" => Rule::Binary,
            "integer" | "decimal" => Rule::Number,
            _ => Rule::Text {
                case_exact: attribute.case_exact,
            },
        },
    }
}

/// Whether the service never puts the attribute into an answer, so that no filter on it can be evaluated here.
#[must_use]
pub fn is_never_returned(resource: Resource, path: &AttrPath) -> bool {
    ATTRIBUTES
        .iter()
        .any(|a| a.is_of(resource) && a.is_at(path) && a.sub.is_none() && a.returned == "never")
}

/// Whether the table knows the attribute, by whichever name.
#[must_use]
pub fn is_known(resource: Resource, path: &AttrPath) -> bool {
    spelled(resource, path).is_some()
}

/// The path as the table spells it, and with its schema's URN where it is that of an extension's attribute. A short name
/// that is in the core schema and in an extension is the core's.
pub(crate) fn spelled(resource: Resource, path: &AttrPath) -> Option<AttrPath> {
    let named = |a: &&Attribute| a.is_of(resource) && a.name.eq_ignore_ascii_case(path.name());
    let rows = || ATTRIBUTES.iter().filter(named);
    let row = rows().find(|row| row.is_at(path)).or_else(|| match path.urn() {
        Some(_) => None,
        None => rows().find(|row| row.is_extension()),
    })?;
    let urn = match path.urn() {
        None => row.is_extension().then_some(row.schema),
        // What all resources have is in no schema's table; it is found under any core URN.
        Some(urn) => Some(if row.schema.is_empty() { urn } else { row.schema }),
    };
    let sub = path.sub().map(|wanted| {
        let mut subs = rows()
            .filter(|other| other.schema == row.schema)
            .filter_map(|a| a.sub);
        subs.find(|sub| sub.eq_ignore_ascii_case(wanted))
            .unwrap_or(wanted)
    });
    AttrPath::new(urn, row.name, sub)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn path(text: &str) -> AttrPath {
        text.parse().unwrap()
    }

    #[test]
    fn the_table_is_read() {
        assert!(ATTRIBUTES.len() > 90);
        assert_eq!(
            rule(Resource::User, &path("USERNAME")),
            Rule::Text { case_exact: false }
        );
        assert_eq!(rule(Resource::User, &path("id")), Rule::Text { case_exact: true });
        assert_eq!(
            rule(Resource::User, &path("groups")),
            Rule::Text { case_exact: true }
        );
        assert_eq!(rule(Resource::Group, &path("meta.created")), Rule::DateTime);
        assert_eq!(rule(Resource::User, &path("active")), Rule::Boolean);
        assert_eq!(
            rule(
                Resource::User,
                &path("urn:ietf:params:scim:schemas:core:2.0:User:meta.created")
            ),
            Rule::DateTime
        );
        assert_eq!(
            rule(Resource::User, &path("shoeSize")),
            Rule::Text { case_exact: false }
        );
    }

    #[test]
    fn names_are_spelled_as_in_the_table_and_get_their_urn() {
        let text = |resource, short: &str| spelled(resource, &path(short)).map(|path| path.to_string());
        let entra = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0";
        assert_eq!(
            text(Resource::User, "MAILNICKNAME"),
            Some(format!("{entra}:User:mailNickname"))
        );
        assert_eq!(
            text(Resource::User, "ownedgroups.VALUE"),
            Some(format!("{entra}:User:ownedGroups.value"))
        );
        assert_eq!(
            text(Resource::Group, "mailNickname"),
            Some(format!("{entra}:Group:mailNickname"))
        );
        assert_eq!(
            text(Resource::User, "manager.displayName"),
            Some("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName".to_owned())
        );
        // In the core schema too; then the short name means that.
        assert_eq!(text(Resource::User, "USERTYPE").as_deref(), Some("userType"));
        assert_eq!(
            text(Resource::User, &format!("{entra}:user:usertype").to_uppercase()),
            Some(format!("{entra}:User:userType"))
        );
        let core = "urn:ietf:params:scim:schemas:core:2.0:User";
        assert_eq!(
            text(Resource::User, &format!("{core}:ID")),
            Some(format!("{core}:id"))
        );
        assert_eq!(text(Resource::User, "shoeSize"), None);
    }

    #[test]
    fn memberships_are_never_returned() {
        for hidden in ["groups", "groups.value", "password", "groups.anything"] {
            assert!(is_never_returned(Resource::User, &path(hidden)), "{hidden}");
        }
        assert!(is_never_returned(Resource::Group, &path("MEMBERS.value")));
        assert!(!is_never_returned(Resource::User, &path("userName")));
        assert!(!is_never_returned(Resource::Group, &path("groups")));
    }
}
