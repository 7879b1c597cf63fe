//! Reads JSON (RFC 8259) value by value from bytes of which the end may still be missing. Strict: whatever the grammar
//! does not allow is a [`Fault`] with its place. Strings are looked through eight bytes at a time, and only those that
//! are not plain ASCII are checked for UTF-8.

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
        Err(self.wrong("a value was expected"))
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
            Some(_) if at == 0 => return Err(self.wrong("a value was expected")),
            Some(_) => return Err(self.wrong("a number is not well-formed")),
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
            Some(b'0'..=b'9' | b'.' | b'+' | b'-' | b'e' | b'E') => {
                Err(self.wrong("a number is not well-formed"))
            }
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
            self.wrong("a number is not well-formed")
        })
    }

    /// The string that begins with the quotation mark that was peeked at.
    #[inline]
    pub(crate) fn string(&mut self, scratch: &mut Vec<u8>) -> Result<Text<'a>, Fault> {
        let (end, ascii) = self.plain(self.at + 1);
        let text = self.bytes.get(self.at + 1..end).unwrap_or_default();
        match self.bytes.get(end) {
            Some(b'"') => {
                if !ascii {
                    self.utf8(text, self.at + 1)?;
                }
                self.at = end + 1;
                Ok(Text::Plain(text))
            }
            _ => {
                self.escaped(scratch)?;
                Ok(Text::Escaped)
            }
        }
    }

    /// From `from` to the first quotation mark, backslash or control character, and whether all before it is ASCII.
    #[inline]
    fn plain(&self, from: usize) -> (usize, bool) {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let (words, tail) = rest.as_chunks::<8>();
        let mut high = 0;
        for (i, word) in words.iter().enumerate() {
            let word = u64::from_le_bytes(*word);
            let stops = stops(word);
            if stops != 0 {
                let length = (stops.trailing_zeros() / 8) as usize;
                high |= word & !(u64::MAX << (8 * length));
                return (from + 8 * i + length, high & EACH_HIGH == 0);
            }
            high |= word;
        }
        let length = tail
            .iter()
            .position(|&b| b < 0x20 || b == b'"' || b == b'\\')
            .unwrap_or(tail.len());
        let ascii = tail.get(..length).unwrap_or_default().is_ascii() && high & EACH_HIGH == 0;
        (from + 8 * words.len() + length, ascii)
    }

    /// The same string by the long way: with its escapes, or to its fault.
    #[cold]
    fn escaped(&mut self, scratch: &mut Vec<u8>) -> Result<(), Fault> {
        scratch.clear();
        let mut at = self.at + 1;
        loop {
            let (end, ascii) = self.plain(at);
            let text = self.bytes.get(at..end).unwrap_or_default();
            if !ascii {
                // What follows the end may be the rest of a character.
                self.utf8(text, at)?;
            }
            scratch.extend_from_slice(text);
            at = end;
            match self.bytes.get(at) {
                None => return Err(Fault::End),
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok(());
                }
                Some(b'\\') => at = self.escape(at + 1, scratch)?,
                Some(_) => {
                    self.at = at;
                    return Err(self.wrong("a string holds a control character"));
                }
            }
        }
    }

    /// One escape, behind its backslash; gives the place behind it.
    fn escape(&self, at: usize, out: &mut Vec<u8>) -> Result<usize, Fault> {
        let wrong = |at| Fault::Wrong {
            reason: "an escape in a string is not well-formed",
            at: self.offset + at,
        };
        let byte = match self.bytes.get(at) {
            None => return Err(Fault::End),
            Some(b'u') => {
                let half = Fault::HalfPair {
                    at: self.offset + at - 1,
                };
                let first = self.hex(at + 1)?;
                let (code, end) = match first {
                    0xD800..=0xDBFF => {
                        match (self.bytes.get(at + 5), self.bytes.get(at + 6)) {
                            (None, _) | (Some(b'\\'), None) => return Err(Fault::End),
                            (Some(b'\\'), Some(b'u')) => {}
                            _ => return Err(half),
                        }
                        let second = self.hex(at + 7)?;
                        if !(0xDC00..=0xDFFF).contains(&second) {
                            return Err(half);
                        }
                        (0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00), at + 11)
                    }
                    _ => (first, at + 5),
                };
                let character = char::from_u32(code).ok_or(half)?;
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(end);
            }
            Some(&(b'"' | b'\\' | b'/')) => self.bytes.get(at).copied().unwrap_or_default(),
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(_) => return Err(wrong(at)),
        };
        out.push(byte);
        Ok(at + 1)
    }

    /// Four hexadecimal digits.
    fn hex(&self, at: usize) -> Result<u32, Fault> {
        let mut code = 0;
        for at in at..at + 4 {
            let Some(&byte) = self.bytes.get(at) else {
                return Err(Fault::End);
            };
            let digit = char::from(byte).to_digit(16).ok_or(Fault::Wrong {
                reason: "an escape in a string is not well-formed",
                at: self.offset + at,
            })?;
            code = code << 4 | digit;
        }
        Ok(code)
    }

    /// Whether a run of a string is UTF-8. Where it reaches to the end of bytes that are not all, its last character
    /// may be cut.
    #[cold]
    fn utf8(&self, text: &[u8], from: usize) -> Result<(), Fault> {
        match std::str::from_utf8(text) {
            Ok(_) => Ok(()),
            Err(e) if e.error_len().is_none() && from + text.len() == self.bytes.len() => Err(Fault::End),
            Err(e) => Err(Fault::NotText {
                at: self.offset + from + e.valid_up_to(),
            }),
        }
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
        Err(self.wrong("a comma or the end of the object or array was expected"))
    }

    /// The name of the member that comes next, and its colon.
    pub(crate) fn key(&mut self, scratch: &mut Vec<u8>) -> Result<Text<'a>, Fault> {
        if self.peek()? != b'"' {
            return Err(self.wrong("the name of a member was expected"));
        }
        let text = self.string(scratch)?;
        self.take(b':', "a colon was expected")?;
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

const EACH: u64 = u64::MAX / 255;
const EACH_HIGH: u64 = EACH * 0x80;

/// The high bit of each byte that is a quotation mark, a backslash or below 0x20. Above the lowest of them there may be
/// bits too many: a borrow goes upwards.
#[inline]
fn stops(word: u64) -> u64 {
    let zero = |x: u64| x.wrapping_sub(EACH) & !x;
    let quote = zero(word ^ (EACH * b'"' as u64));
    let backslash = zero(word ^ (EACH * b'\\' as u64));
    let control = word.wrapping_sub(EACH * 0x20) & !word;
    (quote | backslash | control) & EACH_HIGH
}

fn digits(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|b| b.is_ascii_digit()).count()
}
