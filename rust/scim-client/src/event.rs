//! What a request's observer is told while it runs.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::config::Secret;
use crate::error::{Error, Kind};
use crate::redact::Redactor;

/// Something worth telling.
#[derive(Debug, Clone)]
pub enum Event {
    /// A request to the SCIM service was answered, or ended without an answer (then `status` is None).
    Request {
        /// GET, POST …
        method: String,
        /// Path and query, as sent.
        path: String,
        /// The HTTP status.
        status: Option<u16>,
        /// Bytes of the body, after decompression.
        bytes: usize,
        /// Whether these are all of it. Of a page that is handed over while it arrives, the request is told with the
        /// first part.
        whole: bool,
        /// From sending to the last of these bytes.
        elapsed: Duration,
        /// The service's id of the request.
        request_id: Option<String>,
    },
    /// The next try waits.
    Waiting {
        /// Why, as a clause: "429 Too Many Requests".
        reason: String,
        /// How long.
        delay: Duration,
        /// Which retry it will be, from 1.
        retry: u32,
    },
    /// How something is done that can be done in several ways, as a sentence.
    Note(String),
    /// A token came.
    Token {
        /// The identity platform's host, or the identity endpoint's.
        host: String,
        /// How long it is good for.
        expires_in: Duration,
        /// How long it took.
        elapsed: Duration,
    },
    /// Something that will make trouble, in a sentence.
    Warning(String),
    /// The list may not hold everything, as the warning before said: no command may take it for the whole.
    Incomplete,
}

impl Event {
    /// The same with every secret in its texts masked.
    #[must_use]
    pub fn redacted(mut self, redactor: &Redactor) -> Self {
        match &mut self {
            Self::Request { path, request_id, .. } => {
                *path = redactor.owned(std::mem::take(path));
                *request_id = request_id.take().map(|id| redactor.owned(id));
            }
            Self::Waiting { reason: text, .. }
            | Self::Token { host: text, .. }
            | Self::Note(text)
            | Self::Warning(text) => *text = redactor.owned(std::mem::take(text)),
            Self::Incomplete => {}
        }
        self
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Request {
                method,
                path,
                status,
                bytes,
                whole,
                elapsed,
                request_id,
            } => {
                write!(f, "{method} {path}: ")?;
                match status {
                    Some(status) => write!(
                        f,
                        "{status}, {bytes} bytes{}",
                        if *whole { "" } else { " so far" }
                    )?,
                    None => f.write_str("no response")?,
                }
                write!(f, ", {} ms", elapsed.as_millis())?;
                if let Some(id) = request_id {
                    write!(f, ", request ID {id}")?;
                }
                Ok(())
            }
            Event::Waiting { reason, delay, retry } => {
                write!(
                    f,
                    "{reason}: waiting {:.1} s before retry {retry}",
                    delay.as_secs_f64()
                )
            }
            Event::Note(text) => f.write_str(text),
            Event::Token {
                host,
                expires_in,
                elapsed,
            } => write!(
                f,
                "Token from {host}: valid for {} s, {} ms",
                expires_in.as_secs(),
                elapsed.as_millis()
            ),
            Event::Warning(text) => f.write_str(text),
            Event::Incomplete => Ok(()),
        }
    }
}

/// Something that only the caller can do.
#[derive(Clone)]
pub enum Question {
    /// Sign these bytes by RSASSA-PSS with SHA-256 and a salt of 32 bytes: the answer is the signature.
    Signature(Vec<u8>),
    /// Give an access token.
    AccessToken,
}

/// An answer that comes later.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<Secret, Error>> + Send + 'a>>;

/// Hears of events, on the thread on which they happen: it should only take note.
pub trait Observer: Send + Sync {
    /// Takes note of one.
    fn event(&self, event: Event);

    /// Hears of a resource that was left out because it can't be read completely.
    fn incomplete(&self, error: Error) {
        self.event(Event::Warning(error.to_string()));
    }

    /// Answers a question. Dropping the answer withdraws the question.
    fn ask(&self, question: Question) -> Answering<'_> {
        let what = match question {
            Question::Signature(_) => "a signature with the certificate's key",
            Question::AccessToken => "an access token",
        };
        Box::pin(async move {
            let message = format!("Sign-in needs {what}, but this caller can't provide it.");
            Err(Error::new(Kind::AuthenticationFailed, message))
        })
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Question::Signature(_) => "Signature(…)",
            Question::AccessToken => "AccessToken",
        })
    }
}

/// Hears nothing.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Observer for Silent {
    fn event(&self, _: Event) {}
}
