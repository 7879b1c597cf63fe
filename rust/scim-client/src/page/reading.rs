//! How far a list response has been read: the envelope (RFC 7644 section 3.4.2, RFC 9865), and in it the resources. It
//! goes in steps, each a resource or a member of the envelope, so that a step for which the bytes do not suffice yet
//! can be taken back.

use crate::json::{Fault, Scanner};
use crate::page::writer::{Mark, Salvaged, Stop, Writer};

/// What the envelope says, and where in it the reading is.
#[derive(Debug, Default)]
pub(super) struct Reading {
    place: Place,
    /// The first byte that is no white space.
    pub(super) first: Option<u8>,
    has_resources: bool,
    pub(super) total_results: Option<u64>,
    pub(super) start_index: Option<u64>,
    pub(super) items_per_page: Option<u64>,
    pub(super) next_cursor: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    #[default]
    Begin,
    /// At the first member, or the end.
    Members,
    /// At a member.
    Member,
    /// At the first resource, or the end of them.
    Resources,
    /// At a resource.
    Resource,
    /// Behind the envelope.
    Behind,
}

/// What a step was.
#[derive(Debug)]
pub(super) enum Step {
    Resource,
    /// A resource that could be read in part, and the mistake that it came to light by, before this byte.
    Damaged(Box<(Salvaged, Stop, usize)>),
    /// A null where a resource belongs, at this byte.
    Null(usize),
    Other,
    /// The response is at its end.
    End,
}

impl Reading {
    /// Reads one resource, or one member of the envelope. Where the bytes end too early, that is `Fault::End`. `mark` is
    /// how far the writer has come.
    pub(super) fn step(
        &mut self,
        json: &mut Scanner<'_>,
        writer: &mut Writer,
        mark: &Mark,
    ) -> Result<Step, Stop> {
        match self.place {
            Place::Begin => self.begin(json, writer)?,
            Place::Members if json.ends(b'}')? => return self.leave(),
            Place::Members | Place::Member => return self.member(json, writer),
            Place::Resources if json.ends(b']')? => return self.behind_value(json),
            Place::Resources | Place::Resource => {
                let step = match json.peek()? {
                    b'{' => {
                        let at = json.at();
                        match writer.record(json) {
                            Ok(()) => Step::Resource,
                            Err(stop) => salvage(json, at, writer, mark, stop)?,
                        }
                    }
                    b'n' => {
                        let at = json.position();
                        json.literal(b"null")?;
                        Step::Null(at)
                    }
                    _ => return Err(Stop::NotAList),
                };
                if json.goes_on(b']')? {
                    self.place = Place::Resource;
                } else {
                    self.behind_value(json)?;
                }
                return Ok(step);
            }
            Place::Behind => {
                return match json.peek() {
                    Err(_) => Ok(Step::End),
                    Ok(_) => Err(json.wrong("unexpected text after the end").into()),
                };
            }
        }
        Ok(Step::Other)
    }

    /// Whether a resource comes next.
    pub(super) fn is_at_resource(&self) -> bool {
        self.place == Place::Resource
    }

    /// Whether the array of resources was entered and not left.
    pub(super) fn is_in_resources(&self) -> bool {
        matches!(self.place, Place::Resources | Place::Resource)
    }

    fn begin(&mut self, json: &mut Scanner<'_>, writer: &mut Writer) -> Result<(), Stop> {
        let first = json.peek()?;
        self.first = Some(first);
        if first != b'{' {
            json.skip(writer.scratch(), 0)?;
            return Err(Stop::NotAList);
        }
        json.advance(1);
        self.place = Place::Members;
        Ok(())
    }

    fn member(&mut self, json: &mut Scanner<'_>, writer: &mut Writer) -> Result<Step, Stop> {
        let name = json.key(writer.scratch())?;
        let is = |known: &str, name: &[u8]| name.eq_ignore_ascii_case(known.as_bytes());
        let name = name.bytes(writer.scratch());
        if is("Resources", name) {
            if self.has_resources {
                return Err(Stop::Duplicate("Resources".to_owned()));
            }
            if json.peek()? == b'n' {
                json.literal(b"null")?;
            } else {
                json.take(b'[', "expected the array of resources")?;
                self.has_resources = true;
                self.place = Place::Resources;
                return Ok(Step::Other);
            }
            self.has_resources = true;
        } else if is("totalResults", name) {
            self.total_results = count(json, writer)?;
        } else if is("startIndex", name) {
            self.start_index = count(json, writer)?;
        } else if is("itemsPerPage", name) {
            self.items_per_page = count(json, writer)?;
        } else if is("nextCursor", name) {
            self.next_cursor = cursor(json, writer)?;
        } else {
            json.skip(writer.scratch(), 0)?;
        }
        self.behind_value(json)
    }

    /// Behind the value of a member of the envelope.
    fn behind_value(&mut self, json: &mut Scanner<'_>) -> Result<Step, Stop> {
        if json.goes_on(b'}')? {
            self.place = Place::Member;
            Ok(Step::Other)
        } else {
            self.leave()
        }
    }

    fn leave(&mut self) -> Result<Step, Stop> {
        self.place = Place::Behind;
        // RFC 7644 section 3.4.2: "Resources" may be left out when there is nothing to list, in all or on this page.
        let nothing = self.total_results == Some(0) || self.items_per_page == Some(0);
        if !self.has_resources && !nothing {
            return Err(Stop::NotAList);
        }
        Ok(Step::Other)
    }
}

/// Reads a resource that stopped the reading once more, as far as it can be read. `at` is where it begins.
#[cold]
pub(super) fn salvage(
    json: &mut Scanner<'_>,
    at: usize,
    writer: &mut Writer,
    mark: &Mark,
    stop: Stop,
) -> Result<Step, Stop> {
    if !stop.is_of_resource() {
        return Err(stop);
    }
    let (position, stopped_at) = (json.position(), json.at());
    json.back(at);
    writer.undo(mark);
    match writer.salvage(json) {
        Ok(salvaged) if !salvaged.problems.is_empty() => {
            Ok(Step::Damaged(Box::new((salvaged, stop, position))))
        }
        // More of it may come.
        Err(Fault::End) if !json.is_complete() => Err(Fault::End.into()),
        // Not even its end is certain.
        _ => {
            json.back(stopped_at);
            Err(stop)
        }
    }
}

/// A count of the envelope: a number, a number as text (servers differ), or nothing that can be used.
fn count(json: &mut Scanner<'_>, writer: &mut Writer) -> Result<Option<u64>, Stop> {
    let text = match json.peek()? {
        b'"' => json.string(writer.scratch())?.bytes(writer.scratch()),
        b'-' | b'0'..=b'9' => json.number()?,
        _ => {
            json.skip(writer.scratch(), 0)?;
            return Ok(None);
        }
    };
    Ok(std::str::from_utf8(text).ok().and_then(|t| t.trim().parse().ok()))
}

fn cursor(json: &mut Scanner<'_>, writer: &mut Writer) -> Result<Option<String>, Stop> {
    let text = match json.peek()? {
        b'"' => json.string(writer.scratch())?.bytes(writer.scratch()),
        // Some servers send a number; it goes back as it came.
        b'-' | b'0'..=b'9' => json.number()?,
        _ => {
            json.skip(writer.scratch(), 0)?;
            return Ok(None);
        }
    };
    let text = String::from_utf8_lossy(text).into_owned();
    Ok(Some(text).filter(|t| !t.is_empty()))
}
