//! Takes a connection's own secrets out of text that a server sent, before it is shown, stored or traced. A server that
//! repeats an `Authorization` header, a password or a client secret in an error must not make PSScim print it, however the
//! server encodes it: as it is, percent-encoded, escaped for JSON or HTML, in base64, or in hexadecimal.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use zeroize::Zeroizing;

use crate::config::Secret;
use crate::error::Error;
use crate::trace::secret_values;

/// What stands in a secret's place.
pub(crate) const MASK: &str = "***";

/// Characters of the shortest secret that is looked for. A shorter one would be found in ordinary words.
const SHORTEST: usize = 4;
/// Characters of the shortest encoded form that is looked for, for the same reason.
const SHORTEST_ENCODED: usize = 6;
/// So many first characters of a secret are masked even where the rest is cut off.
const BEGINNING: usize = 16;
/// Tokens of a connection that are remembered: the present one, and those that a late answer may repeat.
const TOKENS: usize = 4;

/// The secrets of one connection. It grows with each token, of which the last few count.
#[derive(Default)]
pub(crate) struct Known {
    given: Mutex<Vec<Needle>>,
    tokens: Mutex<VecDeque<Vec<Needle>>>,
}

impl Known {
    /// Takes note of a secret that lasts as long as the connection.
    pub(crate) fn add(&self, secret: &[u8]) {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.extend(needles(secret));
    }

    /// Takes note of a token, which replaces an earlier one.
    pub(crate) fn add_token(&self, token: &str) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= TOKENS {
            tokens.pop_front();
        }
        tokens.push_back(needles(token.as_bytes()));
    }

    /// What masks the secrets known so far.
    pub(crate) fn redactor(&self) -> Redactor {
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        Redactor(given.iter().chain(tokens.iter().flatten()).cloned().collect())
    }

    /// The same, and the secrets in a request: its token, which may be newer, and those in its body.
    pub(crate) fn redactor_for(&self, request: &reqwest::Request) -> Redactor {
        let mut redactor = self.redactor();
        let authorization = request.headers().get(AUTHORIZATION).and_then(|v| v.to_str().ok());
        if let Some((_, token)) = authorization.and_then(|value| value.split_once(' '))
            && !redactor.has(token)
        {
            redactor.0.extend(needles(token.as_bytes()));
        }
        for value in request.headers().values().filter(|value| value.is_sensitive()) {
            if let Ok(value) = value.to_str()
                && !value.contains(' ')
                && !redactor.has(value)
            {
                redactor.0.extend(needles(value.as_bytes()));
            }
        }
        if let Some(bytes) = request.body().and_then(reqwest::Body::as_bytes) {
            let is_form = request
                .headers()
                .get(CONTENT_TYPE)
                .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
            for value in secret_values(bytes, is_form) {
                if !redactor.has(&value) {
                    redactor.0.extend(needles(value.as_bytes()));
                }
            }
        }
        redactor
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Known(…)")
    }
}

/// Masks the secrets of a connection, and of one request of it, in text.
#[derive(Clone, Default)]
pub struct Redactor(Vec<Needle>);

impl Redactor {
    /// What masks one secret.
    pub(crate) fn of(secret: &Secret) -> Self {
        Self(needles(secret.bytes()))
    }

    fn has(&self, plain: &str) -> bool {
        self.0
            .iter()
            .any(|needle| !needle.is_base64 && needle.characters.iter().copied().eq(plain.chars()))
    }

    /// The same for what must stay as it is unless it surely holds a secret: an id, which a short password may be part of.
    pub(crate) fn of_long_secrets(&self) -> Self {
        let long = |needle: &&Needle| needle.characters.len() >= BEGINNING;
        Self(self.0.iter().filter(long).cloned().collect())
    }

    /// The text, with every secret in it masked.
    #[must_use]
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for needle in &self.0 {
            needle.find(text, &mut found);
        }
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        found.sort_by_key(|range| (range.start, range.end));
        let mut out = String::with_capacity(text.len());
        let mut kept = 0;
        for range in found {
            if range.start >= kept {
                out.push_str(text.get(kept..range.start).unwrap_or_default());
                out.push_str(MASK);
            }
            kept = kept.max(range.end);
        }
        out.push_str(text.get(kept..).unwrap_or_default());
        Cow::Owned(out)
    }

    /// The same for text of one's own.
    #[must_use]
    pub fn owned(&self, text: String) -> String {
        match self.text(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(masked) => masked,
        }
    }

    /// An error with every secret in its texts masked.
    #[must_use]
    pub fn error(&self, error: Error) -> Error {
        error.with(|details| {
            for text in [&mut details.message, &mut details.advice] {
                *text = self.owned(std::mem::take(text));
            }
            for text in [
                &mut details.scim_type,
                &mut details.detail,
                &mut details.request_id,
                &mut details.cursor,
            ] {
                *text = text.take().map(|text| self.owned(text));
            }
        })
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor(…)")
    }
}

