//! What operations do to an object here.
#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn user() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "1", "userName": "ada", "title": "Countess",
        "name": { "givenName": "Ada" },
        "emails": [{ "type": "work", "value": "a@b", "primary": true }, { "type": "home", "value": "c@d" }],
        "members": [{ "value": "1" }, { "value": "2" }],
    })
}

fn applied(stored: &Value, operations: Value, schema: &Schema) -> Result<Value, String> {
    let patch = json!({ "Operations": operations }).to_string();
    let known = Known {
        schema,
        resource: Resource::User,
    };
    patched(stored.as_object().unwrap(), patch.as_bytes(), known).map(Value::Object)
}

fn after(stored: Value, operations: Value) -> Value {
    let mut object = applied(&stored, operations, &Schema::default()).unwrap();
    for name in ["schemas", "id", "userName"] {
        object.as_object_mut().unwrap().remove(name);
    }
    object
}

#[test]
fn operations_do_here_what_they_do_at_a_server() {
    let changed = after(
        user(),
        json!([
            { "op": "replace", "path": "TITLE", "value": "Lady" },
            { "op": "add", "path": "name.familyName", "value": "Lovelace" },
            { "op": "replace", "path": "emails[type eq \"work\"].value", "value": "x@y" },
            { "op": "add", "path": "emails[type eq \"other\"].value", "value": "o@p" },
            { "op": "remove", "path": "emails[type eq \"home\"]" },
            { "op": "add", "path": "members", "value": [{ "value": "2" }, { "value": "3" }] },
            { "op": "remove", "path": "members[value eq \"1\"]" },
            { "op": "add", "path": format!("{ENTERPRISE}:department"), "value": "R" },
        ]),
    );
    assert_eq!(
        changed,
        json!({
            "title": "Lady",
            "name": { "givenName": "Ada", "familyName": "Lovelace" },
            "emails": [{ "type": "work", "value": "x@y", "primary": true }, { "type": "other", "value": "o@p" }],
            "members": [{ "value": "2" }, { "value": "3" }],
            ENTERPRISE: { "department": "R" },
        })
    );
    let cleared = after(
        user(),
        json!([
            { "op": "remove", "path": "title" },
            { "op": "remove", "path": "name.givenName" },
            { "op": "replace", "path": "emails" },
            { "op": "Remove", "path": "members", "value": [{ "value": "2" }] },
        ]),
    );
    assert_eq!(cleared, json!({ "name": {}, "members": [{ "value": "1" }] }));
}

#[test]
fn what_changes_nothing_is_nothing() {
    let stored = json!({ "id": "1", "meta": {}, "title": "x", "entitlements": ["a"] });
    let apply = |operations| applied(&stored, operations, &Schema::default());
    assert_eq!(
        apply(json!([{"op":"replace","path":"title","value":"x"}])).unwrap(),
        stored
    );
    assert_eq!(
        apply(json!([{"op":"add","path":"entitlements","value":"a"}])).unwrap(),
        stored
    );
    assert!(apply(json!([{"op":"move","path":"a"}])).is_err());
    let known = Known {
        schema: &Schema::default(),
        resource: Resource::User,
    };
    assert!(patched(stored.as_object().unwrap(), b"{}", known).is_err());
}

#[test]
fn an_add_never_replaces_the_values_that_are_there() {
    let badges = Schema::from_json(&json!([{ "id": "urn:ietf:params:scim:schemas:core:2.0:User",
        "attributes": [{ "name": "badges", "multiValued": true }] }]));
    for (stored, path, value, wanted) in [
        // By what the object holds, whatever the table lacks.
        (
            json!({"roles": [{"value": "admin"}]}),
            "roles",
            json!({"value": "auditor"}),
            json!({"roles": [{"value": "admin"}, {"value": "auditor"}]}),
        ),
        (
            json!({"pets": ["cat"]}),
            "pets",
            json!("dog"),
            json!({"pets": ["cat", "dog"]}),
        ),
        // By RFC 7643, where it holds nothing.
        (
            json!({}),
            "roles",
            json!({"value": "auditor"}),
            json!({"roles": [{"value": "auditor"}]}),
        ),
        // By the server's schema.
        (json!({}), "badges", json!("gold"), json!({"badges": ["gold"]})),
        // A server that shows several values as one.
        (
            json!({"emails": {"value": "a@b", "type": "work"}}),
            "emails",
            json!({"value": "c@d", "type": "home"}),
            json!({"emails": [{"value": "a@b", "type": "work"}, {"value": "c@d", "type": "home"}]}),
        ),
        // The same address of another type is another value.
        (
            json!({"emails": [{"value": "a@b", "type": "work"}]}),
            "emails",
            json!([{"value": "a@b", "type": "home"}]),
            json!({"emails": [{"value": "a@b", "type": "work"}, {"value": "a@b", "type": "home"}]}),
        ),
        // One value alone is primary.
        (
            json!({"emails": [{"value": "a@b", "primary": true}]}),
            "emails",
            json!({"value": "c@d", "primary": true}),
            json!({"emails": [{"value": "a@b", "primary": false}, {"value": "c@d", "primary": true}]}),
        ),
    ] {
        let found = applied(
            &stored,
            json!([{ "op": "add", "path": path, "value": value }]),
            &badges,
        );
        assert_eq!(found.unwrap(), wanted, "{path}");
    }
}

