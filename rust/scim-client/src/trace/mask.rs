//! Takes secrets out of what is written down: members of JSON, parameters of forms and addresses, headers, and whatever
//! looks like a token. The text around them stays as it was on the wire.

use std::borrow::Cow;
use std::ops::Range;

use zeroize::Zeroizing;

use crate::redact::MASK;

/// Names of JSON members and of form parameters whose values are secrets, in lower case.
const SECRETS: [&str; 12] = [
    "password",
    "access_token",
    "accesstoken",
    "refresh_token",
    "id_token",
    "oidctoken",
    "client_secret",
    "clientsecret",
    "client_assertion",
    "assertion",
    "secret",
    "token",
];

/// Headers whose values are secrets, in lower case.
const HEADERS: [&str; 6] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-identity-header",
    "secret",
];

/// A header's value.
pub(super) fn header(name: &str, value: &reqwest::header::HeaderValue) -> String {
    if value.is_sensitive() || HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
        return MASK.to_owned();
    }
    without_tokens(&String::from_utf8_lossy(value.as_bytes()))
}

/// An address: its query may hold a secret.
pub(super) fn address(url: &url::Url) -> String {
    match url.as_str().split_once('?') {
        Some((place, query)) => format!("{place}?{}", without_tokens(&form(query))),
        None => url.as_str().to_owned(),
    }
}

/// A body, which may be cut off.
pub(crate) fn body(bytes: &[u8], is_form: bool) -> String {
    let text = String::from_utf8_lossy(bytes);
    without_tokens(&if is_form { form(&text) } else { json(&text) })
}

fn is_secret(name: &str) -> bool {
    SECRETS.contains(&name.to_ascii_lowercase().as_str())
}

/// `name=value&…`
fn form(text: &str) -> String {
    let masked = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}={MASK}"),
        _ => pair.to_owned(),
    };
    text.split('&').map(masked).collect::<Vec<_>>().join("&")
}

/// What is known of an object whose end has not come.
#[derive(Default)]
struct Object {
    /// The `value` of a PATCH operation, and whether its `path` leads to a secret.
    value: Option<Range<usize>>,
    secret_path: bool,
}

/// The values of the secrets in a request's body, as they are without any encoding.
pub(crate) fn secret_values(bytes: &[u8], is_form: bool) -> Vec<Zeroizing<String>> {
    if is_form {
        return url::form_urlencoded::parse(bytes)
            .filter(|(name, _)| is_secret(name))
            .map(|(_, value)| Zeroizing::new(Cow::into_owned(value)))
            .collect();
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Vec::new();
    };
    // Most bodies hold no secret, and some are large.
    let may_hold = |piece: &&str| text.contains(*piece);
    if ![
        "assword", "ASSWORD", "ecret", "ECRET", "oken", "OKEN", "sertion", "\\u",
    ]
    .iter()
    .any(may_hold)
    {
        return Vec::new();
    }
    let values = secret_ranges(text)
        .into_iter()
        .filter_map(|range| text.get(range));
    values
        .filter_map(|value| serde_json::from_str::<String>(value).ok())
        .map(Zeroizing::new)
        .collect()
}

/// The text with the values of secret members masked, whatever is around them: it need not be whole, nor JSON at all.
fn json(text: &str) -> String {
    replaced(text, secret_ranges(text))
}

/// Where the values of secret members stand.
fn secret_ranges(text: &str) -> Vec<Range<usize>> {
    let mut hidden: Vec<Range<usize>> = Vec::new();
    let mut open: Vec<Object> = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'{' => open.push(Object::default()),
            b'}' => {
                if let Some(Object {
                    value: Some(value),
                    secret_path: true,
                }) = open.pop()
                {
                    hidden.push(value);
                }
            }
            b'"' => {
                let end = string_end(text, at);
                if let Some(value) = value_behind(text, end) {
                    let name = unquoted(text.get(at..end).unwrap_or_default());
                    if is_secret(&name) {
                        hidden.push(value.clone());
                    }
                    if let Some(object) = open.last_mut() {
                        if name.eq_ignore_ascii_case("value") {
                            object.value = Some(value);
                        } else if name.eq_ignore_ascii_case("path") {
                            let path = unquoted(text.get(value).unwrap_or_default()).to_ascii_lowercase();
                            object.secret_path = SECRETS.iter().any(|secret| path.contains(secret));
                        }
                    }
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    // Where the text is cut off, what is known so far decides.
    hidden.extend(
        open.into_iter()
            .filter(|object| object.secret_path)
            .filter_map(|object| object.value),
    );
    hidden
}

/// Behind the closing quote of the string that begins at `at`, or the text's end.
fn string_end(text: &str, at: usize) -> usize {
    let mut bytes = text.bytes().enumerate().skip(at + 1);
    while let Some((here, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'"' => return here + 1,
            _ => {}
        }
    }
    text.len()
}

/// The value of the member whose name ends at `end`; none where it is no member's name.
fn value_behind(text: &str, end: usize) -> Option<Range<usize>> {
    let rest = text.get(end..)?.trim_start().strip_prefix(':')?.trim_start();
    let start = text.len() - rest.len();
    let mut depth = 0usize;
    let mut at = start;
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'"' => {
                at = string_end(text, at);
                if depth == 0 {
                    return Some(start..at);
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(start..at),
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(start..at + 1);
                }
            }
            b',' if depth == 0 => return Some(start..at),
            _ => {}
        }
        at += 1;
    }
    Some(start..text.len())
}

