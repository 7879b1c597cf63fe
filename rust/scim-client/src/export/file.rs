//! The file of an export while it is written: `users.csv.partial`, and beside it `users.csv.resume`, which says how far
//! it is good and where the service's list goes on behind that. Only what is on the disk is spoken of there, so that a
//! kill at any moment loses nothing and doubles nothing: what stands behind the good part is cut off. The partial file is
//! open and locked from the first look at it until it has its name, so that two exports never write to one path.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind};
use crate::files;

/// How long an export waits for the one that has its path: after Ctrl+C, a writer still finishes what it was given.
const WAIT_FOR_LOCK: Duration = Duration::from_secs(3);

/// A file is made sure of this often at most: to wait for the disk after each page would take longer than the network.
const BETWEEN_CHECKPOINTS: Duration = Duration::from_secs(1);

/// Bytes of the file that says how far an export is: a cursor, and little besides.
const STATE_BYTES: u64 = 256 << 10;

/// The disk is given so many bytes at a time while more are written, so that nobody waits long for it at the end.
const BETWEEN_FLUSHES: u64 = 16 << 20;

/// How far an export is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Progress {
    /// A text that is the same for the same export.
    export: String,
    /// Where the list goes on.
    pub(super) cursor: Option<String>,
    /// How many bytes of the file are good.
    pub(super) bytes: u64,
    /// How many resources that is.
    pub(super) count: u64,
    /// All are in it; it only has to get its name.
    complete: bool,
}

/// What to do about what is there already.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) resume: bool,
    pub(super) force: bool,
    pub(super) no_clobber: bool,
}

/// The file that is being written.
#[derive(Debug)]
pub(super) struct Target {
    path: PathBuf,
    partial: PathBuf,
    state: PathBuf,
    choice: Choice,
    /// The partial file, locked.
    file: Option<File>,
    /// Whether something may be written to it.
    begun: bool,
    /// How far it is up to the last place from which the list can go on.
    good: Progress,
    /// Bytes and resources that were written, behind that place too.
    written: (u64, u64),
    /// Up to where the state file says that it is good, and when that was said.
    told: (u64, Instant),
    every: Duration,
    /// Up to where the disk was asked to take it last, and the asking.
    flushed: (u64, Option<JoinHandle<io::Result<()>>>),
}

