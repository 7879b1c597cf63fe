//! A request, on whose behalf it is sent, and how far it got when it did not succeed.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use reqwest::Method;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::error::Error;
use crate::event::Observer;
use crate::retry::Retries;

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// JSON. Where it holds a secret, its owner wipes it.
    pub(crate) body: Option<Bytes>,
    /// The version that the object must still have (RFC 7644 section 3.14).
    pub(crate) if_match: Option<String>,
    /// Whether it may be sent again where the service may have acted already: it asks for a state, not for a step. What
    /// is not repeatable is sent again only where the service certainly did not act: 429, 503 with Retry-After, and
    /// whatever fails before the connection stands.
    pub(crate) repeatable: bool,
    /// Whether an earlier run may have done it already.
    pub(crate) doubtful: bool,
    /// Whether a 500 is given back after the first try, because the caller looks at the object then: some servers answer
    /// a client's mistake with 500, and a repetition would be refused again.
    pub(crate) looks: bool,
}

impl Request {
    pub(crate) fn get(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            body: None,
            if_match: None,
            repeatable: true,
            doubtful: false,
            looks: false,
        }
    }
}

/// Keeps what is about to be sent, so that a process that is killed leaves a note of it.
pub(crate) trait Intent: Send + Sync {
    /// Returns when the note is safe. Further calls do nothing.
    fn keep(&self) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send + '_>>;
}

/// On whose behalf a request is sent.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) observer: &'a dyn Observer,
    /// It waits while so many requests are in flight on the whole connection.
    pub(crate) limit: usize,
    /// Ends all waiting; nothing is sent after it.
    pub(crate) stop: Option<&'a CancellationToken>,
    /// Kept once a request that changes something has its turn, and before it is sent.
    pub(crate) intent: Option<&'a dyn Intent>,
    /// What may be tried again of all requests of one input object. Without it, each request has a budget of its own.
    pub(crate) retries: Option<&'a Retries>,
}

impl<'a> Caller<'a> {
    /// Who reads waits for no one.
    pub(crate) fn reading(observer: &'a dyn Observer) -> Self {
        Self {
            observer,
            limit: usize::MAX,
            stop: None,
            intent: None,
            retries: None,
        }
    }
}

/// A request that did not succeed.
#[derive(Debug)]
pub(crate) struct Unsuccessful {
    pub(crate) error: Error,
    pub(crate) reach: Reach,
}

/// How far a request got, all its tries together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// It was never sent.
    Unsent,
    /// The service refused it, and certainly did not act.
    Refused,
    /// The service refused the last try, but an earlier one may have been done.
    RefusedAgain,
    /// It may have been done: the last answer is lost, or says nothing certain.
    Lost,
}

impl Reach {
    /// What a try that ended like this makes of the whole, where an earlier one was `lost`.
    pub(crate) fn of(self, error: Error, lost: bool) -> Unsuccessful {
        let reach = match self {
            Reach::Unsent if lost => Reach::Lost,
            Reach::Refused if lost => Reach::RefusedAgain,
            reach => reach,
        };
        Unsuccessful { error, reach }
    }
}

impl Unsuccessful {
    /// An error from before anything was sent.
    pub(crate) fn unsent(error: Error) -> Self {
        Reach::Unsent.of(error, false)
    }

    /// An error that comes of what was answered.
    pub(crate) fn refused(error: Error) -> Self {
        Reach::Refused.of(error, false)
    }
}

impl From<Unsuccessful> for Error {
    fn from(unsuccessful: Unsuccessful) -> Self {
        unsuccessful.error
    }
}
