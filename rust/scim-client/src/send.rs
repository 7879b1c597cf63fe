//! Sending one request until it is answered: the token, the gate, the budget, and what may be repeated.

use std::time::{Duration, Instant};

use reqwest::Method;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::answer;
use crate::cloud::Service;
use crate::correlation::{self, Correlation};
use crate::error::{Error, Kind};
use crate::event::{Event, Observer};
use crate::gate::Pass;
use crate::http::{self, Answer, Arriving};
use crate::limits;
use crate::request::{Caller, Reach, Request, Unsuccessful};
use crate::retry::Retries;
use crate::session::Session;

/// What has come of a request so far.
#[derive(Debug, Default)]
pub(crate) struct Tries {
    /// The number of the token that the service refused.
    refused: Option<u64>,
    retry: u32,
    /// Where the caller brings no budget.
    retries: Retries,
    hops: usize,
    /// Whether an earlier try may have been done.
    lost: bool,
}

/// A try that did not succeed.
struct Failed {
    error: Error,
    tried: Reach,
    passing: bool,
    /// How long the service asks to wait.
    asked: Option<Duration>,
    /// How long the try took.
    took: Duration,
}

/// Redirects of a GET that are followed by us: reqwest would turn a POST into a GET at these, so it follows none.
const HOPS: usize = 5;

impl Session {
    /// Reads from an address.
    pub(crate) async fn send(
        &self,
        method: Method,
        url: Url,
        observer: &dyn Observer,
    ) -> Result<Answer, Error> {
        debug_assert_eq!(method, Method::GET);
        Ok(self
            .exchange(Request::get(url), Caller::reading(observer))
            .await?)
    }

    /// Sends a request until it succeeds or nothing more helps. An answer to anything but a GET may be cut off: its
    /// status alone says that it was done.
    pub(crate) async fn exchange(
        &self,
        mut request: Request,
        caller: Caller<'_>,
    ) -> Result<Answer, Unsuccessful> {
        let mut tries = Tries {
            lost: request.doubtful,
            ..Tries::default()
        };
        loop {
            let (arriving, pass) = self.begin(&mut request, &mut tries, caller).await?;
            let began = arriving.began();
            let answer = arriving.whole().await;
            self.received(answer.body.len());
            tell(
                &request,
                Some((&answer, answer.body.len(), true)),
                began,
                caller.observer,
            );
            match answer.cut {
                Some(error) if request.method == Method::GET => {
                    drop(pass);
                    self.broke(&request, &mut tries, error, caller).await?;
                }
                _ => {
                    pass.welcome();
                    return Ok(answer);
                }
            }
        }
    }

    /// Sends a request until an answer of success begins to arrive, or nothing more helps. Where its body then breaks
    /// off, [`Session::broke`] says whether to begin again.
    pub(crate) async fn begin(
        &self,
        request: &mut Request,
        tries: &mut Tries,
        caller: Caller<'_>,
    ) -> Result<(Arriving, Pass<'_>), Unsuccessful> {
        loop {
            let what = what(&request.method, &request.url);
            let admitted = self.admit(tries.refused, tries.retry > 0, caller, &what).await;
            let unsent = |error| Reach::Unsent.of(error, tries.lost);
            let (token, pass) = admitted.map_err(unsent)?;
            if !request.method.is_safe()
                && let Some(intent) = caller.intent
            {
                intent.keep().await.map_err(unsent)?;
            }
            let began = Instant::now();
            let id = Correlation::id();
            let builder = self.builder(request, token.text(), &id).map_err(unsent)?;
            let limit = caller.retries.unwrap_or(&tries.retries).time_left(self.limits());
            let arriving = self
                .http()
                .begin(builder, limit, limits::BODY_BYTES, &what)
                .await
                .and_then(|arriving| self.ours(arriving, &id, &what));
            let failed = match arriving {
                Ok(arriving) => {
                    self.heard(arriving.head(), caller.observer);
                    if (200..300).contains(&arriving.head().status) {
                        return Ok((arriving, pass));
                    }
                    let answer = arriving.whole().await;
                    self.received(answer.body.len());
                    tell(
                        request,
                        Some((&answer, answer.body.len(), true)),
                        began,
                        caller.observer,
                    );
                    match self.refusal(answer, request, tries, &token, &what) {
                        Some(failed) => failed,
                        None => continue,
                    }
                }
                Err(error) => {
                    tell(request, None, began, caller.observer);
                    Failed {
                        tried: if error.details().unsent {
                            Reach::Unsent
                        } else {
                            Reach::Lost
                        },
                        passing: self.http().may_pass(&error),
                        error,
                        asked: None,
                        took: began.elapsed(),
                    }
                }
            };
            self.pause(failed, request, tries, Some(pass), caller).await?;
        }
    }

