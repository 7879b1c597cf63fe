//! What a server other than Entra says of itself, read once and for nothing: `ServiceProviderConfig` (RFC 7643 section 5,
//! RFC 9865) and `ResourceTypes` (RFC 7643 section 6). Every field is read by itself, and what is missing or makes no sense
//! says nothing: then the RFCs hold.

use reqwest::Method;
use serde_json::{Map, Value};
use url::Url;

use crate::cloud::Endpoint;
use crate::error::{Error, Kind};
use crate::event::{Event, Observer};
use crate::http::not_json;
use crate::send::what;
use crate::session::Session;

const CONFIG: &str = "ServiceProviderConfig";
/// As SCIM 1.1 spelled it.
const PLURAL_CONFIG: &str = "ServiceProviderConfigs";
const TYPES: &str = "ResourceTypes";
/// No server is asked for larger pages, whatever it says that it allows.
const LARGEST_PAGE: u32 = 1000;
/// What to ask a server for whose limit is not known; it may return fewer (RFC 7644 section 3.4.2.4).
pub(crate) const USUAL_PAGE: u32 = 200;

/// What is known of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Profile {
    /// Where the service is, when not at the connection's base URI.
    base: Option<Url>,
    users: Option<String>,
    groups: Option<String>,
    config: Option<String>,
    /// Resources a page at most.
    page: Option<u32>,
    /// Whether lists begin with an empty cursor.
    pub(crate) cursors: bool,
    /// Whether PATCH is there; None where the server does not say.
    pub(crate) patch: Option<bool>,
    /// Whether objects have versions.
    pub(crate) etag: Option<bool>,
    /// Whether a password can be changed; None where the server does not say.
    pub(crate) change_password: Option<bool>,
}

impl Profile {
    /// Asks the server. What it says is advice: where it can't be read, the RFCs hold, and a warning says so.
    ///
    /// # Errors
    /// Those that the next request would get too: of the network, of sign-in, of the budget.
    pub(crate) async fn read(session: &Session, observer: &dyn Observer) -> Result<Self, Error> {
        let mut profile = Self::default();
        let given = &session.settings().base;
        let mut asking = Asking {
            session,
            observer,
            refused: None,
        };
        for base in [given.clone(), with_or_without_version(given)] {
            let types = asking.document(&base, TYPES).await?;
            let mut config = asking.document(&base, CONFIG).await?;
            if config.is_none() && types.is_some() {
                config = asking.document(&base, PLURAL_CONFIG).await?;
                profile.config = config.is_some().then(|| PLURAL_CONFIG.to_owned());
            }
            if let Some(config) = &config {
                profile.learn_config(config);
            }
            if let Some(types) = &types {
                profile.learn_types(types);
            }
            let found = config.is_some() || types.is_some();
            profile.base = found.then_some(base);
            if let Some(error) = asking.refused {
                session.warn_later(format!(
                    "PSScim couldn't read what the server supports, and assumes that it follows the RFCs. {error} To skip these requests, connect with -Compatibility SkipDiscovery."
                ));
                return Ok(profile);
            }
            if found {
                return Ok(profile);
            }
        }
        observer.event(Event::Note(format!(
            "The server doesn't describe its features at {given}, with or without the version in the path. PSScim assumes that it follows the RFCs."
        )));
        Ok(profile)
    }

    pub(crate) fn base(&self) -> Option<&Url> {
        self.base.as_ref()
    }

    /// The path that the server says, below the base URI.
    pub(crate) fn path(&self, endpoint: Endpoint) -> Option<&str> {
        match endpoint {
            Endpoint::Users => self.users.as_deref(),
            Endpoint::Groups => self.groups.as_deref(),
            Endpoint::ServiceProviderConfig => self.config.as_deref(),
            _ => None,
        }
    }

    /// Resources a page at most, where the server says it.
    pub(crate) fn largest_page(&self) -> Option<u32> {
        self.page
    }

