//! What is said where nobody can tell whether something was done, and what to do then: it depends on what it was.

use reqwest::Method;

use super::{Outcome, Report};
use crate::change::{Draft, Target, Verb};
use crate::cloud::Endpoint;
use crate::error::{Error, Kind};

/// What was sent without a response that says more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    CreatedUser,
    CreatedGroup,
    /// A change that can be repeated.
    Changed,
    /// A change that adds values, or that names the version that it is about.
    ChangedOnce,
    Deleted,
    AddedMember,
    RemovedMember,
    /// A request of the user's own.
    Requested,
}

impl Doubt {
    pub(super) fn of(verb: Verb, draft: Option<&Draft>) -> Self {
        let target = draft.map(|draft| &draft.target);
        match verb {
            Verb::Create if matches!(target, Some(Target::All(Endpoint::Groups))) => Doubt::CreatedGroup,
            Verb::Create => Doubt::CreatedUser,
            Verb::Update if draft.is_some_and(|draft| !draft.repeatable || draft.if_match.is_some()) => {
                Doubt::ChangedOnce
            }
            Verb::Update | Verb::Read => Doubt::Changed,
            Verb::Delete => Doubt::Deleted,
            Verb::AddMember => Doubt::AddedMember,
            Verb::RemoveMember => Doubt::RemovedMember,
            Verb::Request if draft.is_some_and(|draft| draft.method == Method::DELETE) => Doubt::Deleted,
            Verb::Request => Doubt::Requested,
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Doubt::CreatedUser => (
                "the user was created",
                "Look for the user before you run the command again, because the server could create it twice. With -Journal and -FindUnknown, PSScim looks for it.",
            ),
            Doubt::CreatedGroup => (
                "the group was created",
                "Look for the group before you run the command again, because the server could create it twice. With -Journal and -FindUnknown, PSScim looks for it.",
            ),
            Doubt::Changed => (
                "the change was applied",
                "Run the command again. Repeating this change does no harm.",
            ),
            Doubt::ChangedOnce => (
                "the change was applied",
                "Read the object, and repeat the change only if it wasn't applied.",
            ),
            Doubt::Deleted => (
                "the object was deleted",
                "Run the command again. An object that is already deleted is reported as not found.",
            ),
            Doubt::AddedMember => (
                "the member was added",
                "Run the command again. Adding a member again does no harm.",
            ),
            Doubt::RemovedMember => (
                "the member was removed",
                "Run the command again. Removing a member again does no harm.",
            ),
            Doubt::Requested => (
                "the request was carried out",
                "Read the object before you send the request again.",
            ),
        }
    }

    /// The report of a change that may have been done.
    pub(super) fn report(self, cause: &Error) -> Report {
        let (what, advice) = self.words();
        let message = format!("PSScim couldn't confirm whether {what}. {cause}");
        let error = Error::new(Kind::OutcomeUnknown, message).with(|d| {
            let of = cause.details();
            advice.clone_into(&mut d.advice);
            d.status = of.status;
            d.scim_type.clone_from(&of.scim_type);
            d.detail.clone_from(&of.detail);
            d.request_id.clone_from(&of.request_id);
        });
        Report::because(Outcome::Unknown, error)
    }
}
