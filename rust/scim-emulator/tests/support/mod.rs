//! A plain HTTP client for the tests: nothing of the client that the emulator is there to test.
#![allow(dead_code, missing_docs, unreachable_pub)]

use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response};
use scim_emulator::{Emulator, EmulatorConfig};
use serde_json::{Value, json};

pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub const ENTRA_USER: &str = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User";
pub const ENTRA_GROUP: &str = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group";
pub const CUSTOM: &str =
    "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:CustomSecurityAttributes";
pub const SCOPE: &str = "https://graph.microsoft.com/.default";

pub struct Tenant {
    pub emulator: Emulator,
    pub http: Client,
    pub token: String,
}

impl Tenant {
    pub async fn new(users: usize, groups: usize) -> Tenant {
        Tenant::with(EmulatorConfig {
            users,
            groups,
            ..EmulatorConfig::default()
        })
        .await
    }

    pub async fn with(config: EmulatorConfig) -> Tenant {
        let emulator = Emulator::start(config).await.unwrap();
        let http = client();
        let token = token(&emulator, &http).await;
        Tenant {
            emulator,
            http,
            token,
        }
    }

    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = self
            .http
            .request(method.clone(), format!("{}{path}", self.emulator.base_uri()));
        let request = request.bearer_auth(&self.token);
        if method == Method::DELETE {
            request
        } else {
            request.header("accept", "application/json")
        }
    }

    pub async fn send(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/scim+json")
                .body(body.to_string());
        }
        answer(request.send().await.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.send("GET", path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The error of a GET: status, scimType, detail.
    pub async fn refused(&self, path: &str) -> (u16, String, String) {
        let (status, body) = self.send("GET", path, None).await;
        error(status, &body)
    }

    /// All results of a list.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let mut found = Vec::new();
        let mut cursor = String::new();
        loop {
            let join = if path.contains('?') { '&' } else { '?' };
            let page = self.get(&format!("{path}{join}cursor={cursor}")).await;
            found.extend(page["resources"].as_array().unwrap().iter().cloned());
            match page["nextCursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => {
                    assert_eq!(page["totalResults"], found.len());
                    return found;
                }
            }
        }
    }

    pub async fn patch(&self, path: &str, operations: Value) -> (u16, Value) {
        let body =
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
        self.send("PATCH", path, Some(body)).await
    }
}

pub fn builder() -> ClientBuilder {
    // reqwest asks for a TLS provider even where only http is spoken.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy()
}

pub fn client() -> Client {
    builder().build().unwrap()
}

pub fn error(status: u16, body: &Value) -> (u16, String, String) {
    assert_eq!(
        body["schemas"],
        json!(["urn:ietf:params:scim:api:messages:2.0:Error"]),
        "{status} {body}"
    );
    assert_eq!(body["status"], status.to_string());
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (status, text("scimType"), text("detail"))
}

pub async fn answer(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap();
    (
        status,
        if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&body).unwrap()
        },
    )
}

pub fn form(pairs: &[(&str, &str)]) -> String {
    let escape = |text: &str| {
        text.replace('%', "%25")
            .replace('&', "%26")
            .replace('+', "%2B")
            .replace('/', "%2F")
    };
    pairs
        .iter()
        .map(|(n, v)| format!("{n}={}", escape(v)))
        .collect::<Vec<_>>()
        .join("&")
}

pub async fn ask_token(emulator: &Emulator, http: &Client, tenant: &str, body: String) -> (u16, Value) {
    let request = http
        .post(format!("{}/{tenant}/oauth2/v2.0/token", emulator.authority()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    answer(request.send().await.unwrap()).await
}

pub async fn token(emulator: &Emulator, http: &Client) -> String {
    let body = form(&[
        ("grant_type", "client_credentials"),
        ("client_id", emulator.client_id()),
        ("client_secret", emulator.client_secret()),
        ("scope", SCOPE),
    ]);
    let (status, answer) = ask_token(emulator, http, emulator.tenant_id(), body).await;
    assert_eq!(status, 200, "{answer}");
    answer["access_token"].as_str().unwrap().to_owned()
}

/// Escapes a filter for a query string.
pub fn filter(text: &str) -> String {
    let escaped: String = text
        .bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => (b as char).to_string(),
            b => format!("%{b:02X}"),
        })
        .collect();
    format!("filter={escaped}")
}

pub fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("{pointer} in {value}"))
}

pub fn id(value: &Value) -> String {
    text(value, "/id").to_owned()
}

pub fn new_user(name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        "userName": name,
        "password": "Correct-Horse-9",
        "name": {"givenName": "Zoë", "familyName": "Ångström"},
        "displayName": "Zoë Ångström",
        "active": true,
        "externalId": "x-1",
        "emails": [{"value": name, "type": "work", "primary": true}],
        ENTERPRISE: {"department": "Optics"},
    })
}
