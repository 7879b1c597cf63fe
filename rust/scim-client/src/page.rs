//! From the JSON of one response to one flat buffer of records, in a single pass. The format is in docs/records.md.

use jiter::{Jiter, JiterError, JiterErrorType, JsonErrorType, JsonType, Peek};

use crate::limits;
use crate::names::{Full, Names};

/// `SSCP`, little endian: the first four bytes of a page buffer.
pub const MAGIC: u32 = 0x5043_5353;
pub(crate) const HEADER: usize = 32;

pub(crate) mod tag {
    pub(crate) const NULL: u8 = 0;
    pub(crate) const FALSE: u8 = 1;
    pub(crate) const TRUE: u8 = 2;
    pub(crate) const INTEGER: u8 = 3;
    pub(crate) const NUMBER: u8 = 4;
    pub(crate) const STRING: u8 = 5;
    pub(crate) const NAME: u8 = 6;
    pub(crate) const ARRAY: u8 = 7;
    pub(crate) const OBJECT: u8 = 8;
}

/// One page: its records in the form of docs/records.md, and what the list response said beside them.
#[derive(Debug, Default, Clone)]
pub struct Page {
    /// The page buffer.
    pub buffer: Vec<u8>,
    /// How many records it holds.
    pub count: usize,
    /// `totalResults`, where the server gave a number (or a number as text).
    pub total_results: Option<u64>,
    /// `startIndex`, 1-based, where the server gave one.
    pub start_index: Option<u64>,
    /// `itemsPerPage`, where the server gave one.
    pub items_per_page: Option<u64>,
    /// `nextCursor` (RFC 9865); an empty one or null counts as none.
    pub next_cursor: Option<String>,
}

/// Why a body is no page. Positions are bytes from the body's start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// Not JSON at all, or JSON with a mistake in it.
    #[error("{reason} at byte {position}")]
    NotJson {
        /// What the parser met.
        reason: String,
        /// Where.
        position: usize,
    },
    /// JSON that ends too early.
    #[error("the body ends at byte {position}, in the middle of its JSON")]
    CutOff {
        /// The body's length.
        position: usize,
    },
    /// Deeper than [`limits::DEPTH`].
    #[error(
        "objects and arrays are nested deeper than {} levels at byte {position}",
        limits::DEPTH
    )]
    TooDeep {
        /// Where the first level too many begins.
        position: usize,
    },
    /// A `\uD800`-like escape without its other half: no text at all.
    #[error("a string holds half of a surrogate pair at byte {position}")]
    LoneSurrogate {
        /// Where the string stands.
        position: usize,
    },
    /// One object with two members of the same name.
    #[error("an object holds the member \"{name}\" twice, the second time before byte {position}")]
    DuplicateMember {
        /// The member's name.
        name: String,
        /// Just behind the second name.
        position: usize,
    },
    /// More names than [`limits::NAMES`], or a longer one than [`limits::NAME_BYTES`].
    #[error(
        "the response holds a member name over {} bytes, or more than {} different ones, at byte {position}",
        limits::NAME_BYTES,
        limits::NAMES
    )]
    TooManyNames {
        /// Where.
        position: usize,
    },
    /// JSON, but not what RFC 7644 section 3.4.2 calls a list response.
    #[error("the body is {found}, not a list response with \"Resources\"")]
    NotAList {
        /// What it is instead.
        found: String,
    },
    /// JSON, but no object.
    #[error("the body is {found}, not a resource")]
    NotAResource {
        /// What it is instead.
        found: String,
    },
}

/// Turns bodies into pages. A list uses one parser for all its pages, which keeps the names' ids.
#[derive(Debug, Default)]
pub struct PageParser {
    names: Names,
    /// For each depth and name id, the number of the object that last had it: finds a duplicate in O(1).
    seen: Vec<Vec<u64>>,
    objects: u64,
    tape: Vec<u8>,
    top: Vec<u32>,
    last_length: usize,
}

