//! The identity side: the token endpoint, and the check of what it issued.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::assertions::Assertions;
use crate::config::{ALL_ROLES, EmulatorConfig};
use crate::issuer::Issuer;
use crate::query::decode_form;
use crate::wire::{Failure, bytes_response};
use crate::world::{IdSpace, guid, id_bytes, mix, now_seconds, now_text};

/// Issues tokens and knows them again. Tokens are JWTs in form; their signature is a checksum that only keeps a
/// test from passing with a made-up token.
#[derive(Debug)]
pub(crate) struct Tokens {
    authority: String,
    pub(crate) issuer: Issuer,
    assertions: Assertions,
    /// Tokens issued before the latest revocation carry an older number.
    epoch: AtomicU64,
    issued: AtomicU64,
}

/// A text that nobody can guess: the standard library seeds its hash tables from the system's random numbers.
pub(crate) fn random() -> String {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let number = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", number(), number())
}

/// What a bearer may do.
#[derive(Debug)]
pub(crate) struct Bearer {
    roles: Vec<String>,
}

impl Bearer {
    /// Refuses a request for which the token holds none of the roles.
    pub(crate) fn require(&self, any_of: &[&str]) -> Result<(), Failure> {
        if any_of.is_empty() || self.roles.iter().any(|role| any_of.contains(&role.as_str())) {
            return Ok(());
        }
        Err(Failure::new(
            StatusCode::FORBIDDEN,
            "InsufficientPrivileges",
            format!(
                "Insufficient privileges to complete the operation. One of these is needed: {}.",
                any_of.join(", ")
            ),
        ))
    }
}

impl Tokens {
    pub(crate) fn new(authority: &str) -> Self {
        Self {
            authority: authority.to_owned(),
            issuer: Issuer::new(authority),
            assertions: Assertions::default(),
            epoch: AtomicU64::new(0),
            issued: AtomicU64::new(0),
        }
    }

    /// Makes all tokens issued so far invalid, as a revocation or a long wait would.
    pub(crate) fn revoke(&self) {
        self.epoch.fetch_add(1, Ordering::Relaxed);
    }

    /// A token for one of [`GRAPH_HOSTS`].
    pub(crate) fn issue(&self, config: &EmulatorConfig, audience: &str) -> String {
        let serial = self.issued.fetch_add(1, Ordering::Relaxed) as u32;
        let now = now_seconds();
        let header = json!({"typ": "JWT", "alg": "RS256", "kid": "scim-emulator"});
        let claims = json!({
            "aud": audience.trim_end_matches('/'),
            "iss": format!("https://sts.windows.net/{}/", config.tenant_id),
            "iat": now,
            "nbf": now,
            "exp": now + config.token_lifetime_seconds,
            "appid": config.client_id,
            "oid": guid(&id_bytes(config.seed, IdSpace::Request, 1)),
            "tid": config.tenant_id,
            "idtyp": "app",
            "roles": config.roles,
            "uti": guid(&id_bytes(config.seed ^ now, IdSpace::Request, serial)),
            "ver": "1.0",
            "epoch": self.epoch.load(Ordering::Relaxed),
        });
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let signature = URL_SAFE_NO_PAD.encode(checksum(config, &signed));
        format!("{signed}.{signature}")
    }

