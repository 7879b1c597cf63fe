//! The managed identity endpoints that Azure puts beside a workload: the virtual machine's metadata service, App
//! Service's (Functions and Automation have the same) and Azure Arc's.

use std::path::PathBuf;

use axum::response::Response;
use http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::config::EmulatorConfig;
use crate::query::decode_form;
use crate::token::{GRAPH_HOSTS, Tokens};
use crate::wire::json_response;
use crate::world::now_seconds;

/// What App Service's endpoint wants in `X-IDENTITY-HEADER`.
pub const IDENTITY_HEADER: &str = "emulator-identity-header";

const ARC_KEY: &str = "emulator-arc-key";

/// Answers a GET for a token. `place` is `imds`, `app-service` or `arc`.
pub(crate) fn answer(
    tokens: &Tokens,
    config: &EmulatorConfig,
    place: &str,
    query: Option<&str>,
    headers: &HeaderMap,
) -> Response {
    let query = decode_form(query.unwrap_or_default().as_bytes());
    let parameter = |name: &str| query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let version = match place {
        "imds" => "2018-02-01",
        "app-service" => "2019-08-01",
        _ => "2020-06-01",
    };
    if place == "app-service" {
        if header("x-identity-header") != Some(IDENTITY_HEADER) {
            let body = json!({"statusCode": 401, "message": "The X-IDENTITY-HEADER is missing or wrong."});
            return json_response(StatusCode::UNAUTHORIZED, &body);
        }
    } else if header("metadata") != Some("true") {
        return refused("invalid_request", "Required metadata header not specified");
    }
    if parameter("api-version") != Some(version) {
        return refused("invalid_request", "The api-version is not supported");
    }
    if place == "arc" && header(AUTHORIZATION.as_str()) != Some(&format!("Basic {ARC_KEY}")) {
        return challenge(config);
    }
    let resource = parameter("resource").unwrap_or_default();
    if !GRAPH_HOSTS.contains(&resource.trim_end_matches('/')) {
        return refused(
            "invalid_resource",
            "AADSTS500011: The resource principal was not found in the tenant.",
        );
    }
    if parameter("client_id").is_some_and(|id| !id.eq_ignore_ascii_case(&config.client_id)) {
        return refused("invalid_request", "Identity not found");
    }
    let life = config.token_lifetime_seconds;
    // Numbers as text, as all three give them; App Service leaves expires_in out.
    let mut body = json!({
        "access_token": tokens.issue(config, resource),
        "client_id": config.client_id,
        "expires_on": (now_seconds() + life).to_string(),
        "resource": resource,
        "token_type": "Bearer",
    });
    if let (true, Value::Object(members)) = (place != "app-service", &mut body) {
        members.insert("expires_in".into(), life.to_string().into());
    }
    json_response(StatusCode::OK, &body)
}

/// Arc's proof that the caller may read what only administrators may: it names a key file that it has just written.
fn challenge(config: &EmulatorConfig) -> Response {
    let folder = config
        .arc_key_folder
        .clone()
        .unwrap_or_else(|| PathBuf::from("/var/opt/azcmagent/tokens"));
    let path = folder.join("emulator.key");
    if let Some(Err(error)) = config
        .arc_key_folder
        .as_ref()
        .map(|_| std::fs::write(&path, ARC_KEY))
    {
        let body = json!({"error": "server_error", "error_description": format!("The key file cannot be written: {error}")});
        return json_response(StatusCode::INTERNAL_SERVER_ERROR, &body);
    }
    let mut response = json_response(StatusCode::UNAUTHORIZED, &json!({"error": "unauthorized"}));
    if let Ok(value) = HeaderValue::from_str(&format!("Basic realm={}", path.display())) {
        response.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
    response
}

fn refused(error: &str, description: &str) -> Response {
    json_response(
        StatusCode::BAD_REQUEST,
        &json!({"error": error, "error_description": description}),
    )
}

/// Whether a request carries this bearer token.
pub(crate) fn bearer_is(headers: &HeaderMap, token: &str) -> bool {
    let value = headers
        .get(AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    value.strip_prefix("Bearer ") == Some(token)
}