impl Target {
    /// Locks the partial file, for which it may wait some seconds, and looks at what is there. Nothing is written before
    /// [`Target::begin`].
    pub(super) fn new(
        path: &Path,
        export: String,
        choice: Choice,
        every: Option<Duration>,
    ) -> Result<Self, Error> {
        let beside = |suffix: &str| {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        let mut target = Self {
            path: path.to_owned(),
            partial: beside(".partial"),
            state: beside(".resume"),
            choice,
            file: None,
            begun: false,
            good: Progress {
                export,
                ..Progress::default()
            },
            written: (0, 0),
            told: (0, Instant::now()),
            every: every.unwrap_or(BETWEEN_CHECKPOINTS),
            flushed: (0, None),
        };
        target.may_replace()?;
        target.file = Some(lock(&target.partial)?);
        match target.left_behind()? {
            Some(left) if choice.resume && left.export == target.good.export => target.good = left,
            Some(_) if choice.force => {}
            Some(_) if choice.resume => {
                let message = format!(
                    "The interrupted export in {} has another filter, other attributes or another connection.",
                    target.partial.display()
                );
                return Err(Error::new(Kind::InvalidExport, message).with(|d| {
                    "Resume it with its original parameters, or start again with -Force."
                        .clone_into(&mut d.advice);
                }));
            }
            Some(left) => {
                let message = format!(
                    "An export to {} was interrupted after {} resources, which are in {}.",
                    path.display(),
                    left.count,
                    target.partial.display()
                );
                return Err(Error::new(Kind::ExportInterrupted, message));
            }
            None => {}
        }
        Ok(target)
    }

    /// How far it was before.
    pub(super) fn progress(&self) -> &Progress {
        &self.good
    }

    /// How many resources were written, by an earlier export too.
    pub(super) fn written(&self) -> u64 {
        self.written.1
    }

    /// Whether all was written already, and only the end is missing.
    pub(super) fn is_complete(&self) -> bool {
        self.good.complete
    }

    /// Makes the file ready: behind its good part, or empty but for this head.
    pub(super) fn begin(&mut self, head: &[u8]) -> Result<(), Error> {
        let is_new = self.good.bytes == 0;
        self.written = (self.good.bytes, self.good.count);
        self.flushed.0 = self.good.bytes;
        if is_new {
            remove(&self.state)?;
        }
        if let Some(file) = &mut self.file {
            file.set_len(self.good.bytes)
                .and_then(|()| file.seek(SeekFrom::End(0)))
                .map_err(|e| failed("written", &self.partial, &e))?;
        }
        self.begun = true;
        if is_new {
            self.write(head)?;
        }
        Ok(())
    }

    /// Appends the rows of so many resources. With a cursor, the list goes on there behind them.
    pub(super) fn append(&mut self, rows: &[u8], count: u64, cursor: Option<String>) -> Result<(), Error> {
        self.write(rows)?;
        self.written.1 += count;
        if cursor.is_some() {
            (self.good.bytes, self.good.count) = self.written;
            self.good.cursor = cursor;
        }
        if self.told.1.elapsed() >= self.every {
            self.checkpoint()?;
        }
        self.flush_behind()
    }

    /// Makes sure of what is good. Where the service gives no cursors, there is no place to go on from.
    pub(super) fn checkpoint(&mut self) -> Result<(), Error> {
        if self.good.cursor.is_none() || self.told.0 == self.good.bytes {
            return Ok(());
        }
        self.sync()?;
        self.tell()
    }

    /// Gives the file its name, in one step, and removes what stands beside it.
    pub(super) fn finish(mut self) -> Result<Progress, Error> {
        if self.begun {
            self.sync()?;
            (self.good.bytes, self.good.count) = self.written;
            self.good.complete = true;
            self.tell()?;
        }
        if self.holds(self.good.bytes) {
            self.may_replace()?;
            fs::rename(&self.partial, &self.path)
                .map_err(|e| failed("renamed from the partial file", &self.path, &e))?;
            sync_folder(&self.path);
        } else {
            // An earlier export was killed after its file got its name; what is locked was made for the lock alone.
            remove(&self.partial)?;
        }
        remove(&self.state)?;
        self.file = None;
        Ok(std::mem::take(&mut self.good))
    }

    /// Removes what cannot be gone on from.
    pub(super) fn give_up(mut self) -> Result<(), Error> {
        self.begun = false;
        remove(&self.state)?;
        remove(&self.partial)
    }

    /// Whether the partial file has at least so many bytes.
    fn holds(&self, bytes: u64) -> bool {
        let file = self.file.as_ref();
        file.is_some_and(|file| file.metadata().is_ok_and(|found| found.len() >= bytes))
    }

    /// What an earlier export left, where it can be gone on from.
    fn left_behind(&self) -> Result<Option<Progress>, Error> {
        let text = match files::read_own(&self.state, STATE_BYTES) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(failed("read", &self.state, &e)),
        };
        let Ok(left) = serde_json::from_slice::<Progress>(&text) else {
            return Ok(None);
        };
        // The last step of a complete one is that the partial file gets the other name.
        let is_named = left.complete && fs::metadata(&self.path).is_ok_and(|found| found.len() >= left.bytes);
        // Where it has it already, nothing is left but the word of it.
        let is_left = self.holds(left.bytes) || (is_named && self.choice.resume);
        Ok(is_left.then_some(left))
    }