/// One form of a secret, to be found in text.
#[derive(Clone)]
struct Needle {
    characters: Arc<Zeroizing<Vec<char>>>,
    /// Then `-` stands for `+`, `_` for `/`, and up to three characters around it belong to the same secret.
    is_base64: bool,
}

/// The forms of a secret that are looked for. Percent-encoding and escapes are undone while comparing.
fn needles(secret: &[u8]) -> Vec<Needle> {
    let Ok(text) = std::str::from_utf8(secret) else {
        return Vec::new();
    };
    if text.chars().count() < SHORTEST {
        return Vec::new();
    }
    let mut all = vec![Needle::of(text.chars().collect(), false)];
    // In base64 a text looks different by where in a group of three bytes it begins, as behind a name and a colon.
    for before in 0..3 {
        let mut bytes = Zeroizing::new(vec![0; before]);
        bytes.extend_from_slice(secret);
        let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(&*bytes));
        // The first and the last characters hold bits of the neighbors too.
        let first = (before * 8).div_ceil(6);
        let last = encoded.len() - usize::from(bytes.len() % 3 != 0);
        all.push(Needle::of(
            encoded.get(first..last).unwrap_or_default().chars().collect(),
            true,
        ));
    }
    for digit in ["0123456789abcdef", "0123456789ABCDEF"] {
        let digit: Vec<char> = digit.chars().collect();
        let both = |byte: &u8| [digit[usize::from(byte >> 4)], digit[usize::from(byte & 15)]];
        all.push(Needle::of(secret.iter().flat_map(both).collect(), false));
    }
    all.retain(|needle| !needle.is_base64 || needle.characters.len() >= SHORTEST_ENCODED);
    all
}

impl Needle {
    fn of(characters: Vec<char>, is_base64: bool) -> Self {
        Self {
            characters: Arc::new(Zeroizing::new(characters)),
            is_base64,
        }
    }

    /// Adds the places where it stands.
    fn find(&self, text: &str, found: &mut Vec<Range<usize>>) {
        let Some(first) = self.characters.first() else {
            return;
        };
        let first = first.encode_utf8(&mut [0; 4]).as_bytes().first().copied();
        let mut at = 0;
        while let Some(&byte) = text.as_bytes().get(at) {
            if Some(byte) != first && !matches!(byte, b'%' | b'\\' | b'&' | b'+' | b'-' | b'_') {
                at += 1;
                continue;
            }
            match self.end(text, at) {
                Some(end) => {
                    let range = if self.is_base64 {
                        widened(text, at, end)
                    } else {
                        at..end
                    };
                    at = range.end;
                    found.push(range);
                }
                None => at += 1,
            }
        }
    }

    /// Where the needle that begins at `start` ends; also where only its beginning is there, if that is long enough.
    fn end(&self, text: &str, start: usize) -> Option<usize> {
        let mut ends = vec![];
        let mut places = vec![start];
        for (index, character) in self.characters.iter().enumerate() {
            for place in &places {
                self.forms(text, *place, *character, &mut ends);
            }
            if ends.is_empty() {
                return (index >= BEGINNING).then(|| places.into_iter().max()).flatten();
            }
            ends.sort_unstable();
            ends.dedup();
            std::mem::swap(&mut places, &mut ends);
            ends.clear();
        }
        places.into_iter().max()
    }

    /// Adds the ends of every form of a character that stands at `at`.
    fn forms(&self, text: &str, at: usize, character: char, ends: &mut Vec<usize>) {
        let rest = text.get(at..).unwrap_or_default();
        let Some(&first) = rest.as_bytes().first() else {
            return;
        };
        if rest.starts_with(character) {
            ends.push(at + character.len_utf8());
        }
        let length = match first {
            b'%' => {
                // Percent-encoded once, or twice.
                let twice = percent(rest, character, "%25");
                ends.extend(twice.map(|length| at + length));
                percent(rest, character, "%")
            }
            b'\\' => escape(rest, character),
            b'&' => entity(rest, character),
            b'+' if character == ' ' => Some(1),
            b'-' if self.is_base64 && character == '+' => Some(1),
            b'_' if self.is_base64 && character == '/' => Some(1),
            _ => None,
        };
        ends.extend(length.map(|length| at + length));
    }
}

/// The length of `%C3%A9` for `é`, at the beginning of the text, where each byte begins with `sign`.
fn percent(text: &str, character: char, sign: &str) -> Option<usize> {
    let mut rest = text;
    for byte in character.encode_utf8(&mut [0; 4]).bytes() {
        rest = rest.strip_prefix(sign)?;
        if u8::from_str_radix(rest.get(..2)?, 16).ok()? != byte {
            return None;
        }
        rest = rest.get(2..)?;
    }
    Some(text.len() - rest.len())
}

