//! Writes resources as records, and the tables around them.

mod salvage;

pub(super) use salvage::Salvaged;

use crate::json::{Fault, Scanner};
use crate::limits;
use crate::names::{Context, Full, Names};
use crate::page::keys::Keys;
use crate::page::{HEADER, MAGIC, Page, tag};

/// What ends the reading early.
#[derive(Debug)]
pub(super) enum Stop {
    Json(Fault),
    TooManyNames,
    Duplicate(String),
    NotAList,
    NotAResource,
    Changed(usize),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Json(fault)
    }
}

impl From<Full> for Stop {
    fn from(_: Full) -> Self {
        Stop::TooManyNames
    }
}

#[derive(Debug, Default)]
pub(super) struct Writer {
    names: Names,
    /// For each depth and name id, the number of the object that last had it: finds a duplicate in O(1).
    seen: Vec<Vec<u64>>,
    objects: u64,
    top: Vec<u32>,
    records: Vec<u32>,
    out: Vec<u8>,
    scratch: Vec<u8>,
    /// Behind which name the next `urn:` value is likely to be.
    urn: u32,
    /// Where the id of the resource that is being written begins and ends.
    id: Option<(usize, usize)>,
    last_length: usize,
}

/// How far the writer had come.
pub(super) struct Mark {
    out: usize,
    top: usize,
    records: usize,
}

impl Writer {
    /// Begins a buffer. What is left of one that was not finished is dropped.
    pub(super) fn begin(&mut self) {
        self.top.clear();
        self.records.clear();
        self.out.clear();
        self.out.reserve(self.last_length);
        self.out.resize(HEADER, 0);
        // Each buffer's top-level list begins anew.
        if let Some(seen) = self.seen.first_mut() {
            seen.fill(0);
        }
    }