#[test]
fn a_text_value_is_removed_by_itself() {
    for (stored, path, wanted) in [
        (
            json!({"entitlements": ["a", "b"]}),
            r#"entitlements[value eq "a"]"#,
            json!({"entitlements": ["b"]}),
        ),
        (
            json!({"entitlements": ["a"]}),
            r#"entitlements[value eq "a"]"#,
            json!({"entitlements": []}),
        ),
        (
            json!({"entitlements": "a"}),
            r#"entitlements[value eq "a"]"#,
            json!({}),
        ),
        (
            json!({"entitlements": ["a"]}),
            r#"entitlements[value eq "c"]"#,
            json!({"entitlements": ["a"]}),
        ),
        // What is written exactly so goes before what differs by case.
        (
            json!({"tags": ["A", "a"]}),
            r#"tags[value eq "a"]"#,
            json!({"tags": ["A"]}),
        ),
        (
            json!({"tags": ["A"]}),
            r#"tags[value eq "a"]"#,
            json!({"tags": []}),
        ),
        (
            json!({"emails": [{"value": "x", "primary": true}, {"value": "y", "primary": false}]}),
            "emails[primary eq true]",
            json!({"emails": [{"value": "y", "primary": false}]}),
        ),
    ] {
        let operations = json!([{ "op": "remove", "path": path }]);
        assert_eq!(
            applied(&stored, operations, &Schema::default()).unwrap(),
            wanted,
            "{path}"
        );
    }
}

#[test]
fn what_cannot_be_told_is_refused() {
    let own = Schema::from_json(&json!([{ "id": "urn:ietf:params:scim:schemas:core:2.0:User",
        "attributes": [{ "name": "nickName", "mutability": "readOnly" }] }]));
    for (stored, operation, reason) in [
        (
            json!({}),
            json!({"op": "add", "path": "badges", "value": {"value": "x"}}),
            "one value or several",
        ),
        (
            json!({"emails": []}),
            json!({"op": "replace", "path": "emails[type eq \"work\"].value", "value": "x"}),
            "matches the filter",
        ),
        (
            json!({"emails": [{}]}),
            json!({"op": "replace", "path": "emails.value", "value": "x"}),
            "which one",
        ),
        (
            json!({"emails": [{}]}),
            json!({"op": "remove", "path": "emails.value"}),
            "which one",
        ),
        (
            json!({"badge": "x"}),
            json!({"op": "add", "path": "badge", "value": ["y"]}),
            "a single value",
        ),
        (
            json!({}),
            json!({"op": "replace", "path": "nickName", "value": "x"}),
            "read-only",
        ),
        (
            json!({}),
            json!({"op": "add", "path": "groups", "value": [{"value": "g"}]}),
            "read-only",
        ),
    ] {
        let error = applied(&stored, json!([operation]), &own).unwrap_err();
        assert!(error.contains(reason), "{operation}: {error}");
    }
}

#[test]
fn what_is_sent_back_has_nothing_that_only_the_server_sets() {
    let own = Schema::from_json(&json!([
        { "id": "urn:ietf:params:scim:schemas:core:2.0:User", "attributes": [
            { "name": "loginCount", "mutability": "readOnly" }, { "name": "pin", "mutability": "writeOnly" },
            { "name": "emails", "multiValued": true, "subAttributes": [{ "name": "verified", "mutability": "readOnly" }] },
        ] },
        { "id": "urn:acme:1.0:User", "attributes": [{ "name": "score", "mutability": "readOnly" }] },
    ]));
    let stored = json!({
        "id": "1", "userName": "ada", "password": "********", "pin": "****", "loginCount": 7,
        "groups": [{ "value": "g" }], "meta": { "version": "1" }, "nothing known": true,
        "emails": [{ "value": "a@b", "verified": true }],
        "urn:acme:1.0:User": { "score": 5, "desk": "4" },
        ENTERPRISE: { "manager": { "value": "2", "displayName": "Bo" } },
    });
    let known = Known {
        schema: &own,
        resource: Resource::User,
    };
    assert_eq!(
        Value::Object(sendable(stored.as_object().unwrap(), known)),
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:acme:1.0:User", ENTERPRISE],
            "id": "1", "userName": "ada", "nothing known": true,
            "emails": [{ "value": "a@b" }],
            "urn:acme:1.0:User": { "desk": "4" },
            ENTERPRISE: { "manager": { "value": "2" } },
        })
    );
}
