//! Values: JSON strings, numbers, true, false, null.

use super::error::{Expected, FilterError};
use super::mistakes;
use super::reader::Reader;
use super::value::{Number, Value};

/// Reads the value that begins here.
pub(super) fn value(reader: &mut Reader<'_>) -> Result<Value, FilterError> {
    if reader.peek() == Some('"') {
        return string(reader).map(Value::String);
    }
    let word = reader.word();
    let value = match word {
        // PowerShell puts True and False for $true and $false, so the case is forgiven.
        _ if word.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
        _ if word.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
        _ if word.eq_ignore_ascii_case("null") => Some(Value::Null),
        _ => Number::new(word).map(Value::Number),
    };
    match value {
        Some(value) => {
            reader.skip(word);
            Ok(value)
        }
        None => Err(reader.error(reader.at(), Expected::Value, mistakes::value(reader.rest(), word))),
    }
}

/// Reads a JSON string, quotes included (RFC 8259 section 7).
fn string(reader: &mut Reader<'_>) -> Result<String, FilterError> {
    let open = reader.at();
    let body = reader.rest().get(1..).unwrap_or_default();
    let mut chars = body.char_indices();
    let mut text = String::new();
    let fail =
        |offset: usize, message: String| Err(reader.error(open + 1 + offset, Expected::Value, message));
    while let Some((offset, c)) = chars.next() {
        match c {
            '"' => {
                reader.skip(&body[..offset]);
                reader.skip("\"\"");
                return Ok(text);
            }
            '\\' => match chars.next().map(|(_, c)| c) {
                Some('u') => {
                    let rest = body.get(offset..).unwrap_or_default();
                    let Some((decoded, length)) = unicode(rest) else {
                        return fail(offset, mistakes::UNICODE_ESCAPE.to_owned());
                    };
                    text.push(decoded);
                    // The backslash and the u are behind us.
                    for _ in 2..length {
                        chars.next();
                    }
                }
                Some(escaped) => match plain(escaped) {
                    Some(decoded) => text.push(decoded),
                    None => return fail(offset, mistakes::escape(escaped)),
                },
                None => break,
            },
            '\0'..='\u{1f}' => return fail(offset, mistakes::control(c)),
            _ => text.push(c),
        }
    }
    Err(reader.error(open, Expected::Value, mistakes::UNCLOSED_STRING))
}

fn plain(escaped: char) -> Option<char> {
    Some(match escaped {
        '"' | '\\' | '/' => escaped,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        _ => return None,
    })
}

/// The character that `\uXXXX` or a pair of surrogates stands for, and how many bytes that takes.
fn unicode(text: &str) -> Option<(char, usize)> {
    let unit = |start: usize| {
        let digits = text.get(start..start + 6)?.strip_prefix("\\u")?;
        let hexadecimal = digits.bytes().all(|b| b.is_ascii_hexdigit());
        if hexadecimal {
            u16::from_str_radix(digits, 16).ok()
        } else {
            None
        }
    };
    let first = unit(0)?;
    if let Ok(c) = char::decode_utf16([first]).next()? {
        return Some((c, 6));
    }
    let c = char::decode_utf16([first, unit(6)?]).next()?.ok()?;
    Some((c, 12))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Value, (usize, String)> {
        value(&mut Reader::new(text)).map_err(|e| (e.position, e.message))
    }

    #[test]
    fn reads_what_json_has() {
        for (text, expected) in [
            ("true", Value::Bool(true)),
            ("FALSE", Value::Bool(false)),
            ("Null", Value::Null),
            ("-12", Value::from(-12)),
            (r#""""#, Value::from("")),
            (
                r#""a\"b\\c\/\b\f\n\r\t""#,
                Value::from("a\"b\\c/\u{8}\u{c}\n\r\t"),
            ),
            (r#""\u00e9\ud83d\ude00é😀""#, Value::from("é😀é😀")),
        ] {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
        for number in [
            "0",
            "-0",
            "10",
            "1.5",
            "1e5",
            "1E-05",
            "-0.0e+1",
            "123456789012345678901234567890",
        ] {
            assert!(
                matches!(read(number), Ok(Value::Number(n)) if n.as_str() == number),
                "{number}"
            );
        }
    }

    #[test]
    fn refuses_what_json_has_not() {
        for (text, position, says) in [
            (r#""abc"#, 0, "no closing"),
            (r#""abc\"#, 0, "no closing"),
            (r#""a\d""#, 2, r"\\"),
            (r#""a\ud83d""#, 2, "surrogate"),
            (r#""a\ude00\ud83d""#, 2, "surrogate"),
            (r#""a\u+123""#, 2, "four hexadecimal"),
            ("\"a\nb\"", 2, r"\n"),
            ("01", 0, "number"),
            ("+1", 0, "number"),
            ("1.", 0, "number"),
            (".5", 0, "number"),
        ] {
            let (at, message) = read(text).err().unwrap_or_default();
            assert!(at == position && message.contains(says), "{text}: {at} {message}");
        }
    }
}