    pub(super) fn count(&self) -> usize {
        self.records.len()
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            out: self.out.len(),
            top: self.top.len(),
            records: self.records.len(),
        }
    }

    /// Takes back what was written since.
    pub(super) fn undo(&mut self, mark: &Mark) {
        self.out.truncate(mark.out);
        self.records.truncate(mark.records);
        if let Some(seen) = self.seen.first_mut() {
            for &id in self.top.get(mark.top..).unwrap_or_default() {
                if let Some(last) = seen.get_mut(id as usize) {
                    *last = 0;
                }
            }
        }
        self.top.truncate(mark.top);
    }

    /// A buffer for what is not kept, such as a string that is passed over.
    pub(super) fn scratch(&mut self) -> &mut Vec<u8> {
        &mut self.scratch
    }

    /// Writes the object that comes next as a record.
    pub(super) fn record(&mut self, json: &mut Scanner<'_>) -> Result<(), Stop> {
        self.records.push(self.out.len() as u32);
        self.id = None;
        self.members(json, 0, Context::FIRST)
    }

    /// Adds what tells the record that was written last from others.
    pub(super) fn identify(&self, keys: &mut Keys) {
        match self.id {
            Some((start, end)) => keys.add(self.out.get(start..end).unwrap_or_default(), &self.names),
            None => {
                let start = self.records.last().copied().unwrap_or(0);
                keys.add_nameless(self.out.get(start as usize..).unwrap_or_default());
            }
        }
    }

    fn members(&mut self, json: &mut Scanner<'_>, depth: usize, first: Context) -> Result<(), Stop> {
        if depth >= limits::DEPTH {
            return Err(json.too_deep().into());
        }
        if self.seen.len() <= depth {
            self.seen.resize_with(depth + 1, Vec::new);
        }
        self.objects += 1;
        let object = self.objects;
        let mut context = first;
        json.advance(1);
        if json.ends(b'}')? {
            return Ok(());
        }
        loop {
            let id = self.name(json, context)?;
            if self.is_repeated(depth, id, object) {
                let name = String::from_utf8_lossy(self.names.bytes(id)).into_owned();
                return Err(Stop::Duplicate(name));
            }
            varint(&mut self.out, u64::from(id));
            let start = self.out.len();
            self.value(json, depth, id)?;
            if depth == 0 && self.names.is_id(id) {
                self.id.get_or_insert((start, self.out.len()));
            }
            if !json.goes_on(b'}')? {
                return Ok(());
            }
            context = Context::behind(id);
        }
    }

    #[inline]
    fn name(&mut self, json: &mut Scanner<'_>, context: Context) -> Result<u32, Stop> {
        if json.peek()? == b'"'
            && let Some((id, length)) = self
                .names
                .expected(context, json.rest().get(1..).unwrap_or_default())
        {
            json.advance(1 + length);
            return Ok(id);
        }
        self.any_name(json, context)
    }

    #[cold]
    fn any_name(&mut self, json: &mut Scanner<'_>, context: Context) -> Result<u32, Stop> {
        let text = json.key(&mut self.scratch)?;
        let name = text.bytes(&self.scratch);
        // The scanner has checked that it is text.
        let name = std::str::from_utf8(name).map_err(|_| Fault::NotText { at: json.position() })?;
        Ok(self.names.intern(context, name)?)
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

    /// The value of the member of this name, or an element of it.
    fn value(&mut self, json: &mut Scanner<'_>, depth: usize, member: u32) -> Result<(), Stop> {
        match json.peek()? {
            b'"' => self.string(json)?,
            b'{' => {
                let start = self.open(tag::OBJECT);
                self.members(json, depth + 1, Context::inside(member))?;
                self.close(start);
            }
            b'[' => self.array(json, depth + 1, member)?,
            b't' => {
                json.literal(b"true")?;
                self.out.push(tag::TRUE);
            }
            b'f' => {
                json.literal(b"false")?;
                self.out.push(tag::FALSE);
            }
            b'n' => {
                json.literal(b"null")?;
                self.out.push(tag::NULL);
            }
            _ => number(&mut self.out, json.number()?),
        }
        Ok(())
    }

    fn string(&mut self, json: &mut Scanner<'_>) -> Result<(), Stop> {
        let text = json.string(&mut self.scratch)?;
        let text = text.bytes(&self.scratch);
        if text.len() < 128
            && text.starts_with(b"urn:")
            && let Ok(name) = std::str::from_utf8(text)
            && let Ok(id) = self.names.intern(Context::behind(self.urn), name)
        {
            self.urn = id;
            self.out.push(tag::NAME);
            varint(&mut self.out, u64::from(id));
        } else {
            self.out.push(tag::STRING);
            varint(&mut self.out, text.len() as u64);
            self.out.extend_from_slice(text);
        }
        Ok(())
    }

    fn array(&mut self, json: &mut Scanner<'_>, depth: usize, member: u32) -> Result<(), Stop> {
        if depth >= limits::DEPTH {
            return Err(json.too_deep().into());
        }
        let start = self.open(tag::ARRAY);
        // The count comes first but is known last. It takes one byte up to 127 elements; only above that is the
        // content moved to make room.
        let count_at = self.out.len();
        self.out.push(0);
        let mut count: u64 = 0;
        json.advance(1);
        let mut more = !json.ends(b']')?;
        while more {
            self.value(json, depth, member)?;
            count += 1;
            more = json.goes_on(b']')?;
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
        self.out.extend_from_slice(&[tag, 0, 0, 0, 0]);
        self.out.len()
    }

    fn close(&mut self, start: usize) {
        let length = (self.out.len() - start) as u32;
        self.out[start - 4..start].copy_from_slice(&length.to_le_bytes());
    }

    /// Puts the tables behind the records, fills in the header, and begins the next buffer.
    pub(super) fn finish(&mut self) -> Page {
        let mut out = std::mem::take(&mut self.out);
        let count = self.records.len();
        self.records.push(out.len() as u32);
        let records_at = out.len();
        for offset in &self.records {
            out.extend_from_slice(&offset.to_le_bytes());
        }
        let names_at = out.len();
        let block = (names_at + 4 * (self.names.len() + 1) + 4 * self.top.len()) as u32;
        out.extend_from_slice(&block.to_le_bytes());
        for end in self.names.ends() {
            out.extend_from_slice(&(block + end).to_le_bytes());
        }
        let top_at = out.len();
        for id in &self.top {
            out.extend_from_slice(&id.to_le_bytes());
        }
        out.extend_from_slice(self.names.block());
        let header = [
            MAGIC,
            out.len() as u32,
            count as u32,
            records_at as u32,
            self.names.len() as u32,
            names_at as u32,
            self.top.len() as u32,
            top_at as u32,
        ];
        for (slot, value) in out.chunks_exact_mut(4).zip(header) {
            slot.copy_from_slice(&value.to_le_bytes());
        }
        self.last_length = out.len();
        Page {
            buffer: out,
            count,
            ..Page::default()
        }
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

#[inline]
pub(crate) fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
