//! What is known of a server's attributes: its own schemas (RFC 7643 section 7), read once per connection and only when a
//! write needs them, then the offline table, then RFC 7643 itself.

use std::collections::HashMap;

use serde_json::Value;

use crate::cloud::Endpoint;
use crate::filter::Resource;
use crate::filter::known::{self, Attribute};
use crate::profile::{boolean, member};

/// What an attribute is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Traits {
    pub(crate) multi_valued: bool,
    pub(crate) mutability: Mutability,
    pub(crate) case_exact: bool,
    /// Whether the server refuses a second object with the same value.
    pub(crate) unique: bool,
}

/// Who may set an attribute (RFC 7643 section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mutability {
    ReadWrite,
    Immutable,
    ReadOnly,
    WriteOnly,
}

impl Traits {
    const MULTI_VALUED: Self = Self {
        multi_valued: true,
        mutability: Mutability::ReadWrite,
        case_exact: false,
        unique: false,
    };
    const READ_ONLY: Self = Self {
        multi_valued: false,
        mutability: Mutability::ReadOnly,
        case_exact: true,
        unique: false,
    };
}

/// The schemas of one server. Empty when the server doesn't publish any.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    /// By the URN and the dotted path, both in lower case.
    told: HashMap<(String, String), Traits>,
}

impl Schema {
    /// Reads a response of `/Schemas`: a list response or a bare array.
    pub(crate) fn from_json(document: &Value) -> Self {
        let list = document
            .as_array()
            .or_else(|| member(document, "Resources")?.as_array());
        let mut told = HashMap::new();
        for schema in list.into_iter().flatten() {
            let Some(urn) = member(schema, "id").and_then(Value::as_str) else {
                continue;
            };
            learn(&mut told, &urn.to_ascii_lowercase(), "", schema, "attributes");
        }
        Self { told }
    }

    /// An attribute, or a part of one. `urn` is that of an extension; None and a core URN mean the core schema.
    pub(crate) fn find(
        &self,
        resource: Resource,
        urn: Option<&str>,
        name: &str,
        sub: Option<&str>,
    ) -> Option<Traits> {
        let urn = urn.filter(|urn| !known::is_core(urn));
        if urn.is_none()
            && ["id", "meta", "schemas"]
                .iter()
                .any(|own| own.eq_ignore_ascii_case(name))
        {
            return Some(Traits::READ_ONLY);
        }
        let path = match sub {
            Some(sub) => format!("{name}.{sub}"),
            None => name.to_owned(),
        };
        let key = (
            urn.unwrap_or(core(resource)).to_ascii_lowercase(),
            path.to_ascii_lowercase(),
        );
        self.told
            .get(&key)
            .copied()
            .or_else(|| offline(resource, urn, name, sub))
    }

    /// Whether an extension with this URN is known.
    pub(crate) fn has_extension(&self, resource: Resource, urn: &str) -> bool {
        let lower = urn.to_ascii_lowercase();
        !known::is_core(urn)
            && (self.told.keys().any(|(known, _)| *known == lower)
                || known::attributes(resource)
                    .any(|row| row.is_extension() && row.schema.eq_ignore_ascii_case(urn)))
    }
}

/// The core schema of a resource.
pub(crate) fn core(resource: Resource) -> &'static str {
    match resource {
        Resource::User => "urn:ietf:params:scim:schemas:core:2.0:User",
        Resource::Group => "urn:ietf:params:scim:schemas:core:2.0:Group",
    }
}

/// What an endpoint has.
pub(crate) fn resource(endpoint: Endpoint) -> Resource {
    match endpoint {
        Endpoint::Groups => Resource::Group,
        _ => Resource::User,
    }
}

