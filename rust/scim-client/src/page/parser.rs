//! Turns bodies into pages: whole, or part by part while they arrive.

use std::collections::{HashSet, VecDeque};

use bytes::Bytes;

use crate::json::{Fault, OpenString, Scanner, Shortened, omit_large_strings};
use crate::limits;
use crate::page::keys::Keys;
use crate::page::reading::{Reading, Step, salvage};
use crate::page::writer::{Mark, Salvaged, Stop, Writer};
use crate::page::{Incomplete, Page, PageError, Problem};

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
    /// How many of those went there before, and not in parts of this response; and their sum.
    before: usize,
    before_sum: u32,
    /// Whether the resource behind those is passed over where its id can't be read: an error has told of it.
    passes: bool,
    skip: Skip,
    /// Resources of the buffer that couldn't be read completely.
    incomplete: Vec<Incomplete>,
    /// What ends the reading, once the resources before it were taken.
    fault: Option<PageError>,
    /// Whether the response ended at a resource whose id can't be read.
    stopped: bool,
    /// A string that is too large to be kept, and of which the end hasn't come.
    omitting: Option<OpenString>,
    /// Bytes that were left out and not asked for yet.
    omitted: usize,
    /// The beginning of the body.
    head: Vec<u8>,
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
        match self.fault.take() {
            Some(fault) => Err(fault),
            None => Ok(self.take(None)),
        }
    }

    /// Reads one resource: a page of one record. Where only a part of it can be read, [`Page::incomplete`] says so.
    ///
    /// # Errors
    /// Any [`PageError`] but `NotAList`.
    pub fn resource(&mut self, body: &[u8]) -> Result<Page, PageError> {
        self.begin();
        let mut json = Scanner::new(body, 0, true);
        let writer = &mut self.writer;
        let read = (|| {
            if json.peek()? != b'{' {
                json.skip(writer.scratch(), 0)?;
                return Err(Stop::NotAResource);
            }
            let (at, mark) = (json.at(), writer.mark());
            let step = match writer.record(&mut json) {
                Ok(()) => Step::Resource,
                Err(stop) => salvage(&mut json, at, writer, &mark, stop)?,
            };
            match json.peek() {
                Err(_) => Ok(step),
                Ok(_) => Err(json.wrong("unexpected text after the end").into()),
            }
        })();
        let first = body.iter().copied().find(|b| !b.is_ascii_whitespace());
        let explained = |stop, position| explain(stop, first, position, body.len());
        let incomplete = match read.map_err(|stop| explained(stop, json.position()))? {
            Step::Damaged(damaged) => match *damaged {
                (salvaged, ..) if salvaged.has_id => vec![incomplete(salvaged, 0, 1)],
                (_, stop, position) => return Err(explained(stop, position)),
            },
            _ => Vec::new(),
        };
        Ok(Page {
            last: true,
            whole: Some(1),
            incomplete,
            ..self.writer.finish()
        })
    }

    /// Begins a response.
    pub(crate) fn begin(&mut self) {
        self.restart();
        self.keys.clear();
        (self.given, self.before, self.before_sum) = (0, 0, 0);
        self.skip = Skip::Nothing;
        self.passes = false;
    }

    /// Begins a response of which the first `count` resources were given elsewhere; `sum` tells whether it is they. With
    /// `passes`, the resource behind them is passed over where its id can't be read.
    pub(crate) fn begin_behind(&mut self, count: usize, sum: u32, passes: bool) {
        self.begin();
        (self.before, self.before_sum, self.passes) = (count, sum, passes);
        self.skip_first();
    }

    fn skip_first(&mut self) {
        self.skip = match (self.before, self.before_sum) {
            (0, _) => Skip::Nothing,
            (count, sum) => Skip::First { count, sum },
        };
    }

    /// Begins another answer to the request whose answer broke off. What was given of that one is left out of this one.
    pub(crate) fn begin_again(&mut self) {
        self.restart();
        self.keys.truncate(self.given);
        if self.given > 0 {
            self.skip = Skip::These(self.keys.set());
        } else {
            self.skip_first();
        }
    }

    fn restart(&mut self) {
        self.writer.begin();
        self.reading = Reading::default();
        self.pending = Bytes::new();
        self.chunks.clear();
        (self.start, self.borrowed, self.behind) = (0, 0, 0);
        (self.offset, self.enough, self.complete) = (0, 0, false);
        (self.fault, self.stopped) = (None, false);
        (self.omitting, self.omitted) = (None, 0);
        self.incomplete.clear();
        self.head.clear();
    }

    /// Takes in the bytes that came next.
    pub(crate) fn feed(&mut self, mut bytes: Bytes) {
        let room = limits::QUOTED_BYTES.saturating_sub(self.head.len());
        if room > 0 {
            self.head.extend_from_slice(bytes.get(..room).unwrap_or(&bytes));
        }
        if let Some(open) = &mut self.omitting {
            let length = open.end_in(&bytes);
            self.omitted += length.unwrap_or(bytes.len());
            match length {
                Some(length) => {
                    self.omitting = None;
                    drop(bytes.split_to(length));
                }
                None => bytes.clear(),
            }
        }
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

    /// Takes what is too large to be kept out of a resource of which the end hasn't come.
    #[cold]
    fn shorten(&mut self) {
        let rest = self.pending.len() - self.start;
        let most = self.behind;
        self.enough = rest + most;
        let whole = self.joined(rest);
        let Shortened { bytes, open } = omit_large_strings(&whole);
        self.omitted += whole.len() - bytes.len();
        self.omitting = open;
        self.enough = 2 * bytes.len();
        self.offset += self.start + whole.len() - bytes.len();
        (self.pending, self.start) = (bytes.into(), 0);
    }

    /// How many bytes were left out since the last call: values that are too large to be kept.
    pub(crate) fn take_omitted(&mut self) -> usize {
        std::mem::take(&mut self.omitted)
    }

    /// Whether a resource whose id can't be read keeps the response from being read any further.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// The first bytes of the body.
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Reads on, until `most` resources are there, the bytes are used up, or a resource whose id can't be read stands in
    /// the way. Says whether the bytes are used up. Resources before such a one are there to be taken; the next call then
    /// gives the error.
    ///
    /// # Errors
    /// As [`PageParser::list`].
    pub(crate) fn read(&mut self, most: usize) -> Result<bool, PageError> {
        if self.fault.is_none() {
            match self.read_all(most) {
                Err(fault) if self.fault.is_some() => drop(fault),
                read => return read,
            }
        }
        match self.fault.take_if(|_| self.writer.count() == 0) {
            Some(fault) => Err(fault),
            None => Ok(false),
        }
    }

    fn read_all(&mut self, most: usize) -> Result<bool, PageError> {
        while self.read_pending(most)? {
            if !self.go_on() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn read_pending(&mut self, most: usize) -> Result<bool, PageError> {
        let bytes = self.pending.clone();
        let pending = bytes.get(self.start..).unwrap_or_default();
        let complete = self.complete && self.behind == 0;
        if !complete && pending.len() < self.enough {
            return Ok(true);
        }
        let mut json = Scanner::new(pending, self.offset + self.start, complete);
        let mut is_large = false;
        let used_up = loop {
            if self.writer.count() >= most && self.reading.is_at_resource() {
                break false;
            }
            let (at, mark) = (json.at(), self.writer.mark());
            let step = self
                .reading
                .step(&mut json, &mut self.writer, &mark)
                .and_then(|step| match step {
                    Step::Resource => {
                        sift(&mut self.writer, &mark, &mut self.keys, &mut self.skip).map(|_| step)
                    }
                    _ => Ok(step),
                });
            match step {
                Ok(Step::Resource | Step::Other) => self.enough = 0,
                Ok(Step::End) => break true,
                Ok(step) => {
                    self.enough = 0;
                    self.damaged(step, &mark)?;
                }
                Err(Stop::Json(Fault::End)) if !complete => {
                    json.back(at);
                    self.writer.undo(&mark);
                    let left = pending.len() - at;
                    self.enough = if left <= LARGE_STEP {
                        0
                    } else if left <= limits::RESOURCE_BYTES {
                        // Large values are looked for before the body's own limit is reached.
                        (2 * left).min(limits::RESOURCE_BYTES + 1)
                    } else {
                        2 * left
                    };
                    is_large = left > limits::RESOURCE_BYTES && self.reading.is_in_resources();
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
        if is_large {
            self.shorten();
        }
        Ok(used_up)
    }

    /// Takes note of what isn't a resource, or not a whole one.
    ///
    /// # Errors
    /// The mistake, where not even the resource's id is certain: nobody can say then whose attributes these are.
    #[cold]
    fn damaged(&mut self, step: Step, mark: &Mark) -> Result<(), PageError> {
        let whole = self.offset + self.pending.len();
        let (salvaged, stop, position) = match step {
            Step::Damaged(damaged) => *damaged,
            Step::Null(position) => {
                self.keys.add_nameless(&[]);
                let is_new = sift_last(&mut self.writer, mark, &mut self.keys, &mut self.skip)
                    .map_err(|stop| explain(stop, self.reading.first, position, whole))?;
                if is_new {
                    let error = PageError::NullResource { position };
                    self.incomplete.push(Incomplete {
                        record: None,
                        id: String::new(),
                        name: None,
                        problems: vec![Problem {
                            attribute: String::new(),
                            error,
                        }],
                        cursor: None,
                        read: self.keys.len(),
                    });
                }
                return Ok(());
            }
            Step::Resource | Step::Other | Step::End => return Ok(()),
        };
        let is_new = sift(&mut self.writer, mark, &mut self.keys, &mut self.skip)
            .map_err(|stop| explain(stop, self.reading.first, position, whole))?;
        if !is_new {
            return Ok(());
        }
        if !salvaged.has_id {
            self.writer.undo(mark);
            if self.passes && self.keys.len() == self.before + 1 {
                return Ok(());
            }
            self.keys.truncate(self.keys.len() - 1);
            if self.writer.count() == 0 {
                self.given = self.keys.len();
            }
            let fault = explain(stop, self.reading.first, position, whole);
            self.fault = Some(fault.clone());
            self.stopped = true;
            return Err(fault);
        }
        let record = self.writer.count() - 1;
        let incomplete = incomplete(salvaged, record, self.keys.len());
        self.incomplete.push(incomplete);
        Ok(())
    }

    /// How many resources were read and not taken yet.
    pub(crate) fn count(&self) -> usize {
        self.writer.count()
    }

    /// Whether all bytes have come and were read.
    pub(crate) fn is_complete(&self) -> bool {
        self.complete && self.behind == 0 && self.start == self.pending.len() && !self.stopped
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
            incomplete: std::mem::take(&mut self.incomplete),
            ..page
        }
    }

    /// The sum by which the first `count` resources of the response can be known again.
    pub(crate) fn sum_of(&self, count: usize) -> u32 {
        self.keys.sum(count)
    }
}

fn incomplete(salvaged: Salvaged, record: usize, read: usize) -> Incomplete {
    Incomplete {
        record: Some(record),
        id: salvaged.id,
        name: salvaged.name,
        problems: salvaged.problems,
        cursor: None,
        read,
    }
}

/// Keeps the resource that was just written, or takes it back where the consumer has it. Says whether it was kept.
#[inline]
fn sift(writer: &mut Writer, mark: &Mark, keys: &mut Keys, skip: &mut Skip) -> Result<bool, Stop> {
    writer.identify(keys);
    sift_last(writer, mark, keys, skip)
}

/// The same, of the resource whose key was added last.
#[inline]
fn sift_last(writer: &mut Writer, mark: &Mark, keys: &mut Keys, skip: &mut Skip) -> Result<bool, Stop> {
    match skip {
        Skip::Nothing => return Ok(true),
        Skip::These(given) => {
            if !given.contains(keys.last()) {
                return Ok(true);
            }
            keys.truncate(keys.len() - 1);
            writer.undo(mark);
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
    Ok(false)
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
