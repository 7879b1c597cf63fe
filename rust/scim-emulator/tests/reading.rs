//! Paging, projections, filters and discovery, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::collections::HashSet;
use std::time::Duration;

use scim_emulator::EmulatorConfig;
use serde_json::{Value, json};
use support::*;

fn count(page: &Value) -> usize {
    page["resources"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_list_is_paged_by_cursor_with_100_by_default() {
    let tenant = Tenant::new(250, 0).await;
    let first = tenant.get("/users").await;
    assert_eq!(count(&first), 100);
    assert_eq!(first["itemsPerPage"], 100);
    assert_eq!(
        first["schemas"],
        json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"])
    );
    assert!(first.get("totalResults").is_none() && first.get("Resources").is_none());
    let cursor = text(&first, "/nextCursor");
    assert!(
        cursor
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b)),
        "{cursor}"
    );

    let all = tenant.all("/users").await;
    let ids: HashSet<&str> = all.iter().map(|user| text(user, "/id")).collect();
    assert_eq!(ids.len(), 250);
    assert_eq!(tenant.emulator.stats().list, 4);
}

#[tokio::test]
async fn a_list_that_ends_with_its_page_has_no_next_cursor() {
    for (users, count, pages) in [(0, 10, 1), (1, 10, 1), (10, 10, 1), (11, 10, 2), (100, 10, 10)] {
        let tenant = Tenant::new(users, 0).await;
        assert_eq!(tenant.all(&format!("/users?count={count}")).await.len(), users);
        assert_eq!(tenant.emulator.stats().list, pages, "{users} users");
    }
}

#[tokio::test]
async fn large_user_pages_need_attributes_without_the_manager() {
    let tenant = Tenant::new(1100, 1100).await;
    let manager = format!("{ENTERPRISE}:manager");
    for (query, size) in [
        ("count=999".to_owned(), 100),
        ("count=50".to_owned(), 50),
        ("count=999&attributes=userName".to_owned(), 999),
        ("count=1000&attributes=userName".to_owned(), 999),
        ("count=99999999999&attributes=userName".to_owned(), 999),
        (
            format!("count=500&attributes=userName,{ENTERPRISE}:department"),
            500,
        ),
        (format!("count=500&attributes=userName,{manager}"), 100),
        (
            format!("count=500&attributes=userName,{}", manager.to_uppercase()),
            100,
        ),
        (format!("count=500&attributes={manager}.value"), 100),
        (format!("count=500&attributes={ENTERPRISE}"), 100),
        (format!("count=500&excludedAttributes={manager}"), 100),
    ] {
        assert_eq!(
            count(&tenant.get(&format!("/users?{query}")).await),
            size,
            "{query}"
        );
    }
    assert_eq!(count(&tenant.get("/groups?count=1000").await), 1000);
    assert_eq!(count(&tenant.get("/groups?count=2000").await), 1000);
    assert_eq!(count(&tenant.get("/groups").await), 100);
}

#[tokio::test]
async fn counts_and_indexes_that_the_service_refuses() {
    let tenant = Tenant::new(5, 5).await;
    for (query, scim_type) in [
        ("count=0", "invalidCount"),
        ("count=-1", "invalidCount"),
        ("count=ten", "invalidCount"),
        ("startIndex=2", "invalidValue"),
        ("cursor=nonsense", "invalidCursor"),
        ("attributes=id&excludedAttributes=name", "invalidValue"),
    ] {
        let (status, found, _) = tenant.refused(&format!("/users?{query}")).await;
        assert_eq!((status, found.as_str()), (400, scim_type), "{query}");
    }
    assert_eq!(count(&tenant.get("/users?startIndex=1").await), 5);
}

#[tokio::test]
async fn a_cursor_belongs_to_its_query() {
    let tenant = Tenant::new(50, 50).await;
    let next = text(&tenant.get("/users?count=10&attributes=id").await, "/nextCursor").to_owned();
    let refused = async |path: String| tenant.refused(&path).await.1;
    assert_eq!(
        refused(format!("/users?count=11&attributes=id&cursor={next}")).await,
        "invalidCount"
    );
    assert_eq!(
        refused(format!("/users?attributes=id&cursor={next}")).await,
        "invalidCount"
    );
    assert_eq!(
        refused(format!("/users?count=10&attributes=name&cursor={next}")).await,
        "invalidCursor"
    );
    assert_eq!(
        refused(format!("/groups?count=10&attributes=id&cursor={next}")).await,
        "invalidCursor"
    );
    assert_eq!(
        refused(format!("/users?count=10&attributes=id&cursor=A{next}")).await,
        "invalidCursor"
    );
    // The order of parameters does not matter.
    tenant
        .get(&format!("/users?cursor={next}&attributes=id&count=10"))
        .await;
}

#[tokio::test]
async fn a_cursor_expires_when_told_to() {
    let cursor_lifetime = Some(Duration::from_millis(30));
    let tenant = Tenant::with(EmulatorConfig {
        users: 50,
        cursor_lifetime,
        ..EmulatorConfig::default()
    })
    .await;
    let next = text(&tenant.get("/users?count=10").await, "/nextCursor").to_owned();
    tenant.get(&format!("/users?count=10&cursor={next}")).await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(
        tenant.refused(&format!("/users?count=10&cursor={next}")).await.1,
        "expiredCursor"
    );
}

