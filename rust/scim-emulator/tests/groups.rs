//! Writing groups and their members, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

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
