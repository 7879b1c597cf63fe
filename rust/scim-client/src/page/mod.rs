//! From the JSON of a response to flat buffers of records, in a single pass, as the response arrives. The format is in
//! docs/records.md.

mod keys;
mod parser;
#[cfg(test)]
mod parts_tests;
mod reading;
mod writer;

use crate::limits;

pub use parser::PageParser;
pub(crate) use writer::varint;

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

/// A page, or a part of one: its records in the form of docs/records.md, and what the list response said beside them. A
/// large response is handed over in parts as it arrives, each with a buffer that stands for itself. What the response
/// says behind its resources is known in the last part only.
#[derive(Debug, Default, Clone)]
pub struct Page {
    /// The page buffer.
    pub buffer: Vec<u8>,
    /// How many records it holds.
    pub count: usize,
    /// Whether the response ends with it. A response that is not handed over in parts is one part, the last.
    pub last: bool,
    /// How many records the response holds in all its parts. Before the last part, this is what `itemsPerPage` or the
    /// request says; None where that is no more than what has come, or nothing says it.
    pub whole: Option<usize>,
    /// `totalResults`, where the server gave a number (or a number as text).
    pub total_results: Option<u64>,
    /// `startIndex`, 1-based, where the server gave one.
    pub start_index: Option<u64>,
    /// `itemsPerPage`, where the server gave one.
    pub items_per_page: Option<u64>,
    /// `nextCursor` (RFC 9865); an empty one or null counts as none. It is the place behind the whole response, and so only
    /// the last part has it, wherever it stands in the response.
    pub next_cursor: Option<String>,
    /// What couldn't be read of some resources, in their order.
    pub incomplete: Vec<Incomplete>,
}

/// A resource that couldn't be read completely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incomplete {
    /// The number of its record in the page, from 0. None where it has no record: a null in place of a resource, or a
    /// resource that a filter evaluated here left out.
    pub record: Option<usize>,
    /// Its id; empty where there is no resource.
    pub id: String,
    /// Its `userName`, else its `displayName`.
    pub name: Option<String>,
    /// The first few attributes that couldn't be read, and why. Never empty.
    pub problems: Vec<Problem>,
    /// Where the list resumes after it.
    pub cursor: Option<String>,
    /// How many of the response's resources were read up to it, it included.
    pub(crate) read: usize,
}

/// An attribute that couldn't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its path, such as `emails.value`; empty where it's the resource itself.
    pub attribute: String,
    /// What is wrong with it.
    pub error: PageError,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.attribute.is_empty() {
            write!(f, "{}: ", self.attribute)?;
        }
        self.error.fmt(f)
    }
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
    #[error("a string has half of a surrogate pair at byte {position}")]
    LoneSurrogate {
        /// Where the string stands.
        position: usize,
    },
    /// A string of bytes that are no UTF-8.
    #[error("a string isn't valid UTF-8 at byte {position}")]
    NotUtf8 {
        /// Where.
        position: usize,
    },
    /// A value of more than [`limits::VALUE_BYTES`].
    #[error("a value is larger than {} MiB at byte {position}", limits::VALUE_BYTES >> 20)]
    ValueTooLarge {
        /// Where.
        position: usize,
    },
    /// One object with two members of the same name.
    #[error("an object has the member \"{name}\" twice, the second time before byte {position}")]
    DuplicateMember {
        /// The member's name.
        name: String,
        /// Just behind the second name.
        position: usize,
    },
    /// More names than [`limits::NAMES`], or a longer one than [`limits::NAME_BYTES`].
    #[error(
        "a member name is longer than {} bytes, or there are more than {} different names, at byte {position}",
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
    /// A page that is read again does not begin with the resources that it began with.
    #[error("the page changed: it no longer starts with the {count} resources that it returned before")]
    Changed {
        /// How many there were.
        count: usize,
    },
    /// A null where a resource belongs.
    #[error("null instead of a resource at byte {position}")]
    NullResource {
        /// Where.
        position: usize,
    },
    /// JSON, but no object.
    #[error("the body is {found}, not a resource")]
    NotAResource {
        /// What it is instead.
        found: String,
    },
}
