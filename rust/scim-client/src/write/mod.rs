//! Writing: changes are sent with several in flight and reported in the order in which they were given; what may have
//! been done is never done again unless that does no harm, and what became of a change is said honestly.

mod create;
mod differences;
mod doubt;
mod find;
mod item;
mod job;
mod journal;
mod lane;
mod look;
mod members;
mod patched;
mod plan;
mod put;
mod secret;
mod tally;
mod targets;
mod work;
mod writer;

use std::path::PathBuf;

pub use tally::Tally;
pub use writer::{Stopper, Writer};

use serde::Deserialize;

use crate::error::Error;
use crate::page::Page;

/// How to write.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Options {
    /// Requests in flight at most, counted over all who share the connection.
    pub throttle_limit: usize,
    /// Sends nothing and reports what would be sent.
    pub dry_run: bool,
    /// The file in which to write down what was done, and by which the same command goes on where it stopped.
    pub journal: Option<PathBuf>,
    /// The command's name: another command does not go on with its journal.
    pub command: String,
    /// Seconds that requests in flight are waited for after a stop.
    pub grace_seconds: u64,
    /// Sends nothing further after the first change that is refused or of which nothing is known.
    pub stop_on_error: bool,
    /// Looks for objects whose creation an earlier run could not confirm, by their display names too, and creates them
    /// again where none is found.
    pub find_unknown: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            throttle_limit: 8,
            dry_run: false,
            journal: None,
            command: String::new(),
            grace_seconds: 30,
            stop_on_error: false,
            find_unknown: false,
        }
    }
}

/// What became of one change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// There was nothing to do.
    Unchanged,
    /// It would be done: a dry run.
    Planned,
    /// It was refused, and certainly not done.
    Failed,
    /// It was not sent.
    NotSent,
    /// It was sent, and whether it was done cannot be told.
    Unknown,
    /// It was done by an earlier run with the same journal.
    AlreadyDone,
}

/// What became of one change, and what came of it.
#[derive(Debug, Clone)]
pub struct Report {
    /// What became of it.
    pub outcome: Outcome,
    /// The object created or read, the new state where it was asked for, or the requests that would be sent: a record
    /// each, with `method`, `path`, `ifMatch` and `body`.
    pub page: Option<Page>,
    /// The answer to a request of the user's own that is no JSON object.
    pub body: Option<Vec<u8>>,
    /// Why it failed, was not sent, or cannot be told. With [`Outcome::Done`]: why its result could not be read.
    pub error: Option<Error>,
    /// The object's id, where it is known.
    pub id: Option<String>,
    /// The service's id of the request that settled it.
    pub request_id: Option<String>,
    /// The object's version after the change, just as the server gave it.
    pub version: Option<String>,
}

impl Report {
    pub(crate) fn of(outcome: Outcome) -> Self {
        Self {
            outcome,
            page: None,
            body: None,
            error: None,
            id: None,
            request_id: None,
            version: None,
        }
    }

    pub(crate) fn failed(error: Error) -> Self {
        Self::because(Outcome::Failed, error)
    }

    pub(crate) fn because(outcome: Outcome, error: Error) -> Self {
        Self {
            request_id: error.details().request_id.clone(),
            error: Some(error),
            ..Self::of(outcome)
        }
    }
}
