//! The request for the next page, sent while the present page still arrives.

use std::fmt;
use std::sync::Arc;

use tokio_util::task::AbortOnDropHandle;

use crate::error::{Error, Kind};
use crate::event::Observer;
use crate::http::Arriving;
use crate::place::Place;
use crate::request::{Caller, Request};
use crate::send::Tries;
use crate::session::Session;

/// Who reads a list, and hears of its requests wherever they are made.
pub trait Reader: Observer {
    /// Whether the page behind the present one is wanted for certain. Asked while that one arrives.
    fn goes_on(&self) -> bool;
}

/// A request that was answered, with the answer's body still to come.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) request: Request,
    pub(crate) tries: Tries,
    pub(crate) arriving: Arriving,
}

/// At most one request, for the page at a place. It ends with this.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    reader: Option<Arc<dyn Reader>>,
    sent: Option<(Place, AbortOnDropHandle<Result<Begun, Error>>)>,
}

impl Ahead {
    pub(crate) fn of(reader: Arc<dyn Reader>) -> Self {
        Self {
            reader: Some(reader),
            sent: None,
        }
    }

    /// Whether a request may be sent.
    pub(crate) fn is_wanted(&self) -> bool {
        self.sent.is_none() && self.reader.as_ref().is_some_and(|reader| reader.goes_on())
    }

    /// Sends the request for the page at `place`, by the rules for any other: token, gate, budget, retries.
    pub(crate) fn send(&mut self, session: &Session, place: Place, mut request: Request) {
        let Some(reader) = self.reader.clone() else {
            return;
        };
        let session = session.clone();
        let task = tokio::spawn(async move {
            let mut tries = Tries::default();
            let (arriving, pass) = session
                .begin(&mut request, &mut tries, Caller::reading(&*reader))
                .await?;
            pass.welcome();
            Ok(Begun {
                request,
                tries,
                arriving,
            })
        });
        self.sent = Some((place, AbortOnDropHandle::new(task)));
    }

    /// Gives up a request for any other page than the one at `place`.
    pub(crate) fn keep(&mut self, place: &Place) {
        self.sent.take_if(|(sent, _)| sent != place);
    }

    /// What came of the request for the page at `place`; None where none was sent.
    pub(crate) async fn take(&mut self, place: &Place) -> Option<Result<Begun, Error>> {
        let (_, task) = self.sent.take_if(|(sent, _)| sent == place)?;
        Some(task.await.unwrap_or_else(|e| {
            let message = format!("PSScim failed because of a defect: a request ended with {e}.");
            Err(Error::new(Kind::InternalError, message))
        }))
    }
}

impl fmt::Debug for dyn Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}