fn learn(told: &mut HashMap<(String, String), Traits>, urn: &str, outer: &str, of: &Value, list: &str) {
    let attributes = member(of, list).and_then(Value::as_array);
    for attribute in attributes.into_iter().flatten() {
        let text = |name: &str| {
            member(attribute, name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let flag = |name: &str| member(attribute, name).and_then(boolean).unwrap_or(false);
        let name = text("name").to_ascii_lowercase();
        let path = if outer.is_empty() {
            name
        } else {
            format!("{outer}.{name}")
        };
        let mutability = mutability(text("mutability"));
        let uniqueness = text("uniqueness");
        let traits = Traits {
            multi_valued: flag("multiValued"),
            mutability,
            case_exact: flag("caseExact"),
            unique: ["server", "global"]
                .iter()
                .any(|word| word.eq_ignore_ascii_case(uniqueness)),
        };
        if outer.is_empty() {
            learn(told, urn, &path, attribute, "subAttributes");
        }
        told.insert((urn.to_owned(), path), traits);
    }
}

/// RFC 7643 section 2.2: `readWrite` when nothing is said.
fn mutability(text: &str) -> Mutability {
    match text.to_ascii_lowercase().as_str() {
        "readonly" => Mutability::ReadOnly,
        "writeonly" => Mutability::WriteOnly,
        "immutable" => Mutability::Immutable,
        _ => Mutability::ReadWrite,
    }
}

fn offline(resource: Resource, urn: Option<&str>, name: &str, sub: Option<&str>) -> Option<Traits> {
    // RFC 7643 sections 4.1.2 and 4.3, as far as the table, which is Entra's, lacks them.
    const SEVERAL: [&str; 4] = ["roles", "entitlements", "photos", "x509Certificates"];
    let is = |row: &Attribute| {
        let schema = match urn {
            Some(urn) => row.schema.eq_ignore_ascii_case(urn),
            None => !row.is_extension(),
        };
        schema
            && row.name.eq_ignore_ascii_case(name)
            && row.sub.map(str::to_ascii_lowercase) == sub.map(str::to_ascii_lowercase)
    };
    if let Some(row) = known::attributes(resource).find(|row| is(row)) {
        return Some(Traits {
            multi_valued: row.multi_valued,
            mutability: mutability(row.mutability),
            case_exact: row.is_case_exact(),
            // A table doesn't prove what another server enforces.
            unique: false,
        });
    }
    if urn.is_none()
        && sub.is_none()
        && resource == Resource::User
        && SEVERAL.iter().any(|one| one.eq_ignore_ascii_case(name))
    {
        return Some(Traits::MULTI_VALUED);
    }
    let manager = name.eq_ignore_ascii_case("manager")
        && sub.is_some_and(|sub| sub.eq_ignore_ascii_case("displayName"));
    (manager && urn.is_some()).then_some(Traits::READ_ONLY)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_servers_own_schemas_go_before_the_table() {
        let schema = Schema::from_json(&json!({ "resources": [{
            "id": "urn:ietf:params:scim:schemas:core:2.0:User",
            "attributes": [
                { "name": "userName", "uniqueness": "server" },
                { "name": "title", "multiValued": "True", "mutability": "ReadOnly" },
                { "name": "badges", "multiValued": true, "subAttributes": [{ "name": "value", "caseExact": true }] },
            ],
        }, { "id": "urn:acme:profile:1.0", "attributes": [{ "name": "desk" }] }, { "name": "no id" }] }));
        let find = |urn, name, sub| schema.find(Resource::User, urn, name, sub);
        assert!(find(None, "USERNAME", None).unwrap().unique);
        let title = find(Some("urn:ietf:params:scim:schemas:core:2.0:User"), "title", None).unwrap();
        assert!(title.multi_valued && title.mutability == Mutability::ReadOnly);
        assert!(find(None, "badges", Some("value")).unwrap().case_exact);
        assert!(find(Some("URN:acme:profile:1.0"), "desk", None).is_some());
        assert!(schema.has_extension(Resource::User, "urn:acme:PROFILE:1.0"));
        assert!(find(None, "nothing", None).is_none());
    }

    #[test]
    fn without_schemas_the_rfc_says_what_an_attribute_is() {
        let schema = Schema::from_json(&json!({ "detail": "no" }));
        let find = |name, sub| schema.find(Resource::User, None, name, sub);
        assert!(find("roles", None).unwrap().multi_valued);
        assert!(find("emails", None).unwrap().multi_valued);
        assert_eq!(find("groups", None).unwrap().mutability, Mutability::ReadOnly);
        assert_eq!(find("password", None).unwrap().mutability, Mutability::WriteOnly);
        assert_eq!(find("meta", None).unwrap().mutability, Mutability::ReadOnly);
        assert!(!find("userName", None).unwrap().unique);
        let enterprise = Some("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User");
        let name = schema
            .find(Resource::User, enterprise, "manager", Some("displayName"))
            .unwrap();
        assert_eq!(name.mutability, Mutability::ReadOnly);
    }
}
