//! The offline schema and the documents of discovery made from it.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

const TABLE: &str = include_str!("../../../schema/attributes.tsv");

pub(crate) const CORE_USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(crate) const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub(crate) const ENTRA_USER: &str = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User";
pub(crate) const SECURITY_ATTRIBUTES: &str =
    "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:CustomSecurityAttributes";
pub(crate) const CORE_GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub(crate) const ENTRA_GROUP: &str = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group";

/// The two kinds of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    User,
    Group,
}

impl Kind {
    /// As `meta.resourceType` spells it.
    pub(crate) fn resource_type(self) -> &'static str {
        match self {
            Kind::User => "user",
            Kind::Group => "group",
        }
    }

    /// The path segment of the collection.
    pub(crate) fn collection(self) -> &'static str {
        match self {
            Kind::User => "users",
            Kind::Group => "groups",
        }
    }

    /// The core schema, then the extensions.
    pub(crate) fn schemas(self) -> &'static [&'static str] {
        match self {
            Kind::User => &[CORE_USER, ENTERPRISE_USER, ENTRA_USER, SECURITY_ATTRIBUTES],
            Kind::Group => &[CORE_GROUP, ENTRA_GROUP],
        }
    }

    fn table_name(self) -> &'static str {
        match self {
            Kind::User => "User",
            Kind::Group => "Group",
        }
    }
}

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) resource: &'static str,
    pub(crate) schema: &'static str,
    pub(crate) path: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) multi_valued: bool,
    pub(crate) required: bool,
    pub(crate) mutability: &'static str,
    pub(crate) returned: &'static str,
    pub(crate) case_exact: bool,
    pub(crate) uniqueness: &'static str,
    pub(crate) canonical: &'static str,
    pub(crate) description: &'static str,
}

impl Attribute {
    fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    pub(crate) fn read_only(&self) -> bool {
        self.mutability == "readOnly"
    }
}

/// All lines, in the table's order.
pub(crate) fn attributes() -> &'static [Attribute] {
    static ATTRIBUTES: OnceLock<Vec<Attribute>> = OnceLock::new();
    ATTRIBUTES.get_or_init(|| TABLE.lines().skip(1).filter_map(parse_line).collect())
}

fn parse_line(line: &'static str) -> Option<Attribute> {
    let mut cells = line.split('\t');
    let mut cell = || cells.next();
    Some(Attribute {
        resource: cell()?,
        schema: cell()?,
        path: cell()?,
        kind: cell()?,
        multi_valued: cell()? == "true",
        required: cell()? == "true",
        mutability: cell()?,
        returned: cell()?,
        case_exact: cell()? == "true",
        uniqueness: cell()?,
        canonical: cell()?,
        description: cell()?,
    })
}

/// Finds an attribute by schema and dotted path, without regard to case. The common ones are found under the
/// core schema too.
pub(crate) fn find(kind: Kind, schema: &str, path: &str) -> Option<&'static Attribute> {
    attributes().iter().find(|a| {
        a.path.eq_ignore_ascii_case(path)
            && ((a.resource == kind.table_name() && a.schema == schema)
                || (a.resource == "Common" && schema == kind.schemas()[0]))
    })
}

/// Splits `URN:path`. The URN is `None` for the core schema, whether it was written or not.
pub(crate) fn split_urn(kind: Kind, name: &str) -> (Option<&'static str>, &str) {
    for urn in kind.schemas() {
        let Some((head, rest)) = name.split_at_checked(urn.len()) else {
            continue;
        };
        if head.eq_ignore_ascii_case(urn) && (rest.is_empty() || rest.starts_with(':')) {
            let rest = rest.strip_prefix(':').unwrap_or(rest);
            return if *urn == kind.schemas()[0] {
                (None, rest)
            } else {
                (Some(urn), rest)
            };
        }
    }
    (None, name)
}