    fn may_replace(&self) -> Result<(), Error> {
        let Ok(found) = fs::metadata(&self.path) else {
            return Ok(());
        };
        let path = self.path.display();
        if found.is_dir() {
            return Err(Error::new(
                Kind::FileNotWritten,
                format!("{path} is a folder, not a file."),
            ));
        }
        // Where an export is complete already, the file there is its own.
        if self.choice.no_clobber && !self.is_complete() {
            return Err(Error::new(
                Kind::FileExists,
                format!("The file {path} already exists."),
            ));
        }
        if found.permissions().readonly() && !self.choice.force {
            let message = format!("The file {path} already exists and is read-only.");
            return Err(Error::new(Kind::FileExists, message).with(|d| {
                "Add -Force to replace it, or use another -Path.".clone_into(&mut d.advice);
            }));
        }
        #[cfg(windows)]
        if found.permissions().readonly() {
            let mut permissions = found.permissions();
            permissions.set_readonly(false);
            fs::set_permissions(&self.path, permissions).map_err(|e| failed("replaced", &self.path, &e))?;
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(bytes)
            .map_err(|e| failed("written", &self.partial, &e))?;
        self.written.0 += bytes.len() as u64;
        Ok(())
    }

    /// Has the disk take what is written, on a thread of its own.
    fn flush_behind(&mut self) -> Result<(), Error> {
        let busy = self
            .flushed
            .1
            .as_ref()
            .is_some_and(|running| !running.is_finished());
        let Some(file) = self.file.as_ref().filter(|_| !busy) else {
            return Ok(());
        };
        if self.written.0 - self.flushed.0 < BETWEEN_FLUSHES {
            return Ok(());
        }
        let flush = file
            .try_clone()
            .and_then(|file| thread::Builder::new().spawn(move || file.sync_data()));
        let before = self
            .flushed
            .1
            .replace(flush.map_err(|e| failed("written", &self.partial, &e))?);
        self.flushed.0 = self.written.0;
        self.flushed_well(before)
    }

    /// A system tells of a write that failed once, to whoever asks first: so each answer counts.
    fn flushed_well(&self, flush: Option<JoinHandle<io::Result<()>>>) -> Result<(), Error> {
        let Some(flush) = flush else { return Ok(()) };
        flush
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the thread that writes to the disk stopped")))
            .map_err(|e| failed("written", &self.partial, &e))
    }

    fn sync(&mut self) -> Result<(), Error> {
        let flush = self.flushed.1.take();
        self.flushed_well(flush)?;
        match &self.file {
            Some(file) => file.sync_data().map_err(|e| failed("written", &self.partial, &e)),
            None => Ok(()),
        }
    }

    /// Writes how far it is, in one step.
    fn tell(&mut self) -> Result<(), Error> {
        let told = serde_json::to_vec(&self.good)
            .map_err(io::Error::other)
            .and_then(|text| {
                let (mut file, next) = files::create_beside(&self.state)?;
                let named = file
                    .write_all(&text)
                    .and_then(|()| file.sync_data())
                    .and_then(|()| fs::rename(&next, &self.state));
                if named.is_err() {
                    let _ = fs::remove_file(&next);
                }
                named
            });
        told.map_err(|e| failed("written", &self.state, &e))?;
        self.told = (self.good.bytes, Instant::now());
        Ok(())
    }
}

/// A kill must leave the good part told of as well as one's own stop does, so the last word is said on the way out.
impl Drop for Target {
    fn drop(&mut self) {
        if self.file.is_none() {
            return;
        }
        // Nobody is there to hear of a failure; what was said of the file before still holds.
        if self.begun {
            let _ = self.checkpoint();
        }
        if !self.state.exists() && (self.begun || !self.holds(1)) {
            let _ = fs::remove_file(&self.partial);
        }
    }
}

/// Opens the partial file for one export alone.
fn lock(partial: &Path) -> Result<File, Error> {
    let since = Instant::now();
    loop {
        match try_lock(partial) {
            Ok(Some(file)) => return Ok(file),
            Ok(None) if since.elapsed() < WAIT_FOR_LOCK => thread::sleep(Duration::from_millis(20)),
            Ok(None) => {
                let message = format!("Another export is writing {}.", partial.display());
                return Err(Error::new(Kind::ExportInUse, message));
            }
            Err(error) => return Err(failed("written", partial, &error)),
        }
    }
}

/// None where another export has it. The lock goes with the file, by whatever end.
#[cfg(not(windows))]
fn try_lock(partial: &Path) -> io::Result<Option<File>> {
    use std::fs::TryLockError;
    use std::os::unix::fs::MetadataExt;

    let file = files::open(partial, |_| ())?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // The one that had it may have given it its name, or removed it, between the two steps.
    let place = |found: fs::Metadata| (found.dev(), found.ino());
    let is_there = match fs::symlink_metadata(partial) {
        Ok(found) => place(found) == place(file.metadata()?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(error),
    };
    Ok(is_there.then_some(file))
}

/// None where another export has it: Windows opens it for one writer alone.
#[cfg(windows)]
fn try_lock(partial: &Path) -> io::Result<Option<File>> {
    use std::os::windows::fs::OpenOptionsExt;

    /// FILE_SHARE_READ | FILE_SHARE_DELETE: it can be read, and renamed while it is open.
    const SHARED: u32 = 1 | 4;
    /// ERROR_SHARING_VIOLATION
    const IN_USE: i32 = 32;
    let shared = |options: &mut fs::OpenOptions| {
        options.share_mode(SHARED);
    };
    match files::open(partial, shared) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.raw_os_error() == Some(IN_USE) => Ok(None),
        Err(error) => Err(error),
    }
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Error {
    Error::new(
        Kind::FileNotWritten,
        format!("{} couldn't be {what}: {error}.", path.display()),
    )
}

fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failed("removed", path, &e)),
        _ => Ok(()),
    }
}

/// Makes sure of the name too, where a folder can be opened for that.
fn sync_folder(path: &Path) {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        // A file system that cannot do it makes names sure in its own time.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    #[cfg(not(unix))]
    let _ = path;
}
