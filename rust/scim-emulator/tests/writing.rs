//! Creating and deleting users, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use scim_emulator::EmulatorConfig;
use serde_json::{Value, json};
use support::*;

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
    // A manager who is deleted is nobody's manager any more, also where that was written.
    let boss = text(&left[1], "/id");
    let mut body = new_user("report@contoso.com");
    body[ENTERPRISE]["manager"] = json!({"value": boss});
    let report = format!("/users/{}", id(&created(&tenant, "/users", body).await));
    assert_eq!(tenant.get(&report).await[ENTERPRISE]["manager"]["value"], boss);
    assert_eq!(
        tenant.send("DELETE", &format!("/users/{boss}"), None).await.0,
        204
    );
    assert!(tenant.get(&report).await[ENTERPRISE].get("manager").is_none());
    assert_eq!(
        tenant
            .patch(
                &report,
                json!([{"op": "replace", "path": "title", "value": "Free"}])
            )
            .await
            .0,
        204
    );
    // Its name is free again.
    created(&tenant, "/users", new_user(text(user, "/userName"))).await;
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