    pub(crate) fn page_size(&self) -> u32 {
        self.page.unwrap_or(USUAL_PAGE)
    }

    fn learn_config(&mut self, config: &Value) {
        // Some servers put a list around it.
        let listed = member(config, "Resources").and_then(|list| list.get(0));
        let config = listed.unwrap_or(config);
        let paging = member(config, "pagination").unwrap_or(&Value::Null);
        let filter = member(config, "filter").unwrap_or(&Value::Null);
        let size = |of: &Value, name| {
            number(member(of, name)?)
                .filter(|n| *n > 0)
                .map(|n| n.min(LARGEST_PAGE))
        };
        self.page = size(paging, "maxPageSize").or_else(|| size(filter, "maxResults"));
        let says = |name| member(paging, name).and_then(boolean);
        let by_default = member(paging, "defaultPaginationMethod").and_then(Value::as_str);
        self.cursors = says("cursor") == Some(true)
            && (says("index") != Some(true)
                || by_default.is_some_and(|method| method.eq_ignore_ascii_case("cursor")));
        let supported = |name| {
            member(config, name)
                .and_then(|feature| member(feature, "supported"))
                .and_then(boolean)
        };
        (self.patch, self.etag) = (supported("patch"), supported("etag"));
        self.change_password = supported("changePassword");
    }

    fn learn_types(&mut self, types: &Value) {
        let list = match types {
            Value::Array(list) => list.as_slice(),
            other => member(other, "Resources")
                .and_then(Value::as_array)
                .map_or(&[][..], Vec::as_slice),
        };
        for kind in list {
            let Some(path) = member(kind, "endpoint").and_then(Value::as_str).and_then(below) else {
                continue;
            };
            let is = |wanted: &str| {
                ["id", "name"].iter().any(|name| {
                    member(kind, name)
                        .and_then(Value::as_str)
                        .is_some_and(|text| text.eq_ignore_ascii_case(wanted))
                })
            };
            if is("User") {
                self.users.get_or_insert(path);
            } else if is("Group") {
                self.groups.get_or_insert(path);
            }
        }
    }
}

/// A base URI with `/v2` behind it, or without: people give either.
fn with_or_without_version(base: &Url) -> Url {
    let path = base.path().trim_end_matches('/');
    let other = match path.strip_suffix("/v2") {
        Some(without) => without.to_owned(),
        None => format!("{path}/v2"),
    };
    let mut url = base.clone();
    url.set_path(&other);
    url
}

/// A discovery document, or None where the server has none that can be read.
pub(crate) async fn document(
    session: &Session,
    base: &Url,
    path: &str,
    observer: &dyn Observer,
) -> Result<Option<Value>, Error> {
    let mut asking = Asking {
        session,
        observer,
        refused: None,
    };
    asking.document(base, path).await
}

/// Asks for documents, one after another.
struct Asking<'a> {
    session: &'a Session,
    observer: &'a dyn Observer,
    /// The first answer that says nothing of whether there is a document: a sign-in page, a refused token, throttling.
    refused: Option<Error>,
}

impl Asking<'_> {
    /// A discovery document, or None where the server has none that can be read.
    async fn document(&mut self, base: &Url, path: &str) -> Result<Option<Value>, Error> {
        // Whoever throttles is asked for nothing more.
        if matches!(&self.refused, Some(error) if error.kind() == Kind::TooManyRequests) {
            return Ok(None);
        }
        let url = self.session.url_at(base, path, None, &[])?;
        let what = what(&Method::GET, &url);
        let error = match self.session.send(Method::GET, url, self.observer).await {
            Ok(answer) => {
                let found: Option<Value> = serde_json::from_slice(&answer.body).ok();
                let found = found.filter(|found| found.is_object() || found.is_array());
                if found.is_some() || answer.body.is_empty() {
                    return Ok(found);
                }
                not_json(&answer, &what, Kind::NotJson)
            }
            Err(error) => error,
        };
        match error.kind() {
            // The server has no such document.
            Kind::EndpointNotFound
            | Kind::ResourceNotFound
            | Kind::InsufficientPrivileges
            | Kind::BadRequest
            | Kind::ServerError
            | Kind::UnexpectedStatus => Ok(None),
            // The sign-in failed before the server was asked.
            Kind::AuthenticationFailed
            | Kind::TokenResponseInvalid
            | Kind::CertificateUnusable
            | Kind::FederatedTokenUnavailable
            | Kind::ManagedIdentityUnavailable
            | Kind::AccessTokenProviderFailed => Err(error),
            _ if error.details().status.is_none() => Err(error),
            _ => {
                self.refused.get_or_insert(error);
                Ok(None)
            }
        }
    }
}