    /// What an answer without success means; None where the request, as it is now, may go again at once.
    fn refusal(
        &self,
        answer: Answer,
        request: &mut Request,
        tries: &mut Tries,
        token: &crate::token::Token,
        what: &str,
    ) -> Option<Failed> {
        if let Some(error) = answer.cut {
            return Some(Failed {
                tried: Reach::Lost,
                passing: self.http().may_pass(&error),
                error,
                asked: None,
                took: Duration::ZERO,
            });
        }
        let tried = match self.correlation().may_be_anothers(answer.echo.as_deref()) {
            true => Reach::Lost,
            false => reach(&answer),
        };
        if answer.status == 401 && tries.refused.is_none() && self.can_renew() {
            tries.lost |= tried == Reach::Lost;
            tries.refused = Some(token.number);
            return None;
        }
        if request.method == Method::GET
            && tries.hops < HOPS
            && let Some(url) = same_origin(&request.url, &answer)
        {
            tries.hops += 1;
            request.url = url;
            return None;
        }
        Some(Failed {
            error: answer::error(&answer, what, self.service()),
            tried,
            passing: http::is_passing_status(answer.status),
            asked: answer.retry_after,
            took: Duration::ZERO,
        })
    }

    /// After the body of an answer broke off: waits until the request may be sent again; where that does not help, gives
    /// the error back.
    pub(crate) async fn broke(
        &self,
        request: &Request,
        tries: &mut Tries,
        error: Error,
        caller: Caller<'_>,
    ) -> Result<(), Unsuccessful> {
        let failed = Failed {
            tried: Reach::Lost,
            passing: self.http().may_pass(&error),
            error,
            asked: None,
            took: Duration::ZERO,
        };
        self.pause(failed, request, tries, None, caller).await
    }

    async fn pause(
        &self,
        failed: Failed,
        request: &Request,
        tries: &mut Tries,
        pass: Option<Pass<'_>>,
        caller: Caller<'_>,
    ) -> Result<(), Unsuccessful> {
        let Failed {
            error,
            tried,
            passing,
            asked,
            took,
        } = failed;
        let throttled = matches!(error.details().status, Some(429)) || asked.is_some();
        let looks = request.looks && error.details().status == Some(500);
        let may_repeat = (request.repeatable && !looks) || tried != Reach::Lost;
        let retries = caller.retries.unwrap_or(&tries.retries);
        let delay = if passing && may_repeat {
            retries.next(self.limits(), &error, took, asked)
        } else {
            None
        };
        if throttled && let Some(pass) = &pass {
            pass.throttled(delay.unwrap_or_default());
        }
        drop(pass);
        let Some(delay) = delay else {
            return Err(tried.of(error, tries.lost));
        };
        tries.lost |= tried == Reach::Lost;
        tries.retry += 1;
        caller.observer.event(Event::Waiting {
            reason: reason(&error),
            delay,
            retry: tries.retry,
        });
        // The gate makes all wait for a service that asks to; a broken connection concerns this request alone.
        if !throttled
            && unless_stopped(caller.stop, tokio::time::sleep(delay))
                .await
                .is_none()
        {
            return Err(tried.of(error, tries.lost));
        }
        Ok(())
    }

    /// Waits for all that one try needs: a token, room, and the budget's leave.
    async fn admit(
        &self,
        refused: Option<u64>,
        again: bool,
        caller: Caller<'_>,
        what: &str,
    ) -> Result<(crate::token::Token, Pass<'_>), Error> {
        let admitted = async {
            let token = self.token(caller.observer, refused).await?;
            Ok::<_, Error>((token, self.gate().enter(caller.limit).await))
        };
        let admitted = unless_stopped(caller.stop, admitted).await.unwrap_or_else(|| {
            Err(Error::new(
                Kind::Cancelled,
                format!("{what} wasn't sent, because the command was stopped."),
            ))
        })?;
        self.spend(again).map_err(|sent| {
            let message =
                format!("{what} wasn't sent: the connection has sent all {sent} requests of its budget.");
            Error::new(Kind::BudgetExceeded, message)
        })?;
        Ok(admitted)
    }

