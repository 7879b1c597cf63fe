//! Filters and memberships, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::collections::HashSet;

use support::*;

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
