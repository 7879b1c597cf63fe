//! Pages, counts and cursors, over real sockets.
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
