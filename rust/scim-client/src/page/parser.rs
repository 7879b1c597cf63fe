//! Turns bodies into pages: whole, or part by part while they arrive.

use std::collections::{HashSet, VecDeque};

use bytes::Bytes;

use crate::json::{Fault, Scanner};
use crate::page::keys::Keys;
use crate::page::reading::{Reading, Step};
use crate::page::writer::{Mark, Stop, Writer};
use crate::page::{Page, PageError};

/// A step that failed on so many bytes, for want of more, is tried again only when these have doubled: a resource that
/// arrives in a thousand pieces is not read a thousand times.
const LARGE_STEP: usize = 64 << 10;
/// Where a resource stands in two chunks, so many bytes of the second are put behind what is there of it; what follows
/// is read where it is.
const JOINED: usize = 16 << 10;

/// Turns bodies into pages. A list uses one parser for all its pages, which keeps the names' ids.
#[derive(Debug, Default)]
pub struct PageParser {
    writer: Writer,
    reading: Reading,
    /// What is being read, from `start` on.
    pending: Bytes,
    start: usize,
    /// What has arrived behind it. Of the first, so many bytes as are `borrowed` stand at the end of `pending` too.
    chunks: VecDeque<Bytes>,
    borrowed: usize,
    /// How many bytes the chunks have that `pending` has not.
    behind: usize,
    /// Where `pending` begins in the body.
    offset: usize,
    complete: bool,
    /// Nothing is read before so much is pending.
    pub(super) enough: usize,
    /// The resources of this response that were read.
    keys: Keys,
    /// How many of them went to the consumer in parts, or had gone there before.
    given: usize,
    /// How many of those went there before, and not in parts of this response.
    before: usize,
    skip: Skip,
}

/// Which resources of a response are not written, since the consumer has them.
#[derive(Debug, Default)]
enum Skip {
    #[default]
    Nothing,
    /// Those of an answer to the same request that broke off. Whatever the server did meanwhile, none is given twice.
    These(HashSet<Box<[u8]>>),
    /// The first so many, which must have this sum: they were given in another process, or to another list.
    First { count: usize, sum: u32 },
}

impl PageParser {
    /// Reads a list response (RFC 7644 section 3.4.2, RFC 9865). The members of the envelope are matched without
    /// regard to case, the ones it does not know are passed over.
    ///
    /// # Errors
    /// Any [`PageError`] but `NotAResource`.
    pub fn list(&mut self, body: &[u8]) -> Result<Page, PageError> {
        self.begin();
        self.feed(Bytes::copy_from_slice(body));
        self.complete();
        self.read(usize::MAX)?;
        Ok(self.take(None))
    }

    /// Reads one resource: a page of one record.
    ///
    /// # Errors
    /// Any [`PageError`] but `NotAList`.
    pub fn resource(&mut self, body: &[u8]) -> Result<Page, PageError> {
        self.begin();
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        let mut json = Scanner::new(body, 0, true);
        let writer = &mut self.writer;
        let read = (|| {
            if json.peek()? != b'{' {
                json.skip(writer.scratch(), 0)?;
                return Err(Stop::NotAResource);
            }
            writer.record(&mut json)?;
            match json.peek() {
                Err(_) => Ok(()),
                Ok(_) => Err(json.wrong("unexpected text after the end").into()),
            }
        })();
        let first = body.iter().copied().find(|b| !b.is_ascii_whitespace());
        read.map_err(|stop| explain(stop, first, json.position(), body.len()))?;
        Ok(Page {
            last: true,
            whole: Some(1),
            ..self.writer.finish()
        })
    }

    /// Begins a response.
    pub(crate) fn begin(&mut self) {
        self.restart();
        self.keys.clear();
        (self.given, self.before) = (0, 0);
        self.skip = Skip::Nothing;
    }

    /// Begins a response of which the first `count` resources were given elsewhere; `sum` tells whether it is they.
    pub(crate) fn begin_behind(&mut self, count: usize, sum: u32) {
        self.begin();
        if count > 0 {
            self.before = count;
            self.skip = Skip::First { count, sum };
        }
    }