fn unquoted(string: &str) -> String {
    serde_json::from_str(string).unwrap_or_else(|_| string.trim_matches('"').to_owned())
}

fn replaced(text: &str, mut hidden: Vec<Range<usize>>) -> String {
    hidden.sort_by_key(|range| range.start);
    let mut out = String::with_capacity(text.len());
    let mut kept = 0;
    for range in hidden {
        if range.start < kept {
            continue;
        }
        out.push_str(text.get(kept..range.start).unwrap_or_default());
        out.push('"');
        out.push_str(MASK);
        out.push('"');
        kept = range.end;
    }
    out.push_str(text.get(kept..).unwrap_or_default());
    out
}

/// A JSON Web Token begins with `eyJ` (`{"` in base64url), wherever it stands.
fn without_tokens(text: &str) -> String {
    const BEGINNING: &str = "eyJ";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(BEGINNING) {
        let (before, token) = rest.split_at(at);
        let of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let end = token.find(|c| !of_token(c)).unwrap_or(token.len());
        out.push_str(before);
        out.push_str(if end > 20 { MASK } else { &token[..end] });
        rest = &token[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_and_the_rest_stays() {
        for (text, expected) in [
            (
                r#"{"userName":"a","password" : "p\"w","active":true}"#,
                r#"{"userName":"a","password" : "***","active":true}"#,
            ),
            (
                r#"{"token_type":"Bearer","ACCESS_TOKEN":"x.y","expires_in":1}"#,
                r#"{"token_type":"Bearer","ACCESS_TOKEN":"***","expires_in":1}"#,
            ),
            (
                r#"{"Operations":[{"op":"replace","path":"password","value":"p"},{"op":"add","path":"title","value":"t"}]}"#,
                r#"{"Operations":[{"op":"replace","path":"password","value":"***"},{"op":"add","path":"title","value":"t"}]}"#,
            ),
            (
                r#"{"value":"p","path":"urn:x:2.0:User:Password"}"#,
                r#"{"value":"***","path":"urn:x:2.0:User:Password"}"#,
            ),
            (
                r#"{"value":{"password":"p","title":"t"}}"#,
                r#"{"value":{"password":"***","title":"t"}}"#,
            ),
            (r#"{"pass\u0077ord":"p"}"#, r#"{"pass\u0077ord":"***"}"#),
            (r#"{"password":1234,"a":[1]}"#, r#"{"password":"***","a":[1]}"#),
            (r#"{"password":"cut of"#, r#"{"password":"***""#),
            (
                r#"{"path":"password","value":"cut of"#,
                r#"{"path":"password","value":"***""#,
            ),
            (
                r#"{"value":"eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln"}"#,
                r#"{"value":"***"}"#,
            ),
            (
                r#"{"note":"my password is \"x\"", "eyJ": "eyJ"}"#,
                r#"{"note":"my password is \"x\"", "eyJ": "eyJ"}"#,
            ),
            ("not json at all, \"", "not json at all, \""),
            ("", ""),
        ] {
            assert_eq!(body(text.as_bytes(), false), expected, "{text}");
        }
        assert_eq!(
            body(
                b"grant_type=client_credentials&client_secret=s%26t&client_assertion=a.b&scope=x",
                true
            ),
            "grant_type=client_credentials&client_secret=***&client_assertion=***&scope=x"
        );
    }

    #[test]
    fn the_secrets_of_a_body_are_found_without_their_encoding() {
        let found = |text: &str, is_form| -> Vec<String> {
            let values = secret_values(text.as_bytes(), is_form);
            values.iter().map(|value| value.to_string()).collect()
        };
        assert_eq!(
            found(
                r#"{"Password":"p\"w","Operations":[{"path":"password","value":"q"}],"title":"t"}"#,
                false
            ),
            ["p\"w", "q"]
        );
        assert_eq!(found("client_id=c&client_secret=s%26t+u", true), ["s&t u"]);
        assert!(found(r#"{"userName":"a"}"#, false).is_empty());
    }

    #[test]
    fn headers_and_addresses_are_masked_too() {
        let value = reqwest::header::HeaderValue::from_static;
        assert_eq!(header("Authorization", &value("Bearer x")), "***");
        assert_eq!(header("X-IDENTITY-HEADER", &value("x")), "***");
        assert_eq!(header("accept", &value("application/json")), "application/json");
        let mut marked = value("x");
        marked.set_sensitive(true);
        assert_eq!(header("x", &marked), "***");
        let url = url::Url::parse("https://x/y?a=1&token=t&z=2").ok();
        assert_eq!(
            url.as_ref().map(address).as_deref(),
            Some("https://x/y?a=1&token=***&z=2")
        );
    }
}
