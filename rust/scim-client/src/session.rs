//! A connection: its token, meter, budget, rate gate and connection pool, shared by all that use it.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::answer;
use crate::attributes::{Attributes, Names};
use crate::clock::Clock;
use crate::cloud::{Endpoint, Service};
use crate::config::{Config, Secret, Secrets, Settings};
use crate::correlation::Correlation;
use crate::described::{self, Held};
use crate::emulator::Notice;
use crate::error::{Error, Kind};
use crate::event::{Event, Observer};
use crate::gate::Gate;
use crate::http::{Answer, Exchange, Limits, Wire};
use crate::meter::{Meter, Stats};
use crate::network::Peer;
use crate::page::{Page, PageParser};
use crate::paging::Totals;
use crate::profile::{self, Profile};
use crate::redact::Redactor;
use crate::schema::Schema;
use crate::send::what;
use crate::token::Tokens;

/// The unreserved characters of RFC 3986 section 2.3 stay; all else is escaped.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A connection to one SCIM service. Cheap to clone; every clone is the same connection.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    settings: Settings,
    limits: Limits,
    http: Wire,
    /// For the sign-in host, where that is met in another way.
    sign_in: Wire,
    /// What the server says of itself, once it was asked.
    profile: OnceCell<Profile>,
    /// The document of its schemas, once something needed it; None when it has none.
    schemas: OnceCell<Option<serde_json::Value>>,
    /// What they say of attributes, once a write needed it.
    schema: OnceCell<Schema>,
    /// Which attributes they have, once a name made it worth asking.
    names: OnceCell<Names>,
    /// What its totals count: [`Totals`].
    totals: AtomicU8,
    /// Why that couldn't be read, until it's told.
    warning: Mutex<Option<String>>,
    tokens: Tokens,
    meter: Meter,
    gate: Gate,
    clock: Clock,
    correlation: Correlation,
    closed: CancellationToken,
    notice: Notice,
}

/// What a connection is, for people to look at: never a secret or a token.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    /// `Entra` or `Generic`.
    pub service: &'static str,
    /// The cloud's name, where it is one of Entra's.
    pub environment: Option<&'static str>,
    /// The SCIM base URI.
    pub base_uri: String,
    /// The sign-in host.
    pub authority: Option<String>,
    /// The tenant.
    pub tenant_id: Option<String>,
    /// The application.
    pub client_id: Option<String>,
    /// How it signs in: `ClientSecret`, `Certificate`, `ManagedIdentity` …
    pub credential: &'static str,
    /// US dollars a billed request.
    pub price_per_request: f64,
    /// Requests at most.
    pub request_budget: Option<u64>,
}

impl Session {
    /// Checks the configuration and makes the connection. Sends nothing.
    ///
    /// # Errors
    /// `InvalidConfiguration`, `UnencryptedTransport`, `TlsFailure`, `FileNotWritten`, and those of what the configuration names.
    pub fn open(config: Config, secrets: impl Into<Secrets>) -> Result<Self, Error> {
        let mut settings = config.check(secrets.into())?;
        let http = Wire::new(&settings, Peer::Service)?;
        // One pool, unless what the caller said of the service must not hold for a host that everyone shares.
        let sign_in = if settings.network.tells_peers_apart() && !settings.own_authority {
            Wire::new(&settings, Peer::SignInHost)?
        } else {
            http.clone()
        };
        let tokens = Tokens::new(&mut settings)?;
        let limits = Limits::of(&settings);
        let notice = Notice::new(settings.is_emulator);
        let (meter, gate, clock, correlation, closed) = Default::default();
        Ok(Self(Arc::new(Inner {
            settings,
            limits,
            http,
            sign_in,
            profile: OnceCell::new(),
            schemas: OnceCell::new(),
            schema: OnceCell::new(),
            names: OnceCell::new(),
            totals: AtomicU8::new(0),
            warning: Mutex::new(None),
            tokens,
            meter,
            gate,
            clock,
            correlation,
            closed,
            notice,
        })))
    }

    /// Ends everything that uses this connection: see [`Session::closed`].
    pub fn close(&self) {
        self.0.closed.cancel();
    }

    /// Waits until the connection is closed, and gives the error with which whoever uses it ends.
    pub async fn closed(&self) -> Error {
        self.0.closed.cancelled().await;
        Self::closed_error()
    }

