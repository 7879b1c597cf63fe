//! From a request to its answer: faults, throttle, token, headers, then the endpoint.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::json;

use crate::config::EmulatorConfig;
use crate::directory::Directory;
use crate::endpoints;
use crate::faults::{Fault, FaultAction, Faults};
use crate::identity;
use crate::mishap;
use crate::pages::Pages;
use crate::plain::{self, Asked, Plain};
use crate::stats::{Counters, count};
use crate::token::{self, Tokens};
use crate::wire::{Failure, content_type, empty_response, json_response};
use crate::world::{IdSpace, World, guid, id_bytes, now_seconds};

pub(crate) const PREFIX: &str = "/rp/scim";
/// By which a client knows that it isn't talking to a real directory.
const EMULATOR: HeaderName = HeaderName::from_static("x-scim-emulator");
const CONTROL_TOKEN: HeaderName = HeaderName::from_static("x-emulator-token");
const MAX_BODY: usize = 4 << 20;

/// All state of one emulator, shared by its connections.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) config: EmulatorConfig,
    pub(crate) base_uri: String,
    pub(crate) directory: RwLock<Directory>,
    pub(crate) pages: Pages,
    pub(crate) tokens: Tokens,
    pub(crate) faults: Faults,
    pub(crate) counters: Counters,
    plain: Plain,
    /// The second being counted, and the requests in it.
    throttle: Mutex<(u64, u32)>,
    request_ids: AtomicU64,
    /// What a request under `/__emulator/` has to bring: a web page in the same user's browser can reach this machine's
    /// ports, and doesn't know it.
    pub(crate) control_token: String,
}

/// A request taken in whole.
pub(crate) struct Incoming<'r> {
    pub(crate) method: &'r Method,
    /// Below `/rp/scim`, starting with a slash.
    pub(crate) path: &'r str,
    pub(crate) query: Option<&'r str>,
    pub(crate) headers: &'r HeaderMap,
    pub(crate) body: Bytes,
    /// Whether a list is to hand out the cursor that it was asked with.
    pub(crate) repeat_cursor: bool,
}

impl App {
    /// `users` and `groups` of the config fit an index: the caller has checked.
    pub(crate) fn new(mut config: EmulatorConfig, own_base_uri: &str) -> Arc<App> {
        let base_uri = config
            .public_base_uri
            .clone()
            .unwrap_or_else(|| own_base_uri.to_owned());
        let index = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let world = World {
            seed: config.seed,
            users: index(config.users),
            groups: index(config.groups),
            base_uri: base_uri.clone(),
        };
        Arc::new(App {
            faults: Faults::new(std::mem::take(&mut config.faults)),
            pages: Pages::new(config.page_cache_bytes),
            base_uri,
            directory: RwLock::new(Directory::new(world)),
            tokens: Tokens::new(own_base_uri.strip_suffix(PREFIX).unwrap_or(own_base_uri)),
            counters: Counters::default(),
            plain: Plain::new(std::mem::take(&mut config.quirks)),
            throttle: Mutex::default(),
            request_ids: AtomicU64::new(now_seconds() << 20),
            control_token: token::random(),
            config,
        })
    }

    pub(crate) fn router(self: &Arc<App>) -> Router {
        Router::new().fallback(serve).with_state(self.clone())
    }

