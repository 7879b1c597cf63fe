//! The slow path: what can be read of a resource that isn't as it should be. Whatever is certain is kept, whatever isn't is
//! left out, and each is noted.

use std::collections::HashMap;
use std::ops::Range;

use super::{Stop, Writer, number, varint};
use crate::json::{Fault, Lenient, OMITTED, Scanner};
use crate::limits;
use crate::names::Context;
use crate::page::{PageError, Problem, tag};

/// Problems of one resource that are named.
const NAMED: usize = 5;

/// What couldn't be read of a resource, and what it is known by.
#[derive(Debug, Default)]
pub(in crate::page) struct Salvaged {
    /// Whether its id is certain.
    pub(in crate::page) has_id: bool,
    pub(in crate::page) id: String,
    /// Its `userName`, else its `displayName`.
    pub(in crate::page) name: Option<String>,
    /// Never empty.
    pub(in crate::page) problems: Vec<Problem>,
}

/// What became of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Whole,
    /// Written, but not as it was sent.
    Mended,
    /// Nothing was written.
    Nothing,
}

/// A member of the object that is being read.
struct Member {
    id: u32,
    /// Where it stands in the buffer: its name's id and its value.
    at: Range<usize>,
    kept: Kept,
}

/// Reads one resource.
struct Salvage<'w, 'j, 's> {
    writer: &'w mut Writer,
    json: &'w mut Scanner<'j>,
    found: &'s mut Salvaged,
    /// The names that lead to the value that is being read.
    path: Vec<u32>,
}

impl Writer {
    /// Writes what can be read of the object that comes next as a record.
    pub(in crate::page) fn salvage(&mut self, json: &mut Scanner<'_>) -> Result<Salvaged, Fault> {
        self.records.push(self.out.len() as u32);
        self.id = None;
        let mut found = Salvaged::default();
        json.peek()?;
        let mut salvage = Salvage {
            writer: self,
            json,
            found: &mut found,
            path: Vec::new(),
        };
        let members = salvage.members(0)?;
        salvage.identify(&members);
        Ok(found)
    }
}

