//! What went over the wire, written down for whoever looks for a mistake: every request and answer, of the SCIM service
//! and of the identity side, with headers and the beginning of each body. Secrets are masked before anything is written,
//! and the file is its owner's alone; the people in it are not masked.

mod mask;

pub(crate) use mask::{body as masked, secret_values};

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Request, Response};
use zeroize::Zeroizing;

use crate::error::{Error, Kind};
use crate::files;
use crate::redact::Redactor;

/// Bytes of a body that are written down at most.
const BODY_BYTES: usize = 64 << 10;

/// A file that is written to by all requests of a connection.
#[derive(Debug)]
pub(crate) struct Trace {
    file: Mutex<File>,
    requests: AtomicU64,
}

impl Trace {
    /// Opens the file, behind what is in it. On Unix it can be read by its owner alone, whoever could before; another
    /// user's file is refused.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let appended = |options: &mut OpenOptions| {
            options.append(true);
        };
        files::open(path, appended)
            .map(|file| Self {
                file: Mutex::new(file),
                requests: AtomicU64::new(0),
            })
            .map_err(|e| {
                let message = format!("The -TracePath file {} can't be written: {e}.", path.display());
                Error::new(Kind::FileNotWritten, message)
            })
    }

    fn write(&self, number: u64, sign: char, text: &str) {
        let mut entry = format!("{} #{number}\n", jiff::Timestamp::now());
        for line in text.lines() {
            let _ = writeln!(entry, "{sign} {line}");
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // A full disk must not end the work that is being looked at.
        let _ = file.write_all(entry.as_bytes());
    }
}

/// One request and its answer; nothing where nothing is traced.
#[derive(Debug)]
pub(crate) struct Entry(Option<Place>);

#[derive(Debug)]
struct Place {
    trace: Arc<Trace>,
    number: u64,
    began: Instant,
    redactor: Redactor,
}

impl Place {
    fn write(&self, sign: char, text: &str) {
        self.trace.write(self.number, sign, &self.redactor.text(text));
    }
}

impl Entry {
    /// Writes a request down that is about to be sent.
    pub(crate) fn new(trace: Option<Arc<Trace>>, request: &Request, redactor: &Redactor) -> Self {
        Self(trace.map(|trace| {
            let number = trace.requests.fetch_add(1, Relaxed) + 1;
            let mut text = format!("{} {}\n", request.method(), mask::address(request.url()));
            headers(&mut text, request.headers());
            if let Some(bytes) = request.body().and_then(reqwest::Body::as_bytes) {
                body(&mut text, bytes, bytes.len(), request.headers());
            }
            let place = Place {
                trace,
                number,
                began: Instant::now(),
                redactor: redactor.clone(),
            };
            place.write('>', &text);
            place
        }))
    }

    /// Writes the head of the answer down.
    pub(crate) fn head(&self, response: &Response) {
        let Some(place) = &self.0 else {
            return;
        };
        let after = place.began.elapsed().as_millis();
        let mut text = format!(
            "{:?} {} after {after} ms\n",
            response.version(),
            response.status()
        );
        headers(&mut text, response.headers());
        place.write('<', &text);
    }

    /// Follows the answer's body.
    pub(crate) fn follow(self) -> BodyEntry {
        // With room from the start, no copy stays behind in a buffer that grew.
        let room = if self.0.is_some() { BODY_BYTES } else { 0 };
        BodyEntry {
            entry: self,
            shown: Zeroizing::new(Vec::with_capacity(room)),
            read: 0,
            cut: None,
        }
    }

    /// Writes down why there was no answer, or no whole one.
    pub(crate) fn broken(&self, error: &Error) {
        if let Some(place) = &self.0 {
            place.write('!', &error.to_string());
        }
    }
}

/// The body of an answer, as it arrives. Its beginning is written down when it has ended, and what cut it off.
#[derive(Debug)]
pub(crate) struct BodyEntry {
    entry: Entry,
    /// It may hold a token.
    shown: Zeroizing<Vec<u8>>,
    read: usize,
    cut: Option<Error>,
}

impl BodyEntry {
    /// What came, after decompression.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        if self.entry.0.is_some() {
            let room = BODY_BYTES.saturating_sub(self.shown.len());
            self.shown.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
            self.read += bytes.len();
        }
    }

    pub(crate) fn broken(&mut self, error: &Error) {
        self.cut = Some(error.clone());
    }
}

impl Drop for BodyEntry {
    fn drop(&mut self) {
        let Some(place) = &self.entry.0 else {
            return;
        };
        let mut text = String::new();
        body(&mut text, &self.shown, self.read, &HeaderMap::new());
        place.write('<', &text);
        if let Some(error) = &self.cut {
            self.entry.broken(error);
        }
    }
}

fn headers(text: &mut String, headers: &HeaderMap) {
    for (name, value) in headers {
        let _ = writeln!(text, "{name}: {}", mask::header(name.as_str(), value));
    }
}

/// Writes the beginning of a body of so many bytes.
fn body(text: &mut String, bytes: &[u8], length: usize, headers: &HeaderMap) {
    let is_form = headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let shown = bytes.get(..BODY_BYTES).unwrap_or(bytes);
    let _ = writeln!(text, "\n{}", mask::body(shown, is_form));
    if shown.len() < length {
        let _ = writeln!(text, "({} of {length} bytes)", shown.len());
    }
}