    /// An answer that belongs to another request is none.
    fn ours(&self, arriving: Arriving, id: &str, what: &str) -> Result<Arriving, Error> {
        if self.correlation().belongs(id, arriving.head().echo.as_deref()) {
            return Ok(arriving);
        }
        // What comes behind it on that connection would be another's answer too.
        self.http().leave_connections(self.settings())?;
        let message = format!(
            "The response to {what} was lost: the response that arrived belongs to another request. A proxy or gateway on the way to the server repeats responses."
        );
        Err(Error::new(Kind::ConnectionLost, message))
    }

    fn builder(&self, request: &Request, token: &str, id: &str) -> Result<reqwest::RequestBuilder, Error> {
        let mut builder = self
            .http()
            .request(request.method.clone(), request.url.clone())
            .header(correlation::HEADER, id);
        if let Some(scheme) = self.scheme() {
            builder = builder.header(http::AUTHORIZATION, http::credentials(scheme, token)?);
        }
        // Entra refuses a DELETE that names JSON here, and everything else that does not.
        if request.method != Method::DELETE {
            builder = builder.header(http::ACCEPT, accept(self.service()));
        }
        if let Some(version) = &request.if_match {
            let version = reqwest::header::HeaderValue::from_str(version).map_err(|_| {
                let message = "The version holds a line break or another character that an If-Match header can't have. Nothing was sent.";
                Error::new(Kind::InvalidValue, message)
            })?;
            builder = builder.header(http::IF_MATCH, version);
        }
        if let Some(body) = &request.body {
            builder = builder
                .header(http::CONTENT_TYPE, "application/scim+json")
                .body(body.clone());
        }
        Ok(builder)
    }
}

/// Tells of a request: of its answer, how many bytes of it came and whether these are all; or that none came.
pub(crate) fn tell(
    request: &Request,
    answer: Option<(&Answer, usize, bool)>,
    began: Instant,
    observer: &dyn Observer,
) {
    observer.event(Event::Request {
        method: request.method.to_string(),
        path: path_of(&request.url),
        status: answer.map(|(answer, ..)| answer.status),
        bytes: answer.map_or(0, |(_, bytes, _)| bytes),
        whole: answer.is_none_or(|(.., whole)| whole),
        elapsed: began.elapsed(),
        request_id: answer.and_then(|(answer, ..)| answer.request_id.clone()),
    });
}

/// What a future gives, or None when the stop comes first.
pub(crate) async fn unless_stopped<T>(
    stop: Option<&CancellationToken>,
    work: impl Future<Output = T>,
) -> Option<T> {
    match stop {
        None => Some(work.await),
        Some(stop) => tokio::select! {
            biased;
            () = stop.cancelled() => None,
            done = work => Some(done),
        },
    }
}

/// Whether a status says that the service did not act. A gateway that gives up says nothing of what stands behind it.
fn reach(answer: &Answer) -> Reach {
    match answer.status {
        503 if answer.retry_after.is_some() => Reach::Refused,
        408 | 500..600 => Reach::Lost,
        _ => Reach::Refused,
    }
}

fn same_origin(from: &Url, answer: &Answer) -> Option<Url> {
    let to = from.join(answer.location.as_deref()?).ok()?;
    (matches!(answer.status, 301..=303) && to.origin() == from.origin()).then_some(to)
}

/// What to accept. Entra refuses a request that does not name application/json; RFC 7644 section 3.1 wants servers to
/// know application/scim+json.
fn accept(service: Service) -> &'static str {
    match service {
        Service::Entra => "application/json",
        Service::Generic => "application/scim+json, application/json;q=0.9",
    }
}

/// The request as messages name it: the method and the path, without the host.
pub(crate) fn what(method: &Method, url: &Url) -> String {
    format!("{method} {}", path_of(url))
}

pub(crate) fn path_of(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

fn reason(error: &Error) -> String {
    match error.details().status {
        Some(429) => "429 Too Many Requests".to_owned(),
        Some(status) => format!("HTTP status {status}"),
        None => error.to_string(),
    }
}