/// The length of `\u00e9` for `é`, or of `\"` for a quote, at the beginning of the text.
fn escape(text: &str, character: char) -> Option<usize> {
    let short = match text.as_bytes().get(1)? {
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'u' => {
            let mut rest = text;
            for unit in character.encode_utf16(&mut [0; 2]) {
                rest = rest.strip_prefix("\\u")?;
                if u16::from_str_radix(rest.get(..4)?, 16).ok()? != *unit {
                    return None;
                }
                rest = rest.get(4..)?;
            }
            return Some(text.len() - rest.len());
        }
        byte => char::from(*byte),
    };
    (short == character).then_some(2)
}

/// The length of `&amp;`, `&#38;` or `&#x26;` for `&`, at the beginning of the text.
fn entity(text: &str, character: char) -> Option<usize> {
    let end = text.bytes().take(12).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let meant = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let number = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(number)?
        }
    };
    (meant == character).then_some(end + 1)
}

/// The range with what is left of the same group of base64 on either side.
fn widened(text: &str, start: usize, end: usize) -> Range<usize> {
    let of_base64 = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'_' | b'=');
    let bytes = text.as_bytes();
    let before = bytes.get(..start).unwrap_or_default();
    let before = before.iter().rev().take(3).take_while(of_base64).count();
    let behind = bytes.get(end..).unwrap_or_default();
    let behind = behind.iter().take(4).take_while(of_base64).count();
    start - before..end + behind
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    const SECRET: &str = "p~8Q/wx+é Z\"&=%41x";

    fn masked(text: &str) -> String {
        Redactor::of(&Secret::new(SECRET.as_bytes().to_vec()))
            .text(text)
            .into_owned()
    }

    #[test]
    fn every_encoding_of_a_secret_is_masked() {
        let percent =
            percent_encoding::utf8_percent_encode(SECRET, percent_encoding::NON_ALPHANUMERIC).to_string();
        let form: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
        let json = serde_json::to_string(SECRET).unwrap_or_default();
        let escaped: String = SECRET
            .encode_utf16()
            .map(|unit| format!("\\u{unit:04X}"))
            .collect();
        let html = SECRET.replace('&', "&amp;").replace('"', "&#34;");
        let hexadecimal: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
        for form in [
            SECRET.to_owned(),
            percent.clone(),
            percent.to_lowercase().replace('q', "Q").replace('z', "Z"),
            percent.replace('%', "%25"),
            form,
            json.trim_matches('"').to_owned(),
            escaped,
            html,
            hexadecimal.clone(),
            hexadecimal.to_uppercase(),
            STANDARD.encode(SECRET),
            URL_SAFE_NO_PAD.encode(SECRET),
            STANDARD.encode(format!("u:{SECRET}")),
            STANDARD.encode(format!("me:{SECRET}")),
            STANDARD.encode(format!("you:{SECRET}, and more")),
        ] {
            let shown = masked(&format!("Bad credential '{form}' here; {form}"));
            assert!(shown.starts_with("Bad credential '"), "{shown}");
            assert!(shown.contains("***"), "{form}: {shown}");
            // Of the longer forms in base64 the neighbors may stay.
            assert!(shown.len() < 64, "{form}: {shown}");
        }
    }

    #[test]
    fn the_beginning_of_a_long_secret_is_masked_too() {
        let token = "abcdefghijklmnopqrstuvwxyz0123456789";
        let redactor = Redactor::of(&Secret::new(token.as_bytes().to_vec()));
        assert_eq!(redactor.text("got abcdefghijklmnopqrst... bad"), "got ***... bad");
        assert_eq!(redactor.text("got abcdefgh"), "got abcdefgh");
    }

    #[test]
    fn text_without_a_secret_stays_and_short_secrets_are_not_looked_for() {
        for text in [
            "",
            "plain words",
            "%",
            "\\",
            "&",
            "\\u",
            "&#;",
            "%2",
            "é%C3",
            "&#xFFFFFFFFF;",
        ] {
            assert_eq!(masked(text), text);
        }
        assert_eq!(Redactor::of(&Secret::new(b"abc".to_vec())).text("abc"), "abc");
    }

    #[test]
    fn the_last_tokens_are_known_and_no_debug_output_shows_one() {
        let known = Known::default();
        for number in 0..10 {
            known.add_token(&format!("token-number-{number}"));
        }
        known.add(b"client-secret");
        let redactor = known.redactor();
        assert_eq!(
            redactor.text("token-number-9 token-number-6 client-secret"),
            "*** *** ***"
        );
        assert!(!format!("{known:?} {redactor:?}").contains("token-number"));
    }
}
