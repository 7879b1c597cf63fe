//! The token endpoint and the checks of a token, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use scim_emulator::EmulatorConfig;
use serde_json::json;
use support::*;

#[tokio::test]
async fn a_token_is_needed_and_checked() {
    let config = EmulatorConfig {
        static_tokens: vec!["known".into()],
        users: 1,
        ..EmulatorConfig::default()
    };
    let tenant = Tenant::with(config).await;
    let get = async |authorization: Option<String>| {
        let mut request = tenant.http.get(format!("{}/users", tenant.emulator.base_uri()));
        request = request.header("accept", "application/json");
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        let response = request.send().await.unwrap();
        let challenge = response.headers().contains_key("www-authenticate");
        let (status, body) = answer(response).await;
        assert_eq!(challenge, status == 401);
        (status, body)
    };
    let mut forged = tenant.token.clone();
    forged.pop();
    for bad in [
        None,
        Some("Basic abc".to_owned()),
        Some("Bearer abc".into()),
        Some(format!("Bearer {forged}")),
    ] {
        let (status, body) = get(bad).await;
        assert_eq!(
            (status, error(status, &body).1.as_str()),
            (401, "InvalidAuthenticationToken")
        );
    }
    assert_eq!(get(Some(format!("bearer {}", tenant.token))).await.0, 200);
    tenant.emulator.expire_tokens();
    assert_eq!(get(Some(format!("Bearer {}", tenant.token))).await.0, 401);
    assert_eq!(get(Some("Bearer known".into())).await.0, 200);
    let fresh = token(&tenant.emulator, &tenant.http).await;
    assert_eq!(get(Some(format!("Bearer {fresh}"))).await.0, 200);
    assert_eq!(tenant.emulator.stats().token, 2);
}

#[tokio::test]
async fn tokens_expire() {
    let tenant = Tenant::with(EmulatorConfig {
        token_lifetime_seconds: 0,
        ..EmulatorConfig::default()
    })
    .await;
    assert_eq!(tenant.refused("/users").await.0, 401);
}

#[tokio::test]
async fn roles_are_checked() {
    let roles = vec!["User.Read.All".to_owned()];
    let tenant = Tenant::with(EmulatorConfig {
        roles,
        ..EmulatorConfig::default()
    })
    .await;
    tenant.get("/users?count=1").await;
    tenant.get("/schemas").await;
    let (status, code, detail) = tenant.refused("/groups").await;
    assert_eq!((status, code.as_str()), (403, "InsufficientPrivileges"));
    assert!(detail.contains("Group.Read.All"));
    assert_eq!(
        tenant
            .send("POST", "/users", Some(new_user("a@contoso.com")))
            .await
            .0,
        403
    );
}

#[tokio::test]
async fn the_token_endpoint_refuses_as_entra_does() {
    let tenant = Tenant::new(0, 0).await;
    let emulator = &tenant.emulator;
    let (own, client, secret) = (
        emulator.tenant_id(),
        emulator.client_id(),
        emulator.client_secret(),
    );
    let grant = ("grant_type", "client_credentials");
    let good = [
        grant,
        ("client_id", client),
        ("client_secret", secret),
        ("scope", SCOPE),
    ];
    let with = |name: &'static str, value: &'static str| {
        good.map(|(n, v)| if n == name { (n, value) } else { (n, v) })
            .to_vec()
    };
    let without = |name: &str| good.into_iter().filter(|(n, _)| *n != name).collect::<Vec<_>>();
    for (at, pairs, status, name, code) in [
        (
            own,
            with("client_secret", "wrong"),
            401,
            "invalid_client",
            7_000_215,
        ),
        (
            own,
            with("client_id", "nobody"),
            400,
            "unauthorized_client",
            700_016,
        ),
        ("no-such-tenant", good.to_vec(), 400, "invalid_request", 90_002),
        (own, without("client_id"), 400, "invalid_request", 900_144),
        (own, without("grant_type"), 400, "invalid_request", 900_144),
        (own, without("scope"), 400, "invalid_request", 900_144),
        (own, without("client_secret"), 401, "invalid_client", 7_000_218),
        (
            own,
            with("grant_type", "password"),
            400,
            "unsupported_grant_type",
            70_003,
        ),
        (
            own,
            with("scope", "https://example.com/.default"),
            400,
            "invalid_resource",
            500_011,
        ),
        (own, with("scope", "User.Read"), 400, "invalid_scope", 1_002_012),
    ] {
        let (found, body) = ask_token(emulator, &tenant.http, at, form(&pairs)).await;
        assert_eq!((found, body["error"].as_str().unwrap()), (status, name), "{body}");
        assert_eq!(body["error_codes"], json!([code]));
        assert!(text(&body, "/error_description").starts_with(&format!("AADSTS{code}: ")));
        for member in ["timestamp", "trace_id", "correlation_id"] {
            assert!(!text(&body, &format!("/{member}")).is_empty());
        }
    }
    let (status, body) = ask_token(emulator, &tenant.http, "contoso.com", form(&good)).await;
    assert_eq!(
        (status, &body["expires_in"], &body["token_type"]),
        (200, &json!(3599), &json!("Bearer"))
    );
    assert!(!body.to_string().contains(secret));
}