    async fn answer(&self, request: Request<Body>) -> Response {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path();
        if let Some(refusal) = self.of_a_browser(&parts) {
            return refusal;
        }
        if let Some(control) = path.strip_prefix("/__emulator/") {
            if parts.headers.get(CONTROL_TOKEN).map(HeaderValue::as_bytes)
                != Some(self.control_token.as_bytes())
            {
                let detail =
                    "The header x-emulator-token must hold the token that the emulator was started with.";
                return Failure::new(StatusCode::FORBIDDEN, "controlToken", detail).into_response();
            }
            return self.control(&parts.method, control, body).await;
        }
        count(&self.counters.total);
        if !self.config.latency.is_zero() {
            tokio::time::sleep(self.config.latency).await;
        }
        let action = self.faults.strike(parts.method.as_str(), path);
        if action.is_some() {
            count(&self.counters.faulted);
        }
        if let Some(FaultAction::TokenRefusal { code }) = action {
            return token::refuse(&self.config, code);
        }
        let connection = parts.extensions.get::<mishap::Connection>().cloned();
        let mishap = match mishap::before(action, connection).await {
            Ok(mishap) => mishap,
            Err(response) => return response,
        };
        let body = match to_bytes(body, MAX_BODY).await {
            Ok(body) => body,
            Err(_) => {
                let detail = "The request body is too large.";
                return Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "tooLarge", detail).into_response();
            }
        };
        let response = if let Some(tenant) = tenant_of(path) {
            count(&self.counters.token);
            self.token(&parts.method, tenant, &parts.headers, &body)
        } else if let Some(what) = path.strip_prefix("/issuer/") {
            let (issuer, query) = (&self.tokens.issuer, parts.uri.query());
            issuer.answer(&self.config, &parts.method, what, query, &parts.headers)
        } else if let (Some(place), &Method::GET) = (identity_place(path), &parts.method) {
            count(&self.counters.token);
            identity::answer(
                &self.tokens,
                &self.config,
                place,
                parts.uri.query(),
                &parts.headers,
            )
        } else if let Some(below) = path.strip_prefix(PREFIX) {
            let incoming = Incoming {
                method: &parts.method,
                path: below,
                query: parts.uri.query(),
                headers: &parts.headers,
                body,
                repeat_cursor: mishap.repeats_cursor(),
            };
            self.scim(&incoming).unwrap_or_else(Failure::into_response)
        } else if let Some(below) = path.strip_prefix(plain::PREFIX) {
            match self.tokens.check(&self.config, &parts.headers) {
                Ok(_) => {
                    let directory = self.directory.read().unwrap_or_else(PoisonError::into_inner);
                    let asked = Asked {
                        method: &parts.method,
                        path: below,
                        query: parts.uri.query(),
                        headers: &parts.headers,
                        body,
                    };
                    self.plain.answer(&directory, &asked)
                }
                Err(failure) => failure.into_response(),
            }
        } else {
            Failure::no_such_path(path).into_response()
        };
        mishap.after(response).await
    }

    /// Refuses what only a browser sends: a request on behalf of a web page (`Origin`), or one to a name that was made to
    /// lead to this machine (DNS rebinding). Only on the emulator's own listener, which is for this machine alone.
    fn of_a_browser(&self, parts: &http::request::Parts) -> Option<Response> {
        parts.extensions.get::<mishap::Connection>()?;
        let detail = if parts.headers.contains_key(header::ORIGIN) {
            "The emulator takes no requests of web pages: the header Origin is refused."
        } else if !self.is_own_host(parts) {
            "The emulator takes requests to 127.0.0.1 and localhost only."
        } else {
            return None;
        };
        Some(Failure::new(StatusCode::FORBIDDEN, "foreign", detail).into_response())
    }

    fn is_own_host(&self, parts: &http::request::Parts) -> bool {
        let named = |text: &str| {
            text.parse::<http::uri::Authority>()
                .map(|a| a.host().to_owned())
                .ok()
        };
        // HTTP/2 has it in the address, HTTP/1.1 in a header.
        let host = match parts.uri.host() {
            Some(host) => Some(host.to_owned()),
            None => parts
                .headers
                .get(header::HOST)
                .and_then(|host| host.to_str().ok())
                .and_then(named),
        };
        let Some(host) = host else { return false };
        let public = self.base_uri.parse::<http::Uri>().ok();
        ["127.0.0.1", "localhost", "[::1]"]
            .into_iter()
            .chain(public.as_ref().and_then(http::Uri::host))
            .any(|own| own.eq_ignore_ascii_case(&host))
    }

    fn token(&self, method: &Method, tenant: &str, headers: &HeaderMap, body: &[u8]) -> Response {
        if method != Method::POST {
            return empty_response(StatusCode::METHOD_NOT_ALLOWED);
        }
        if content_type(headers) != "application/x-www-form-urlencoded" {
            return empty_response(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        self.tokens.endpoint(&self.config, tenant, body)
    }

    fn scim(&self, incoming: &Incoming<'_>) -> Result<Response, Failure> {
        self.throttle()?;
        let bearer = self.tokens.check(&self.config, incoming.headers)?;
        endpoints::dispatch(self, incoming, &bearer)
    }

    fn throttle(&self) -> Result<(), Failure> {
        let Some(throttle) = self.config.throttle else {
            return Ok(());
        };
        let now = now_seconds();
        let mut window = self.throttle.lock().unwrap_or_else(PoisonError::into_inner);
        if window.0 != now {
            *window = (now, 0);
        }
        window.1 += 1;
        if window.1 <= throttle.requests_per_second {
            return Ok(());
        }
        count(&self.counters.throttled);
        Err(Failure::new(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequests",
            "Too many requests.",
        )
        .with(header::RETRY_AFTER, throttle.retry_after_seconds.to_string()))
    }

    /// `/__emulator/…`: what a test in another process needs of [`crate::Emulator`].
    async fn control(&self, method: &Method, what: &str, body: Body) -> Response {
        match (method.as_str(), what) {
            ("GET", "stats") => json_response(StatusCode::OK, &json!(self.counters.snapshot())),
            ("GET", "faults") => json_response(StatusCode::OK, &json!(self.faults.list())),
            ("DELETE", "faults") => {
                self.faults.clear();
                empty_response(StatusCode::NO_CONTENT)
            }
            ("GET", "plain") => {
                let directory = self.directory.read().unwrap_or_else(PoisonError::into_inner);
                json_response(StatusCode::OK, &json!(self.plain.contents(&directory)))
            }
            ("PUT", "plain") => {
                let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
                match serde_json::from_slice(&body) {
                    Ok(contents) => self.plain.replace(contents),
                    Err(error) => {
                        return Failure::invalid_syntax(format!("Not a directory: {error}")).into_response();
                    }
                }
                empty_response(StatusCode::NO_CONTENT)
            }
            ("POST", "expire-tokens") => {
                self.tokens.revoke();
                empty_response(StatusCode::NO_CONTENT)
            }
            ("POST", "faults") => {
                let body = to_bytes(body, MAX_BODY).await.unwrap_or_default();
                match serde_json::from_slice::<OneOrMany>(&body) {
                    Ok(OneOrMany::One(fault)) => self.faults.add(fault),
                    Ok(OneOrMany::Many(faults)) => {
                        faults.into_iter().for_each(|fault| self.faults.add(fault))
                    }
                    Err(error) => {
                        return Failure::invalid_syntax(format!("Not a fault: {error}")).into_response();
                    }
                }
                empty_response(StatusCode::NO_CONTENT)
            }
            _ => Failure::no_such_path(what).into_response(),
        }
    }

    fn request_id(&self) -> String {
        let n = self
            .request_ids
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        guid(&id_bytes(n >> 20, IdSpace::Request, n as u32))
    }
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<Fault>),
    One(Fault),
}

