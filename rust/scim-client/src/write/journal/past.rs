//! What an earlier run left in a journal.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use jiff::Timestamp;

use super::line::{End, Header, Line, State, identity};
use super::{Identity, Known, failed};
use crate::error::{Error, Kind};

/// How the first line of a journal begins.
const BEGINS: &[u8] = b"{\"psscimJournal\":";

/// Bytes of a line at most, far more than any key, id and hash take.
const LINE_BYTES: u64 = 1 << 20;

/// The last word on each change.
#[derive(Debug, Default)]
pub(super) struct Past {
    changes: HashMap<Identity, Kept>,
    /// Keys of changes that were done.
    done: HashSet<Identity>,
    finished: Option<Timestamp>,
}

#[derive(Debug)]
enum Kept {
    Sent(Timestamp),
    Done(Option<Box<str>>),
}

/// A change's key, whatever its requests are.
pub(super) fn of_key(key: &str) -> Identity {
    identity(key, "", 0)
}

impl Past {
    pub(super) fn of(&self, change: &Identity) -> Known {
        match self.changes.get(change) {
            None => Known::Nothing,
            Some(Kept::Sent(at)) => Known::Sent(*at),
            Some(Kept::Done(id)) => Known::Done {
                id: id.as_deref().map(str::to_owned),
            },
        }
    }

    /// Whether a change with this key was done.
    pub(super) fn has_done(&self, key: &Identity) -> bool {
        self.done.contains(key)
    }

    pub(super) fn is_finished(&self) -> bool {
        self.finished.is_some()
    }

    pub(super) fn finished(&self) -> Option<Timestamp> {
        self.finished
    }

    pub(super) fn made(&self, id: &str) -> bool {
        let is = |kept: &Kept| matches!(kept, Kept::Done(Some(made)) if **made == *id);
        self.changes.values().any(is)
    }

    /// Takes a line; false where it is none of ours.
    fn take_text(&mut self, text: &[u8]) -> bool {
        if let Ok(end) = serde_json::from_slice::<End>(text) {
            self.finished = Some(end.at);
            return true;
        }
        serde_json::from_slice(text).map(|line| self.take(line)).is_ok()
    }

    fn take(&mut self, line: Line) {
        let change = identity(&line.key, &line.hash, line.nth);
        match line.state {
            // It may have been done by the first of several that were not settled.
            State::Sent | State::Unknown => {
                let since = match self.changes.get(&change) {
                    Some(Kept::Sent(since)) => *since,
                    _ => line.at,
                };
                self.changes.insert(change, Kept::Sent(since));
            }
            State::Done | State::Unchanged => {
                self.done.insert(of_key(&line.key));
                self.changes
                    .insert(change, Kept::Done(line.id.map(String::into_boxed_str)));
            }
            State::Failed | State::NotSent => {
                self.changes.remove(&change);
            }
        }
    }
}

/// Reads a journal to its end and cuts off what a power failure left of its last lines, or begins one. The file then
/// stands at its end.
pub(super) fn read(file: File, header: &Header, path: &Path) -> Result<(Past, File), Error> {
    let broken = |e: &std::io::Error| failed(path, e);
    let mut past = Past::default();
    let mut reader = BufReader::new(file);
    let (mut good, mut number, mut torn) = (0, 0, None);
    let mut text = Vec::new();
    loop {
        text.clear();
        let read = reader
            .by_ref()
            .take(LINE_BYTES + 1)
            .read_until(b'\n', &mut text)
            .map_err(|e| broken(&e))?;
        if read == 0 {
            break;
        }
        number += 1;
        // No line of ours is so long, so none of ours was torn there: it isn't ours to cut off.
        if read as u64 > LINE_BYTES {
            return Err(match number {
                1 => mismatch(path, "isn't a PSScim journal"),
                _ => damaged(path, number),
            });
        }
        let whole = text.strip_suffix(b"\n");
        let understood = match whole {
            Some(text) if number == 1 => match serde_json::from_slice::<Header>(text) {
                Ok(found) => match header.differs(&found) {
                    None => true,
                    Some(how) => return Err(mismatch(path, &how)),
                },
                Err(_) => return Err(mismatch(path, "isn't a PSScim journal")),
            },
            Some(text) => past.take_text(text),
            // A file that someone else began is not overwritten.
            None if number == 1 && !BEGINS.starts_with(&text) && !text.starts_with(BEGINS) => {
                return Err(mismatch(path, "isn't a PSScim journal"));
            }
            // Without its end a line never was on the disk as a whole, so nobody has gone by it.
            None => false,
        };
        match (understood, torn) {
            (true, None) => good += read as u64,
            (false, None) => torn = Some(number),
            // Behind what was being written when the power failed, nothing was.
            (true, Some(line)) => return Err(damaged(path, line)),
            (false, Some(_)) => {}
        }
    }
    let mut file = reader.into_inner();
    file.set_len(good).map_err(|e| broken(&e))?;
    file.seek(SeekFrom::End(0)).map_err(|e| broken(&e))?;
    if good == 0 {
        let mut text = Vec::new();
        header.write(&mut text)?;
        file.write_all(&text).map_err(|e| broken(&e))?;
    }
    file.sync_all().map_err(|e| broken(&e))?;
    if good == 0 {
        keep_name(path).map_err(|e| broken(&e))?;
    }
    Ok((past, file))
}

/// A new file's name is on the disk only when its folder is. Windows keeps it with the file.
fn keep_name(path: &Path) -> std::io::Result<()> {
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

fn mismatch(path: &Path, how: &str) -> Error {
    let message = format!(
        "The command can't resume with '{}': the file {how}. Nothing was sent.",
        path.display()
    );
    Error::new(Kind::JournalMismatch, message)
}

fn damaged(path: &Path, line: u64) -> Error {
    let message = format!(
        "Line {line} of the journal '{}' wasn't written by PSScim. Nothing was sent.",
        path.display()
    );
    Error::new(Kind::JournalDamaged, message)
}
