//! One exchange over HTTP, and what its failure means.

use std::collections::HashSet;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

pub(crate) use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, IF_MATCH};
use zeroize::Zeroizing;

use crate::body::{self, Decoder};
use crate::clock::{Clock, date};
use crate::config::Settings;
use crate::correlation;
use crate::emulator::{self, Notice};
use crate::error::{Error, Kind};
use crate::event::{Event, Observer};
use crate::failure;
use crate::headers;
use crate::limits;
use crate::meter::Meter;
use crate::network::Peer;
use crate::proxy::Proxies;
use crate::redact::{Known, Redactor};
use crate::trace::{BodyEntry, Entry, Trace};

/// How long and how often to try.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) retries: u32,
    /// Whether `retries` holds for 429 and 503 too, since the caller chose it.
    pub(crate) counts_all: bool,
    pub(crate) interval: Duration,
    /// What all tries of a request take together at most, and so the longest pause that a service may ask for.
    pub(crate) budget: Duration,
}

/// Pauses that we choose ourselves stop growing here.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

impl Limits {
    pub(crate) fn of(settings: &Settings) -> Self {
        Self {
            timeout: settings.timeout,
            retries: settings.retries,
            counts_all: settings.counts_all_retries,
            interval: settings.retry_interval,
            budget: settings.retry_budget,
        }
    }

    /// How long to wait before retry number `retry` (from 0), or None when it is not worth it.
    pub(crate) fn pause(&self, retry: u32, asked: Option<Duration>) -> Option<Duration> {
        let delay = self.delay(retry, asked);
        (retry < self.retries && delay <= self.budget).then_some(delay)
    }

    /// The same after pauses that took `waited` together: the budget is for all of them.
    pub(crate) fn pause_after(
        &self,
        waited: Duration,
        retry: u32,
        asked: Option<Duration>,
    ) -> Option<Duration> {
        let delay = self.pause(retry, asked)?;
        (waited.saturating_add(delay) <= self.budget).then_some(delay)
    }

    /// How long to wait before retry number `retry` (from 0). What the service asks for is a floor; a little jitter keeps
    /// many clients from coming back at the same moment.
    pub(crate) fn delay(&self, retry: u32, asked: Option<Duration>) -> Duration {
        let doubled = self
            .interval
            .saturating_mul(1 << retry.min(16))
            .min(LONGEST_PAUSE);
        let own = doubled.mul_f64(0.5 + 0.5 * fastrand::f64());
        match asked {
            Some(asked) => asked + own.min(asked.mul_f64(0.1) + Duration::from_millis(50)),
            None => own,
        }
    }
}

/// An answer, whole.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) request_id: Option<String>,
    /// The id of the request that it says to be the answer to.
    pub(crate) echo: Option<String>,
    pub(crate) location: Option<String>,
    /// The version of the object, as it came.
    pub(crate) etag: Option<String>,
    /// `WWW-Authenticate`
    pub(crate) challenge: Option<String>,
    /// The server's clock.
    pub(crate) date: Option<SystemTime>,
    /// What broke the body off, where it did not come whole.
    pub(crate) cut: Option<Error>,
    /// The proxy that it came through.
    pub(crate) proxy: Option<String>,
    /// Whose it is.
    pub(crate) host: String,
    /// Whether it says to be the emulator's.
    pub(crate) is_emulator: bool,
    /// Masks the secrets of the connection and of the request in what the server says.
    pub(crate) redactor: Redactor,
}

/// What a request to the identity side needs: by whom, how often, and who hears of it.
pub(crate) struct Exchange<'a> {
    pub(crate) http: &'a Wire,
    pub(crate) limits: &'a Limits,
    pub(crate) meter: &'a Meter,
    pub(crate) clock: &'a Clock,
    pub(crate) notice: &'a Notice,
    pub(crate) observer: &'a dyn Observer,
}