/// One schema document, or `None` when the service has no such schema.
pub(crate) fn schema_document(urn: &str, base: &str) -> Option<Value> {
    let (urn, name, description) = SCHEMAS
        .iter()
        .find(|(known, _, _)| known.eq_ignore_ascii_case(urn))
        .copied()?;
    let rows: Vec<&Attribute> = attributes().iter().filter(|a| a.schema == urn).collect();
    let top: Vec<Value> = rows
        .iter()
        .filter(|a| !a.path.contains('.'))
        .map(|parent| {
            let mut definition = definition(parent);
            let children: Vec<Value> = rows
                .iter()
                .filter(|a| {
                    a.path
                        .split_once('.')
                        .is_some_and(|(head, _)| head == parent.path)
                })
                .map(|a| Value::Object(self::definition(a)))
                .collect();
            if !children.is_empty() {
                definition.insert("subAttributes".into(), Value::Array(children));
            }
            Value::Object(definition)
        })
        .collect();
    Some(json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": urn,
        "name": name,
        "description": description,
        "attributes": top,
        "meta": {"resourceType": "Schema", "location": format!("{base}/schemas/{urn}")},
    }))
}

fn definition(a: &Attribute) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("name".into(), a.name().into());
    map.insert("type".into(), a.kind.into());
    map.insert("multiValued".into(), a.multi_valued.into());
    map.insert("description".into(), a.description.into());
    map.insert("required".into(), a.required.into());
    if !a.canonical.is_empty() {
        map.insert(
            "canonicalValues".into(),
            a.canonical.split(',').collect::<Vec<_>>().into(),
        );
    }
    map.insert("caseExact".into(), a.case_exact.into());
    map.insert("mutability".into(), a.mutability.into());
    map.insert("returned".into(), a.returned.into());
    map.insert("uniqueness".into(), a.uniqueness.into());
    map
}

#[rustfmt::skip]
const SCHEMAS: &[(&str, &str, &str)] = &[
    (CORE_USER, "User", "User account"),
    (ENTERPRISE_USER, "EnterpriseUser", "Enterprise user"),
    (ENTRA_USER, "EntraUser", "Microsoft Entra user"),
    (CORE_GROUP, "Group", "Group"),
    (ENTRA_GROUP, "EntraGroup", "Microsoft Entra group"),
];

/// The list of schemas. Entra spells `Resources` in capitals here.
pub(crate) fn schema_list(base: &str) -> Value {
    let all: Vec<Value> = SCHEMAS
        .iter()
        .filter_map(|(urn, _, _)| schema_document(urn, base))
        .collect();
    list("Resources", all)
}

/// One resource type by id (`User`, `Group`).
pub(crate) fn resource_type(id: &str, base: &str) -> Option<Value> {
    let kind = [Kind::User, Kind::Group]
        .into_iter()
        .find(|k| k.resource_type().eq_ignore_ascii_case(id))?;
    let extensions: Vec<Value> = kind
        .schemas()
        .iter()
        .skip(1)
        .filter(|urn| **urn != SECURITY_ATTRIBUTES)
        .map(|urn| json!({"schema": urn, "required": false}))
        .collect();
    Some(json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": kind.table_name(),
        "name": kind.table_name(),
        "endpoint": format!("/{}", kind.collection()),
        "description": format!("Microsoft Entra {}", kind.collection()),
        "schema": kind.schemas()[0],
        "schemaExtensions": extensions,
        "meta": {"resourceType": "ResourceType", "location": format!("{base}/resourcetypes/{}", kind.table_name())},
    }))
}

/// The list of resource types, with `resources` in lower case.
pub(crate) fn resource_type_list(base: &str) -> Value {
    list(
        "resources",
        ["User", "Group"]
            .into_iter()
            .filter_map(|id| resource_type(id, base))
            .collect(),
    )
}

fn list(member: &str, resources: Vec<Value>) -> Value {
    let count = resources.len();
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": count,
        "itemsPerPage": count,
        member: resources,
    })
}

/// What the service says it can do.
pub(crate) fn service_provider_config(base: &str, cursor_timeout_seconds: u64) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "documentationUri": "https://learn.microsoft.com/entra/identity/app-provisioning/entra-id-scim-api-reference",
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": 200},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": false},
        "pagination": {
            "cursor": true,
            "index": false,
            "defaultPaginationMethod": "cursor",
            "defaultPageSize": 100,
            "maxPageSize": 1000,
            "cursorTimeout": cursor_timeout_seconds,
        },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "OAuth Bearer Token",
            "description": "A token of Microsoft Entra ID for an application",
            "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
            "primary": true,
        }],
        "meta": {"resourceType": "ServiceProviderConfig", "location": format!("{base}/serviceproviderconfig")},
    })
}
