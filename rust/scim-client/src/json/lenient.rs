//! The slow path: reads on behind what the grammar doesn't allow, as far as the end of a value is certain all the same.

use super::{Fault, Scanner};
use crate::limits;

/// Stands where a value was that is too large to be kept: no JSON has this byte there.
pub(crate) const OMITTED: u8 = 0x01;

/// What a lenient reading of a value met.
#[derive(Debug)]
pub(crate) enum Lenient {
    /// A value as the grammar wants it.
    Whole,
    /// A string with U+FFFD for what isn't text, and the first such place.
    Mended(Fault),
}

impl<'a> Scanner<'a> {
    /// The string that begins with the quotation mark that was peeked at, written to `out`. What isn't text becomes
    /// U+FFFD; a control character stays.
    ///
    /// # Errors
    /// `Fault::End` alone.
    pub(crate) fn lenient_string(&mut self, out: &mut Vec<u8>) -> Result<Lenient, Fault> {
        out.clear();
        let mut first = None;
        let mut at = self.at + 1;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let Some(length) = rest.iter().position(|&b| b == b'"' || b == b'\\') else {
                return Err(Fault::End);
            };
            let run = rest.get(..length).unwrap_or_default();
            if let Some(control) = run.iter().position(|&b| b < 0x20) {
                first.get_or_insert(Fault::Wrong {
                    reason: "a string has an unescaped control character",
                    at: self.offset + at + control,
                });
            }
            match std::str::from_utf8(run) {
                Ok(_) => out.extend_from_slice(run),
                Err(e) => {
                    first.get_or_insert(Fault::NotText {
                        at: self.offset + at + e.valid_up_to(),
                    });
                    out.extend_from_slice(String::from_utf8_lossy(run).as_bytes());
                }
            }
            at += length;
            if rest.get(length) == Some(&b'"') {
                self.at = at + 1;
                return Ok(first.map_or(Lenient::Whole, Lenient::Mended));
            }
            at = match self.escape(at + 1, out) {
                Ok(end) => end,
                Err(Fault::End) => return Err(Fault::End),
                Err(fault) => {
                    first.get_or_insert(fault);
                    out.extend_from_slice("\u{FFFD}".as_bytes());
                    self.behind_bad_escape(at + 1)
                }
            };
        }
    }

    /// Behind an escape that stands for nothing: the whole of half a surrogate pair, else the letter alone.
    fn behind_bad_escape(&self, at: usize) -> usize {
        let digits = self.bytes.get(at + 1..at + 5).unwrap_or_default();
        let is_half = self.bytes.get(at) == Some(&b'u')
            && digits.len() == 4
            && digits.iter().all(u8::is_ascii_hexdigit);
        // A quotation mark stays the string's end, and a backslash begins the next escape, but for `\"` and `\\`, which
        // are good ones.
        if is_half { at + 5 } else { at + 1 }
    }

    /// A value that is neither a string nor an object nor an array: whatever letters, digits and signs come next. May be
    /// empty.
    pub(crate) fn lenient_word(&mut self) -> Result<&'a [u8], Fault> {
        let rest = self.rest();
        let length = rest
            .iter()
            .position(|b| !b.is_ascii_alphanumeric() && !b"+-._".contains(b));
        match length {
            None if !self.complete => Err(Fault::End),
            length => {
                let length = length.unwrap_or(rest.len());
                self.at += length;
                Ok(rest.get(..length).unwrap_or_default())
            }
        }
    }

    /// Passes over any value, however deep it is nested and whatever its strings hold.
    pub(crate) fn lenient_skip(&mut self, scratch: &mut Vec<u8>) -> Result<(), Fault> {
        // What closes the objects and arrays that are open.
        let mut open: Vec<u8> = Vec::new();
        loop {
            // At a value, or behind the opening bracket of an empty object or array.
            let byte = self.peek()?;
            match byte {
                b'{' | b'[' => {
                    let close = if byte == b'{' { b'}' } else { b']' };
                    self.at += 1;
                    if !self.ends(close)? {
                        open.push(close);
                        self.lenient_key_in(close, scratch)?;
                        continue;
                    }
                }
                b'"' => {
                    let _ = self.lenient_string(scratch)?;
                }
                OMITTED => self.at += 1,
                _ => drop(self.lenient_word()?),
            }
            // Behind a value.
            loop {
                let Some(&close) = open.last() else {
                    return Ok(());
                };
                if self.goes_on(close)? {
                    self.lenient_key_in(close, scratch)?;
                    break;
                }
                open.pop();
            }
        }
    }

    /// Passes over the name of a member, where the next thing is one.
    fn lenient_key_in(&mut self, close: u8, scratch: &mut Vec<u8>) -> Result<(), Fault> {
        if close == b']' {
            return Ok(());
        }
        match self.peek()? {
            b'"' => {
                let _ = self.lenient_string(scratch)?;
            }
            OMITTED => self.at += 1,
            _ => return Err(self.wrong("expected a member name")),
        }
        self.take(b':', "expected a colon")
    }
}