    /// Begins another answer to the request whose answer broke off. What was given of that one is left out of this one.
    pub(crate) fn begin_again(&mut self) {
        self.restart();
        self.keys.truncate(self.given);
        if self.given > 0 {
            self.skip = Skip::These(self.keys.set());
        }
    }

    fn restart(&mut self) {
        self.writer.begin();
        self.reading = Reading::default();
        self.pending = Bytes::new();
        self.chunks.clear();
        (self.start, self.borrowed, self.behind) = (0, 0, 0);
        (self.offset, self.enough, self.complete) = (0, 0, false);
    }

    /// Takes in the bytes that came next.
    pub(crate) fn feed(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.behind += bytes.len();
            self.chunks.push_back(bytes);
        }
    }

    /// Goes on to the bytes behind those that are used up; false where there are none, or not enough yet.
    fn go_on(&mut self) -> bool {
        let rest = self.pending.len() - self.start;
        if self.behind == 0 || (!self.complete && rest + self.behind < self.enough) {
            return false;
        }
        let next = if rest <= self.borrowed {
            // All that is left stands in the chunk itself: it is read there.
            let chunk = self.chunks.pop_front().unwrap_or_default();
            let read = self.borrowed - rest;
            self.behind -= chunk.len() - self.borrowed;
            self.borrowed = 0;
            chunk.slice(read..)
        } else {
            self.joined(rest)
        };
        self.offset += self.start;
        (self.pending, self.start) = (next, 0);
        true
    }

    /// What is left, and behind it as much of the chunks as is likely to be needed.
    fn joined(&mut self, rest: usize) -> Bytes {
        let most = if self.enough > 0 {
            self.behind
        } else {
            self.behind.min(JOINED.max(rest))
        };
        let mut joined = Vec::with_capacity(rest + most);
        joined.extend_from_slice(self.pending.get(self.start..).unwrap_or_default());
        while joined.len() < rest + most
            && let Some(chunk) = self.chunks.front()
        {
            let end = chunk.len().min(self.borrowed + rest + most - joined.len());
            joined.extend_from_slice(chunk.get(self.borrowed..end).unwrap_or_default());
            if end == chunk.len() {
                self.chunks.pop_front();
                self.borrowed = 0;
            } else {
                self.borrowed = end;
            }
        }
        self.behind -= most;
        joined.into()
    }

    /// No more bytes come.
    pub(crate) fn complete(&mut self) {
        self.complete = true;
    }

    /// Reads on, until `most` resources are there or the bytes are used up. Says whether they are.
    ///
    /// # Errors
    /// As [`PageParser::list`].
    pub(crate) fn read(&mut self, most: usize) -> Result<bool, PageError> {
        while self.read_pending(most)? {
            if !self.go_on() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn read_pending(&mut self, most: usize) -> Result<bool, PageError> {
        let pending = self.pending.get(self.start..).unwrap_or_default();
        let complete = self.complete && self.behind == 0;
        if !complete && pending.len() < self.enough {
            return Ok(true);
        }
        let mut json = Scanner::new(pending, self.offset + self.start, complete);
        let used_up = loop {
            if self.writer.count() >= most && self.reading.is_at_resource() {
                break false;
            }
            let (at, mark) = (json.at(), self.writer.mark());
            let step = self
                .reading
                .step(&mut json, &mut self.writer)
                .and_then(|step| match step {
                    Step::Resource => {
                        sift(&mut self.writer, &mark, &mut self.keys, &mut self.skip).map(|()| step)
                    }
                    _ => Ok(step),
                });
            match step {
                Ok(Step::End) => break true,
                Ok(_) => self.enough = 0,
                Err(Stop::Json(Fault::End)) if !complete => {
                    json.back(at);
                    self.writer.undo(&mark);
                    let left = pending.len() - at;
                    self.enough = if left > LARGE_STEP { 2 * left } else { 0 };
                    break true;
                }
                Err(stop) => {
                    let whole = self.offset + self.pending.len();
                    return Err(explain(stop, self.reading.first, json.position(), whole));
                }
            }
        };
        if used_up
            && complete
            && let Skip::First { count, .. } = self.skip
        {
            return Err(PageError::Changed { count });
        }
        self.start += json.at();
        Ok(used_up)
    }

    /// How many resources were read and not taken yet.
    pub(crate) fn count(&self) -> usize {
        self.writer.count()
    }

    /// Whether all bytes have come and were read.
    pub(crate) fn is_complete(&self) -> bool {
        self.complete && self.behind == 0 && self.start == self.pending.len()
    }

    /// How many resources of the response were read, those included that are not written.
    pub(crate) fn received(&self) -> usize {
        self.keys.len()
    }

    /// How many of the response's resources the consumer has.
    pub(crate) fn given(&self) -> usize {
        self.given
    }

    /// The sum by which the resources that the consumer has can be known again.
    pub(crate) fn sum(&self) -> u32 {
        self.keys.sum(self.given)
    }

    /// The response's `nextCursor`, as soon as it was read.
    pub(crate) fn next_cursor(&self) -> Option<&str> {
        self.reading.next_cursor.as_deref()
    }

    /// The first byte of the response that is no white space.
    pub(crate) fn first(&self) -> Option<u8> {
        self.reading.first
    }

    /// What was read since the last part, as a part; the last one, where the response has been read to its end.
    /// `expected` is how many resources the response should hold, where it does not say so itself.
    pub(crate) fn take(&mut self, expected: Option<u32>) -> Page {
        self.given = self.keys.len();
        let page = self.writer.finish();
        self.writer.begin();
        let here = self.given - self.before;
        let last = self.is_complete();
        let whole = if last {
            Some(here)
        } else {
            let said = self.reading.items_per_page.or(expected.map(u64::from));
            said.and_then(|n| usize::try_from(n).ok()?.checked_sub(self.before))
                .filter(|&whole| whole > here)
        };
        Page {
            last,
            whole,
            total_results: self.reading.total_results,
            start_index: self.reading.start_index,
            items_per_page: self.reading.items_per_page,
            // It stands for the place behind the whole response, so no part but the last may name it.
            next_cursor: self.reading.next_cursor.clone().filter(|_| last),
            ..page
        }
    }
}

/// Keeps the resource that was just written, or takes it back where the consumer has it.
fn sift(writer: &mut Writer, mark: &Mark, keys: &mut Keys, skip: &mut Skip) -> Result<(), Stop> {
    writer.identify(keys);
    match skip {
        Skip::Nothing => {}
        Skip::These(given) => {
            if given.contains(keys.last()) {
                keys.truncate(keys.len() - 1);
                writer.undo(mark);
            }
        }
        Skip::First { count, sum } => {
            writer.undo(mark);
            if keys.len() == *count {
                if keys.sum(*count) != *sum {
                    return Err(Stop::Changed(*count));
                }
                *skip = Skip::Nothing;
            }
        }
    }
    Ok(())
}

/// What a stop means. `first` is the body's first byte that is no white space, `length` the body's.
fn explain(stop: Stop, first: Option<u8>, position: usize, length: usize) -> PageError {
    match stop {
        Stop::TooManyNames => PageError::TooManyNames { position },
        Stop::Duplicate(name) => PageError::DuplicateMember { name, position },
        Stop::NotAList => PageError::NotAList {
            found: describe(first),
        },
        Stop::NotAResource => PageError::NotAResource {
            found: describe(first),
        },
        Stop::Changed(count) => PageError::Changed { count },
        Stop::Json(fault) => match fault {
            Fault::End if first.is_none() => PageError::NotJson {
                reason: "the body is empty".to_owned(),
                position: length,
            },
            Fault::End => PageError::CutOff { position: length },
            Fault::Wrong { reason, at } => PageError::NotJson {
                reason: reason.to_owned(),
                position: at,
            },
            Fault::HalfPair { at } => PageError::LoneSurrogate { position: at },
            Fault::NotText { at } => PageError::NotUtf8 { position: at },
            Fault::TooDeep { at } => PageError::TooDeep { position: at },
        },
    }
}

fn describe(first: Option<u8>) -> String {
    match first {
        Some(b'{') => "an object without \"Resources\"",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b'n') => "null",
        Some(b't' | b'f') => "a boolean",
        _ => "a number",
    }
    .to_owned()
}