    /// Checks the `Authorization` header.
    pub(crate) fn check(&self, config: &EmulatorConfig, headers: &HeaderMap) -> Result<Bearer, Failure> {
        let header = headers
            .get(http::header::AUTHORIZATION)
            .and_then(|v| v.to_str().ok());
        let token = match header.and_then(|value| value.split_once(' ')) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => return Err(unauthorized("Access token is empty.")),
        };
        if config.static_tokens.iter().any(|known| known == token) {
            return Ok(Bearer {
                roles: ALL_ROLES.map(str::to_owned).to_vec(),
            });
        }
        let claims = self.claims(config, token).ok_or_else(|| {
            unauthorized("Access token validation failure. Invalid audience, issuer or signature.")
        })?;
        let expires = claims["exp"].as_u64().unwrap_or_default();
        let epoch = claims["epoch"].as_u64().unwrap_or_default();
        if expires <= now_seconds() || epoch < self.epoch.load(Ordering::Relaxed) {
            return Err(unauthorized("Lifetime validation failed, the token is expired."));
        }
        let roles = claims["roles"].as_array().into_iter().flatten();
        Ok(Bearer {
            roles: roles.filter_map(Value::as_str).map(str::to_owned).collect(),
        })
    }

    fn claims(&self, config: &EmulatorConfig, token: &str) -> Option<Value> {
        let (signed, signature) = token.rsplit_once('.')?;
        if URL_SAFE_NO_PAD.encode(checksum(config, signed)) != signature {
            return None;
        }
        let (_, payload) = signed.split_once('.')?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    }

    /// Answers `POST /{tenant}/oauth2/v2.0/token`.
    pub(crate) fn endpoint(&self, config: &EmulatorConfig, tenant: &str, body: &[u8]) -> Response {
        match self.grant(config, tenant, body) {
            Ok(answer) => token_response(StatusCode::OK, &answer),
            Err(refusal) => refusal.into_response(config),
        }
    }

    fn grant(&self, config: &EmulatorConfig, tenant: &str, body: &[u8]) -> Result<Value, Refusal> {
        if !tenant.eq_ignore_ascii_case(&config.tenant_id) && !tenant.eq_ignore_ascii_case("contoso.com") {
            return Err(Refusal::bad(
                "invalid_request",
                90002,
                format!(
                    "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are \
                     signing into the correct cloud. Check with your subscription administrator, this may happen \
                     if there are no active subscriptions for the tenant."
                ),
            ));
        }
        let form = decode_form(body);
        let field = |name: &str| {
            form.iter()
                .find(|(n, _)| n == name)
                .map(|(_, v)| v.as_str())
                .filter(|v| !v.is_empty())
        };
        let required = |name: &'static str| {
            field(name).ok_or_else(|| {
                let text = format!("The request body must contain the following parameter: '{name}'.");
                Refusal::bad("invalid_request", 900_144, text)
            })
        };
        let grant_type = required("grant_type")?;
        if grant_type != "client_credentials" {
            let text = format!("The app requested an unsupported grant type '{grant_type}'.");
            return Err(Refusal::bad("unsupported_grant_type", 70_003, text));
        }
        let client = required("client_id")?;
        if !client.eq_ignore_ascii_case(&config.client_id) {
            return Err(Refusal::bad(
                "unauthorized_client",
                700_016,
                format!(
                    "Application with identifier '{client}' was not found in the directory 'Contoso'. This can \
                     happen if the application has not been installed by the administrator of the tenant or \
                     consented to by any user in the tenant. You may have sent your authentication request to \
                     the wrong tenant."
                ),
            ));
        }
        let scope = required("scope")?;
        let Some(resource) = scope.strip_suffix("/.default") else {
            let text = format!(
                "The provided value for scope {scope} is not valid. Client credential flows must have a scope value \
                 with /.default suffixed to the resource identifier (application ID URI)."
            );
            return Err(Refusal::bad("invalid_scope", 1_002_012, text));
        };
        if !GRAPH_HOSTS.contains(&resource.trim_end_matches('/')) {
            let text = format!(
                "The resource principal named {resource} was not found in the tenant named Contoso. This can happen \
                 if the application has not been installed by the administrator of the tenant or consented to by \
                 any user in the tenant. You might have sent your authentication request to the wrong tenant."
            );
            return Err(Refusal::bad("invalid_resource", 500_011, text));
        }
        if let Some(assertion) = field("client_assertion") {
            let kind = required("client_assertion_type")?;
            if kind != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
                let text = format!("The client_assertion_type '{kind}' is not supported.");
                return Err(Refusal::bad("invalid_request", 900_144, text));
            }
            let endpoint = format!("{}/{tenant}/oauth2/v2.0/token", self.authority);
            self.assertions
                .verify(config, &self.issuer, &endpoint, client, assertion)?;
            return Ok(self.answer(config, resource));
        }
        let Some(secret) = field("client_secret") else {
            let text = "The request body must contain the following parameter: 'client_assertion' or \
                        'client_secret'.";
            return Err(Refusal {
                status: StatusCode::UNAUTHORIZED,
                ..Refusal::bad("invalid_client", 7_000_218, text)
            });
        };
        if secret != config.client_secret {
            let text = format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret \
                 value, not the client secret ID, for a secret added to app '{client}'."
            );
            return Err(Refusal {
                status: StatusCode::UNAUTHORIZED,
                ..Refusal::bad("invalid_client", 7_000_215, text)
            });
        }
        Ok(self.answer(config, resource))
    }

    fn answer(&self, config: &EmulatorConfig, audience: &str) -> Value {
        let mut answer = json!({
            "token_type": "Bearer",
            "expires_in": config.token_lifetime_seconds,
            "ext_expires_in": config.token_lifetime_seconds,
            "access_token": self.issue(config, audience),
        });
        if let Some(seconds) = config.refresh_in_seconds {
            answer["refresh_in"] = seconds.into();
        }
        answer
    }
}

