//! Headers, tokens, the token endpoint, methods, faults and the control endpoint, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::time::{Duration, Instant};

use reqwest::header::HeaderMap;
use scim_emulator::{Emulator, EmulatorConfig, EmulatorError, Fault, FaultAction, Throttle};
use serde_json::{Value, json};
use support::*;

#[tokio::test]
async fn accept_must_name_json_except_on_delete() {
    let tenant = Tenant::new(2, 0).await;
    let url = format!("{}/users", tenant.emulator.base_uri());
    for (accept, status) in [
        (None, 400),
        (Some("*/*"), 400),
        (Some("application/scim+json"), 400),
        (Some("text/html"), 400),
        (Some("application/json"), 200),
        (Some("text/html, Application/JSON;q=0.5"), 200),
    ] {
        let mut request = tenant.http.get(&url).bearer_auth(&tenant.token);
        // Without a value of its own reqwest sends */*.
        request = request.header("accept", accept.unwrap_or(""));
        assert_eq!(request.send().await.unwrap().status(), status, "{accept:?}");
    }
    let user = format!("/users/{}", id(&tenant.get("/users").await["resources"][0]));
    for accept in ["application/json", "application/scim+json"] {
        let response = tenant
            .request("DELETE", &user)
            .header("accept", accept)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 400);
    }
    let response = tenant
        .request("DELETE", &user)
        .header("accept", "*/*")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 204);
}

#[tokio::test]
async fn methods_that_are_not_there_are_405() {
    let tenant = Tenant::new(1, 0).await;
    let user = format!("/users/{}", id(&tenant.get("/users").await["resources"][0]));
    for (method, path, allow) in [
        ("PUT", user.as_str(), "GET, PATCH, DELETE"),
        ("PATCH", "/users", "GET, POST"),
        ("DELETE", "/groups", "GET, POST"),
        ("POST", "/schemas", "GET"),
    ] {
        let response = tenant.request(method, path).send().await.unwrap();
        assert_eq!(response.status(), 405, "{method} {path}");
        assert_eq!(response.headers()["allow"], allow);
    }
    assert_eq!(
        tenant.send("POST", "/users/.search", Some(json!({}))).await.0,
        405
    );
}

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

#[tokio::test]
async fn every_answer_has_the_request_ids() {
    let tenant = Tenant::new(1, 0).await;
    let headers = async |request: reqwest::RequestBuilder| -> HeaderMap {
        request.send().await.unwrap().headers().clone()
    };
    let first = headers(tenant.request("GET", "/users")).await;
    assert_eq!(first["request-id"].len(), 36);
    assert_eq!(first["request-id"], first["client-request-id"]);
    assert_eq!(first["content-type"], "application/scim+json; charset=utf-8");
    let second = headers(
        tenant
            .request("GET", "/users/x")
            .header("client-request-id", "mine"),
    )
    .await;
    assert_eq!(second["client-request-id"], "mine");
    assert_ne!(first["request-id"], second["request-id"]);
}