impl Exchange<'_> {
    /// Sends a request until it is answered with a status that is not `passing`, or nothing more helps.
    pub(crate) async fn until_answered(
        &self,
        request: reqwest::RequestBuilder,
        what: &str,
        passing: fn(u16) -> bool,
    ) -> Result<Answer, Error> {
        let (mut retry, mut waited) = (0, Duration::ZERO);
        loop {
            let again = request
                .try_clone()
                .ok_or_else(|| Error::new(Kind::InternalError, format!("{what} can't be repeated.")))?;
            let result = self.once(again, what).await;
            let (reason, asked) = match &result {
                Ok(answer) if passing(answer.status) => (
                    format!("HTTP status {} to {what}", answer.status),
                    answer.retry_after,
                ),
                Err(error) if self.http.may_pass(error) => (error.to_string(), None),
                _ => return result,
            };
            let Some(delay) = self.limits.pause_after(waited, retry, asked) else {
                return result;
            };
            retry += 1;
            waited += delay;
            self.observer.event(Event::Waiting { reason, delay, retry });
            tokio::time::sleep(delay).await;
        }
    }

    /// Sends a request once.
    pub(crate) async fn once(&self, request: reqwest::RequestBuilder, what: &str) -> Result<Answer, Error> {
        self.meter.token_requested();
        let answer = self
            .http
            .exchange(request, self.limits.timeout, limits::SMALL_BODY_BYTES, what)
            .await?;
        self.clock.read(&answer, self.observer);
        self.notice.hear(&answer, self.observer);
        Ok(answer)
    }

    /// Whether anybody answers in so short a time; what they answer does not matter.
    pub(crate) async fn probe(
        &self,
        request: reqwest::RequestBuilder,
        what: &str,
        limit: Duration,
    ) -> Result<(), Error> {
        self.http
            .exchange(request, limit, limits::SMALL_BODY_BYTES, what)
            .await
            .map(drop)
    }
}

/// An `Authorization` header, in memory that is wiped when the last request that carries it is gone.
pub(crate) fn credentials(scheme: &str, text: &str) -> Result<reqwest::header::HeaderValue, Error> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(scheme.len() + 1 + text.len()));
    bytes.extend_from_slice(scheme.as_bytes());
    bytes.push(b' ');
    bytes.extend_from_slice(text.as_bytes());
    let mut value = reqwest::header::HeaderValue::from_maybe_shared(bytes::Bytes::from_owner(bytes))
        .map_err(|_| {
            Error::new(
                Kind::InvalidAuthenticationToken,
                "The token contains characters that aren't allowed in a token.",
            )
        })?;
    value.set_sensitive(true);
    Ok(value)
}

/// A client, its pool of connections, and what is known of the way that its requests take. Cheap to clone: HTTP/2 where
/// the server speaks it, TLS 1.2 and later by rustls with ring and the operating system's trust store.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    /// What makes requests.
    client: reqwest::Client,
    /// What sends them: the same, until its connections have to be left.
    sending: Arc<RwLock<reqwest::Client>>,
    proxies: Proxies,
    /// The hosts that have answered, each with its port.
    heard: Arc<Mutex<HashSet<String>>>,
    trace: Option<Arc<Trace>>,
    known: Arc<Known>,
}

impl Deref for Wire {
    type Target = reqwest::Client;

    fn deref(&self) -> &reqwest::Client {
        &self.client
    }
}

impl Wire {
    /// # Errors
    /// `TlsFailure`: no trust store, or none that works.
    pub(crate) fn new(settings: &Settings, peer: Peer) -> Result<Self, Error> {
        // Another library in the process may have chosen a provider already; then that one serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Self::client(settings, peer)?;
        let proxies = match peer {
            Peer::Neighbour => Proxies::default(),
            Peer::Service | Peer::SignInHost => settings.network.proxies.clone(),
        };
        Ok(Self {
            sending: Arc::new(RwLock::new(client.clone())),
            client,
            proxies,
            heard: Arc::default(),
            trace: settings.trace.clone(),
            known: Arc::clone(&settings.known),
        })
    }

