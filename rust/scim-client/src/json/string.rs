//! Strings: looked through eight bytes at a time, and unescaped only where there is an escape.

use super::{Fault, Scanner, Text};

impl<'a> Scanner<'a> {
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
                    return Err(self.wrong("a string has an unescaped control character"));
                }
            }
        }
    }

    /// One escape, behind its backslash; gives the place behind it.
    pub(super) fn escape(&self, at: usize, out: &mut Vec<u8>) -> Result<usize, Fault> {
        let wrong = |at| Fault::Wrong {
            reason: "a string has an invalid escape",
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
                reason: "a string has an invalid escape",
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
}

const EACH: u64 = u64::MAX / 255;
const EACH_HIGH: u64 = EACH * 0x80;

/// The high bit of each byte that is a quotation mark, a backslash or below 0x20. Above the lowest of them there may be
/// bits too many: a borrow goes upwards.
#[inline]
pub(crate) fn stops(word: u64) -> u64 {
    let control = word.wrapping_sub(EACH * 0x20) & !word & EACH_HIGH;
    byte_in(word, b'"') | byte_in(word, b'\\') | control
}

/// The high bit of each byte that is this one, with the bits too many of [`stops`].
#[inline]
pub(crate) fn byte_in(word: u64, byte: u8) -> u64 {
    let zero = word ^ (EACH * u64::from(byte));
    zero.wrapping_sub(EACH) & !zero & EACH_HIGH
}

/// Whether `found` marks a byte anywhere in a text, asked eight bytes at a time: the last eight overlap those before, and
/// fewer are filled up with hyphens, which it must not mark. On short texts that is quicker than the vectors that a loop
/// over bytes is made into.
#[inline]
pub(crate) fn any_word(text: &[u8], found: impl Fn(u64) -> u64) -> bool {
    let Some(last) = text.last_chunk::<8>() else {
        let mut word = [b'-'; 8];
        word.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
        return found(u64::from_le_bytes(word)) != 0;
    };
    let words = text.as_chunks::<8>().0.iter().chain([last]);
    words.fold(0, |any, word| any | found(u64::from_le_bytes(*word))) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_found_wherever_it_stands() {
        for length in 1..=20 {
            for at in 0..length {
                for byte in 0..=u8::MAX {
                    let mut text = vec![b'x'; length];
                    text[at] = byte;
                    let stop = byte < 0x20 || byte == b'"' || byte == b'\\';
                    assert_eq!(any_word(&text, stops), stop, "{byte} at {at} of {length}");
                    assert_eq!(any_word(&text, |word| byte_in(word, b',')), byte == b',');
                }
            }
        }
        assert!(!any_word(&[], stops));
    }
}
