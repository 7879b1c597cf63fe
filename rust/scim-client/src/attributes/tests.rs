#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const ENTRA: &str = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User";

fn meaning(all: Attributes<'_>, name: &str) -> Option<(String, bool)> {
    let path = parse_name(name).unwrap().attribute;
    all.meaning(Resource::User, &path)
        .map(|meaning| (meaning.path.to_string(), meaning.is_known))
}

fn known(path: impl Into<String>) -> Option<(String, bool)> {
    Some((path.into(), true))
}

fn published() -> Names {
    let types = json!({"Resources": [{"id": "User", "schema": "urn:acme:User",
        "schemaExtensions": [{"schema": "urn:acme:2.0:HR"}, {"schema": ENTERPRISE}]}]});
    let schemas = json!({"Resources": [
        {"id": "urn:acme:User", "attributes": [{"name": "userName"}, {"name": "badge"},
            {"name": "emails", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "type", "canonicalValues": ["work", "spare"]}]}]},
        {"id": "urn:acme:2.0:HR", "attributes": [{"name": "department"}, {"name": "shoe", "subAttributes": [{"name": "sizeEu"}]}]},
        {"id": ENTERPRISE, "attributes": [{"name": "costCenter"}]},
        {"id": "urn:ietf:params:scim:schemas:core:2.0:ResourceType", "attributes": [{"name": "endpoint"}]}]});
    Names::learn(Some(&types), &schemas)
}

#[test]
fn short_names_mean_the_extension_on_every_server() {
    for service in [Service::Entra, Service::Generic] {
        let all = Attributes {
            service,
            schema: Names::rfc(),
        };
        for name in ["department", "DEPARTMENT", &format!("{ENTERPRISE}.department")] {
            assert_eq!(
                meaning(all, name),
                known(format!("{ENTERPRISE}:department")),
                "{name}"
            );
        }
        assert_eq!(
            meaning(all, "manager.value"),
            known(format!("{ENTERPRISE}:manager.value"))
        );
        assert_eq!(
            meaning(all, &format!("{ENTERPRISE}.manager.value")),
            known(format!("{ENTERPRISE}:manager.value"))
        );
        assert_eq!(meaning(all, "givenName"), known("name.givenName"));
        assert_eq!(meaning(all, "emails[work].value"), known("emails"));
        assert_eq!(meaning(all, "userType"), known("userType"));
    }
    let entra = Attributes {
        service: Service::Entra,
        schema: Names::rfc(),
    };
    assert_eq!(
        meaning(entra, "usageLocation"),
        known(format!("{ENTRA}:usageLocation"))
    );
    assert_eq!(meaning(entra, "usrname"), None);
    assert_eq!(meaning(entra, "name.givnName"), None);
    assert!(
        entra
            .unknown(Resource::User, "usrname")
            .to_string()
            .contains("'userName'")
    );
    let other = Attributes {
        service: Service::Generic,
        schema: Names::rfc(),
    };
    assert_eq!(
        meaning(other, "usageLocation"),
        Some(("usageLocation".to_owned(), false))
    );
}

#[test]
fn a_servers_own_schemas_go_before_the_rfc() {
    let schema = published();
    let all = Attributes {
        service: Service::Generic,
        schema: &schema,
    };
    assert_eq!(meaning(all, "department"), known("urn:acme:2.0:HR:department"));
    assert_eq!(meaning(all, "sizeEU"), known("urn:acme:2.0:HR:shoe.sizeEu"));
    assert_eq!(
        meaning(all, "costCenter"),
        known(format!("{ENTERPRISE}:costCenter"))
    );
    assert_eq!(meaning(all, "badge"), known("badge"));
    // The RFC's core names hold everywhere; those of an extension that the server doesn't have don't.
    assert_eq!(meaning(all, "nickName"), known("nickName"));
    assert_eq!(meaning(all, "division"), None);
    assert_eq!(meaning(all, "endpoint"), None);
    assert!(
        all.unknown(Resource::User, "bagde")
            .to_string()
            .contains("'badge'")
    );
    let emails = schema.at(Resource::User, &"emails".parse().unwrap()).unwrap();
    assert_eq!(emails.types, ["work", "spare"]);
}

#[test]
fn what_is_no_schema_is_no_schema() {
    for schemas in [
        json!({}),
        json!([]),
        json!("x"),
        json!({"Resources": [{"id": 1}, {"id": "urn:x:User", "attributes": [{"name": "a b"}, 7]}]}),
    ] {
        assert!(!Names::learn(None, &schemas).is_published(), "{schemas}");
    }
}