    /// From now on requests to the service go over new connections. What is on its way over the old ones still ends there.
    ///
    /// # Errors
    /// As [`Wire::new`].
    pub(crate) fn leave_connections(&self, settings: &Settings) -> Result<(), Error> {
        let client = Self::client(settings, Peer::Service)?;
        *self.sending.write().unwrap_or_else(PoisonError::into_inner) = client;
        Ok(())
    }

    fn client(settings: &Settings, peer: Peer) -> Result<reqwest::Client, Error> {
        let builder = reqwest::Client::builder()
            .user_agent(&settings.user_agent)
            .redirect(reqwest::redirect::Policy::custom(|attempt| {
                // A token goes to the origin that it was given for and nowhere else; and by these three statuses a POST
                // would become a GET (RFC 9110 section 15.4), whose success says nothing.
                let from = attempt.previous().last().map(reqwest::Url::origin);
                let same_method = !matches!(attempt.status().as_u16(), 301..=303);
                if attempt.previous().len() < 5 && same_method && from == Some(attempt.url().origin()) {
                    attempt.follow()
                } else {
                    attempt.stop()
                }
            }))
            .connect_timeout(settings.timeout.min(Duration::from_secs(30)))
            .read_timeout(settings.stall)
            .pool_idle_timeout(Duration::from_secs(90))
            .tcp_nodelay(true);
        settings.network.apply(builder, peer).build().map_err(|e| {
            let reason = failure::innermost(&e);
            Error::new(Kind::TlsFailure, format!("TLS can't be set up: {reason}."))
        })
    }

    /// The proxy that requests to `url` go through.
    pub(crate) fn proxy(&self, url: &url::Url) -> Option<String> {
        self.proxies.of(url)
    }

    fn hear(&self, url: &url::Url) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let host = host_of(url);
        if !heard.contains(&host) {
            heard.insert(host);
        }
    }

    /// Whether a failure without an answer may be gone at the next try. A host that has never answered, and whose name,
    /// port or proxy isn't there, is a mistake in the address; one that has answered before may come back.
    pub(crate) fn may_pass(&self, error: &Error) -> bool {
        let details = error.details();
        let has_answered = || {
            let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            details.host.as_ref().is_some_and(|host| heard.contains(host))
        };
        match error.kind() {
            Kind::NameNotFound | Kind::ConnectionRefused | Kind::ProxyUnreachable => has_answered(),
            Kind::Timeout | Kind::ConnectionLost if details.unreachable => has_answered(),
            Kind::ConnectionLost | Kind::Stalled | Kind::Timeout => true,
            _ => false,
        }
    }

    /// Sends a request and reads its answer, of at most `most` bytes, within `limit` from now. `what` names the request
    /// in errors.
    pub(crate) async fn exchange(
        &self,
        request: reqwest::RequestBuilder,
        limit: Duration,
        most: usize,
        what: &str,
    ) -> Result<Answer, Error> {
        let answer = self.receive(request, limit, most, what).await?;
        match answer.cut {
            Some(error) => Err(error),
            None => Ok(answer),
        }
    }

    /// The same, where the status is worth having even when the body does not come whole.
    pub(crate) async fn receive(
        &self,
        request: reqwest::RequestBuilder,
        limit: Duration,
        most: usize,
        what: &str,
    ) -> Result<Answer, Error> {
        Ok(self.begin(request, limit, most, what).await?.whole().await)
    }

    /// Sends a request and waits for the head of its answer, whose body may have `most` bytes.
    pub(crate) async fn begin(
        &self,
        request: reqwest::RequestBuilder,
        limit: Duration,
        most: usize,
        what: &str,
    ) -> Result<Arriving, Error> {
        let began = Instant::now();
        let failed = |error: reqwest::Error| {
            let proxy = error.url().and_then(|url| self.proxy(url));
            failure::of(&error, what, proxy.as_deref(), began.elapsed() < limit)
        };
        let request = request.timeout(limit).build().map_err(failed)?;
        self.proxies.check(request.url())?;
        let redactor = self.known.redactor_for(&request);
        let entry = Entry::new(self.trace.clone(), &request, &redactor);
        let client = self
            .sending
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let sent = client.execute(request).await.map_err(failed);
        let response = sent.inspect_err(|e| entry.broken(e))?;
        self.hear(response.url());
        entry.head(&response);
        let headers = response.headers();
        let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let head = Answer {
            status: response.status().as_u16(),
            body: Vec::new(),
            retry_after: headers::pause(response.status().as_u16(), text, SystemTime::now()),
            request_id: text("request-id")
                .or_else(|| text("x-ms-request-id"))
                .or_else(|| text("x-request-id"))
                .map(|id| redactor.owned(id)),
            echo: text(correlation::HEADER),
            location: text("location"),
            etag: text("etag"),
            challenge: text("www-authenticate"),
            date: date(headers),
            cut: None,
            proxy: self.proxy(response.url()),
            host: response.url().host_str().unwrap_or_default().to_owned(),
            is_emulator: headers.contains_key(emulator::HEADER),
            redactor,
        };
        if head.status == 407 {
            let proxy = head.proxy.as_deref().unwrap_or("on the way");
            return Err(failure::proxy_wants_credentials(proxy, what, &head.host));
        }
        let decoder = Decoder::new(text("content-type").as_deref());
        Ok(Arriving {
            decoder,
            announced: response.content_length().unwrap_or(0) as usize,
            response,
            head,
            what: what.to_owned(),
            most,
            read: 0,
            admitted: 0,
            began,
            limit,
            entry: entry.follow(),
        })
    }
}