impl Salvage<'_, '_, '_> {
    /// The members of the object whose bracket comes next, and where they stand then.
    fn members(&mut self, depth: usize) -> Result<Vec<Member>, Fault> {
        let begin = self.writer.out.len();
        let mut members: Vec<Member> = Vec::new();
        let mut places: HashMap<u32, usize> = HashMap::new();
        self.json.advance(1);
        let mut more = !self.json.ends(b'}')?;
        while more {
            match self.name()? {
                Some(id) => {
                    let at = self.writer.out.len();
                    varint(&mut self.writer.out, u64::from(id));
                    self.path.push(id);
                    let kept = self.value(depth)?;
                    self.path.pop();
                    let at = at..self.writer.out.len();
                    match places.get(&id).and_then(|&place| members.get_mut(place)) {
                        Some(first) => {
                            let same =
                                self.writer.out.get(first.at.clone()) == self.writer.out.get(at.clone());
                            if !same {
                                first.kept = Kept::Nothing;
                            }
                            self.writer.out.truncate(at.start);
                            let name = self.spell(id);
                            let position = self.json.position();
                            self.note_at(id, PageError::DuplicateMember { name, position });
                        }
                        None => {
                            places.insert(id, members.len());
                            members.push(Member { id, at, kept });
                        }
                    }
                }
                None => self.json.lenient_skip(&mut self.writer.scratch)?,
            }
            more = self.json.goes_on(b'}')?;
        }
        self.close_gaps(begin, &mut members);
        if depth == 0 {
            for member in &members {
                self.writer.is_repeated(0, member.id, u64::MAX);
            }
        }
        Ok(members)
    }

    /// Takes the members out of which nothing is kept.
    fn close_gaps(&mut self, begin: usize, members: &mut Vec<Member>) {
        if members.iter().all(|member| member.kept != Kept::Nothing) {
            return;
        }
        members.retain(|member| member.kept != Kept::Nothing);
        let mut end = begin;
        for member in members {
            let length = member.at.len();
            self.writer.out.copy_within(member.at.clone(), end);
            member.at = end..end + length;
            end += length;
        }
        self.writer.out.truncate(end);
    }

    /// The name of the member that comes next, and its colon; None where it can't be kept.
    fn name(&mut self) -> Result<Option<u32>, Fault> {
        let at = self.json.position();
        let read = match self.json.peek()? {
            b'"' => self.json.lenient_string(&mut self.writer.scratch)?,
            OMITTED => {
                self.json.advance(1);
                self.json.take(b':', "expected a colon")?;
                self.note(PageError::TooManyNames { position: at });
                return Ok(None);
            }
            _ => return Err(self.json.wrong("expected a member name")),
        };
        self.json.take(b':', "expected a colon")?;
        if let Lenient::Mended(fault) = read {
            self.note(explain(fault));
            return Ok(None);
        }
        let name = std::str::from_utf8(&self.writer.scratch).unwrap_or_default();
        let id = self.writer.names.intern(Context::FIRST, name).ok();
        if id.is_none() {
            self.note(PageError::TooManyNames { position: at });
        }
        Ok(id)
    }

    /// The value that comes next.
    fn value(&mut self, depth: usize) -> Result<Kept, Fault> {
        let position = self.json.position();
        match self.json.peek()? {
            b'"' => self.string(),
            b'{' | b'[' if depth + 1 >= limits::DEPTH => {
                self.json.lenient_skip(&mut self.writer.scratch)?;
                self.note(PageError::TooDeep { position });
                Ok(Kept::Nothing)
            }
            b'{' => {
                let start = self.writer.open(tag::OBJECT);
                self.members(depth + 1)?;
                self.writer.close(start);
                Ok(Kept::Whole)
            }
            b'[' => self.array(depth + 1),
            OMITTED => {
                self.json.advance(1);
                self.note(PageError::ValueTooLarge { position });
                Ok(Kept::Nothing)
            }
            _ => self.word(),
        }
    }

    fn string(&mut self) -> Result<Kept, Fault> {
        let read = self.json.lenient_string(&mut self.writer.scratch)?;
        let text = std::mem::take(&mut self.writer.scratch);
        self.writer.out.push(tag::STRING);
        varint(&mut self.writer.out, text.len() as u64);
        self.writer.out.extend_from_slice(&text);
        self.writer.scratch = text;
        Ok(match read {
            Lenient::Whole => Kept::Whole,
            Lenient::Mended(fault) => {
                self.note(explain(fault));
                Kept::Mended
            }
        })
    }

    /// An element that can't be read is null: those behind it keep their places.
    fn array(&mut self, depth: usize) -> Result<Kept, Fault> {
        let start = self.writer.open(tag::ARRAY);
        let count_at = self.writer.out.len();
        let mut count: u64 = 0;
        self.json.advance(1);
        let mut more = !self.json.ends(b']')?;
        while more {
            let at = self.writer.out.len();
            if self.value(depth)? == Kept::Nothing {
                self.writer.out.truncate(at);
                self.writer.out.push(tag::NULL);
            }
            count += 1;
            more = self.json.goes_on(b']')?;
        }
        let mut bytes = Vec::with_capacity(10);
        varint(&mut bytes, count);
        self.writer.out.splice(count_at..count_at, bytes);
        self.writer.close(start);
        Ok(Kept::Whole)
    }

    /// A number or a literal.
    fn word(&mut self) -> Result<Kept, Fault> {
        let at = self.json.position();
        let word = self.json.lenient_word()?;
        let out = &mut self.writer.out;
        match word {
            b"true" => out.push(tag::TRUE),
            b"false" => out.push(tag::FALSE),
            b"null" => out.push(tag::NULL),
            word => {
                let mut alone = Scanner::new(word, at, true);
                let read = alone.number();
                if read.is_ok() && alone.rest().is_empty() {
                    number(out, word);
                } else {
                    let fault = match read {
                        Err(fault @ Fault::Wrong { .. }) => fault,
                        _ => Fault::Wrong {
                            reason: "expected a value",
                            at,
                        },
                    };
                    self.note(explain(fault));
                    return Ok(Kept::Nothing);
                }
            }
        }
        Ok(Kept::Whole)
    }

    /// Takes the resource's id and name from its members.
    fn identify(&mut self, members: &[Member]) {
        // As the fast path does: the first that is called so.
        let id = members.iter().find(|member| self.writer.names.is_id(member.id));
        if let Some(member) = id.filter(|member| member.kept == Kept::Whole)
            && let Some(value) = self.value_at(member)
            && let Some(id) = id_text(self.writer.out.get(value.clone()).unwrap_or_default())
        {
            self.found.has_id = true;
            self.found.id = id;
            self.writer.id = Some((value.start, value.end));
        }
        let named = |wanted: &str| {
            members.iter().find_map(|member| {
                let is = self
                    .writer
                    .names
                    .bytes(member.id)
                    .eq_ignore_ascii_case(wanted.as_bytes());
                let value = self.value_at(member).filter(|_| is)?;
                text(self.writer.out.get(value)?)
            })
        };
        self.found.name = named("userName").or_else(|| named("displayName"));
    }

    /// Where a member's value stands.
    fn value_at(&self, member: &Member) -> Option<Range<usize>> {
        let bytes = self.writer.out.get(member.at.clone())?;
        let name = bytes.iter().position(|byte| *byte < 0x80)? + 1;
        Some(member.at.start + name..member.at.end)
    }

    fn note(&mut self, error: PageError) {
        let attribute = self.attribute(None);
        self.add(attribute, error);
    }

    fn note_at(&mut self, id: u32, error: PageError) {
        let attribute = self.attribute(Some(id));
        self.add(attribute, error);
    }

    fn add(&mut self, attribute: String, error: PageError) {
        if self.found.problems.len() < NAMED {
            self.found.problems.push(Problem { attribute, error });
        }
    }

    /// The path of an attribute, as RFC 7644 section 3.10 spells it.
    fn attribute(&self, last: Option<u32>) -> String {
        let mut text = String::new();
        let mut separator = "";
        for id in self.path.iter().copied().chain(last) {
            let name = self.spell(id);
            text.push_str(separator);
            text.push_str(&name);
            separator = if name.starts_with("urn:") { ":" } else { "." };
        }
        text
    }

    fn spell(&self, id: u32) -> String {
        String::from_utf8_lossy(self.writer.names.bytes(id)).into_owned()
    }
}

