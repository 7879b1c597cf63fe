//! What stands between here and a working connection, one check after the other, so that the first that fails names the
//! cause. Only the last makes a request that the service may bill, and only when all before it went well.

use std::time::{Duration, Instant, UNIX_EPOCH};

use reqwest::Method;
use serde::Serialize;

use crate::claims::Claims;
use crate::cloud::{Endpoint, Service};
use crate::error::{Error, Kind};
use crate::event::Observer;
use crate::permissions::{PERMISSIONS, Permission};
use crate::request::{Caller, Request};
use crate::session::Session;

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The check's stable name.
    pub name: &'static str,
    /// `Passed`, `Failed` or `Skipped`.
    pub status: &'static str,
    /// What was found.
    pub detail: String,
    /// What to do about it. Empty if there is nothing to do.
    pub advice: String,
}

/// Microsoft Graph's application ID, which a token's audience may be instead of its address.
const GRAPH_ID: &str = "00000003-0000-0000-c000-000000000000";

const AFTER_FAILURE: &str = "Not run, because an earlier check failed.";

#[derive(Debug, Clone, Copy)]
enum Step {
    Name,
    Connection,
    Token,
    Audience,
    Permission(usize),
    Api,
    Read,
    End,
}

/// The checks of a connection, run one by one.
#[derive(Debug)]
pub struct Checks {
    session: Session,
    writes: bool,
    step: Step,
    failed: bool,
    claims: Option<Claims>,
    /// The result of the one read, which decides two checks.
    read: Option<Result<usize, Error>>,
}

impl Checks {
    /// Prepares the checks. `writes`: whether to check the permissions to write too.
    #[must_use]
    pub fn new(session: &Session, writes: bool) -> Self {
        Self {
            session: session.clone(),
            writes,
            step: Step::Name,
            failed: false,
            claims: None,
            read: None,
        }
    }

    /// Runs the next check. None after the last one.
    pub async fn next(&mut self, observer: &dyn Observer) -> Option<Check> {
        let step = self.step;
        self.step = self.after(step);
        let name = match step {
            Step::Name => "NameResolution",
            Step::Connection => "Connection",
            Step::Token => "Token",
            Step::Audience => "Audience",
            Step::Permission(n) => PERMISSIONS[n].name,
            Step::Api => "ApiEnabled",
            Step::Read => "ReadOneUser",
            Step::End => return None,
        };
        // The last two checks share one request: the second reports what the first didn't.
        let settled = matches!(step, Step::Read) && self.read.is_some();
        if self.failed && !settled {
            return Some(skipped(name, AFTER_FAILURE));
        }
        let check = match step {
            Step::Name => self.name_resolution().await,
            Step::Connection => self.connection().await,
            Step::Token => self.token(observer).await,
            Step::Audience => self.audience(),
            Step::Permission(n) => self.permission(&PERMISSIONS[n]),
            Step::Api => self.api(observer).await,
            Step::Read | Step::End => self.reading(),
        };
        self.failed |= check.status == "Failed";
        let redactor = self.session.redactor();
        Some(Check {
            name,
            detail: redactor.owned(check.detail),
            advice: redactor.owned(check.advice),
            ..check
        })
    }

    fn after(&self, step: Step) -> Step {
        let permission = |from: usize| {
            (from..PERMISSIONS.len())
                .find(|n| self.writes || !PERMISSIONS[*n].writes)
                .map_or(Step::Api, Step::Permission)
        };
        match step {
            Step::Name => Step::Connection,
            Step::Connection => Step::Token,
            Step::Token => Step::Audience,
            Step::Audience => permission(0),
            Step::Permission(n) => permission(n + 1),
            Step::Api => Step::Read,
            Step::Read | Step::End => Step::End,
        }
    }

    async fn name_resolution(&self) -> Check {
        let base = &self.session.settings().base;
        let (host, port) = (
            base.host_str().unwrap_or_default(),
            base.port_or_known_default().unwrap_or(443),
        );
        match tokio::net::lookup_host((host.trim_matches(['[', ']']), port)).await {
            Ok(addresses) => {
                let mut all: Vec<String> = addresses.map(|a| a.ip().to_string()).collect();
                all.dedup();
                passed(format!("{host} resolves to {}.", all.join(", ")))
            }
            // With a proxy, the proxy resolves host names.
            Err(e) => match self.session.http().proxy(base) {
                Some(proxy) => skipped(
                    "",
                    &format!("{host} can't be resolved on this computer. The proxy {proxy} may resolve it."),
                ),
                None => failed(
                    format!("{host} can't be resolved: {e}."),
                    Kind::NameNotFound.advice(),
                ),
            },
        }
    }

    /// TCP and TLS, by a request without a token to the host's root: not to the API, so it costs nothing.
    async fn connection(&self) -> Check {
        let mut root = self.session.settings().base.clone();
        root.set_path("/");
        let encrypted = root.scheme() == "https";
        let what = format!("HEAD {root}");
        let began = Instant::now();
        let http = self.session.http();
        let proxy = http.proxy(&root);
        let request = http.head(root);
        let limit = Duration::from_secs(30);
        match http
            .exchange(request, limit, crate::limits::SMALL_BODY_BYTES, &what)
            .await
        {
            Ok(_) => {
                let over = if encrypted {
                    "TCP and TLS"
                } else {
                    "TCP, unencrypted"
                };
                let by = proxy
                    .map(|p| format!(" through the proxy {p}"))
                    .unwrap_or_default();
                passed(format!(
                    "The server responded over {over}{by} in {} ms.",
                    began.elapsed().as_millis()
                ))
            }
            Err(error) => of_error(&error),
        }
    }