/// An answer whose body is still on its way.
#[derive(Debug)]
pub(crate) struct Arriving {
    response: reqwest::Response,
    /// Without its body.
    head: Answer,
    /// The request, as messages name it.
    what: String,
    /// Makes UTF-8 of the body.
    decoder: Decoder,
    announced: usize,
    most: usize,
    read: usize,
    /// Bytes of these that their reader didn't keep.
    admitted: usize,
    began: Instant,
    limit: Duration,
    /// For the trace.
    entry: BodyEntry,
}

impl Arriving {
    /// The answer without its body.
    pub(crate) fn head(&self) -> &Answer {
        &self.head
    }

    /// When its request was sent.
    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    /// How many bytes of the body have come.
    pub(crate) fn read(&self) -> usize {
        self.read
    }

    /// The next bytes of the body as UTF-8, or None behind the last. They may be none where more is needed to tell.
    pub(crate) async fn chunk(&mut self) -> Result<Option<bytes::Bytes>, Error> {
        let chunk = self.next_chunk().await;
        match &chunk {
            Ok(chunk) => self.entry.add(chunk.as_deref().unwrap_or_default()),
            Err(error) => self.entry.broken(error),
        }
        let chunk = chunk.map_err(|e| e.with(|d| d.request_id.clone_from(&self.head.request_id)))?;
        Ok(match chunk {
            Some(bytes) => Some(self.decoder.decode(bytes)),
            None => Some(self.decoder.finish()).filter(|rest| !rest.is_empty()),
        })
    }

    /// Takes note that so many bytes weren't kept: they don't count as the body's, up to a limit.
    pub(crate) fn admit(&mut self, bytes: usize) {
        self.admitted = (self.admitted + bytes).min(limits::OMITTED_BYTES);
    }