/// An endpoint is a path below the base URI; some servers give the whole address or the whole path.
fn below(endpoint: &str) -> Option<String> {
    let path = endpoint.trim().trim_end_matches('/');
    let last = path.rsplit('/').next()?;
    let plain = !last.is_empty()
        && last
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    (plain && last != "." && last != "..").then(|| last.to_owned())
}

/// A member, whatever the case of its name.
pub(crate) fn member<'a>(of: &'a Value, name: &str) -> Option<&'a Value> {
    let members: &Map<String, Value> = of.as_object()?;
    members.get(name).or_else(|| {
        members
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v)
    })
}

pub(crate) fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

fn number(value: &Value) -> Option<u32> {
    match value {
        Value::Number(n) => n.as_u64().map(|n| u32::try_from(n).unwrap_or(u32::MAX)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(config: &str, types: &str) -> Profile {
        let mut profile = Profile::default();
        profile.learn_config(&serde_json::from_str(config).unwrap_or_default());
        profile.learn_types(&serde_json::from_str(types).unwrap_or_default());
        profile
    }

    #[test]
    fn a_config_is_read_field_by_field() {
        for nothing in ["", "[]", "{}", r#"{"patch":true,"filter":7,"pagination":[]}"#] {
            assert_eq!(learned(nothing, nothing), Profile::default(), "{nothing}");
        }
        let partial = learned(
            r#"{"bulk":{},"patch":{"supported":"False"},"filter":{"maxResults":0}}"#,
            "",
        );
        assert_eq!((partial.patch, partial.page_size()), (Some(false), USUAL_PAGE));
        let listed = learned(
            r#"{"Resources":[{"filter":{"maxResults":50},"patch":{"supported":false}}]}"#,
            "",
        );
        assert_eq!((listed.patch, listed.page_size()), (Some(false), 50));
        let capped = learned(r#"{"Filter":{"maxResults":"50"}}"#, "");
        assert_eq!(capped.page_size(), 50);
        let cursors = learned(
            r#"{"pagination":{"cursor":true,"index":false,"maxPageSize":5000}}"#,
            "",
        );
        assert!(cursors.cursors);
        assert_eq!(cursors.page_size(), LARGEST_PAGE);
        assert!(!learned(r#"{"pagination":{"cursor":true,"index":true}}"#, "").cursors);
    }

    #[test]
    fn paths_are_those_of_the_resource_types() {
        let types = r#"{"resources":[{"name":"User","endpoint":"/people"},{"id":"group","endpoint":"https://x/scim/v2/Teams/"},
            {"id":"Other","endpoint":"/Others"},{"name":"User","endpoint":"/Users"}]}"#;
        let profile = learned("", types);
        assert_eq!(profile.path(Endpoint::Users), Some("people"));
        assert_eq!(profile.path(Endpoint::Groups), Some("Teams"));
        for bad in ["", "/", "/..", "/a b", "/Users?x=1", "/Users{id}"] {
            let types = format!(r#"[{{"id":"User","endpoint":"{bad}"}}]"#);
            assert_eq!(learned("", &types).path(Endpoint::Users), None, "{bad}");
        }
    }
}
