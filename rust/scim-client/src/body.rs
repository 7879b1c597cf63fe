//! The text of a body, whatever form it comes in: every answer's body passes through here before anything reads it. JSON
//! between systems is UTF-8 (RFC 8259 section 8.1). Some servers put a byte order mark before it, and some send UTF-16 or
//! ISO 8859-1, and say so.

use bytes::Bytes;

/// How the bytes of a body become UTF-8. It takes them in pieces, as they arrive.
#[derive(Debug)]
pub(crate) struct Decoder {
    form: Form,
    /// Bytes that mean something only with those that follow.
    held: Vec<u8>,
    began: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// UTF-8, and anything whose form isn't known: that is for the reader to judge.
    Utf8,
    Latin1,
    Utf16 {
        big_endian: bool,
    },
}

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

impl Decoder {
    /// A decoder for a body of this `Content-Type`.
    pub(crate) fn new(content_type: Option<&str>) -> Self {
        Self {
            form: Form::of(content_type.and_then(charset)),
            held: Vec::new(),
            began: false,
        }
    }

    /// The text of the bytes that came next.
    pub(crate) fn decode(&mut self, bytes: Bytes) -> Bytes {
        if self.began && self.form == Form::Utf8 {
            return bytes;
        }
        if !self.began {
            // Four bytes tell a mark, and UTF-16 without one.
            if self.held.is_empty() && bytes.len() >= 4 {
                return self.begin(bytes);
            }
            self.held.extend_from_slice(&bytes);
            if self.held.len() < 4 {
                return Bytes::new();
            }
            let held = std::mem::take(&mut self.held);
            return self.begin(held.into());
        }
        self.transcode(&bytes, false)
    }

    /// The text of what is still held when the body has ended.
    pub(crate) fn finish(&mut self) -> Bytes {
        let held = std::mem::take(&mut self.held);
        if self.began {
            return self.transcode(&held, true);
        }
        let begun = self.begin(held.into());
        let rest = std::mem::take(&mut self.held);
        match self.transcode(&rest, true) {
            rest if rest.is_empty() => begun,
            rest => [begun, rest].concat().into(),
        }
    }

    fn begin(&mut self, bytes: Bytes) -> Bytes {
        self.began = true;
        let (form, mark) = match &bytes[..] {
            [0xEF, 0xBB, 0xBF, ..] => (Form::Utf8, UTF8_MARK.len()),
            [0xFF, 0xFE, ..] => (Form::Utf16 { big_endian: false }, 2),
            [0xFE, 0xFF, ..] => (Form::Utf16 { big_endian: true }, 2),
            // JSON begins with a character of ASCII.
            [1..=0x7F, 0, ..] => (Form::Utf16 { big_endian: false }, 0),
            [0, 1..=0x7F, ..] => (Form::Utf16 { big_endian: true }, 0),
            // The bytes contradict the charset.
            [1..=0x7F, 1..=0x7F, ..] if matches!(self.form, Form::Utf16 { .. }) => (Form::Utf8, 0),
            _ => (self.form, 0),
        };
        self.form = form;
        let text = bytes.slice(mark..);
        match form {
            Form::Utf8 => text,
            _ => self.transcode(&text, false),
        }
    }

    /// Transcodes what is held and what came next, as far as it's whole characters.
    fn transcode(&mut self, bytes: &[u8], is_end: bool) -> Bytes {
        let mut all = std::mem::take(&mut self.held);
        all.extend_from_slice(bytes);
        let mut out = Vec::with_capacity(all.len() + all.len() / 8);
        let used = match self.form {
            Form::Utf8 => return all.into(),
            Form::Latin1 => latin1(&all, is_end, &mut out),
            Form::Utf16 { big_endian } => utf16(&all, big_endian, is_end, &mut out),
        };
        self.held = all.split_off(used);
        out.into()
    }
}

impl Form {
    fn of(charset: Option<&str>) -> Self {
        let is =
            |names: &[&str]| charset.is_some_and(|c| names.iter().any(|name| c.eq_ignore_ascii_case(name)));
        if is(&["utf-16", "utf-16le", "unicode"]) {
            Form::Utf16 { big_endian: false }
        } else if is(&["utf-16be"]) {
            Form::Utf16 { big_endian: true }
        } else if is(&[
            "iso-8859-1",
            "latin1",
            "iso_8859-1",
            "l1",
            "windows-1252",
            "cp1252",
        ]) {
            Form::Latin1
        } else {
            Form::Utf8
        }
    }
}

/// The `charset` of a `Content-Type` (RFC 9110 section 8.3.2).
fn charset(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"'))
    })
}

/// Appends the text of ISO 8859-1, as browsers read it: with the characters of Windows-1252 for its control characters.
/// Some servers name it and send UTF-8: a run that is UTF-8 stays so, since as ISO 8859-1 it would be no text. Says how
/// many bytes it used.
fn latin1(bytes: &[u8], is_end: bool, out: &mut Vec<u8>) -> usize {
    let mut rest = bytes;
    while let Some(start) = rest.iter().position(|byte| !byte.is_ascii()) {
        let (ascii, from) = rest.split_at(start);
        out.extend_from_slice(ascii);
        let length = from.iter().position(u8::is_ascii);
        if length.is_none() && !is_end {
            // More of the run may come.
            return bytes.len() - from.len();
        }
        let (run, behind) = from.split_at(length.unwrap_or(from.len()));
        match std::str::from_utf8(run) {
            Ok(text) => out.extend_from_slice(text.as_bytes()),
            Err(_) => run.iter().for_each(|byte| {
                let character = match byte {
                    0x80..=0x9F => WINDOWS_1252[usize::from(byte - 0x80)],
                    _ => char::from(*byte),
                };
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }),
        }
        rest = behind;
    }
    out.extend_from_slice(rest);
    bytes.len()
}

