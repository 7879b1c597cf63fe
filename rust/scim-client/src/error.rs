//! An error: its kind, and all that is known of what happened.

mod kind;
pub mod status;

use std::fmt;
use std::time::Duration;

pub use kind::Kind;

use crate::page::{Incomplete, PageError};

/// An error, with everything that the service or the identity platform said about it.
#[derive(Clone)]
pub struct Error(Box<Details>);

/// What an [`Error`] carries. Texts never hold a secret, a token or an assertion.
#[derive(Debug, Clone)]
pub struct Details {
    /// The kind: id, category.
    pub kind: Kind,
    /// What happened, and to what: one or two sentences.
    pub message: String,
    /// What to do next.
    pub advice: String,
    /// The HTTP status, where an answer came.
    pub status: Option<u16>,
    /// RFC 7644's `scimType`, or the OAuth 2.0 `error`.
    pub scim_type: Option<String>,
    /// The service's own words.
    pub detail: Option<String>,
    /// The service's id of the request.
    pub request_id: Option<String>,
    /// What the service asked us to wait.
    pub retry_after: Option<Duration>,
    /// Where a list can go on: the cursor of the page that could not be had.
    pub cursor: Option<String>,
    /// Whether the request certainly never left: no connection could be made.
    pub(crate) unsent: bool,
    /// Whether no connection was possible for want of a way or of an answer in time.
    pub(crate) unreachable: bool,
    /// The host and port that it is about, where no answer came.
    pub(crate) host: Option<String>,
}

impl Error {
    /// An error of `kind` with the table's advice.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            kind,
            message: message.into(),
            advice: kind.advice().to_owned(),
            status: None,
            scim_type: None,
            detail: None,
            request_id: None,
            retry_after: None,
            cursor: None,
            unsent: false,
            unreachable: false,
            host: None,
        }))
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// All that is known.
    #[must_use]
    pub fn details(&self) -> &Details {
        &self.0
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Details)) -> Self {
        change(&mut self.0);
        self
    }

    /// A resource that couldn't be read completely: the kind is that of its first problem.
    #[must_use]
    pub fn of_incomplete(incomplete: &Incomplete) -> Self {
        let kind = incomplete
            .problems
            .first()
            .map_or(Kind::InternalError, |problem| kind_of(&problem.error));
        let problems: Vec<String> = incomplete.problems.iter().map(ToString::to_string).collect();
        let problems = problems.join("; ");
        if incomplete.record.is_none() && incomplete.id.is_empty() {
            let message = format!("The list has an entry that isn't a resource: {problems}.");
            return Self::new(kind, message).with(|d| {
                "PSScim skipped the entry. Report it to the server's operator.".clone_into(&mut d.advice);
                d.cursor.clone_from(&incomplete.cursor);
            });
        }
        let name = incomplete
            .name
            .as_ref()
            .map_or(String::new(), |name| format!(" ({name})"));
        let message = format!(
            "The resource with id '{}'{name} can't be read completely: {problems}.",
            incomplete.id
        );
        Self::new(kind, message).with(|d| {
            "PSScim shows what it could read and won't write the resource back. Correct the value in the directory, or leave the attribute out with -ExcludedAttributes."
                .clone_into(&mut d.advice);
            d.cursor.clone_from(&incomplete.cursor);
        })
    }

    /// A body that could not be read as what it should be; `what` names the request.
    pub(crate) fn of_page(error: &PageError, what: &str) -> Self {
        let kind = kind_of(error);
        Self::new(kind, format!("The response to {what} can't be read: {error}."))
    }
}

fn kind_of(error: &PageError) -> Kind {
    match error {
        PageError::NotJson { .. } => Kind::NotJson,
        PageError::CutOff { .. } => Kind::TruncatedBody,
        PageError::TooDeep { .. } => Kind::NestedTooDeep,
        PageError::LoneSurrogate { .. } | PageError::NotUtf8 { .. } => Kind::InvalidText,
        PageError::Changed { .. } => Kind::InvalidCursor,
        PageError::DuplicateMember { .. } => Kind::DuplicateMember,
        PageError::TooManyNames { .. } => Kind::TooManyNames,
        PageError::NotAList { .. } => Kind::NotAListResponse,
        PageError::NotAResource { .. } | PageError::NullResource { .. } => Kind::NotAResource,
        PageError::ValueTooLarge { .. } => Kind::BodyTooLarge,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {}
