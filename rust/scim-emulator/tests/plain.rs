//! The plain SCIM server beside the Entra-like one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use scim_emulator::{Emulator, EmulatorConfig};
use serde_json::{Value, json};
use support::client;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A plain server with two users, one of whom is in the group.
async fn server() -> (Emulator, reqwest::Client) {
    let emulator = Emulator::start(EmulatorConfig {
        static_tokens: vec!["token".into()],
        ..EmulatorConfig::default()
    })
    .await
    .unwrap();
    let http = client();
    let contents = json!({
        "users": [
            { "id": "1", "userName": "ann", "emails": [{ "value": "a@x.org", "type": "work" }, { "value": "b@x.org" }],
              ENTERPRISE: { "department": "Sales" } },
            { "id": "2", "userName": "bo", "emails": [{ "value": "c@x.org" }] },
        ],
        "groups": [{ "id": "g", "displayName": "All", "members": [{ "value": "2" }] }],
        "pageSize": 1,
    });
    let put = http
        .put(format!("{}/__emulator/plain", emulator.authority()))
        .header("x-emulator-token", emulator.control_token())
        .body(contents.to_string());
    assert_eq!(put.send().await.unwrap().status(), 204);
    (emulator, http)
}

async fn get(emulator: &Emulator, http: &reqwest::Client, path: &str, query: &[(&str, &str)]) -> Value {
    let mut url = reqwest::Url::parse(&format!("{}{path}", emulator.plain_base_uri())).unwrap();
    url.query_pairs_mut().extend_pairs(query);
    let encoded = url.query().unwrap().replace('+', "%20");
    url.set_query(Some(&encoded));
    let response = http.get(url).bearer_auth("token").send().await.unwrap();
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

#[tokio::test]
async fn contents_are_replaced_and_read_as_a_whole() {
    let (emulator, http) = server().await;
    let page = get(&emulator, &http, "/Users", &[("count", "10")]).await;
    assert_eq!(
        (page["totalResults"].clone(), page["itemsPerPage"].clone()),
        (json!(2), json!(1))
    );
    let all = http
        .get(format!("{}/__emulator/plain", emulator.authority()))
        .header("x-emulator-token", emulator.control_token())
        .send()
        .await
        .unwrap();
    let all: Value = serde_json::from_slice(&all.bytes().await.unwrap()).unwrap();
    assert_eq!(all["users"][1]["userName"], "bo");
    assert_eq!(all["groups"][0]["members"], json!([{ "value": "2" }]));
    emulator.stop().await;
}

#[tokio::test]
async fn filters_look_into_multi_valued_attributes_extensions_and_memberships() {
    let (emulator, http) = server().await;
    for (path, filter, found) in [
        ("/Users", "emails.value eq \"B@x.org\"", "1"),
        ("/Users", "emails eq \"c@x.org\"", "2"),
        ("/Users", "groups.value eq \"g\"", "2"),
        ("/Groups", "members.value eq \"2\"", "g"),
        ("/Users", &format!("{ENTERPRISE}:department eq \"sales\""), "1"),
        (
            "/Users",
            "urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"bo\"",
            "2",
        ),
    ] {
        let page = get(&emulator, &http, path, &[("filter", filter)]).await;
        assert_eq!(page["totalResults"], 1, "{filter}: {page}");
        assert_eq!(page["Resources"][0]["id"], found, "{filter}");
    }
    for (path, filter) in [
        ("/Users", "groups.value eq \"h\""),
        ("/Groups", "members.value eq \"1\""),
        ("/Users", "emails.type eq \"home\""),
    ] {
        assert_eq!(
            get(&emulator, &http, path, &[("filter", filter)]).await["totalResults"],
            0,
            "{filter}"
        );
    }
    emulator.stop().await;
}

#[tokio::test]
async fn it_follows_the_rfcs_where_no_quirk_says_otherwise() {
    let (emulator, http) = server().await;
    let send = async |method: &str, path: &str, body: Value| {
        let url = format!("{}{path}", emulator.plain_base_uri());
        let request = http
            .request(method.parse().unwrap(), url)
            .bearer_auth("token")
            .body(body.to_string());
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (
            status,
            serde_json::from_slice::<Value>(&response.bytes().await.unwrap()).unwrap_or_default(),
        )
    };
    let (status, made) = send(
        "POST",
        "/Users",
        json!({ "userName": "cleo", "password": "secret" }),
    )
    .await;
    assert_eq!((status, made.get("password")), (201, None));
    assert!(
        made["meta"]["created"].is_string() && made["meta"]["lastModified"].is_string(),
        "{made}"
    );
    let path = format!("/Users/{}", made["id"].as_str().unwrap());
    let patch = json!({ "Operations": [{ "op": "replace", "path": "password", "value": "other" }] });
    assert_eq!(send("PATCH", &path, patch).await.0, 204);
    let (_, put) = send("PUT", &path, json!({ "userName": "cleo", "password": "other" })).await;
    assert_eq!(put.get("password"), None);
    assert_eq!(get(&emulator, &http, &path, &[]).await.get("password"), None);

    for without in [
        json!({}),
        json!({ "userName": " " }),
        json!({ "displayName": "x" }),
    ] {
        assert_eq!(send("POST", "/Users", without).await.0, 400);
    }
    for (method, path) in [
        ("POST", "/ServiceProviderConfig"),
        ("DELETE", "/Schemas"),
        ("PUT", "/Users"),
        ("POST", "/Users/1"),
        ("POST", "/Users/nobody"),
    ] {
        assert_eq!(send(method, path, json!({})).await.0, 405, "{method} {path}");
    }

    let types = get(&emulator, &http, "/ResourceTypes", &[]).await;
    assert_eq!(
        types["Resources"][0]["schemas"],
        json!(["urn:ietf:params:scim:schemas:core:2.0:ResourceType"])
    );
    let schemas = get(&emulator, &http, "/Schemas", &[]).await;
    assert_eq!(schemas["totalResults"], 3);
    let one = get(&emulator, &http, &format!("/Schemas/{ENTERPRISE}"), &[]).await;
    assert_eq!(one["id"], ENTERPRISE);

    let user = get(
        &emulator,
        &http,
        "/Users/1",
        &[(
            "excludedAttributes",
            &format!("id,userName,emails.type,{ENTERPRISE}:department"),
        )],
    )
    .await;
    assert_eq!(user["id"], "1");
    assert!(
        user.get("userName").is_none() && user["emails"][0].get("type").is_none(),
        "{user}"
    );
    assert!(
        user["emails"][0]["value"].is_string() && user[ENTERPRISE].get("department").is_none(),
        "{user}"
    );
    emulator.stop().await;
}