/// The refusal that a fault asks for.
pub(crate) fn refuse(config: &EmulatorConfig, code: u32) -> Response {
    Refusal {
        status: StatusCode::UNAUTHORIZED,
        ..Refusal::bad("invalid_client", code, "Refused by a fault.")
    }
    .into_response(config)
}

/// Microsoft Graph in each cloud.
pub(crate) const GRAPH_HOSTS: [&str; 4] = [
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
];

/// A refusal of the token endpoint.
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) error: &'static str,
    pub(crate) code: u32,
    pub(crate) text: String,
}

impl Refusal {
    pub(crate) fn bad(error: &'static str, code: u32, text: impl Into<String>) -> Self {
        Refusal {
            status: StatusCode::BAD_REQUEST,
            error,
            code,
            text: text.into(),
        }
    }

    fn into_response(self, config: &EmulatorConfig) -> Response {
        let now = now_text();
        let id = |n| guid(&id_bytes(config.seed ^ now_seconds(), IdSpace::Request, n));
        let (trace, correlation) = (id(2), id(3));
        let timestamp = now.replace('T', " ");
        let body = json!({
            "error": self.error,
            "error_description": format!(
                "AADSTS{}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}",
                self.code, self.text
            ),
            "error_codes": [self.code],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={}", self.code),
        });
        token_response(self.status, &body)
    }
}

fn token_response(status: StatusCode, body: &Value) -> Response {
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    let mut response = bytes_response(status, json, Bytes::from(body.to_string()));
    response.headers_mut().insert(
        http::header::CACHE_CONTROL,
        HeaderValue::from_static("no-store, no-cache"),
    );
    response
}

fn checksum(config: &EmulatorConfig, text: &str) -> [u8; 16] {
    let mut state = mix(config.seed ^ 0x0051_9a7e);
    let mut second = mix(state);
    let tenant = config.tenant_id.bytes().chain(config.client_id.bytes());
    for byte in tenant.chain(text.bytes()) {
        state = mix(state ^ u64::from(byte));
        second = second.rotate_left(5) ^ state;
    }
    let mut out = [0; 16];
    out[..8].copy_from_slice(&state.to_be_bytes());
    out[8..].copy_from_slice(&mix(second).to_be_bytes());
    out
}

fn unauthorized(detail: &str) -> Failure {
    let header = format!(
        r#"Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="{}""#,
        "00000003-0000-0000-c000-000000000000"
    );
    Failure::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", detail)
        .with(http::header::WWW_AUTHENTICATE, header)
}