#[tokio::test]
async fn white_space_around_the_equals_sign_is_refused() {
    let tenant = Tenant::new(1, 0).await;
    for query in ["count%20=5", "count=%205", "count=+5", "count+=5", "count=%095"] {
        assert_eq!(tenant.refused(&format!("/users?{query}")).await.0, 400, "{query}");
    }
}

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
async fn user_filters_find_what_they_say() {
    let tenant = Tenant::new(300, 40).await;
    let all = tenant.all("/users").await;
    let find = async |text: &str| tenant.all(&format!("/users?{}", filter(text))).await;
    let nickname = format!("{ENTRA_USER}:mailNickname");
    let user = &all[123];

    assert_eq!(
        find(&format!(r#"id eq "{}""#, id(user))).await,
        std::slice::from_ref(user)
    );
    let upper = text(user, "/userName").to_uppercase();
    assert_eq!(
        find(&format!(r#"USERNAME eq "{upper}""#)).await,
        std::slice::from_ref(user)
    );
    assert_eq!(
        find(r#"externalId eq "HR-00000124""#).await,
        std::slice::from_ref(user)
    );
    let stem = text(user, "/userName").split('@').next().unwrap();
    assert_eq!(
        find(&format!(r#"{nickname} eq "{stem}""#)).await,
        std::slice::from_ref(user)
    );
    assert_eq!(
        find(&format!(r#"{nickname} ew "{}""#, &stem[3..])).await,
        std::slice::from_ref(user)
    );

    let inactive = find("active eq false").await;
    assert!((5..60).contains(&inactive.len()), "{}", inactive.len());
    assert!(inactive.iter().all(|user| user["active"] == false));
    let contoso = find(r#"userName ew "@contoso.com""#).await.len();
    let others = find(r#"not(userName ew "@contoso.com")"#).await.len();
    assert_eq!(contoso + others, 300);
    assert!(others > 0);
    let both = find(r#"active eq false and userName ew "@contoso.com""#).await;
    assert!(both.len() < inactive.len() || others == 0);
    assert!(find(r#"userName eq "nobody@contoso.com""#).await.is_empty());
    assert!(find(r#"id eq "no guid""#).await.is_empty());
}

#[tokio::test]
async fn memberships_agree_from_both_sides() {
    let tenant = Tenant::new(200, 60).await;
    let groups = tenant.all("/groups").await;
    let users = tenant.all("/users").await;
    let mut pairs = HashSet::new();
    for group in &groups {
        for user in tenant
            .all(&format!(
                "/users?{}",
                filter(&format!(r#"groups.value eq "{}""#, id(group)))
            ))
            .await
        {
            pairs.insert((id(group), id(&user)));
        }
    }
    let mut reverse = HashSet::new();
    for user in &users {
        for group in tenant
            .all(&format!(
                "/groups?{}",
                filter(&format!(r#"members.value eq "{}""#, id(user)))
            ))
            .await
        {
            reverse.insert((id(&group), id(user)));
        }
    }
    assert_eq!(pairs, reverse);
    assert!(pairs.len() > 600);

    // Every group has one owner.
    let mut owned = 0;
    for user in &users {
        let path = format!(
            "/groups?{}",
            filter(&format!(r#"{ENTRA_GROUP}:owners.value eq "{}""#, id(user)))
        );
        for group in tenant.all(&path).await {
            owned += 1;
            let path = format!(
                "/users?{}",
                filter(&format!(r#"{ENTRA_USER}:ownedGroups.value eq "{}""#, id(&group)))
            );
            assert_eq!(id(&tenant.all(&path).await[0]), id(user));
        }
    }
    assert_eq!(owned, 60);
}

#[tokio::test]
async fn group_filters_find_what_they_say() {
    let tenant = Tenant::new(10, 60).await;
    let find = async |text: &str| tenant.all(&format!("/groups?{}", filter(text))).await;
    let engineers = find(r#"displayName eq "all engineers""#).await;
    assert_eq!(engineers.len(), 1);
    assert_eq!(engineers[0]["displayName"], "All Engineers");
    assert_eq!(find(r#"displayName ew " Office""#).await.len(), 20);
    assert_eq!(
        find(&format!("{ENTRA_GROUP}:securityEnabled eq true"))
            .await
            .len(),
        60
    );
    let mail = find(&format!("{ENTRA_GROUP}:mailEnabled eq true")).await;
    assert!(!mail.is_empty() && mail.iter().all(|group| group[ENTRA_GROUP]["mailEnabled"] == true));
}

#[tokio::test]
async fn other_filters_are_refused_with_a_sentence() {
    let tenant = Tenant::new(1, 1).await;
    for (path, text) in [
        ("/users", r#"displayName eq "x""#),
        ("/users", r#"userName sw "x""#),
        ("/users", r#"userName eq "a" or userName eq "b""#),
        ("/users", r#"externalId eq "a" and active eq true"#),
        ("/users", r#"not(active eq true)"#),
        ("/users", "userName eq"),
        ("/users", "members.value eq \"x\""),
        ("/groups", "members pr"),
        ("/groups", r#"not(displayName eq "x")"#),
    ] {
        let (status, scim_type, detail) = tenant.refused(&format!("{path}?{}", filter(text))).await;
        assert_eq!((status, scim_type.as_str()), (400, "invalidFilter"), "{text}");
        assert!(detail.ends_with('.') && detail.len() > 20, "{detail}");
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
    assert_eq!(tenant.refused("/Users").await.0, 404);
    assert_eq!(tenant.refused("/me").await.0, 404);
    assert_eq!(tenant.refused("/schemas/urn:no:such").await.0, 404);
    assert_eq!(tenant.emulator.stats().billable, 4);
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
