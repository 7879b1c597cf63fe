//! What all changes of one command share, and what each of them sees of it.

use std::collections::HashSet;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::doubt::Doubt;
use super::journal::{Entry, Journal};
use super::{Options, Outcome, Report};
use crate::change::Rules;
use crate::error::{Error, Kind};
use crate::event::{Event, Observer};
use crate::request::{Caller, Intent, Reach, Unsuccessful};
use crate::retry::Retries;
use crate::session::Session;

/// One command's connection, limits and end.
pub(super) struct Work {
    pub(super) session: Session,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) options: Options,
    /// Nothing is sent after it.
    pub(super) stop: CancellationToken,
    /// What ended the command before its input did.
    ending: OnceLock<Error>,
    pub(super) journal: Option<Journal>,
    /// Groups that are known to exist.
    groups: Mutex<HashSet<String>>,
    /// Objects that were found for creations of an earlier run.
    found: Mutex<HashSet<String>>,
}

/// So many groups are remembered; then it begins anew.
const GROUPS: usize = 4096;

impl Work {
    pub(super) fn new(
        session: &Session,
        options: Options,
        journal: Option<Journal>,
        stop: CancellationToken,
        observer: Arc<dyn Observer>,
    ) -> Self {
        Self {
            session: session.clone(),
            observer,
            options,
            stop,
            ending: OnceLock::new(),
            journal,
            groups: Mutex::default(),
            found: Mutex::default(),
        }
    }

    pub(super) fn rules(&self) -> Rules {
        Rules {
            service: self.session.service(),
        }
    }

    pub(super) fn grace(&self) -> Duration {
        Duration::from_secs(self.options.grace_seconds)
    }

    pub(super) fn warn(&self, text: String) {
        self.observer.event(Event::Warning(text));
    }

    /// Takes note that a group exists.
    pub(super) fn exists(&self, group: &str) {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if groups.len() >= GROUPS {
            groups.clear();
        }
        if !groups.contains(group) {
            groups.insert(group.to_owned());
        }
    }

    pub(super) fn is_known(&self, group: &str) -> bool {
        let groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        groups.contains(group)
    }

    /// Takes an object for that of a creation whose response was lost; false where another creation has it.
    pub(super) fn claim(&self, id: &str) -> bool {
        let made = self.journal.as_ref().is_some_and(|journal| journal.made(id));
        !made
            && self
                .found
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(id.to_owned())
    }

    /// Ends the command: nothing further is sent.
    pub(super) fn end(&self, error: Error) {
        let _ = self.ending.set(error);
        self.stop.cancel();
    }

    pub(super) fn ending(&self) -> Option<&Error> {
        self.ending.get()
    }

    /// What is said of a change that was not sent.
    pub(super) fn not_sent(&self) -> Report {
        let error = self.ending().cloned().unwrap_or_else(|| {
            Error::new(
                Kind::Cancelled,
                "The change wasn't sent, because the command was stopped.",
            )
        });
        Report::because(Outcome::NotSent, error)
    }
}

/// The command as one change sees it, or the members of one pack.
pub(super) struct Sending<'w> {
    work: &'w Work,
    doubt: Doubt,
    intent: Option<Note<'w>>,
    retries: Retries,
}

/// The journal's lines of what is about to be sent.
struct Note<'w> {
    journal: &'w Journal,
    entries: &'w [Entry],
    kept: OnceCell<()>,
}

impl Intent for Note<'_> {
    fn keep(&self) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send + '_>> {
        Box::pin(async {
            let lines = || self.journal.before(self.entries);
            self.kept.get_or_try_init(lines).await.map(drop)
        })
    }
}

impl<'w> Sending<'w> {
    pub(super) fn new(work: &'w Work, doubt: Doubt, entries: &'w [Entry]) -> Self {
        let journal = work.journal.as_ref().filter(|_| !entries.is_empty());
        Self {
            work,
            doubt,
            retries: Retries::default(),
            intent: journal.map(|journal| Note {
                journal,
                entries,
                kept: OnceCell::new(),
            }),
        }
    }

    pub(super) fn caller(&self) -> Caller<'_> {
        Caller {
            observer: &*self.observer,
            limit: self.options.throttle_limit.max(1),
            stop: Some(&self.stop),
            intent: self.intent.as_ref().map(|note| note as &dyn Intent),
            retries: Some(&self.retries),
        }
    }

    /// How long to wait before the change is tried again after an error; None when it is not worth it.
    pub(super) fn pause(&self, error: &Error) -> Option<Duration> {
        self.retries.next(
            self.session.limits(),
            error,
            Duration::ZERO,
            error.details().retry_after,
        )
    }

    /// What is said of a change that may have been done.
    pub(super) fn unknown(&self, cause: &Error) -> Report {
        self.doubt.report(cause)
    }

    /// What is said of a change whose request did not succeed. An error that would meet every change ends the command.
    pub(super) fn unsuccessful(&self, unsuccessful: Unsuccessful) -> Report {
        let Unsuccessful { mut error, reach } = unsuccessful;
        if meets_all(error.kind()) {
            self.end(error.clone());
        }
        // Where an error ended the command, that is why a change could not go on, and nobody stopped it.
        if error.kind() == Kind::Cancelled
            && let Some(ending) = self.ending()
        {
            error = ending.clone();
        }
        match reach {
            Reach::Lost => self.unknown(&error),
            Reach::RefusedAgain if !is_verdict(error.kind()) => self.unknown(&error),
            Reach::Unsent if error.kind() == Kind::Cancelled || meets_all(error.kind()) => {
                Report::because(Outcome::NotSent, error)
            }
            Reach::Unsent | Reach::Refused | Reach::RefusedAgain => Report::failed(error),
        }
    }

    /// What is said of a change before which something had to be read or found, and that did not succeed: nothing was
    /// sent, unless an earlier run did.
    pub(super) fn unprepared(&self, unsuccessful: Unsuccessful, doubtful: bool) -> Report {
        let reach = match (doubtful, unsuccessful.reach) {
            (true, _) => Reach::Lost,
            (false, Reach::Refused) => Reach::Refused,
            (false, _) => Reach::Unsent,
        };
        self.unsuccessful(Unsuccessful {
            error: unsuccessful.error,
            reach,
        })
    }
}

impl Deref for Sending<'_> {
    type Target = Work;

    fn deref(&self) -> &Work {
        self.work
    }
}

/// Whether a refusal is about the change itself, so that a try before it was refused too. A version that no longer holds
/// may have been changed by that very try.
fn is_verdict(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::BadRequest | Kind::Uniqueness | Kind::ResourceNotFound | Kind::InsufficientPrivileges
    )
}

/// Whether an error lies in the connection rather than in the change, so that the next would meet it too.
fn meets_all(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::NameNotFound
            | Kind::ConnectionRefused
            | Kind::TlsFailure
            | Kind::AuthenticationFailed
            | Kind::TokenResponseInvalid
            | Kind::CertificateUnusable
            | Kind::FederatedTokenUnavailable
            | Kind::ManagedIdentityUnavailable
            | Kind::InvalidAuthenticationToken
            | Kind::ApiNotEnabled
            // Waiting as long as it may be waited did not help.
            | Kind::TooManyRequests
            | Kind::BudgetExceeded
            | Kind::JournalFailed
            | Kind::JournalMismatch
    )
}
