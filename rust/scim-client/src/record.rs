//! Reads the records of a page again, in Rust: for exports, for filters evaluated here, and for tests.

use std::fmt::Write as _;

use crate::page::{MAGIC, tag};

/// A page buffer, opened for reading. Nothing is copied; see docs/records.md for the format.
#[derive(Debug, Clone, Copy)]
pub struct Records<'a> {
    buffer: &'a [u8],
    count: usize,
    records_at: usize,
    names_at: usize,
    names: usize,
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

/// A JSON array.
#[derive(Debug, Clone, Copy)]
pub struct Array<'a> {
    page: Records<'a>,
    bytes: &'a [u8],
    count: u64,
}

impl<'a> Records<'a> {
    /// Opens a page buffer, or says no where it is none.
    #[must_use]
    pub fn open(buffer: &'a [u8]) -> Option<Self> {
        let page = Self {
            buffer,
            count: u32_at(buffer, 8)?,
            records_at: u32_at(buffer, 12)?,
            names: u32_at(buffer, 16)?,
            names_at: u32_at(buffer, 20)?,
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
        let start = u32_at(self.buffer, self.records_at + 4 * index)?;
        let end = u32_at(self.buffer, self.records_at + 4 * index + 4)?;
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
        let name_bounds = self
            .buffer
            .get(self.names_at..self.names_at + 4 * (self.names + 1))?;
        let (top, top_at) = (u32_at(self.buffer, 24)?, u32_at(self.buffer, 28)?);
        let names = u32_at(name_bounds, 0)?..u32_at(name_bounds, 4 * self.names)?;
        Some(Tables {
            name_bounds,
            top: self.buffer.get(top_at..top_at + 4 * top)?,
            names: self.buffer.get(names)?,
        })
    }

    fn name(&self, id: u64) -> Option<&'a str> {
        let id = usize::try_from(id).ok()?;
        if id >= self.names {
            return None;
        }
        let start = u32_at(self.buffer, self.names_at + 4 * id)?;
        let end = u32_at(self.buffer, self.names_at + 4 * id + 4)?;
        std::str::from_utf8(self.buffer.get(start..end)?).ok()
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

    /// The JSON of this object, compact: members, order, spelling and numbers as they were received.
    #[must_use]
    pub fn to_json(self) -> String {
        let mut out = String::with_capacity(self.bytes.len() * 2);
        self.write_json(&mut out);
        out
    }

    /// Appends [`Record::to_json`] to `out`.
    pub fn write_json(self, out: &mut String) {
        out.push('{');
        for (i, (name, value)) in self.members().enumerate() {
            if i > 0 {
                out.push(',');
            }
            write_string(out, name);
            out.push(':');
            value.write_json(out);
        }
        out.push('}');
    }
}

impl<'a> Array<'a> {
    /// The elements, in order.
    pub fn iter(self) -> impl Iterator<Item = Value<'a>> {
        let mut at = self.bytes;
        (0..self.count).map_while(move |_| take_value(self.page, &mut at))
    }
}

impl Value<'_> {
    /// Appends this value's JSON to `out`.
    pub fn write_json(self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(b) => out.push_str(if b { "true" } else { "false" }),
            Value::Integer(n) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "{n}");
            }
            Value::Number(text) => out.push_str(text),
            Value::String(text) => write_string(out, text),
            Value::Array(array) => {
                out.push('[');
                for (i, value) in array.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    value.write_json(out);
                }
                out.push(']');
            }
            Value::Object(record) => record.write_json(out),
        }
    }
}

/// A JSON string with just the escapes that RFC 8259 requires.
pub(crate) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let mut clean = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[clean..at]);
        clean = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            control => {
                let _ = write!(out, "\\u{control:04x}");
            }
        }
    }
    out.push_str(&text[clean..]);
    out.push('"');
}

fn take_value<'a>(page: Records<'a>, at: &mut &'a [u8]) -> Option<Value<'a>> {
    let tag = take(at, 1)?.first().copied()?;
    Some(match tag {
        tag::NULL => Value::Null,
        tag::FALSE => Value::Bool(false),
        tag::TRUE => Value::Bool(true),
        tag::INTEGER => {
            let raw = take_varint(at)?;
            Value::Integer((raw >> 1) as i64 ^ -((raw & 1) as i64))
        }
        tag::NUMBER => Value::Number(take_text(at)?),
        tag::STRING => Value::String(take_text(at)?),
        tag::NAME => Value::String(page.name(take_varint(at)?)?),
        tag::ARRAY => {
            let length = u32_at(take(at, 4)?, 0)?;
            let mut bytes = take(at, length)?;
            let count = take_varint(&mut bytes)?;
            Value::Array(Array { page, bytes, count })
        }
        tag::OBJECT => {
            let length = u32_at(take(at, 4)?, 0)?;
            Value::Object(Record {
                page,
                bytes: take(at, length)?,
            })
        }
        _ => return None,
    })
}

fn take_text<'a>(at: &mut &'a [u8]) -> Option<&'a str> {
    let length = usize::try_from(take_varint(at)?).ok()?;
    std::str::from_utf8(take(at, length)?).ok()
}

fn take<'a>(at: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = at.split_at_checked(length)?;
    *at = rest;
    Some(taken)
}

fn take_varint(at: &mut &[u8]) -> Option<u64> {
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

fn u32_at(bytes: &[u8], offset: usize) -> Option<usize> {
    let four = bytes.get(offset..offset.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?) as usize)
}