    async fn next_chunk(&mut self) -> Result<Option<bytes::Bytes>, Error> {
        if self.announced > self.most + limits::OMITTED_BYTES {
            return Err(too_large(&self.what, self.most));
        }
        let chunk = self.response.chunk().await.map_err(|error| {
            let in_time = self.began.elapsed() < self.limit;
            failure::of(&error, &self.what, self.head.proxy.as_deref(), in_time)
        })?;
        self.read += chunk.as_ref().map_or(0, bytes::Bytes::len);
        if self.read - self.admitted.min(self.read) > self.most {
            return Err(too_large(&self.what, self.most));
        }
        Ok(chunk)
    }

    /// The answer with its body, or with as much of it as came.
    pub(crate) async fn whole(mut self) -> Answer {
        // A small answer may hold a token: with room from the start, no copy stays behind in a buffer that grew.
        let room = if self.most == limits::SMALL_BODY_BYTES {
            64 << 10
        } else {
            0
        };
        let mut body = Vec::with_capacity(self.announced.min(self.most).max(room));
        let cut = loop {
            if self.announced > self.most {
                break Some(too_large(&self.what, self.most));
            }
            match self.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        // White space alone is no body.
        if body.trim_ascii().is_empty() {
            body.clear();
        }
        Answer {
            body,
            cut,
            ..self.head
        }
    }
}

fn too_large(what: &str, most: usize) -> Error {
    let message = format!(
        "The response to {what} is larger than the limit of {} MiB.",
        most >> 20
    );
    Error::new(Kind::BodyTooLarge, message)
}

/// The host and port of an address.
pub(crate) fn host_of(url: &url::Url) -> String {
    format!(
        "{}:{}",
        url.host_str().unwrap_or_default(),
        url.port_or_known_default().unwrap_or_default()
    )
}

/// Whether a status may be gone at the next try.
pub(crate) fn is_passing_status(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}

/// An answer that should be JSON and is not: a web page, or something else.
pub(crate) fn not_json(answer: &Answer, what: &str, otherwise: Kind) -> Error {
    let page = is_html(&answer.body);
    let found = if page { "a web page" } else { "not JSON" };
    let begins = body::beginning(&answer.body)
        .filter(|_| !page)
        .map_or(String::new(), |text| format!(" It begins with: {text}"));
    let status = answer.status;
    let (kind, message) = match &answer.proxy {
        Some(proxy) if page => (
            Kind::HtmlFromProxy,
            format!(
                "The proxy {proxy} returned a web page instead of a response to {what}, with HTTP status {status}."
            ),
        ),
        _ => (
            if page { Kind::HtmlBody } else { otherwise },
            format!("The response to {what} is {found}, with HTTP status {status}.{begins}"),
        ),
    };
    Error::new(kind, message).with(|d| {
        d.status = Some(answer.status);
        d.request_id.clone_from(&answer.request_id);
        d.retry_after = answer.retry_after;
    })
}

pub(crate) fn is_html(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'<')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_have_a_floor_and_end() {
        let limits = Limits {
            timeout: Duration::ZERO,
            retries: 5,
            counts_all: false,
            interval: Duration::from_millis(500),
            budget: Duration::from_secs(300),
        };
        for _ in 0..100 {
            let first = limits.pause(0, None).unwrap();
            assert!((Duration::from_millis(250)..=Duration::from_millis(500)).contains(&first));
            assert!(limits.pause(4, None).unwrap() <= Duration::from_secs(8));
            let asked = limits.pause(0, Some(Duration::from_secs(12))).unwrap();
            assert!((Duration::from_secs(12)..=Duration::from_secs(14)).contains(&asked));
        }
        assert_eq!(limits.pause(5, None), None);
        let asked = |seconds, waited| {
            limits.pause_after(Duration::from_secs(waited), 0, Some(Duration::from_secs(seconds)))
        };
        assert_eq!(asked(301, 0), None);
        // The budget is for all the pauses of a request together.
        assert!(asked(200, 0).is_some());
        assert_eq!(asked(200, 200), None);
    }
}