fn tenant_of(path: &str) -> Option<&str> {
    let tenant = path.strip_prefix('/')?.strip_suffix("/oauth2/v2.0/token")?;
    (!tenant.contains('/')).then_some(tenant)
}

fn identity_place(path: &str) -> Option<&str> {
    match path {
        "/metadata/identity/oauth2/token" => Some("imds"),
        _ => path
            .strip_prefix("/identity/")
            .filter(|place| matches!(*place, "app-service" | "arc")),
    }
}

async fn serve(State(app): State<Arc<App>>, request: Request<Body>) -> Response {
    const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
    const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
    let scim = request.uri().path().starts_with(PREFIX);
    let gzip = app.config.compress && mishap::accepts_gzip(request.headers());
    let client_request_id = request.headers().get(CLIENT_REQUEST_ID).cloned();

    let mut response = app.answer(request).await;
    let status = response.status();
    if scim && (status.is_success() || status == StatusCode::NOT_FOUND) {
        count(&app.counters.billable);
    }
    let id = HeaderValue::from_str(&app.request_id()).unwrap_or(HeaderValue::from_static(""));
    // Without one from the client the service repeats its own.
    response
        .headers_mut()
        .insert(CLIENT_REQUEST_ID, client_request_id.unwrap_or_else(|| id.clone()));
    response.headers_mut().insert(REQUEST_ID, id);
    response
        .headers_mut()
        .insert(EMULATOR, HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
    if gzip {
        mishap::gzip(response).await
    } else {
        response
    }
}
