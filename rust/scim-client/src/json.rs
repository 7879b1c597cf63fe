//! Reads JSON (RFC 8259) value by value from bytes of which the end may still be missing. Strict: whatever the grammar
//! does not allow is a [`Fault`] with its place. Strings are looked through eight bytes at a time, and only those that
//! are not plain ASCII are checked for UTF-8.

mod lenient;
mod string;

pub(crate) use lenient::{Lenient, OMITTED, OpenString, Shortened, omit_large_strings};
pub(crate) use string::{any_word, byte_in, stops};

use crate::limits;

/// Why reading stops. Places are bytes from the body's start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The bytes end before the value does.
    End,
    /// What the grammar does not allow.
    Wrong { reason: &'static str, at: usize },
    /// Half of a surrogate pair.
    HalfPair { at: usize },
    /// A string that is no UTF-8.
    NotText { at: usize },
    /// One level too many.
    TooDeep { at: usize },
}

/// A string as it stands, or written to the scratch buffer where it had escapes. UTF-8 in either case.
pub(crate) enum Text<'a> {
    Plain(&'a [u8]),
    Escaped,
}

pub(crate) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the bytes stand in the body.
    offset: usize,
    /// Whether the body ends with them.
    complete: bool,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(bytes: &'a [u8], offset: usize, complete: bool) -> Self {
        Self {
            bytes,
            at: 0,
            offset,
            complete,
        }
    }

    /// Whether the body ends with these bytes.
    pub(crate) fn is_complete(&self) -> bool {
        self.complete
    }

    /// How many bytes were read.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Goes back to where it was.
    pub(crate) fn back(&mut self, at: usize) {
        self.at = at;
    }

    /// The place in the body.
    pub(crate) fn position(&self) -> usize {
        self.offset + self.at
    }

    /// What was not read yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Passes over so many bytes.
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// The next byte that is no white space, which stays.
    #[inline]
    pub(crate) fn peek(&mut self) -> Result<u8, Fault> {
        while let Some(&byte) = self.bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Ok(byte);
            }
            self.at += 1;
        }
        Err(Fault::End)
    }

    /// Passes over the byte that was peeked at, if it is this one.
    #[inline]
    pub(crate) fn take(&mut self, byte: u8, otherwise: &'static str) -> Result<(), Fault> {
        if self.peek()? != byte {
            return Err(self.wrong(otherwise));
        }
        self.at += 1;
        Ok(())
    }

    pub(crate) fn wrong(&self, reason: &'static str) -> Fault {
        Fault::Wrong {
            reason,
            at: self.position(),
        }
    }

    pub(crate) fn too_deep(&self) -> Fault {
        Fault::TooDeep { at: self.position() }
    }

    /// `true`, `false` or `null`.
    pub(crate) fn literal(&mut self, word: &'static [u8]) -> Result<(), Fault> {
        let there = self.rest();
        if there.starts_with(word) {
            self.at += word.len();
            return Ok(());
        }
        if word.starts_with(there) {
            return Err(Fault::End);
        }
        Err(self.wrong("expected a value"))
    }

    /// The text of the number that comes next.
    pub(crate) fn number(&mut self) -> Result<&'a [u8], Fault> {
        let rest = self.rest();
        let mut at = usize::from(rest.first() == Some(&b'-'));
        let start = at;
        match rest.get(at) {
            None => return Err(Fault::End),
            Some(b'0') => at += 1,
            Some(b'1'..=b'9') => at = digits(rest, at),
            Some(_) if at == 0 => return Err(self.wrong("expected a value")),
            Some(_) => return Err(self.wrong("invalid number")),
        }
        if at - start > limits::NUMBER_DIGITS {
            return Err(self.wrong("a number has too many digits"));
        }
        if rest.get(at) == Some(&b'.') {
            at = self.some_digits(rest, at + 1)?;
        }
        if let Some(b'e' | b'E') = rest.get(at) {
            let sign = matches!(rest.get(at + 1), Some(b'+' | b'-'));
            at = self.some_digits(rest, at + 1 + usize::from(sign))?;
        }
        match rest.get(at) {
            None if !self.complete => Err(Fault::End),
            // What could have been more of the number: 01, 1.2.3, 1-2.
            Some(b'0'..=b'9' | b'.' | b'+' | b'-' | b'e' | b'E') => Err(self.wrong("invalid number")),
            _ => {
                self.at += at;
                Ok(rest.get(..at).unwrap_or_default())
            }
        }
    }

    fn some_digits(&self, rest: &[u8], from: usize) -> Result<usize, Fault> {
        let end = digits(rest, from);
        if end > from {
            return Ok(end);
        }
        Err(if from >= rest.len() {
            Fault::End
        } else {
            self.wrong("invalid number")
        })
    }

    /// Passes over any value.
    pub(crate) fn skip(&mut self, scratch: &mut Vec<u8>, depth: usize) -> Result<(), Fault> {
        match self.peek()? {
            b'"' => self.string(scratch).map(drop),
            b'{' => self.skip_within(scratch, depth, b'}'),
            b'[' => self.skip_within(scratch, depth, b']'),
            b't' => self.literal(b"true"),
            b'f' => self.literal(b"false"),
            b'n' => self.literal(b"null"),
            _ => self.number().map(drop),
        }
    }

    fn skip_within(&mut self, scratch: &mut Vec<u8>, depth: usize, close: u8) -> Result<(), Fault> {
        if depth >= limits::ENVELOPE_DEPTH {
            return Err(self.too_deep());
        }
        self.at += 1;
        let mut more = !self.ends(close)?;
        while more {
            if close == b'}' {
                self.key(scratch)?;
            }
            self.skip(scratch, depth + 1)?;
            more = self.goes_on(close)?;
        }
        Ok(())
    }

    /// Whether an object or array that was just entered is empty; then it is left.
    #[inline]
    pub(crate) fn ends(&mut self, close: u8) -> Result<bool, Fault> {
        let ends = self.peek()? == close;
        self.at += usize::from(ends);
        Ok(ends)
    }

    /// Behind a value in an object or array: whether another follows. Else the object or array is left.
    #[inline]
    pub(crate) fn goes_on(&mut self, close: u8) -> Result<bool, Fault> {
        let byte = self.peek()?;
        if byte == b',' {
            self.at += 1;
            return Ok(true);
        }
        if byte == close {
            self.at += 1;
            return Ok(false);
        }
        Err(self.wrong("expected a comma or the end of the object or array"))
    }

    /// The name of the member that comes next, and its colon.
    pub(crate) fn key(&mut self, scratch: &mut Vec<u8>) -> Result<Text<'a>, Fault> {
        if self.peek()? != b'"' {
            return Err(self.wrong("expected a member name"));
        }
        let text = self.string(scratch)?;
        self.take(b':', "expected a colon")?;
        Ok(text)
    }
}

impl<'a> Text<'a> {
    pub(crate) fn bytes(&self, scratch: &'a [u8]) -> &'a [u8] {
        match self {
            Text::Plain(text) => text,
            Text::Escaped => scratch,
        }
    }
}

fn digits(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|b| b.is_ascii_digit()).count()
}