    /// The error of a connection that was closed.
    #[must_use]
    pub fn closed_error() -> Error {
        Error::new(
            Kind::NotConnected,
            "The connection was closed with Disconnect-Scim.",
        )
    }

    /// The counters.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.0.meter.stats()
    }

    /// What the billed requests have cost so far, in US dollars.
    #[must_use]
    pub fn estimated_cost(&self) -> f64 {
        self.cost_of(self.stats().billable_requests)
    }

    /// What so many billed requests cost.
    pub(crate) fn cost_of(&self, requests: u64) -> f64 {
        requests as f64 * self.0.settings.price
    }

    /// What this connection is.
    #[must_use]
    pub fn describe(&self) -> Description {
        let settings = &self.0.settings;
        let (sign_in, client) = self.0.tokens.who();
        Description {
            service: match settings.service {
                Service::Entra => "Entra",
                Service::Generic => "Generic",
            },
            environment: settings.environment,
            base_uri: settings.base.as_str().trim_end_matches('/').to_owned(),
            authority: sign_in.map(|s| s.authority.clone()),
            tenant_id: sign_in.map(|s| s.tenant.clone()),
            client_id: client.map(str::to_owned),
            credential: self.0.tokens.name(),
            price_per_request: settings.price,
            request_budget: settings.budget,
        }
    }

    /// Whose rules hold.
    #[must_use]
    pub fn service(&self) -> Service {
        self.0.settings.service
    }

    /// Signs in, unless a good token is there already.
    ///
    /// # Errors
    /// `AuthenticationFailed`, `TokenResponseInvalid`, and those of the network.
    pub async fn sign_in(&self, observer: &dyn Observer) -> Result<(), Error> {
        self.token(observer, None).await.map(drop)
    }

    /// The token that a request would carry now, got or renewed where need be. None where none is used: with a name and
    /// password.
    ///
    /// # Errors
    /// As [`Session::sign_in`].
    pub async fn access_token(&self, observer: &dyn Observer) -> Result<Option<Secret>, Error> {
        if self.0.tokens.scheme() != Some("Bearer") {
            return Ok(None);
        }
        let token = self.token(observer, None).await?;
        Ok(Some(Secret::new(token.text().as_bytes().to_vec())))
    }

    /// What masks this connection's secrets in text from a server.
    #[must_use]
    pub fn redactor(&self) -> Redactor {
        self.0.settings.known.redactor()
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn http(&self) -> &Wire {
        &self.0.http
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.0.gate
    }

    /// Counts a request that is about to be sent, unless the budget forbids it: then the count so far.
    pub(crate) fn spend(&self, again: bool) -> Result<(), u64> {
        let inner = &*self.0;
        inner.meter.admit(inner.settings.budget)?;
        if again {
            inner.meter.retried();
        }
        Ok(())
    }

    pub(crate) fn correlation(&self) -> &Correlation {
        &self.0.correlation
    }

    /// What the server's clock showed when ours showed this, as far as its answers have told.
    pub(crate) fn server_time(&self, ours: jiff::Timestamp) -> Option<jiff::Timestamp> {
        self.0.clock.at(ours)
    }

    /// The scheme of the `Authorization` header.
    pub(crate) fn scheme(&self) -> Option<&'static str> {
        self.0.tokens.scheme()
    }

    pub(crate) fn can_renew(&self) -> bool {
        self.0.tokens.can_renew()
    }

    /// Asks a server other than Entra, once and for nothing, what it can do and where its endpoints are.
    ///
    /// # Errors
    /// Those that the next request would meet as well.
    pub(crate) async fn discover(&self, observer: &dyn Observer) -> Result<(), Error> {
        let inner = &*self.0;
        if inner.settings.service == Service::Entra || inner.settings.compatibility.skips_discovery() {
            return Ok(());
        }
        // Boxed: reading the profile sends requests, and what sends requests reads the profile.
        inner
            .profile
            .get_or_try_init(|| Box::pin(Profile::read(self, observer)))
            .await
            .map(drop)
    }

    /// Has this told with the first answer that isn't about discovery.
    pub(crate) fn warn_later(&self, warning: String) {
        *self.warning() = Some(warning);
    }

    fn warning(&self) -> MutexGuard<'_, Option<String>> {
        self.0.warning.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the server has said of itself; None before it was asked, and on Entra.
    pub(crate) fn profile(&self) -> Option<&Profile> {
        self.0.profile.get()
    }

    /// What the server's schemas say of attributes. Asked once, and never of Entra; where there is no answer, the offline
    /// table holds.
    ///
    /// # Errors
    /// Those that the next request would meet as well.
    pub(crate) async fn schema(&self, observer: &dyn Observer) -> Result<&Schema, Error> {
        let read = async {
            let told = self.schemas(observer).await?;
            Ok(told.map_or_else(Schema::default, Schema::from_json))
        };
        // Boxed: it sends requests, and what sends requests may need it.
        self.0.schema.get_or_try_init(|| Box::pin(read)).await
    }

    /// Which attributes a server other than Entra has.
    ///
    /// # Errors
    /// Those that the next request would meet as well.
    pub(crate) async fn names(&self, observer: &dyn Observer) -> Result<&Names, Error> {
        let read = async {
            let Some(schemas) = self.schemas(observer).await? else {
                return Ok(Names::default());
            };
            let path = self.0.settings.service.path(Endpoint::ResourceTypes);
            let types = profile::document(self, self.base(), path, observer).await?;
            Ok(Names::learn(types.as_ref(), schemas))
        };
        // Boxed: as above.
        self.0.names.get_or_try_init(|| Box::pin(read)).await
    }

    /// The document of a server's schemas; None when it has none, and on Entra.
    async fn schemas(&self, observer: &dyn Observer) -> Result<Option<&serde_json::Value>, Error> {
        self.discover(observer).await?;
        let inner = &*self.0;
        let read = async {
            if inner.settings.service == Service::Entra || inner.settings.compatibility.skips_discovery() {
                return Ok(None);
            }
            let path = inner.settings.service.path(Endpoint::Schemas);
            profile::document(self, self.base(), path, observer).await
        };
        let told = inner.schemas.get_or_try_init(|| Box::pin(read)).await?;
        Ok(told.as_ref())
    }

    /// What decides the meaning of names, as far as the server was asked.
    pub(crate) fn attributes(&self) -> Attributes<'_> {
        Attributes {
            service: self.service(),
            schema: self.0.names.get().unwrap_or(Names::rfc()),
        }
    }

    /// What the server's `totalResults` counts, as far as its lists have shown.
    pub(crate) fn totals(&self) -> Totals {
        match self.0.totals.load(Relaxed) {
            0 => Totals::Unknown,
            1 => Totals::Whole,
            _ => Totals::OfPage,
        }
    }

    /// Takes note of what a list has shown of it. That totals were those of pages is never forgotten.
    pub(crate) fn learn_totals(&self, totals: Totals) {
        self.0.totals.fetch_max(totals as u8, Relaxed);
    }

    /// Reads one resource by its id, or the one that has none (`ServiceProviderConfig`).
    ///
    /// # Errors
    /// `InvalidId` without a request; else those of the service and of the network.
    pub async fn get(
        &self,
        endpoint: Endpoint,
        id: Option<&str>,
        query: &[(&str, &str)],
        observer: &dyn Observer,
    ) -> Result<Page, Error> {
        self.discover(observer).await?;
        let url = self.url(endpoint, id, query)?;
        let what = what(&Method::GET, &url);
        let may_be_listed = described::may_be_listed(self.service(), endpoint);
        let answer = match self.send(Method::GET, url, observer).await {
            Ok(answer) => answer,
            Err(error) if may_be_listed && id.is_some() && described::has_no_single_read(&error) => {
                return self.listed(endpoint, id, observer).await.ok_or(error);
            }
            Err(error) => return Err(error),
        };
        let unreadable = |e| answer::unreadable(&e, &answer, &what);
        if !may_be_listed {
            return PageParser::default().resource(&answer.body).map_err(unreadable);
        }
        match described::read(&answer.body, id).map_err(unreadable)? {
            Held::Resource(page) | Held::Listed(Some(page)) => Ok(page),
            Held::Listed(None) => {
                let message = match id {
                    Some(id) => format!("{what} returned a list without '{id}'."),
                    None => format!("{what} returned an empty list."),
                };
                Err(Error::new(Kind::ResourceNotFound, message).with(|d| {
                    d.status = Some(answer.status);
                    d.request_id.clone_from(&answer.request_id);
                }))
            }
        }
    }

    /// One resource of an endpoint's list.
    async fn listed(&self, endpoint: Endpoint, id: Option<&str>, observer: &dyn Observer) -> Option<Page> {
        let url = self.url(endpoint, None, &[]).ok()?;
        let answer = self.send(Method::GET, url, observer).await.ok()?;
        match described::read(&answer.body, id).ok()? {
            Held::Listed(page) => page,
            Held::Resource(_) => None,
        }
    }

    /// The address of a path below the base URI, with its query, as the user wrote it.
    pub(crate) fn url_below(&self, path: &str) -> Result<Url, Error> {
        let base = self.base().as_str().trim_end_matches('/');
        let text = format!("{base}/{}", path.trim_start_matches('/'));
        let below = Url::parse(&text).ok().filter(|url| {
            // A URL parser takes ".." for a way up.
            url.as_str().starts_with(&format!("{base}/"))
        });
        below.ok_or_else(|| {
            let message = format!("'{path}' isn't a path below {base}.");
            Error::new(Kind::InvalidConfiguration, message)
        })
    }

    /// The address of an endpoint, or of one resource there.
    pub(crate) fn url(
        &self,
        endpoint: Endpoint,
        id: Option<&str>,
        query: &[(&str, &str)],
    ) -> Result<Url, Error> {
        let told = self.profile().and_then(|profile| profile.path(endpoint));
        let path = told.unwrap_or(self.0.settings.service.path(endpoint));
        self.url_at(self.base(), path, id, query)
    }

    /// The base URI: the one that was given, or its neighbour, where the server turned out to be.
    fn base(&self) -> &Url {
        let told = self.profile().and_then(Profile::base);
        told.unwrap_or(&self.0.settings.base)
    }

    /// The address of a path below a base URI, or of one resource there.
    pub(crate) fn url_at(
        &self,
        base: &Url,
        path: &str,
        id: Option<&str>,
        query: &[(&str, &str)],
    ) -> Result<Url, Error> {
        let mut text = base.as_str().trim_end_matches('/').to_owned();
        text.push('/');
        text.push_str(path);
        if let Some(id) = id {
            // A URL parser takes "." and ".." for a way up, escaped or not.
            if id.is_empty() || id == "." || id == ".." {
                return Err(Error::new(
                    Kind::InvalidId,
                    format!("'{id}' can't be the id of a resource."),
                ));
            }
            text.push('/');
            text.extend(utf8_percent_encode(id, RESERVED));
        }
        for (i, (name, value)) in query.iter().enumerate() {
            text.push(if i == 0 { '?' } else { '&' });
            text.push_str(name);
            text.push('=');
            text.extend(utf8_percent_encode(value, RESERVED));
        }
        Url::parse(&text).map_err(|e| {
            Error::new(
                Kind::InternalError,
                format!("'{text}' isn't a valid address: {e}."),
            )
        })
    }

    /// Takes note of the head of an answer: paid for from here on, whether or not the rest of it comes.
    pub(crate) fn heard(&self, head: &Answer, observer: &dyn Observer) {
        self.0.clock.read(head, observer);
        // A token that is refused everywhere has an error of its own.
        if head.status != 401
            && let Some(warning) = self.warning().take()
        {
            observer.event(Event::Warning(warning));
        }
        self.0.notice.hear(head, observer);
        if self.0.settings.service.bills(head.status) {
            self.0.meter.billed();
        }
    }

    /// Counts bytes of bodies.
    pub(crate) fn received(&self, bytes: usize) {
        self.0.meter.received(bytes);
    }

    pub(crate) async fn token(
        &self,
        observer: &dyn Observer,
        refused: Option<u64>,
    ) -> Result<crate::token::Token, Error> {
        let inner = &*self.0;
        let on = Exchange {
            http: &inner.sign_in,
            limits: &inner.limits,
            meter: &inner.meter,
            clock: &inner.clock,
            notice: &inner.notice,
            observer,
        };
        inner.tokens.get(&on, refused).await
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Session").field(&self.describe()).finish()
    }
}
