//! Changing users, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use serde_json::{Value, json};
use support::*;

async fn created(tenant: &Tenant, path: &str, body: Value) -> Value {
    let (status, body) = tenant.send("POST", path, Some(body)).await;
    assert_eq!(status, 201, "{body}");
    body
}

#[tokio::test]
async fn a_user_is_changed() {
    let tenant = Tenant::new(20, 0).await;
    let page = tenant.get("/users").await;
    let (user, boss) = (&page["resources"][15], &page["resources"][0]);
    let path = format!("/users/{}", id(user));
    let response = tenant
        .patch(
            &path,
            json!([
                {"op": "Replace", "path": "title", "value": "Poet"},
                {"op": "replace", "path": "name.givenName", "value": "Ada"},
                {"op": "add", "path": r#"emails[type eq "work" and primary eq true].value"#, "value": "ada@contoso.com"},
                {"op": "add", "path": r#"phoneNumbers[type eq "fax"].value"#, "value": "+1 1"},
                {"op": "replace", "path": r#"addresses[type eq "work"].locality"#, "value": "Bath"},
                {"op": "remove", "path": format!("{ENTERPRISE}:costCenter")},
                {"op": "replace", "path": format!("{ENTERPRISE}:manager.value"), "value": id(boss)},
                {"op": "replace", "path": format!("{ENTRA_USER}:onPremisesExtensionAttributes.extensionAttribute15"), "value": "z"},
                {"op": "replace", "value": {"displayName": "Ada L", ENTRA_USER: {"usageLocation": "GB"}}},
                {"op": "replace", "path": "preferredLanguage", "value": null},
            ]),
        )
        .await;
    assert_eq!(response, (204, Value::Null));
    let now = tenant.get(&path).await;
    assert_eq!(now["title"], "Poet");
    assert_eq!(
        now["name"],
        json!({"givenName": "Ada", "familyName": user["name"]["familyName"]})
    );
    assert_eq!(now["emails"][0]["value"], "ada@contoso.com");
    let phones = now["phoneNumbers"].as_array().unwrap();
    assert!(phones.contains(&json!({"type": "fax", "value": "+1 1"})));
    assert_eq!(now["addresses"][0]["locality"], "Bath");
    assert_eq!(
        now["addresses"][0]["streetAddress"],
        user["addresses"][0]["streetAddress"]
    );
    assert!(now[ENTERPRISE].get("costCenter").is_none());
    assert_eq!(now[ENTERPRISE]["manager"]["value"], id(boss));
    assert_eq!(
        now[ENTRA_USER]["onPremisesExtensionAttributes"]["extensionAttribute15"],
        "z"
    );
    assert_eq!(
        (&now["displayName"], &now[ENTRA_USER]["usageLocation"]),
        (&json!("Ada L"), &json!("GB"))
    );
    assert!(now.get("preferredLanguage").is_none());
    // The service shows no times of users, so a change leaves meta as it was.
    assert_eq!(now["meta"], user["meta"]);

    tenant
        .patch(
            &path,
            json!([{"op": "remove", "path": r#"phoneNumbers[type eq "fax"]"#}]),
        )
        .await;
    let phones = tenant.get(&path).await["phoneNumbers"].clone();
    assert!(!phones.to_string().contains("fax"));
    // The new name takes the place of the old one.
    let old = text(user, "/userName");
    let (status, _) = tenant
        .patch(
            &path,
            json!([{"op": "replace", "path": "userName", "value": "ada@contoso.com"}]),
        )
        .await;
    assert_eq!(status, 204);
    assert!(
        tenant
            .all(&format!("/users?{}", filter(&format!(r#"userName eq "{old}""#))))
            .await
            .is_empty()
    );
    created(&tenant, "/users", new_user(old)).await;
}

#[tokio::test]
async fn what_patch_refuses_leaves_the_user_as_it_was() {
    let tenant = Tenant::new(20, 0).await;
    let page = tenant.get("/users").await;
    let user = &page["resources"][3];
    let path = format!("/users/{}", id(user));
    for (operation, scim_type) in [
        (json!({"op": "replace", "path": "id", "value": "x"}), "mutability"),
        (
            json!({"op": "replace", "path": "password", "value": "x"}),
            "mutability",
        ),
        (
            json!({"op": "replace", "path": "groups", "value": []}),
            "mutability",
        ),
        (
            json!({"op": "remove", "path": format!("{ENTRA_USER}:mailNickname")}),
            "mutability",
        ),
        (json!({"op": "remove", "path": "displayName"}), "mutability"),
        (
            json!({"op": "replace", "path": format!("{ENTRA_USER}:creationType"), "value": "x"}),
            "mutability",
        ),
        (
            json!({"op": "replace", "path": "nonsense", "value": "x"}),
            "invalidPath",
        ),
        (
            json!({"op": "replace", "path": "department", "value": "x"}),
            "invalidPath",
        ),
        (
            json!({"op": "replace", "path": "emails", "value": []}),
            "invalidPath",
        ),
        (
            json!({"op": "replace", "path": "emails.value", "value": "x"}),
            "invalidPath",
        ),
        (
            json!({"op": "replace", "path": r#"emails[value eq "x"].value"#, "value": "x"}),
            "invalidPath",
        ),
        (
            json!({"op": "replace", "path": r#"phoneNumbers[type eq "work" and primary eq true].value"#, "value": "x"}),
            "invalidPath",
        ),
        (
            json!({"op": "replace", "path": r#"emails[type eq "home"].value"#, "value": "x"}),
            "invalidValue",
        ),
        (
            json!({"op": "replace", "path": "active", "value": "False"}),
            "invalidValue",
        ),
        (
            json!({"op": "replace", "path": "title", "value": ""}),
            "invalidValue",
        ),
        (
            json!({"op": "replace", "path": "userName", "value": page["resources"][4]["userName"]}),
            "uniqueness",
        ),
        (json!({"op": "remove"}), "noTarget"),
        (json!({"op": "move", "path": "title"}), "invalidSyntax"),
    ] {
        let good = json!({"op": "replace", "path": "title", "value": "Changed"});
        let (status, body) = tenant.patch(&path, json!([good, operation])).await;
        assert_eq!(error(status, &body).1, scim_type, "{operation}: {body}");
    }
    assert_eq!(tenant.patch(&path, json!([])).await.0, 400);
    assert_eq!(tenant.get(&path).await, *user);
}

#[tokio::test]
async fn custom_security_attributes_come_set_by_set() {
    let tenant = Tenant::new(2, 0).await;
    let path = format!("/users/{}", id(&tenant.get("/users").await["resources"][1]));
    let set =
        |name: &str, value: Value| json!({"op": "add", "path": format!("{CUSTOM}:{name}"), "value": value});
    let operations = json!([
        set("Engineering.Level", json!(5)),
        set("Engineering.Certified", json!(true)),
        set("Legal.Hold", json!(["a", "b"]))
    ]);
    assert_eq!(tenant.patch(&path, operations).await.0, 204);
    assert!(!tenant.get(&path).await.to_string().contains("CustomSecurity\":{"));
    assert!(tenant.get(&path).await.get(CUSTOM).is_none());
    let user = tenant
        .get(&format!("{path}?attributes={CUSTOM}:Engineering"))
        .await;
    assert_eq!(
        user[CUSTOM],
        json!({"Engineering": {"Level": 5, "Certified": true}})
    );
    tenant
        .patch(
            &path,
            json!([{"op": "replace", "path": format!("{CUSTOM}:Legal.Hold"), "value": []}]),
        )
        .await;
    let user = tenant.get(&format!("{path}?attributes={CUSTOM}:Legal")).await;
    assert!(user.get(CUSTOM).is_none());
}
