//! The journal of a long run: an append-only file of JSON lines, durable before and after each request, by which the same
//! command goes on where it stopped.
//!
//! A change is known again by its key, its requests (without the password) and its place among equal ones, so that a
//! command whose input sets the same value twice does so twice, and one that goes on does neither again. A change that was
//! sent and of which nothing more is written may have been done: it is looked up, or repeated where that does no harm.

mod line;
mod log;
mod past;

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use self::line::{Header, Line, State};
use self::log::Log;
use self::past::Past;
use super::{Outcome, Report};
use crate::change::Draft;
use crate::error::{Error, Kind};
use crate::session::Session;

/// An open journal. No other process has it open meanwhile.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    past: Past,
    /// How many equal changes this run has had so far.
    seen: Mutex<HashMap<Identity, u32>>,
    log: Log,
}

/// The first half of a SHA-256: of a change's key and requests, and with its place among equal ones.
type Identity = [u8; 16];

/// One change, as the journal names it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    key: String,
    hash: String,
    nth: u32,
}

/// What the journal knows of a change.
#[derive(Debug, PartialEq)]
pub(super) enum Known {
    /// Nothing, or that it was not done.
    Nothing,
    /// It was sent then, by this machine's clock, and may have been done.
    Sent(Timestamp),
    /// It was done, or there was nothing to do.
    Done { id: Option<String> },
}

impl Journal {
    /// Opens a journal, or begins one. Waits for the disk.
    ///
    /// # Errors
    /// `JournalInUse`, `JournalMismatch`, `JournalDamaged`, `JournalFailed`.
    pub(super) fn open(path: &Path, command: &str, session: &Session) -> Result<Self, Error> {
        let about = session.describe();
        let header = Header::new(command, about.base_uri, about.tenant_id);
        let file = lock(path)?;
        let (past, file) = past::read(file, &header, path)?;
        Ok(Self {
            path: path.to_owned(),
            past,
            seen: Mutex::default(),
            log: Log::start(file),
        })
    }

    /// The entry of the next change, and what is known of it. To be asked in the order of the input.
    pub(super) fn entry(&self, key: String, drafts: &[Draft]) -> (Entry, Known) {
        let hash = line::hash(drafts);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = seen.entry(line::identity(&key, &hash, 0)).or_default();
        *nth += 1;
        let entry = Entry { key, hash, nth: *nth };
        let known = self.past.of(&entry.identity());
        (entry, known)
    }

    /// Writes down that changes are about to be sent.
    pub(super) async fn before(&self, entries: &[Entry]) -> Result<(), Error> {
        let lines = entries.iter().map(|entry| entry.line(State::Sent));
        self.write(lines).await
    }

    /// Writes down what became of changes.
    pub(super) async fn after(&self, entries: &[Entry], reports: &[Report]) -> Result<(), Error> {
        let lines = entries.iter().zip(reports).map(|(entry, report)| Line {
            id: report.id.clone(),
            request_id: report.request_id.clone(),
            error: report.error.as_ref().map(|error| error.kind().id().to_owned()),
            ..entry.line(state(report.outcome))
        });
        self.write(lines).await
    }

    async fn write(&self, lines: impl Iterator<Item = Line>) -> Result<(), Error> {
        let mut text = Vec::new();
        for line in lines {
            line.write(&mut text)?;
        }
        self.log.append(text).await.map_err(|e| failed(&self.path, &e))
    }
}

impl Entry {
    fn line(&self, state: State) -> Line {
        Line {
            key: self.key.clone(),
            hash: self.hash.clone(),
            nth: self.nth,
            state,
            at: Timestamp::now(),
            id: None,
            request_id: None,
            error: None,
        }
    }

    fn identity(&self) -> Identity {
        line::identity(&self.key, &self.hash, self.nth)
    }
}

fn state(outcome: Outcome) -> State {
    match outcome {
        Outcome::Done | Outcome::AlreadyDone => State::Done,
        Outcome::Unchanged => State::Unchanged,
        Outcome::Failed => State::Failed,
        Outcome::NotSent | Outcome::Planned => State::NotSent,
        Outcome::Unknown => State::Unknown,
    }
}

/// The file, open for reading and writing, and no other process's until it is closed, by whatever end.
fn lock(path: &Path) -> Result<File, Error> {
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|e| failed(path, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            let message = format!("Another command is writing to the journal '{}'.", path.display());
            Err(Error::new(Kind::JournalInUse, message))
        }
        Err(std::fs::TryLockError::Error(e)) => Err(failed(path, &e)),
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    let message = format!("The journal '{}' can't be written: {error}.", path.display());
    Error::new(Kind::JournalFailed, message)
}
