//! Reads the records of a page again, in Rust: for exports, for filters evaluated here, and for tests.

use std::borrow::Cow;
use std::io::Write as _;

use crate::json::{any_word, stops};
use crate::page::{MAGIC, tag};

/// A page buffer, opened for reading. Nothing is copied; see docs/records.md for the format.
#[derive(Debug, Clone, Copy)]
pub struct Records<'a> {
    buffer: &'a [u8],
    count: usize,
    records_at: usize,
    /// Where the bounds of the names begin, and how many names there are.
    names_at: usize,
    names: usize,
    /// All names one after another, and where they begin.
    text: &'a str,
    text_at: usize,
}

/// One JSON object of a page: a resource, or a complex value inside it.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    page: Records<'a>,
    bytes: &'a [u8],
}

/// One member of a record, as it stands there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'a> {
    /// The name's id in this page.
    pub(crate) id: u32,
    pub(crate) name: &'a str,
    pub(crate) value: Value<'a>,
    /// The value's tag and payload.
    pub(crate) bytes: &'a [u8],
}

/// The tables behind the records of a page.
pub(crate) struct Tables<'a> {
    /// Where each name begins, and the end of the last: u32, from the buffer's start.
    pub(crate) name_bounds: &'a [u8],
    /// The ids of the names that are direct members of some record: u32.
    pub(crate) top: &'a [u8],
    /// All names one after another.
    pub(crate) names: &'a [u8],
}

/// One JSON value.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// null
    Null,
    /// true, false
    Bool(bool),
    /// An integer of 64 bits.
    Integer(i64),
    /// Any other number, as it was written.
    Number(&'a str),
    /// A string.
    String(&'a str),
    /// An array, to be read by [`Array::iter`].
    Array(Array<'a>),
    /// An object.
    Object(Record<'a>),
}

/// A [`Value`] whose text is not looked at: the parser has seen that it is UTF-8.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Raw<'a> {
    Null,
    Bool(bool),
    Integer(i64),
    Number(&'a [u8]),
    String(&'a [u8]),
    Array(Array<'a>),
    Object(Record<'a>),
}

/// The names of a page as they begin a member of JSON: `"name":`, one after another.
#[derive(Debug, Default)]
pub(crate) struct Spelled {
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// A JSON array.
#[derive(Debug, Clone, Copy)]
pub struct Array<'a> {
    page: Records<'a>,
    bytes: &'a [u8],
    count: u64,
}

impl<'a> Value<'a> {
    /// The text of a value where the schema says string. Some servers write ids and names as numbers.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Value::String(text) | Value::Number(text) => Some(Cow::Borrowed(text)),
            Value::Integer(number) => Some(Cow::Owned(number.to_string())),
            _ => None,
        }
    }
}

impl<'a> Records<'a> {
    /// Opens a page buffer, or says no where it is none.
    #[must_use]
    pub fn open(buffer: &'a [u8]) -> Option<Self> {
        let (names, names_at) = (u32_at(buffer, 16)?, u32_at(buffer, 20)?);
        let (text_at, text_end) = (entry(buffer, names_at, 0)?, entry(buffer, names_at, names)?);
        let page = Self {
            buffer,
            count: u32_at(buffer, 8)?,
            records_at: u32_at(buffer, 12)?,
            names_at,
            names,
            text: std::str::from_utf8(buffer.get(text_at..text_end)?).ok()?,
            text_at,
        };
        let whole = u32_at(buffer, 0)? == MAGIC as usize && u32_at(buffer, 4)? == buffer.len();
        whole.then_some(page)
    }

    /// The number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The record at `index`, from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Record<'a>> {
        if index >= self.count {
            return None;
        }
        let start = entry(self.buffer, self.records_at, index)?;
        let end = entry(self.buffer, self.records_at, index + 1)?;
        Some(Record {
            page: *self,
            bytes: self.buffer.get(start..end)?,
        })
    }

    /// All records, in order.
    pub fn iter(self) -> impl Iterator<Item = Record<'a>> {
        (0..self.count).filter_map(move |i| self.get(i))
    }

    /// The tables, for making another page with the same names.
    pub(crate) fn tables(self) -> Option<Tables<'a>> {
        let table = |at: usize, entries: usize| self.buffer.get(at..at.checked_add(entries.checked_mul(4)?)?);
        let name_bounds = table(self.names_at, self.names.checked_add(1)?)?;
        let names = entry(name_bounds, 0, 0)?..entry(name_bounds, 0, self.names)?;
        let (top, top_at) = (u32_at(self.buffer, 24)?, u32_at(self.buffer, 28)?);
        Some(Tables {
            name_bounds,
            top: table(top_at, top)?,
            names: self.buffer.get(names)?,
        })
    }

    fn name(&self, id: u64) -> Option<&'a str> {
        let id = usize::try_from(id).ok()?;
        if id >= self.names {
            return None;
        }
        let start = entry(self.buffer, self.names_at, id)?;
        let end = entry(self.buffer, self.names_at, id + 1)?;
        self.text
            .get(start.checked_sub(self.text_at)?..end.checked_sub(self.text_at)?)
    }
}

