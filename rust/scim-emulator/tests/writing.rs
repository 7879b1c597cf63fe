//! Creating, changing and deleting, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use scim_emulator::EmulatorConfig;
use serde_json::{Value, json};
use support::*;

fn new_group(name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group", ENTRA_GROUP],
        "displayName": name,
        ENTRA_GROUP: {"securityEnabled": true, "mailEnabled": false, "mailNickname": "x"},
    })
}

async fn created(tenant: &Tenant, path: &str, body: Value) -> Value {
    let (status, body) = tenant.send("POST", path, Some(body)).await;
    assert_eq!(status, 201, "{body}");
    body
}

async fn members(tenant: &Tenant, group: &str) -> Vec<String> {
    let path = format!("/users?{}", filter(&format!(r#"groups.value eq "{group}""#)));
    tenant.all(&path).await.iter().map(id).collect()
}

#[tokio::test]
async fn a_user_is_created_read_and_found() {
    let tenant = Tenant::new(150, 3).await;
    let request = tenant
        .request("POST", "/users")
        .header("content-type", "application/scim+json");
    let response = request
        .body(new_user("zoe@contoso.com").to_string())
        .send()
        .await
        .unwrap();
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let (status, user) = answer(response).await;
    assert_eq!(status, 201, "{user}");
    assert_eq!(user["meta"]["location"], location);
    assert_eq!(user["meta"]["resourceType"], "user");
    assert_eq!(user[ENTRA_USER]["mailNickname"], "zoe");
    assert_eq!(user[ENTERPRISE]["department"], "Optics");
    assert_eq!(user["externalId"], "x-1");
    assert!(!user.to_string().contains("Correct-Horse"));
    assert!(location.ends_with(&id(&user)));

    assert_eq!(tenant.get(&format!("/users/{}", id(&user))).await, user);
    for text in [
        r#"userName eq "ZOE@contoso.com""#,
        r#"externalId eq "x-1""#,
        r#"active eq true and userName ew "zoe@contoso.com""#,
    ] {
        assert_eq!(
            tenant.all(&format!("/users?{}", filter(text))).await,
            std::slice::from_ref(&user),
            "{text}"
        );
    }
    assert_eq!(tenant.all("/users").await.len(), 151);
    let part = tenant
        .get(&format!(
            "/users/{}?attributes=name.givenName,emails.value",
            id(&user)
        ))
        .await;
    assert_eq!(part["name"], json!({"givenName": "Zoë"}));
    assert_eq!(part["emails"], json!([{"value": "zoe@contoso.com"}]));
    assert!(part.get("displayName").is_none());
}

#[tokio::test]
async fn what_create_refuses() {
    let tenant = Tenant::new(20, 1).await;
    let without = |name: &str| {
        let mut body = new_user("a@contoso.com");
        body.as_object_mut().unwrap().shift_remove(name);
        body
    };
    let with = |name: &str, value: Value| {
        let mut body = new_user("a@contoso.com");
        body[name] = value;
        body
    };
    for required in ["schemas", "userName", "password", "name", "displayName", "active"] {
        let (status, body) = tenant.send("POST", "/users", Some(without(required))).await;
        assert_eq!(status, 400, "{required}");
        assert!(error(status, &body).2.contains(required), "{body}");
    }
    for (name, value) in [
        ("name", json!({"givenName": "A"})),
        ("userName", json!("no-at-sign")),
        ("userName", json!("two words@contoso.com")),
        ("active", json!("true")),
        ("title", json!("")),
        ("title", json!(7)),
        ("nonsense", json!("x")),
        ("emails", json!([{"value": "a@b.c", "type": "home"}])),
        ("emails", json!([{"value": "a@b.c"}])),
        ("emails", json!([{"value": "a@b.c", "type": "proxyAddress"}])),
        ("emails", json!({"value": "a@b.c", "type": "work"})),
        ("phoneNumbers", json!([{"value": "1", "type": "pager"}])),
        (
            ENTERPRISE,
            json!({"manager": {"value": "6f1c0000-1111-4222-8333-444455556666"}}),
        ),
        (ENTRA_USER, json!({"employeeHireDate": "tomorrow"})),
    ] {
        let (status, body) = tenant
            .send("POST", "/users", Some(with(name, value.clone())))
            .await;
        assert_eq!(status, 400, "{name} = {value}: {body}");
    }
    let taken = tenant.get("/users").await["resources"][5]["userName"].clone();
    let (status, body) = tenant.send("POST", "/users", Some(with("userName", taken))).await;
    assert_eq!((status, error(status, &body).1.as_str()), (409, "uniqueness"));
    let send = |kind: &str, body: &str| {
        tenant
            .request("POST", "/users")
            .header("content-type", kind)
            .body(body.to_owned())
            .send()
    };
    assert_eq!(send("text/plain", "{}").await.unwrap().status(), 415);
    assert_eq!(send("application/scim+json", "[1").await.unwrap().status(), 400);
    assert_eq!(tenant.all("/users").await.len(), 20);
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
    assert_ne!(now["meta"]["lastModified"], user["meta"]["lastModified"]);
    assert_eq!(now["meta"]["created"], user["meta"]["created"]);

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
async fn a_deleted_user_is_gone_everywhere() {
    let tenant = Tenant::new(30, 5).await;
    let page = tenant.get("/users").await;
    let user = &page["resources"][0];
    let everyone = id(&tenant.get("/groups").await["resources"][0]);
    assert!(members(&tenant, &everyone).await.contains(&id(user)));
    let path = format!("/users/{}", id(user));
    assert_eq!(tenant.send("DELETE", &path, None).await, (204, Value::Null));
    assert_eq!(tenant.send("DELETE", &path, None).await.0, 404);
    assert_eq!(tenant.refused(&path).await.0, 404);
    assert_eq!(
        tenant
            .patch(&path, json!([{"op": "remove", "path": "title"}]))
            .await
            .0,
        404
    );
    let left = tenant.all("/users").await;
    assert_eq!(left.len(), 29);
    assert!(
        !serde_json::to_string(&left).unwrap().contains(&id(user)),
        "still somebody's manager"
    );
    assert!(!members(&tenant, &everyone).await.contains(&id(user)));
    // Its name is free again.
    created(&tenant, "/users", new_user(text(user, "/userName"))).await;
}

#[tokio::test]
async fn a_group_is_created_changed_and_deleted() {
    let tenant = Tenant::new(5, 3).await;
    let group = created(&tenant, "/groups", new_group("All Engineers")).await;
    let second = created(&tenant, "/groups", new_group("All Engineers")).await;
    assert_ne!(id(&group), id(&second));
    assert_eq!(group["meta"]["resourceType"], "group");
    let found = tenant
        .all(&format!(
            "/groups?{}",
            filter(r#"displayName eq "All Engineers""#)
        ))
        .await;
    assert_eq!(found.len(), 3);
    let path = format!("/groups/{}", id(&group));
    let (status, _) = tenant
        .patch(
            &path,
            json!([{"op": "replace", "path": format!("{ENTRA_GROUP}:description"), "value": "All of them"}]),
        )
        .await;
    assert_eq!(status, 204);
    assert_eq!(tenant.get(&path).await[ENTRA_GROUP]["description"], "All of them");
    assert_eq!(tenant.send("DELETE", &path, None).await.0, 204);
    assert_eq!(tenant.refused(&path).await.0, 404);
    for missing in ["securityEnabled", "mailEnabled", "mailNickname"] {
        let mut body = new_group("x");
        body[ENTRA_GROUP].as_object_mut().unwrap().shift_remove(missing);
        let (status, body) = tenant.send("POST", "/groups", Some(body)).await;
        assert!(
            status == 400 && error(status, &body).2.contains(missing),
            "{body}"
        );
    }
}

#[tokio::test]
async fn members_come_and_go_by_the_services_rules() {
    let tenant = Tenant::new(40, 1).await;
    let ids: Vec<String> = tenant.all("/users").await.iter().map(id).collect();
    let group = id(&created(&tenant, "/groups", new_group("Team")).await);
    let path = format!("/groups/{group}");
    let values = |ids: &[String]| ids.iter().map(|id| json!({"value": id})).collect::<Vec<_>>();
    let add = |ids: &[String]| json!({"op": "add", "path": "members", "value": values(ids)});
    let remove = |id: &str| json!({"op": "remove", "path": format!(r#"members[value eq "{id}"]"#)});

    assert_eq!(tenant.patch(&path, json!([add(&ids[..20])])).await.0, 204);
    assert_eq!(
        tenant.patch(&path, json!([add(&ids[18..22])])).await.0,
        204,
        "adding again is no error"
    );
    assert_eq!(members(&tenant, &group).await, ids[..22]);
    assert_eq!(
        tenant.patch(&path, json!([add(&ids[10..31])])).await.0,
        400,
        "21 at once"
    );

    let unknown = "6f1c0000-1111-4222-8333-444455556666".to_owned();
    let (status, body) = tenant
        .patch(&path, json!([add(&[ids[30].clone(), unknown.clone()])]))
        .await;
    let text = format!(
        "Resource '{unknown}' does not exist or one of its queried reference-property objects are not present."
    );
    assert_eq!((status, error(status, &body).2), (404, text));
    for mixed in [
        json!([add(&ids[30..31]), {"op": "replace", "path": "displayName", "value": "x"}]),
        json!([add(&ids[30..31]), add(&ids[31..32])]),
        json!([remove(&ids[0]), remove(&ids[1])]),
        json!([{"op": "replace", "path": "members", "value": values(&ids[..2])}]),
        json!([{"op": "remove", "path": "members", "value": values(&ids[..1])}]),
        json!([{"op": "remove", "path": "members"}]),
    ] {
        assert_eq!(tenant.patch(&path, mixed.clone()).await.0, 400, "{mixed}");
    }
    assert_eq!(members(&tenant, &group).await, ids[..22], "all or nothing");

    assert_eq!(tenant.patch(&path, json!([remove(&ids[0])])).await.0, 204);
    assert_eq!(members(&tenant, &group).await, ids[1..22]);
    let (status, body) = tenant.patch(&path, json!([remove(&ids[0])])).await;
    assert_eq!(status, 404);
    assert!(error(status, &body).2.contains(&group), "{body}");
    let groups = tenant
        .all(&format!(
            "/groups?{}",
            filter(&format!(r#"members.value eq "{}""#, ids[1]))
        ))
        .await;
    assert!(groups.iter().any(|g| id(g) == group));
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

#[tokio::test]
async fn many_writers_make_each_user_once() {
    let tenant = Tenant::with(EmulatorConfig {
        users: 100,
        ..EmulatorConfig::default()
    })
    .await;
    let posts = (0..200).map(|n| {
        tenant.send(
            "POST",
            "/users",
            Some(new_user(&format!("user{}@contoso.com", n % 100))),
        )
    });
    let mut statuses = [0, 0];
    for (status, _) in futures_util::future::join_all(posts).await {
        statuses[usize::from(status == 409)] += 1;
    }
    assert_eq!(statuses, [100, 100]);
    assert_eq!(tenant.all("/users").await.len(), 200);
    assert_eq!(tenant.emulator.stats().create, 200);
}