impl PageParser {
    /// Reads a list response (RFC 7644 section 3.4.2, RFC 9865). The members of the envelope are matched without
    /// regard to case, the ones it does not know are passed over.
    ///
    /// # Errors
    /// Any [`PageError`] but `NotAResource`.
    pub fn list(&mut self, body: &[u8]) -> Result<Page, PageError> {
        self.run(body, |writer, json| {
            let peek = json.peek()?;
            if peek != Peek::Object {
                json.known_skip(peek)?;
                return Err(Stop::NotAList);
            }
            let mut envelope = Envelope::default();
            let mut key = json.known_object()?;
            while let Some(name) = key {
                match Member::of(name) {
                    Member::Resources => {
                        if envelope.has_resources {
                            return Err(Stop::Duplicate("Resources".to_owned()));
                        }
                        envelope.has_resources = true;
                        writer.resources(json)?;
                    }
                    Member::TotalResults => envelope.page.total_results = count(json)?,
                    Member::StartIndex => envelope.page.start_index = count(json)?,
                    Member::ItemsPerPage => envelope.page.items_per_page = count(json)?,
                    Member::NextCursor => envelope.page.next_cursor = cursor(json)?,
                    Member::Other => json.next_skip()?,
                }
                key = json.next_key()?;
            }
            // RFC 7644 section 3.4.2: "Resources" may be left out when there is nothing to list.
            if !envelope.has_resources && envelope.page.total_results != Some(0) {
                return Err(Stop::NotAList);
            }
            Ok(envelope.page)
        })
    }

    /// Reads one resource: a page of one record.
    ///
    /// # Errors
    /// Any [`PageError`] but `NotAList`.
    pub fn resource(&mut self, body: &[u8]) -> Result<Page, PageError> {
        self.run(body, |writer, json| {
            let peek = json.peek()?;
            if peek != Peek::Object {
                json.known_skip(peek)?;
                return Err(Stop::NotAResource);
            }
            writer.record(json)?;
            Ok(Page::default())
        })
    }

    fn run(
        &mut self,
        body: &[u8],
        read: impl FnOnce(&mut Writer<'_>, &mut Jiter<'_>) -> Result<Page, Stop>,
    ) -> Result<Page, PageError> {
        // A byte order mark is no JSON, yet some servers send one.
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        let mut json = Jiter::with_tape(body, std::mem::take(&mut self.tape));
        self.top.clear();
        // What stood at depth 0 in the page before is forgotten: each page's top-level list begins anew.
        if let Some(seen) = self.seen.first_mut() {
            seen.fill(0);
        }
        let mut out = Vec::with_capacity(self.last_length.max(body.len() / 2));
        out.resize(HEADER, 0);
        let mut writer = Writer {
            names: &mut self.names,
            seen: &mut self.seen,
            objects: &mut self.objects,
            top: &mut self.top,
            records: Vec::new(),
            out,
        };
        let read = read(&mut writer, &mut json).and_then(|page| {
            json.finish()?;
            Ok(page)
        });
        let position = json.current_index();
        let page = match read {
            Ok(page) => Ok(writer.finish(page)),
            Err(stop) => Err(stop.explain(body, position)),
        };
        self.tape = json.into_tape();
        let page = page?;
        self.last_length = page.buffer.len();
        Ok(page)
    }
}

/// What ends the reading early; the position is added where it is known.
enum Stop {
    Json(JiterError),
    TooDeep,
    TooManyNames,
    Duplicate(String),
    NotAList,
    NotAResource,
}

impl From<JiterError> for Stop {
    fn from(error: JiterError) -> Self {
        Stop::Json(error)
    }
}

impl From<Full> for Stop {
    fn from(_: Full) -> Self {
        Stop::TooManyNames
    }
}

impl Stop {
    fn explain(self, body: &[u8], position: usize) -> PageError {
        match self {
            Stop::TooDeep => PageError::TooDeep { position },
            Stop::TooManyNames => PageError::TooManyNames { position },
            Stop::Duplicate(name) => PageError::DuplicateMember { name, position },
            Stop::NotAList => PageError::NotAList {
                found: describe(body),
            },
            Stop::NotAResource => PageError::NotAResource {
                found: describe(body),
            },
            Stop::Json(error) => {
                let position = error.index;
                match error.error_type {
                    JiterErrorType::JsonError(kind) => match kind {
                        JsonErrorType::EofWhileParsingList
                        | JsonErrorType::EofWhileParsingObject
                        | JsonErrorType::EofWhileParsingString
                        | JsonErrorType::EofWhileParsingValue => {
                            if body.iter().all(u8::is_ascii_whitespace) {
                                PageError::NotJson {
                                    reason: "the body is empty".to_owned(),
                                    position,
                                }
                            } else {
                                PageError::CutOff { position: body.len() }
                            }
                        }
                        // The parser says this too where a first half is followed by something other than a second.
                        JsonErrorType::UnexpectedEndOfHexEscape if !body.trim_ascii_end().ends_with(b"}") => {
                            PageError::CutOff { position: body.len() }
                        }
                        JsonErrorType::UnexpectedEndOfHexEscape
                        | JsonErrorType::LoneLeadingSurrogateInHexEscape
                        | JsonErrorType::InvalidUnicodeCodePoint => PageError::LoneSurrogate { position },
                        JsonErrorType::RecursionLimitExceeded => PageError::TooDeep { position },
                        other => PageError::NotJson {
                            reason: other.to_string(),
                            position,
                        },
                    },
                    JiterErrorType::WrongType { expected, actual } => PageError::NotJson {
                        reason: format!("{} stands where {} belongs", spell(actual), spell(expected)),
                        position,
                    },
                }
            }
        }
    }
}

