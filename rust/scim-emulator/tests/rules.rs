//! Headers, methods, and how an emulator starts and ends, over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::time::Duration;

use reqwest::header::HeaderMap;
use scim_emulator::{Emulator, EmulatorConfig, EmulatorError};
use serde_json::{Value, json};
use support::*;

#[tokio::test]
async fn accept_must_allow_json_except_on_delete() {
    let tenant = Tenant::new(2, 0).await;
    let url = format!("{}/users", tenant.emulator.base_uri());
    for (accept, status) in [
        (None, 400),
        (Some("*/*"), 200),
        (Some("application/scim+json"), 200),
        (Some("text/html, application/*;q=0.1"), 200),
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
async fn answers_are_compressed_only_when_told_to() {
    for compress in [false, true] {
        let tenant = Tenant::with(EmulatorConfig {
            compress,
            ..EmulatorConfig::default()
        })
        .await;
        let request = builder()
            .gzip(false)
            .build()
            .unwrap()
            .get(format!("{}/users", tenant.emulator.base_uri()));
        let request = request
            .bearer_auth(&tenant.token)
            .header("accept", "application/json");
        let response = request
            .header("accept-encoding", "br, gzip")
            .send()
            .await
            .unwrap();
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