/// Takes the strings out of bytes of JSON that are larger than a value may be, each with its quotation marks, and puts
/// [`OMITTED`] in their place. The bytes may end inside a string.
pub(crate) fn omit_large_strings(json: &[u8]) -> Shortened {
    let mut bytes = Vec::with_capacity(json.len().min(limits::RESOURCE_BYTES));
    let mut at = 0;
    loop {
        let rest = json.get(at..).unwrap_or_default();
        let Some(start) = memchr::memchr(b'"', rest) else {
            bytes.extend_from_slice(rest);
            return Shortened { bytes, open: None };
        };
        bytes.extend_from_slice(rest.get(..start).unwrap_or_default());
        let text = rest.get(start + 1..).unwrap_or_default();
        let mut open = OpenString::default();
        let length = open.end_in(text).unwrap_or(text.len());
        let is_large = length > limits::VALUE_BYTES;
        if is_large {
            bytes.push(OMITTED);
        } else {
            bytes.extend_from_slice(rest.get(start..=start + length).unwrap_or_default());
        }
        if length == text.len() && open.is_open {
            return Shortened {
                bytes,
                open: is_large.then_some(open),
            };
        }
        at += start + 1 + length;
    }
}

/// What is left of bytes whose large strings were taken out.
#[derive(Debug)]
pub(crate) struct Shortened {
    pub(crate) bytes: Vec<u8>,
    /// The string that was taken out and goes on behind them.
    pub(crate) open: Option<OpenString>,
}

/// A string of which the end hasn't come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenString {
    /// Whether the last byte was a backslash that stands before another character.
    is_escape: bool,
    is_open: bool,
}

impl Default for OpenString {
    fn default() -> Self {
        Self {
            is_escape: false,
            is_open: true,
        }
    }
}

impl OpenString {
    /// How many of the bytes that come next belong to it, its closing quotation mark included; None where it goes on.
    pub(crate) fn end_in(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        if self.is_escape && !bytes.is_empty() {
            self.is_escape = false;
            at = 1;
        }
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let found = memchr::memchr2(b'"', b'\\', rest)?;
            if rest.get(found) == Some(&b'"') {
                self.is_open = false;
                return Some(at + found + 1);
            }
            at += found + 2;
            if at > bytes.len() {
                self.is_escape = true;
                return None;
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn string(json: &str) -> (String, bool) {
        let mut scanner = Scanner::new(json.as_bytes(), 0, true);
        let mut out = Vec::new();
        let read = scanner.lenient_string(&mut out).unwrap();
        assert_eq!(scanner.rest(), b",");
        (
            String::from_utf8(out).unwrap(),
            matches!(read, Lenient::Mended(_)),
        )
    }

    #[test]
    fn what_is_no_text_is_shown_as_the_replacement_character() {
        for (json, text, mended) in [
            (r#""a\u00e9\ud83e\udd80","#, "aé🦀", false),
            (r#""a\ud83eb","#, "a\u{FFFD}b", true),
            (r#""\ud83e\ud83e\udd80","#, "\u{FFFD}🦀", true),
            (r#""\udd80\n","#, "\u{FFFD}\n", true),
            (r#""\ud83e","#, "\u{FFFD}", true),
            (r#""\x41\u12","#, "\u{FFFD}41\u{FFFD}12", true),
            (r#""\ud83e\"","#, "\u{FFFD}\"", true),
            ("\"a\nb\",", "a\nb", true),
        ] {
            assert_eq!(string(json), (text.to_owned(), mended), "{json}");
        }
    }

    #[test]
    fn any_depth_is_passed_over() {
        let deep = format!("{}{}{},", r#"{"a":["#.repeat(100_000), "01", "]}".repeat(100_000));
        let mut scanner = Scanner::new(deep.as_bytes(), 0, true);
        scanner.lenient_skip(&mut Vec::new()).unwrap();
        assert_eq!(scanner.rest(), b",");
    }

    #[test]
    fn a_large_string_is_taken_out_wherever_it_is_cut() {
        let large = "x\\\"".repeat(limits::VALUE_BYTES / 3 + 1);
        let json = format!(r#"{{"id":"1","a\\":"{large}","b":"\"c"}}"#);
        let json = json.as_bytes();
        let expected = format!(r#"{{"id":"1","a\\":{},"b":"\"c"}}"#, OMITTED as char);
        for cut in [
            json.len(),
            json.len() - 9,
            json.len() - 11,
            json.len() - 12,
            json.len() - 13,
        ] {
            let Shortened { mut bytes, open } = omit_large_strings(&json[..cut]);
            let mut rest = &json[cut..];
            if let Some(mut open) = open {
                rest = &rest[open.end_in(rest).unwrap()..];
            }
            bytes.extend_from_slice(rest);
            assert_eq!(String::from_utf8(bytes).unwrap(), expected, "{cut}");
        }
    }
}