fn spell(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Null => "null",
        JsonType::Bool => "a boolean",
        JsonType::Int | JsonType::Float => "a number",
        JsonType::String => "a string",
        JsonType::Array => "an array",
        JsonType::Object => "an object",
    }
}

fn describe(body: &[u8]) -> String {
    match body.iter().find(|b| !b.is_ascii_whitespace()) {
        Some(b'{') => "an object without \"Resources\"",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b'n') => "null",
        Some(b't' | b'f') => "a boolean",
        _ => "a number",
    }
    .to_owned()
}

#[derive(Default)]
struct Envelope {
    page: Page,
    has_resources: bool,
}

enum Member {
    Resources,
    TotalResults,
    StartIndex,
    ItemsPerPage,
    NextCursor,
    Other,
}

impl Member {
    fn of(name: &str) -> Self {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        if is("Resources") {
            Member::Resources
        } else if is("totalResults") {
            Member::TotalResults
        } else if is("startIndex") {
            Member::StartIndex
        } else if is("itemsPerPage") {
            Member::ItemsPerPage
        } else if is("nextCursor") {
            Member::NextCursor
        } else {
            Member::Other
        }
    }
}

/// A count of the envelope: a number, a number as text (servers differ), or nothing that can be used.
fn count(json: &mut Jiter<'_>) -> Result<Option<u64>, Stop> {
    let peek = json.peek()?;
    Ok(match peek {
        Peek::String => json.known_str()?.trim().parse().ok(),
        _ if peek.is_num() => std::str::from_utf8(json.known_number_bytes(peek)?)
            .ok()
            .and_then(|t| t.parse().ok()),
        _ => {
            json.known_skip(peek)?;
            None
        }
    })
}

fn cursor(json: &mut Jiter<'_>) -> Result<Option<String>, Stop> {
    let peek = json.peek()?;
    if peek != Peek::String {
        // Some servers send a number; it goes back as it came.
        if peek.is_num() {
            let text = String::from_utf8_lossy(json.known_number_bytes(peek)?).into_owned();
            return Ok(Some(text));
        }
        json.known_skip(peek)?;
        return Ok(None);
    }
    let text = json.known_str()?;
    Ok(if text.is_empty() {
        None
    } else {
        Some(text.to_owned())
    })
}

struct Writer<'a> {
    names: &'a mut Names,
    seen: &'a mut Vec<Vec<u64>>,
    objects: &'a mut u64,
    top: &'a mut Vec<u32>,
    records: Vec<u32>,
    out: Vec<u8>,
}