#[tokio::test]
async fn faults_strike_as_told() {
    let tenant = Tenant::new(500, 5).await;
    let emulator = &tenant.emulator;
    let status = |status, retry_after: Option<&str>| FaultAction::Status {
        status,
        retry_after: retry_after.map(str::to_owned),
        detail: None,
        scim_type: None,
    };
    emulator.inject(
        Fault::once(status(429, Some("2")))
            .times(2)
            .skip(1)
            .on_path("/users")
            .on_method("GET"),
    );
    tenant.get("/groups").await;
    tenant.get("/users").await;
    for _ in 0..2 {
        let response = tenant.request("GET", "/users").send().await.unwrap();
        assert_eq!(
            (
                response.status().as_u16(),
                response.headers()["retry-after"].to_str().unwrap()
            ),
            (429, "2")
        );
    }
    tenant.get("/users").await;
    assert_eq!(emulator.stats().faulted, 2);

    let send = || tenant.request("GET", "/users").send();
    emulator.inject(Fault::once(FaultAction::HtmlBody));
    let html = send().await.unwrap();
    assert!(
        html.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    emulator.inject(Fault::once(FaultAction::GarbageBody));
    assert!(serde_json::from_slice::<Value>(&send().await.unwrap().bytes().await.unwrap()).is_err());
    emulator.inject(Fault::once(FaultAction::CutBody { bytes: Some(1000) }));
    let cut = send().await.unwrap();
    assert!(cut.content_length().unwrap() > 100_000);
    assert!(cut.bytes().await.is_err());
    emulator.inject(Fault::once(FaultAction::ResetBefore));
    assert!(send().await.is_err());
    emulator.inject(Fault::once(FaultAction::Body {
        status: 200,
        text: "[".into(),
        repeat: 100_001,
        content_type: "application/json".into(),
    }));
    assert_eq!(send().await.unwrap().bytes().await.unwrap().len(), 100_001);
    for subscription in [true, false] {
        emulator.inject(Fault::once(FaultAction::ApiNotEnabled {
            status: 400,
            subscription,
        }));
        let detail = tenant.refused("/users").await.2;
        let part = if subscription {
            "feature is not enabled for any subscription"
        } else {
            "'scimapiconsumptions'"
        };
        assert!(detail.contains(part), "{detail}");
    }
    for action in [FaultAction::Hang, FaultAction::StallBody { bytes: None }] {
        emulator.inject(Fault::once(action));
        let request = tenant
            .request("GET", "/users")
            .timeout(Duration::from_millis(100));
        let outcome = match request.send().await {
            Ok(response) => response.bytes().await.map(drop),
            Err(error) => Err(error),
        };
        assert!(outcome.unwrap_err().is_timeout());
    }
    tenant.get("/users").await;
}

#[tokio::test]
async fn a_reset_after_the_request_leaves_it_done() {
    let tenant = Tenant::new(1, 0).await;
    tenant
        .emulator
        .inject(Fault::once(FaultAction::ResetAfter).on_method("POST"));
    let request = tenant
        .request("POST", "/users")
        .header("content-type", "application/scim+json");
    assert!(
        request
            .body(new_user("done@contoso.com").to_string())
            .send()
            .await
            .is_err()
    );
    let found = tenant
        .all(&format!("/users?{}", filter(r#"userName eq "done@contoso.com""#)))
        .await;
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn a_repeated_cursor_goes_nowhere() {
    let tenant = Tenant::new(50, 0).await;
    let next = text(&tenant.get("/users?count=10").await, "/nextCursor").to_owned();
    tenant.emulator.inject(Fault::once(FaultAction::RepeatCursor));
    let page = tenant.get(&format!("/users?count=10&cursor={next}")).await;
    assert_eq!(page["nextCursor"], next);
    let page = tenant.get(&format!("/users?count=10&cursor={next}")).await;
    assert_ne!(page["nextCursor"], next);
}

#[tokio::test]
async fn latency_and_throttle_are_kept() {
    let config = EmulatorConfig {
        latency: Duration::from_millis(50),
        throttle: Some(Throttle {
            requests_per_second: 3,
            retry_after_seconds: 7,
        }),
        ..EmulatorConfig::default()
    };
    let tenant = Tenant::with(config).await;
    let start = Instant::now();
    let pages = (0..12).map(|_| tenant.request("GET", "/users?count=1").send());
    let mut limited = 0;
    for response in futures_util::future::join_all(pages).await {
        let response = response.unwrap();
        if response.status() == 429 {
            assert_eq!(response.headers()["retry-after"], "7");
            limited += 1;
        }
    }
    assert!(start.elapsed() >= Duration::from_millis(50));
    // At most two seconds were touched.
    assert!((6..=9).contains(&limited), "{limited}");
    assert_eq!(tenant.emulator.stats().throttled, limited);
}

#[tokio::test]
async fn the_control_endpoint_does_what_the_library_does() {
    let tenant = Tenant::new(10, 0).await;
    let url = |what: &str| format!("{}/__emulator/{what}", tenant.emulator.authority());
    let post = async |what: &str, body: Value| {
        tenant
            .http
            .post(url(what))
            .body(body.to_string())
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(
        post(
            "faults",
            json!({"action": "status", "status": 503, "retryAfter": "1"})
        )
        .await,
        204
    );
    assert_eq!(tenant.refused("/users").await.0, 503);
    tenant.get("/users").await;
    assert_eq!(
        post(
            "faults",
            json!([{"action": "hang"}, {"action": "cutBody", "bytes": 3, "times": 4}])
        )
        .await,
        204
    );
    let (_, listed) = answer(tenant.http.get(url("faults")).send().await.unwrap()).await;
    assert_eq!(listed[1]["times"], 4);
    assert_eq!(
        tenant.http.delete(url("faults")).send().await.unwrap().status(),
        204
    );
    tenant.get("/users").await;
    assert_eq!(post("faults", json!({"action": "explode"})).await, 400);
    assert_eq!(post("expire-tokens", Value::Null).await, 204);
    assert_eq!(tenant.refused("/users").await.0, 401);
    let (_, stats) = answer(tenant.http.get(url("stats")).send().await.unwrap()).await;
    assert_eq!(
        (&stats["total"], &stats["list"], &stats["billable"]),
        (&json!(5), &json!(2), &json!(2))
    );
}

#[tokio::test]
async fn answers_are_compressed_only_when_told_to() {
    for compress in [false, true] {
        let tenant = Tenant::with(EmulatorConfig {
            compress,
            ..EmulatorConfig::default()
        })
        .await;
        let request = tenant.request("GET", "/users").header("accept-encoding", "gzip");
        let response = request.send().await.unwrap();
        assert_eq!(response.headers().contains_key("content-encoding"), compress);
        let body = response.bytes().await.unwrap();
        assert_eq!(body.len() < 50_000, compress);
    }
}

#[tokio::test]
async fn http2_is_spoken_to_those_who_know() {
    let tenant = Tenant::new(1200, 0).await;
    let http = reqwest::Client::builder()
        .no_proxy()
        .http2_prior_knowledge()
        .build()
        .unwrap();
    let url = format!(
        "{}/users?count=999&attributes=userName,name",
        tenant.emulator.base_uri()
    );
    let request = http
        .get(url)
        .bearer_auth(&tenant.token)
        .header("accept", "application/json");
    let response = request.send().await.unwrap();
    assert_eq!(response.version(), reqwest::Version::HTTP_2);
    assert_eq!(answer(response).await.1["itemsPerPage"], 999);
}

#[tokio::test]
async fn kept_pages_are_the_same_until_a_write() {
    let tenant = Tenant::with(EmulatorConfig {
        page_cache_bytes: 1 << 20,
        ..EmulatorConfig::default()
    })
    .await;
    let first = tenant.get("/users?count=20").await;
    assert_eq!(first, tenant.get("/users?count=20").await);
    let user = format!("/users/{}", id(&first["resources"][3]));
    assert_eq!(tenant.send("DELETE", &user, None).await.0, 204);
    assert_ne!(first, tenant.get("/users?count=20").await);
}

#[tokio::test]
async fn it_ends_when_stopped_or_dropped() {
    let emulator = Emulator::start(EmulatorConfig::default()).await.unwrap();
    let (port, http) = (emulator.port(), client());
    let url = format!("{}/__emulator/stats", emulator.authority());
    assert!(http.get(&url).send().await.is_ok());
    let taken = Emulator::start(EmulatorConfig {
        port,
        ..EmulatorConfig::default()
    })
    .await;
    assert!(matches!(taken, Err(EmulatorError::Bind { .. })));
    emulator.stop().await;
    assert!(http.get(&url).send().await.is_err());

    let emulator = Emulator::start(EmulatorConfig {
        port,
        ..EmulatorConfig::default()
    })
    .await
    .unwrap();
    drop(emulator);
    let mut answered = true;
    for _ in 0..100 {
        answered = http.get(&url).send().await.is_ok();
        if !answered {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!answered);
}

#[tokio::test]
async fn the_program_says_where_it_is_and_ends_with_its_parent() {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_scim-emulator"))
        .args(["--users", "10", "--groups", "2", "--exit-with-stdin"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(child.stdout.take().unwrap()),
        &mut line,
    )
    .unwrap();
    let started: Value = serde_json::from_str(&line).unwrap();
    for member in ["baseUri", "authority", "tenantId", "clientId", "clientSecret"] {
        assert!(!text(&started, &format!("/{member}")).is_empty());
    }
    let url = format!("{}/users", text(&started, "/baseUri"));
    assert_eq!(client().get(url).send().await.unwrap().status(), 401);
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}
