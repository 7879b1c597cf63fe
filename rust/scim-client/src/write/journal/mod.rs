//! The journal of a long run: an append-only file of JSON lines, durable before and after each request, by which the same
//! command goes on where it stopped.
//!
//! A change is known again by its key, its requests (without the password) and its place among equal ones, so that a
//! command whose input sets the same value twice does so twice, and one that goes on does neither again. A change that was
//! sent and of which nothing more is written may have been done: it is looked up, or repeated where that does no harm.
//!
//! A journal belongs to one run. Where it is given another input, a change would be passed over that an earlier input had
//! too, though something else was done since. So a finished journal takes no input that begins with another change, and none
//! takes another change of an object of which only the earlier input's change was done.

mod line;
mod log;
mod past;

use std::collections::{HashMap, HashSet};
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
use crate::files;
use crate::session::Session;

/// An open journal. No other process has it open meanwhile.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    past: Past,
    /// How many equal changes this run has had so far.
    seen: Mutex<Seen>,
    log: Log,
}

/// What this run's input has had so far.
#[derive(Debug, Default)]
struct Seen {
    changes: HashMap<Identity, u32>,
    /// Keys of changes that the earlier runs have done.
    done: HashSet<Identity>,
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

    /// The entry of the next change, and what is known of it. To be asked in the order of the input. A change whose key names
    /// no object (the creation of a group) is known by its requests alone.
    ///
    /// # Errors
    /// `JournalMismatch`: the change is another input's.
    pub(super) fn entry(
        &self,
        key: String,
        names_object: bool,
        drafts: &[Draft],
    ) -> Result<(Entry, Known), Error> {
        let hash = line::hash(drafts);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = seen.changes.entry(line::identity(&key, &hash, 0)).or_default();
        *nth += 1;
        let entry = Entry { key, hash, nth: *nth };
        let known = self.past.of(&entry.identity());
        let by_key = past::of_key(&entry.key);
        match &known {
            Known::Done { .. } => drop(seen.done.insert(by_key)),
            // An input that begins as the finished one may have more: a command before this one may have failed for some.
            Known::Nothing if self.past.is_finished() && seen.done.is_empty() => {
                return Err(self.of_another(&entry.key));
            }
            Known::Nothing if names_object && self.past.has_done(&by_key) && !seen.done.contains(&by_key) => {
                return Err(self.of_another(&entry.key));
            }
            _ => {}
        }
        Ok((entry, known))
    }

    fn of_another(&self, key: &str) -> Error {
        let message = format!(
            "The journal '{}' belongs to another input: '{key}' isn't among its changes, or was done there with other values.",
            self.path.display()
        );
        Error::new(Kind::JournalMismatch, message)
            .with(|d| "Use a new journal for each run. Use the same one only to resume the same command with the same input.".clone_into(&mut d.advice))
    }

    /// When the run that the journal belongs to was finished.
    pub(super) fn finished(&self) -> Option<Timestamp> {
        self.past.finished()
    }

    /// Whether an earlier run made the object with this id.
    pub(super) fn made(&self, id: &str) -> bool {
        self.past.made(id)
    }

    /// Writes down that all changes of the input are done.
    pub(super) async fn finish(&self) -> Result<(), Error> {
        if self.past.is_finished() {
            return Ok(());
        }
        let mut text = Vec::new();
        line::End::now().write(&mut text)?;
        self.log.append(text).await.map_err(|e| failed(&self.path, &e))
    }

    /// Writes down that changes are about to be sent.
    pub(super) async fn before(&self, entries: &[Entry]) -> Result<(), Error> {
        let lines = entries.iter().map(|entry| entry.line(State::Sent));
        self.write(lines).await
    }

    /// Writes down what became of changes.
    pub(super) async fn after<'e>(
        &self,
        reports: impl Iterator<Item = (&'e Entry, &'e Report)>,
    ) -> Result<(), Error> {
        let lines = reports.map(|(entry, report)| Line {
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
    let file = files::open(path, |_| ()).map_err(|e| failed(path, &e))?;
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
