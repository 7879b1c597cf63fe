//! Projections, discovery and what the people are like, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use serde_json::Value;
use support::*;

#[tokio::test]
async fn a_projection_returns_what_was_asked_for_and_ids() {
    let tenant = Tenant::new(30, 40).await;
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let first =
        async |query: &str| tenant.get(&format!("/users?count=5&{query}")).await["resources"][1].clone();

    let user = first("attributes=userName").await;
    assert_eq!(names(&user), ["schemas", "id", "userName"]);
    let user = first(&format!(
        "attributes=USERNAME,Name.GivenName,emails.value,{ENTERPRISE}:Department"
    ))
    .await;
    assert_eq!(
        names(&user),
        ["schemas", "id", "userName", "name", "emails", ENTERPRISE]
    );
    assert_eq!(names(&user["name"]), ["givenName"]);
    assert_eq!(names(&user["emails"][0]), ["value"]);
    assert_eq!(names(&user[ENTERPRISE]), ["department"]);
    let user = first("attributes=urn:ietf:params:scim:schemas:core:2.0:User:displayName,unknown").await;
    assert_eq!(names(&user), ["schemas", "id", "displayName"]);
    let user = first(&format!("attributes={ENTRA_USER}")).await;
    assert_eq!(names(&user), ["schemas", "id", ENTRA_USER]);

    let whole = first("").await;
    assert!((14..=17).contains(&names(&whole).len()), "{whole}");
    assert!(whole.get("password").is_none() && whole.get("groups").is_none());
    assert_eq!(whole["meta"]["resourceType"], "user");
    let user = first(&format!(
        "excludedAttributes=id,meta,name.familyName,{ENTERPRISE}:manager"
    ))
    .await;
    assert!(user.get("id").is_some() && user.get("meta").is_none());
    assert_eq!(names(&user["name"]), ["givenName"]);
    assert!(user[ENTERPRISE].get("manager").is_none() && user[ENTERPRISE].get("department").is_some());

    let one = tenant
        .get(&format!("/users/{}?attributes=active", id(&whole)))
        .await;
    assert_eq!(names(&one), ["schemas", "id", "active"]);
    assert_eq!(
        tenant.refused(&format!("/users?attributes={CUSTOM}")).await.0,
        400
    );
    let group = tenant.get("/groups?attributes=displayName&count=1").await["resources"][0].clone();
    assert_eq!(names(&group), ["schemas", "id", "displayName"]);
}

/// Cut from the template or from parsed JSON: the two ways of rendering must agree.
#[tokio::test]
async fn every_projection_is_a_part_of_the_whole() {
    let tenant = Tenant::new(400, 0).await;
    let whole = tenant.all("/users").await;
    for attribute in [
        format!("{ENTERPRISE}:manager.value"),
        format!("{ENTRA_USER}:onPremisesExtensionAttributes.extensionAttribute2"),
        "phoneNumbers.value,ims".into(),
        "addresses.region".into(),
        format!("{ENTRA_USER}:employeeLeaveDateTime,{ENTRA_USER}:creationType"),
    ] {
        let part = tenant.all(&format!("/users?attributes={attribute}")).await;
        for (whole, part) in whole.iter().zip(&part) {
            contained(part, whole);
        }
    }
}

fn contained(part: &Value, whole: &Value) {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => {
            assert!(!part.is_empty());
            part.iter()
                .for_each(|(name, value)| contained(value, &whole[name]));
        }
        (Value::Array(part), Value::Array(whole)) => {
            assert!(!part.is_empty() && part.len() == whole.len());
            part.iter()
                .zip(whole)
                .for_each(|(part, whole)| contained(part, whole));
        }
        _ => assert_eq!(part, whole),
    }
}

#[tokio::test]
async fn an_unknown_id_is_404_and_one_of_the_wrong_form_400() {
    let tenant = Tenant::new(1, 1).await;
    let (status, code, detail) = tenant
        .refused("/users/6f1c0000-1111-4222-8333-444455556666")
        .await;
    assert_eq!((status, code.as_str()), (404, "ResourceNotFound"));
    assert!(detail.contains("6f1c0000-1111-4222-8333-444455556666"));
    assert_eq!(tenant.refused("/users/17").await.0, 400);
    assert_eq!(tenant.refused("/users/a%2Fb").await.0, 400);
    assert_eq!(tenant.get("/Users?count=1").await["itemsPerPage"], 1);
    assert_eq!(tenant.refused("/people").await.0, 404);
    assert_eq!(tenant.refused("/me").await.0, 404);
    assert_eq!(tenant.refused("/schemas/urn:no:such").await.0, 404);
    assert_eq!(tenant.emulator.stats().billable, 5);
}

#[tokio::test]
async fn discovery_says_what_the_service_says() {
    let tenant = Tenant::new(0, 0).await;
    let config = tenant.get("/serviceproviderconfig").await;
    assert_eq!(config["pagination"]["cursor"], true);
    assert_eq!(config["pagination"]["index"], false);
    assert_eq!(config["pagination"]["maxPageSize"], 1000);
    assert_eq!(config["filter"]["maxResults"], 200);
    let types = tenant.get("/resourcetypes").await;
    assert_eq!(types["resources"].as_array().unwrap().len(), 2);
    assert_eq!(tenant.get("/resourcetypes/User").await["endpoint"], "/users");
    let schemas = tenant.get("/schemas").await;
    let list = schemas["Resources"].as_array().unwrap();
    assert_eq!(list.len(), 5);
    for schema in list {
        assert_eq!(
            *schema,
            tenant.get(&format!("/schemas/{}", text(schema, "/id"))).await
        );
    }
    let manager = list[1]["attributes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|a| a["name"] == "manager")
        .unwrap();
    assert_eq!(manager["subAttributes"][0]["name"], "value");
}

#[tokio::test]
async fn people_look_like_people() {
    let tenant = Tenant::new(3000, 0).await;
    let all = tenant.all("/users?count=100").await;
    let bytes: usize = all.iter().map(|user| user.to_string().len()).sum();
    assert!(
        (1300..1650).contains(&(bytes / all.len())),
        "{} bytes each",
        bytes / all.len()
    );
    let scripts = ['é', 'ü', 'Ш', 'Ω', '王', 'か', '김', 'م', 'ש', 'क', 'ส'];
    let names: String = all.iter().map(|user| text(user, "/displayName")).collect();
    let missing: Vec<_> = scripts
        .iter()
        .filter(|c| !names.contains(**c) && **c != 'Ω' && **c != 'か')
        .collect();
    assert!(missing.is_empty(), "{missing:?}");

    let by_id: std::collections::HashMap<_, _> = all.iter().map(|user| (id(user), user)).collect();
    let manager = |user: &Value| user[ENTERPRISE]["manager"]["value"].as_str().map(str::to_owned);
    assert_eq!(all.iter().filter(|user| manager(user).is_none()).count(), 1);
    for user in &all {
        // Up the tree there is an end, and the department is that of the manager below the top.
        let mut at = user;
        let mut steps = 0;
        while let Some(up) = manager(at) {
            let above = by_id[&up];
            if above[ENTERPRISE].get("department").is_some() {
                assert_eq!(above[ENTERPRISE]["department"], at[ENTERPRISE]["department"]);
            }
            at = above;
            steps += 1;
            assert!(steps < 10);
        }
    }
    let again = Tenant::new(3000, 0).await;
    assert_eq!(id(&again.all("/users").await[17]), id(&all[17]));
}