    async fn token(&mut self, observer: &dyn Observer) -> Check {
        match self.session.access_token(observer).await {
            Ok(None) if self.session.scheme().is_none() => skipped(
                "",
                "The connection doesn't sign in: the server doesn't authenticate.",
            ),
            Ok(None) => skipped(
                "",
                "The connection sends a user name and password instead of a token.",
            ),
            Ok(Some(token)) => {
                self.claims = std::str::from_utf8(token.bytes()).ok().and_then(Claims::read);
                let until = self.claims.as_ref().and_then(Claims::expires);
                let until =
                    until.and_then(|s| jiff::Timestamp::try_from(UNIX_EPOCH + Duration::from_secs(s)).ok());
                if until.is_some_and(|at| at < jiff::Timestamp::now()) {
                    return failed(
                        format!("The token expired at {}.", until.unwrap_or_default()),
                        "Connect again with a fresh token.",
                    );
                }
                passed(match until {
                    Some(at) => format!(
                        "Got a token with {}, valid until {at}.",
                        self.session.describe().credential
                    ),
                    None => format!("Got a token with {}.", self.session.describe().credential),
                })
            }
            Err(error) => of_error(&error),
        }
    }

    fn audience(&self) -> Check {
        let Some(claims) = self.readable() else {
            return self.unreadable();
        };
        let scope = &self.session.settings().scope;
        let wanted = scope
            .strip_suffix("/.default")
            .unwrap_or(scope)
            .trim_end_matches('/');
        match claims.audience() {
            Some(found) if found.trim_end_matches('/') == wanted || found == GRAPH_ID => {
                passed(format!("The token is for {found}."))
            }
            found => failed(
                format!(
                    "The token is for {}, but the service requires {wanted}.",
                    found.unwrap_or("no audience")
                ),
                "Check -Scope and -Environment, or get a token for that address.",
            ),
        }
    }

    fn permission(&self, permission: &Permission) -> Check {
        let Some(claims) = self.readable() else {
            return self.unreadable();
        };
        let roles = claims.roles();
        match permission.granted(&roles) {
            Some(set) => passed(format!(
                "{} allows it to {}.",
                set.join(" and "),
                permission.purpose
            )),
            None => failed(permission.lack(&roles), permission.advice()),
        }
    }

    async fn api(&mut self, observer: &dyn Observer) -> Check {
        let read = self.read_one(observer).await;
        let check = match &read {
            _ if self.session.service() == Service::Generic => {
                skipped("", "This check applies only to Entra's API.")
            }
            Err(error) if error.kind() == Kind::ApiNotEnabled => of_error(error),
            // Any other response comes from a service that is turned on.
            Ok(_) => passed("The SCIM Provisioning API is on in this tenant.".to_owned()),
            Err(error) if error.kind() == Kind::InsufficientPrivileges => {
                passed("The SCIM Provisioning API responds in this tenant.".to_owned())
            }
            Err(_) => skipped("", "Unknown, because the read failed for another reason."),
        };
        self.read = Some(read);
        check
    }

    fn reading(&mut self) -> Check {
        match self.read.take() {
            Some(Ok(0)) => {
                passed("The service responded. It has no users that this connection can see.".to_owned())
            }
            Some(Ok(_)) => passed("One user was read.".to_owned()),
            Some(Err(error)) if error.kind() == Kind::ApiNotEnabled => skipped("", AFTER_FAILURE),
            Some(Err(error)) => of_error(&error),
            None => skipped("", AFTER_FAILURE),
        }
    }

    async fn read_one(&self, observer: &dyn Observer) -> Result<usize, Error> {
        let query = [("attributes", "id"), ("count", "1")];
        self.session.discover(observer).await?;
        let url = self.session.url(Endpoint::Users, None, &query)?;
        let what = crate::send::what(&Method::GET, &url);
        // If the response is lost, the service may have done the work, and a retry would be billed again.
        let once = Request {
            repeatable: false,
            ..Request::get(url)
        };
        let caller = Caller {
            observer,
            limit: usize::MAX,
            stop: None,
            intent: None,
            retries: None,
        };
        let answer = self.session.exchange(once, caller).await?;
        let page = crate::page::PageParser::default()
            .list(&answer.body)
            .map_err(|e| crate::answer::unreadable(&e, &answer, &what))?;
        Ok(page.count)
    }

    fn readable(&self) -> Option<&Claims> {
        self.claims
            .as_ref()
            .filter(|_| self.session.service() == Service::Entra)
    }

    fn unreadable(&self) -> Check {
        match self.session.service() {
            Service::Generic => skipped("", "PSScim can read only Entra's tokens."),
            Service::Entra => skipped("", "The token is opaque, so its claims can't be read."),
        }
    }
}

fn passed(detail: String) -> Check {
    Check {
        name: "",
        status: "Passed",
        detail,
        advice: String::new(),
    }
}

fn failed(detail: String, advice: impl Into<String>) -> Check {
    Check {
        name: "",
        status: "Failed",
        detail,
        advice: advice.into(),
    }
}

fn skipped(name: &'static str, detail: &str) -> Check {
    Check {
        name,
        status: "Skipped",
        detail: detail.to_owned(),
        advice: String::new(),
    }
}

fn of_error(error: &Error) -> Check {
    failed(error.to_string(), error.details().advice.clone())
}
