//! Faults, throttling and the control endpoint, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::time::{Duration, Instant};

use scim_emulator::{EmulatorConfig, Fault, FaultAction, Throttle};
use serde_json::{Value, json};
use support::*;

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
    let control = |request: reqwest::RequestBuilder| {
        request.header("x-emulator-token", tenant.emulator.control_token())
    };
    let post = async |what: &str, body: Value| {
        control(tenant.http.post(url(what)))
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
    let (_, listed) = answer(control(tenant.http.get(url("faults"))).send().await.unwrap()).await;
    assert_eq!(listed[1]["times"], 4);
    assert_eq!(
        control(tenant.http.delete(url("faults")))
            .send()
            .await
            .unwrap()
            .status(),
        204
    );
    tenant.get("/users").await;
    assert_eq!(post("faults", json!({"action": "explode"})).await, 400);
    assert_eq!(post("expire-tokens", Value::Null).await, 204);
    assert_eq!(tenant.refused("/users").await.0, 401);
    let (_, stats) = answer(control(tenant.http.get(url("stats"))).send().await.unwrap()).await;
    assert_eq!(
        (&stats["total"], &stats["list"], &stats["billable"]),
        (&json!(5), &json!(2), &json!(2))
    );
}

#[tokio::test]
async fn nothing_is_done_for_a_web_page() {
    let tenant = Tenant::new(10, 0).await;
    let token = tenant.emulator.control_token();
    assert_eq!(token.len(), 32);
    assert_ne!(token, Tenant::new(1, 0).await.emulator.control_token());
    let faults = format!("{}/__emulator/faults", tenant.emulator.authority());
    let port = tenant.emulator.port();
    let post = |name: &'static str, value: String| {
        let fault = json!({"action": "status", "status": 503, "times": 99}).to_string();
        tenant
            .http
            .post(&faults)
            .header(name, value)
            .header("content-type", "text/plain")
            .body(fault)
    };
    // Without the token, with a wrong one; of a page, with the right one; to a name that leads here.
    for request in [
        post("accept", "*/*".to_owned()),
        post("x-emulator-token", "0".repeat(32)),
        post("origin", "https://evil.example".to_owned()).header("x-emulator-token", token),
        post("origin", "null".to_owned()).header("x-emulator-token", token),
        post("host", format!("evil.example:{port}")).header("x-emulator-token", token),
        post("host", "evil.example".to_owned()).header("x-emulator-token", token),
    ] {
        assert_eq!(request.send().await.unwrap().status(), 403);
    }
    for (name, value) in [
        ("origin", format!("http://127.0.0.1:{port}")),
        ("host", format!("rebound.example:{port}")),
    ] {
        let answer = tenant
            .request("GET", "/users")
            .header(name, value)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 403, "{name}");
    }
    tenant.get("/users").await;
    for host in ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"] {
        let answer = tenant
            .request("GET", "/users")
            .header("host", format!("{host}:{port}"))
            .send()
            .await;
        assert_eq!(answer.unwrap().status(), 200, "{host}");
    }
}