impl<'a> Record<'a> {
    /// The members in the order received.
    pub fn members(self) -> impl Iterator<Item = (&'a str, Value<'a>)> {
        self.fields().map(|field| (field.name, field.value))
    }

    /// The members with all that belongs to them.
    pub(crate) fn fields(self) -> impl Iterator<Item = Field<'a>> {
        let mut at = self.bytes;
        std::iter::from_fn(move || {
            if at.is_empty() {
                return None;
            }
            let id = take_varint(&mut at)?;
            let name = self.page.name(id)?;
            let from = at;
            let value = take_value(self.page, &mut at)?;
            let bytes = from.get(..from.len() - at.len())?;
            let id = u32::try_from(id).ok()?;
            Some(Field {
                id,
                name,
                value,
                bytes,
            })
        })
    }

    /// A name of its page.
    pub(crate) fn name(self, id: u32) -> &'a str {
        self.page.name(u64::from(id)).unwrap_or_default()
    }

    /// [`Record::get`] of a value whose text is not looked at.
    pub(crate) fn raw_get(self, name: &str) -> Option<Raw<'a>> {
        self.raw_fields()
            .find(|(id, _)| self.name(*id).eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The record's bytes.
    pub(crate) fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The member called `name`, compared without regard to case (RFC 7643 section 2.1).
    #[must_use]
    pub fn get(self, name: &str) -> Option<Value<'a>> {
        self.members()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The id (RFC 7643 section 3.1): a string that isn't empty, or a number in its digits as they were sent. Nothing else
    /// is an id.
    #[must_use]
    pub fn id(self) -> Option<Cow<'a, str>> {
        match self.get("id")? {
            Value::String("") => None,
            Value::String(id) | Value::Number(id) => Some(Cow::Borrowed(id)),
            Value::Integer(id) => Some(Cow::Owned(id.to_string())),
            _ => None,
        }
    }

    /// The JSON of this object, compact: members, order, spelling and numbers as they were received.
    #[must_use]
    pub fn to_json(self) -> String {
        let mut out = Vec::with_capacity(self.bytes.len() * 2);
        self.write_json(None, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    /// Appends [`Record::to_json`] to `out`. `spelled` are the names of its page, for who writes many.
    pub(crate) fn write_json(self, spelled: Option<&Spelled>, out: &mut Vec<u8>) {
        out.push(b'{');
        let mut at = self.bytes;
        let mut first = true;
        while let Some(id) = take_varint(&mut at) {
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            match spelled {
                Some(spelled) => out.extend_from_slice(spelled.of(id)),
                None => spell(self.page.name(id).unwrap_or_default(), out),
            }
            // Most values are strings, which need no `Raw` in between.
            if let [tag::STRING, rest @ ..] = at {
                at = rest;
                let Some(text) = take_text(&mut at) else { break };
                write_string(out, text);
                continue;
            }
            let Some(value) = take_raw(self.page, &mut at) else {
                break;
            };
            value.write_json(spelled, out);
        }
        out.push(b'}');
    }

    /// The members as they stand there: the names' ids, and values whose text is not looked at.
    pub(crate) fn raw_fields(self) -> impl Iterator<Item = (u32, Raw<'a>)> {
        let mut at = self.bytes;
        std::iter::from_fn(move || {
            let id = u32::try_from(take_varint(&mut at)?).ok()?;
            Some((id, take_raw(self.page, &mut at)?))
        })
    }
}

impl Spelled {
    /// Those of a page.
    pub(crate) fn of_page(page: Records<'_>) -> Self {
        let mut all = Self::default();
        for id in 0..page.names as u64 {
            spell(page.name(id).unwrap_or_default(), &mut all.text);
            all.ends.push(all.text.len());
        }
        all
    }

    fn of(&self, id: u64) -> &[u8] {
        let bound = |id: u64| usize::try_from(id).ok().and_then(|id| self.ends.get(id)).copied();
        let start = id.checked_sub(1).and_then(bound).unwrap_or_default();
        let end = bound(id).unwrap_or_default();
        self.text.get(start..end).unwrap_or_default()
    }
}

fn spell(name: &str, out: &mut Vec<u8>) {
    write_string(out, name.as_bytes());
    out.push(b':');
}

impl<'a> Array<'a> {
    /// The elements, in order.
    pub fn iter(self) -> impl Iterator<Item = Value<'a>> {
        let mut at = self.bytes;
        (0..self.count).map_while(move |_| take_value(self.page, &mut at))
    }

    /// The same, with text that is not looked at.
    pub(crate) fn raw(self) -> impl Iterator<Item = Raw<'a>> {
        let mut at = self.bytes;
        (0..self.count).map_while(move |_| take_raw(self.page, &mut at))
    }
}