impl Writer<'_> {
    fn resources(&mut self, json: &mut Jiter<'_>) -> Result<(), Stop> {
        if json.peek()? == Peek::Null {
            json.known_null()?;
            return Ok(());
        }
        let mut next = json.next_array()?;
        while let Some(peek) = next {
            if peek != Peek::Object {
                return Err(Stop::NotAList);
            }
            self.record(json)?;
            next = json.array_step()?;
        }
        Ok(())
    }

    fn record(&mut self, json: &mut Jiter<'_>) -> Result<(), Stop> {
        self.records.push(self.out.len() as u32);
        self.members(json, 0)
    }

    /// The members of the object that comes next, behind its opening brace.
    fn members(&mut self, json: &mut Jiter<'_>, depth: usize) -> Result<(), Stop> {
        if depth >= limits::DEPTH {
            return Err(Stop::TooDeep);
        }
        if self.seen.len() <= depth {
            self.seen.resize_with(depth + 1, Vec::new);
        }
        *self.objects += 1;
        let object = *self.objects;
        let mut key = json.known_object()?;
        while let Some(name) = key {
            let id = self.names.intern(name)?;
            if self.is_repeated(depth, id, object) {
                let name = name.to_owned();
                return Err(Stop::Duplicate(name));
            }
            varint(&mut self.out, u64::from(id));
            let peek = json.peek()?;
            self.value(json, peek, depth)?;
            key = json.next_key()?;
        }
        Ok(())
    }

    fn is_repeated(&mut self, depth: usize, id: u32, object: u64) -> bool {
        let Some(seen) = self.seen.get_mut(depth) else {
            return false;
        };
        if seen.len() <= id as usize {
            seen.resize(self.names.len(), 0);
        }
        let Some(last) = seen.get_mut(id as usize) else {
            return false;
        };
        if depth == 0 && *last == 0 {
            self.top.push(id);
        }
        std::mem::replace(last, object) == object
    }

    fn value(&mut self, json: &mut Jiter<'_>, peek: Peek, depth: usize) -> Result<(), Stop> {
        match peek {
            Peek::String => {
                let text = json.known_str()?;
                if text.len() < 128
                    && text.starts_with("urn:")
                    && let Ok(id) = self.names.intern(text)
                {
                    self.out.push(tag::NAME);
                    varint(&mut self.out, u64::from(id));
                } else {
                    self.out.push(tag::STRING);
                    varint(&mut self.out, text.len() as u64);
                    self.out.extend_from_slice(text.as_bytes());
                }
            }
            Peek::Object => {
                let start = self.open(tag::OBJECT);
                self.members(json, depth + 1)?;
                self.close(start);
            }
            Peek::Array => self.array(json, depth + 1)?,
            Peek::True | Peek::False => {
                let value = json.known_bool(peek)?;
                self.out.push(if value { tag::TRUE } else { tag::FALSE });
            }
            Peek::Null => {
                json.known_null()?;
                self.out.push(tag::NULL);
            }
            _ => {
                let text = json.known_number_bytes(peek)?;
                number(&mut self.out, text);
            }
        }
        Ok(())
    }

    fn array(&mut self, json: &mut Jiter<'_>, depth: usize) -> Result<(), Stop> {
        if depth >= limits::DEPTH {
            return Err(Stop::TooDeep);
        }
        let start = self.open(tag::ARRAY);
        // The count comes first but is known last. It takes one byte up to 127 elements; only above that is the
        // content moved to make room.
        let count_at = self.out.len();
        self.out.push(0);
        let mut count: u64 = 0;
        let mut next = json.known_array()?;
        while let Some(peek) = next {
            self.value(json, peek, depth)?;
            count += 1;
            next = json.array_step()?;
        }
        if count < 0x80 {
            self.out[count_at] = count as u8;
        } else {
            let mut bytes = Vec::with_capacity(10);
            varint(&mut bytes, count);
            self.out.splice(count_at..=count_at, bytes);
        }
        self.close(start);
        Ok(())
    }

    fn open(&mut self, tag: u8) -> usize {
        self.out.push(tag);
        self.out.extend_from_slice(&[0; 4]);
        self.out.len()
    }

    fn close(&mut self, start: usize) {
        let length = (self.out.len() - start) as u32;
        self.out[start - 4..start].copy_from_slice(&length.to_le_bytes());
    }

    /// Puts the tables behind the records and fills in the header.
    fn finish(mut self, mut page: Page) -> Page {
        page.count = self.records.len();
        self.records.push(self.out.len() as u32);
        let records_at = self.out.len();
        for offset in &self.records {
            self.out.extend_from_slice(&offset.to_le_bytes());
        }
        let names_at = self.out.len();
        let block = (names_at + 4 * (self.names.len() + 1) + 4 * self.top.len()) as u32;
        self.out.extend_from_slice(&block.to_le_bytes());
        for end in self.names.ends() {
            self.out.extend_from_slice(&(block + end).to_le_bytes());
        }
        let top_at = self.out.len();
        for id in self.top.iter() {
            self.out.extend_from_slice(&id.to_le_bytes());
        }
        self.out.extend_from_slice(self.names.block());
        let header = [
            MAGIC,
            self.out.len() as u32,
            page.count as u32,
            records_at as u32,
            self.names.len() as u32,
            names_at as u32,
            self.top.len() as u32,
            top_at as u32,
        ];
        for (slot, value) in self.out.chunks_exact_mut(4).zip(header) {
            slot.copy_from_slice(&value.to_le_bytes());
        }
        page.buffer = self.out;
        page
    }
}

fn number(out: &mut Vec<u8>, text: &[u8]) {
    if let Some(value) = integer(text) {
        out.push(tag::INTEGER);
        varint(out, ((value << 1) ^ (value >> 63)) as u64);
    } else {
        out.push(tag::NUMBER);
        varint(out, text.len() as u64);
        out.extend_from_slice(text);
    }
}

/// An integer that prints as it was written: so not -0, which is a number of its own in JSON.
fn integer(text: &[u8]) -> Option<i64> {
    if text == b"-0" {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

pub(crate) fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