/// The characters of Windows-1252 from 0x80 to 0x9F.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

/// Appends the text of UTF-16. Half a surrogate pair becomes the escape that JSON has for it, so that the reader sees it.
/// Says how many bytes it used.
fn utf16(bytes: &[u8], big_endian: bool, is_end: bool, out: &mut Vec<u8>) -> usize {
    let unit = |at: usize| {
        let pair = [*bytes.get(at)?, *bytes.get(at + 1)?];
        Some(if big_endian {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        })
    };
    let mut at = 0;
    while let Some(first) = unit(at) {
        let is_half = (0xD800..0xDC00).contains(&first);
        let second = unit(at + 2);
        if is_half && second.is_none() && !is_end {
            return at;
        }
        match char::decode_utf16([first].into_iter().chain(second)).next() {
            Some(Ok(character)) => {
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                at += 2 * character.len_utf16();
            }
            _ => {
                out.extend_from_slice(format!("\\u{first:04x}").as_bytes());
                at += 2;
            }
        }
    }
    if is_end && at < bytes.len() {
        out.extend_from_slice("\u{FFFD}".as_bytes());
        return bytes.len();
    }
    at
}

/// What an error quotes of a body: its beginning, on one line. None where there is nothing to see.
pub(crate) fn beginning(body: &[u8]) -> Option<String> {
    let is_cut = body.len() > crate::limits::QUOTED_BYTES;
    let shown = body.get(..crate::limits::QUOTED_BYTES).unwrap_or(body);
    let text: String = String::from_utf8_lossy(shown)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.trim_end_matches('\u{FFFD}');
    (!text.is_empty()).then(|| format!("{text}{}", if is_cut { "…" } else { "" }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn decoded(content_type: &str, body: &[u8], size: usize) -> String {
        let mut decoder = Decoder::new(Some(content_type));
        let mut out = Vec::new();
        for piece in body.chunks(size) {
            out.extend_from_slice(&decoder.decode(Bytes::copy_from_slice(piece)));
        }
        out.extend_from_slice(&decoder.finish());
        String::from_utf8(out).unwrap()
    }

    fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
        let bytes = |unit: u16| {
            if big_endian {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn every_form_is_the_same_text_however_it_arrives() {
        let text = r#"{"a":"Zoë 東京 🦀"}"#;
        let western = r#"{"a":"Zoë € Ÿ"}"#;
        let latin1: Vec<u8> = western
            .chars()
            .map(|c| match c {
                '€' => 0x80,
                'Ÿ' => 0x9F,
                c => c as u8,
            })
            .collect();
        let marked = |mark: &[u8], body: &[u8]| [mark, body].concat();
        for size in [1, 2, 3, 5, 1000] {
            for content_type in [
                "application/json",
                "text/plain; charset=utf-8",
                "a/b; charset=klingon",
                "",
            ] {
                assert_eq!(decoded(content_type, text.as_bytes(), size), text);
                assert_eq!(
                    decoded(content_type, &marked(UTF8_MARK, text.as_bytes()), size),
                    text
                );
                assert_eq!(decoded(content_type, &utf16(text, false), size), text);
                assert_eq!(decoded(content_type, &utf16(text, true), size), text);
            }
            for (content_type, big_endian) in [
                ("application/json; charset=utf-16", false),
                ("application/json; charset=\"UTF-16LE\"", false),
                ("application/json;Charset=utf-16be", true),
            ] {
                assert_eq!(decoded(content_type, &utf16(text, big_endian), size), text);
            }
            assert_eq!(
                decoded("a/b", &marked(b"\xFF\xFE", &utf16(text, false)), size),
                text
            );
            assert_eq!(
                decoded("a/b", &marked(b"\xFE\xFF", &utf16(text, true)), size),
                text
            );
            let latin = "application/scim+json; charset=ISO-8859-1";
            assert_eq!(decoded(latin, &latin1, size), western);
            // What is named so and is UTF-8 stays what it is.
            assert_eq!(decoded(latin, text.as_bytes(), size), text);
            assert_eq!(decoded("a/b; charset=utf-16", text.as_bytes(), size), text);
        }
        for short in ["", "{", "{}", "[1]"] {
            assert_eq!(decoded("application/json", short.as_bytes(), 1), short);
        }
    }

    #[test]
    fn half_a_pair_of_utf_16_stays_half_a_pair() {
        let mut body = utf16("{\"a\":\"", false);
        body.extend_from_slice(&0xD83D_u16.to_le_bytes());
        body.extend_from_slice(&utf16("\"}", false));
        assert_eq!(decoded("a/b", &body, 3), "{\"a\":\"\\ud83d\"}");
    }

    #[test]
    fn the_beginning_is_one_line() {
        assert_eq!(beginning(b"a\r\n\tb\x1b[2J  c"), Some("a b [2J c".to_owned()));
        assert_eq!(beginning(b" \r\n"), None);
        assert_eq!(beginning(&[b'x'; 300]).unwrap().chars().count(), 201);
    }
}