/// A string or a number: all that an id can be.
fn id_text(value: &[u8]) -> Option<String> {
    match value {
        [tag::STRING, ..] => text(value).filter(|id| !id.is_empty()),
        [tag::NUMBER, ..] => text(value),
        [tag::INTEGER, rest @ ..] => {
            let raw = rest
                .iter()
                .rev()
                .fold(0u64, |raw, byte| raw << 7 | u64::from(byte & 0x7f));
            Some(((raw >> 1) as i64 ^ -((raw & 1) as i64)).to_string())
        }
        _ => None,
    }
}

/// The text of a string, or of a number that is kept as text.
fn text(value: &[u8]) -> Option<String> {
    let [tag::STRING | tag::NUMBER, rest @ ..] = value else {
        return None;
    };
    let length = rest.iter().position(|byte| *byte < 0x80)? + 1;
    std::str::from_utf8(rest.get(length..)?).ok().map(str::to_owned)
}

fn explain(fault: Fault) -> PageError {
    match fault {
        Fault::HalfPair { at } => PageError::LoneSurrogate { position: at },
        Fault::NotText { at } => PageError::NotUtf8 { position: at },
        Fault::TooDeep { at } => PageError::TooDeep { position: at },
        Fault::Wrong { reason, at } => PageError::NotJson {
            reason: reason.to_owned(),
            position: at,
        },
        Fault::End => PageError::CutOff { position: 0 },
    }
}

impl Stop {
    /// Whether a resource that stops the reading may be read in part all the same.
    pub(in crate::page) fn is_of_resource(&self) -> bool {
        matches!(self, Stop::TooManyNames | Stop::Duplicate(_))
            || matches!(self, Stop::Json(fault) if *fault != Fault::End)
    }
}
