//! Bodies that hold a password: put together just before they are sent, in memory that is wiped.

use bytes::Bytes;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::compatibility::Insistence;
use crate::config::Secret;
use crate::error::{Error, Kind};

/// What a dry run shows in place of a password.
pub(super) const HIDDEN: &[u8] = b"***";

/// The body with the member `password`; `body` is a JSON object.
pub(super) fn with_password(body: &[u8], password: &Secret) -> Result<Bytes, Error> {
    let spliced = splice(body, password.bytes())?;
    Ok(Bytes::from_owner(spliced))
}

/// What stands for the password until it is put in its place.
const PLACE: &str = "\u{1}password\u{1}";

/// The body of a PATCH with an operation more, which sets the password; in the form that the server insists on.
pub(super) fn as_operation(body: &[u8], password: &Secret, insists: &Insistence) -> Result<Bytes, Error> {
    let operation = operation(body, password.bytes(), insists)?;
    Ok(Bytes::from_owner(operation))
}

pub(super) fn operation(
    body: &[u8],
    password: &[u8],
    insists: &Insistence,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let none = || Error::new(Kind::InternalError, "A password has no operations to go among.");
    let mut patch: Value = serde_json::from_slice(body).map_err(|_| none())?;
    let operations = patch.get_mut("Operations").and_then(Value::as_array_mut);
    operations
        .ok_or_else(none)?
        .push(json!({ "op": "replace", "path": "password", "value": PLACE }));
    let plain = patch.to_string().into_bytes();
    let plain = insists.rewrite(&plain).unwrap_or(plain);
    // The last one: what the user set comes before it.
    let place = Value::from(PLACE).to_string();
    let at = plain
        .windows(place.len())
        .rposition(|part| part == place.as_bytes())
        .ok_or_else(none)?;
    let mut out = Zeroizing::new(Vec::with_capacity(plain.len() + 6 * password.len()));
    out.extend_from_slice(&plain[..at]);
    quote(&mut out, password)?;
    out.extend_from_slice(&plain[at + place.len()..]);
    Ok(out)
}

pub(super) fn splice(body: &[u8], password: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let Some(open) = body.trim_ascii_end().strip_suffix(b"}") else {
        return Err(Error::new(
            Kind::InternalError,
            "The body for the password isn't an object.",
        ));
    };
    // Room for the worst case, so that no copy stays behind in a buffer that grew.
    let mut out = Zeroizing::new(Vec::with_capacity(body.len() + 6 * password.len() + 16));
    out.extend_from_slice(open);
    if open.trim_ascii_end().last() != Some(&b'{') {
        out.push(b',');
    }
    out.extend_from_slice(b"\"password\":");
    quote(&mut out, password)?;
    out.push(b'}');
    Ok(out)
}

/// Writes a password as a JSON string. There has to be room.
fn quote(out: &mut Vec<u8>, password: &[u8]) -> Result<(), Error> {
    if std::str::from_utf8(password).is_err() {
        return Err(Error::new(Kind::InvalidConfiguration, "The password isn't text."));
    }
    out.push(b'"');
    for &byte in password {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            0..0x20 => {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(b"\\u00");
                out.push(DIGITS[usize::from(byte >> 4)]);
                out.push(DIGITS[usize::from(byte & 15)]);
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_password_arrives_as_it_is(password in any::<String>(), empty in any::<bool>()) {
            let body: &[u8] = if empty { b"{ }" } else { br#"{"userName":"a"} "# };
            let spliced = splice(body, password.as_bytes()).unwrap();
            let read: serde_json::Value = serde_json::from_slice(&spliced).unwrap();
            prop_assert_eq!(read["password"].as_str(), Some(password.as_str()));
            prop_assert_eq!(read.as_object().unwrap().len(), 2 - usize::from(empty));
            prop_assert!(spliced.capacity() >= spliced.len());
        }
    }

    #[test]
    fn a_password_is_the_last_operation() {
        let body = json!({ "Operations": [{ "op": "add", "path": "title", "value": PLACE }] }).to_string();
        let patch = operation(body.as_bytes(), b"x\"\n", &Insistence::default()).unwrap();
        let patch: Value = serde_json::from_slice(&patch).unwrap();
        assert_eq!(
            patch["Operations"],
            json!([{ "op": "add", "path": "title", "value": PLACE }, { "op": "replace", "path": "password", "value": "x\"\n" }])
        );
        assert!(operation(b"{}", b"x", &Insistence::default()).is_err());
    }

    #[test]
    fn no_object_and_no_text_are_refused() {
        assert!(splice(b"[]", b"x").is_err());
        assert!(splice(b"{}", b"\xff").is_err());
    }
}
