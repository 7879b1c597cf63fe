//! What all changes of one command share.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::journal::Journal;
use super::{Options, Outcome, Report};
use crate::change::Rules;
use crate::error::{Error, Kind};
use crate::event::Observer;
use crate::request::{Caller, Reach, Unsuccessful};
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
        }
    }

    pub(super) fn rules(&self) -> Rules {
        Rules {
            service: self.session.service(),
        }
    }

    pub(super) fn caller(&self) -> Caller<'_> {
        Caller {
            observer: &*self.observer,
            limit: self.options.throttle_limit.max(1),
            stop: Some(&self.stop),
        }
    }

    pub(super) fn grace(&self) -> Duration {
        Duration::from_secs(self.options.grace_seconds)
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

    /// What is said of a change whose request did not succeed. An error that would meet every change ends the command.
    pub(super) fn unsuccessful(&self, unsuccessful: Unsuccessful) -> Report {
        let Unsuccessful { error, reach } = unsuccessful;
        if meets_all(error.kind()) {
            self.end(error.clone());
        }
        match reach {
            Reach::Lost => unknown(&error),
            Reach::RefusedAgain if !is_verdict(error.kind()) => unknown(&error),
            Reach::Unsent if error.kind() == Kind::Cancelled || meets_all(error.kind()) => {
                Report::because(Outcome::NotSent, error)
            }
            Reach::Unsent | Reach::Refused | Reach::RefusedAgain => Report::failed(error),
        }
    }
}

/// A change that may have been done.
pub(super) fn unknown(cause: &Error) -> Report {
    let message = format!("PSScim couldn't confirm whether the change was applied. {cause}");
    let error = Error::new(Kind::OutcomeUnknown, message).with(|d| {
        let of = cause.details();
        d.status = of.status;
        d.scim_type.clone_from(&of.scim_type);
        d.detail.clone_from(&of.detail);
        d.request_id.clone_from(&of.request_id);
    });
    Report::because(Outcome::Unknown, error)
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
    )
}