impl<'a> Raw<'a> {
    /// Appends this value's JSON to `out`.
    pub(crate) fn write_json(self, spelled: Option<&Spelled>, out: &mut Vec<u8>) {
        match self {
            Raw::Null => out.extend_from_slice(b"null"),
            Raw::Bool(b) => out.extend_from_slice(if b { b"true" } else { b"false" }),
            Raw::Integer(n) => {
                // Writing to a Vec cannot fail.
                let _ = write!(out, "{n}");
            }
            Raw::Number(text) => out.extend_from_slice(text),
            Raw::String(text) => write_string(out, text),
            Raw::Array(array) => {
                out.push(b'[');
                for (i, value) in array.raw().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    value.write_json(spelled, out);
                }
                out.push(b']');
            }
            Raw::Object(record) => record.write_json(spelled, out),
        }
    }

    fn value(self) -> Option<Value<'a>> {
        Some(match self {
            Raw::Null => Value::Null,
            Raw::Bool(b) => Value::Bool(b),
            Raw::Integer(n) => Value::Integer(n),
            Raw::Number(text) => Value::Number(std::str::from_utf8(text).ok()?),
            Raw::String(text) => Value::String(std::str::from_utf8(text).ok()?),
            Raw::Array(array) => Value::Array(array),
            Raw::Object(record) => Value::Object(record),
        })
    }
}

/// A JSON string with just the escapes that RFC 8259 requires.
#[inline]
pub(crate) fn write_string(out: &mut Vec<u8>, text: &[u8]) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    if any_word(text, stops) {
        write_escaped(out, text);
    } else {
        out.extend_from_slice(text);
    }
    out.push(b'"');
}

#[cold]
fn write_escaped(out: &mut Vec<u8>, text: &[u8]) {
    for &byte in text {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control if control < 0x20 => {
                let _ = write!(out, "\\u{control:04x}");
            }
            byte => out.push(byte),
        }
    }
}

fn take_value<'a>(page: Records<'a>, at: &mut &'a [u8]) -> Option<Value<'a>> {
    take_raw(page, at)?.value()
}

#[inline(always)]
fn take_raw<'a>(page: Records<'a>, at: &mut &'a [u8]) -> Option<Raw<'a>> {
    let tag = take(at, 1)?.first().copied()?;
    Some(match tag {
        tag::NULL => Raw::Null,
        tag::FALSE => Raw::Bool(false),
        tag::TRUE => Raw::Bool(true),
        tag::INTEGER => {
            let raw = take_varint(at)?;
            Raw::Integer((raw >> 1) as i64 ^ -((raw & 1) as i64))
        }
        tag::NUMBER => Raw::Number(take_text(at)?),
        tag::STRING => Raw::String(take_text(at)?),
        tag::NAME => Raw::String(page.name(take_varint(at)?)?.as_bytes()),
        tag::ARRAY => {
            let length = u32_at(take(at, 4)?, 0)?;
            let mut bytes = take(at, length)?;
            let count = take_varint(&mut bytes)?;
            Raw::Array(Array { page, bytes, count })
        }
        tag::OBJECT => {
            let length = u32_at(take(at, 4)?, 0)?;
            Raw::Object(Record {
                page,
                bytes: take(at, length)?,
            })
        }
        _ => return None,
    })
}

fn take_text<'a>(at: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take_varint(at)?).ok()?;
    take(at, length)
}

fn take<'a>(at: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = at.split_at_checked(length)?;
    *at = rest;
    Some(taken)
}

fn take_varint(at: &mut &[u8]) -> Option<u64> {
    if let [byte @ ..0x80, rest @ ..] = at {
        let value = u64::from(*byte);
        *at = rest;
        return Some(value);
    }
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = take(at, 1)?.first().copied()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// Entry `index` of the table of 32-bit words at `table`: none where a broken page's numbers point nowhere, also where
/// they are too large for a process of 32 bit.
fn entry(bytes: &[u8], table: usize, index: usize) -> Option<usize> {
    u32_at(bytes, table.checked_add(index.checked_mul(4)?)?)
}

fn u32_at(bytes: &[u8], offset: usize) -> Option<usize> {
    let four = bytes.get(offset..offset.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?) as usize)
}
